/** What usage and rate policies share: whose they are, who may touch them, what never changes. Source: admin-contract §1.9, §2.4. */
import type { Workspace } from '../db/generated/client.ts'
import { type Ctx, isUuid, literal, need, notFound, sees, workspacesOf } from './context.ts'
import { refuseOtherOrganisation } from './guardrails-find.ts'
import { invalidField } from './validation.ts'

type Verb = 'read' | 'update' | 'delete'

interface Stored {
  id: string
  workspaceId: string
  organisationId: string
  name: string
  description: string | null
  target: string
  conditions: unknown
  groupBy: unknown
  status: string
  createdBy: string | null
  updatedBy: string | null
  createdAt: Date
  lastUpdatedAt: Date
}

interface Asked {
  status: 'active' | 'archived'
  search?: string | undefined
  type?: string | undefined
}

/** The `where` of a list: the policies of the workspaces a call is about. */
export async function listed(ctx: Ctx, { status, search, type }: Asked) {
  return {
    workspaceId: { in: await workspacesOf(ctx, ['policies.list']) },
    workspace: { status: 'active' },
    status,
    ...(search ? { name: { contains: literal(search), mode: 'insensitive' as const } } : {}),
    ...(type ? { type } : {}),
  }
}

export const NEWEST = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]

/** The workspace a new policy is for. */
export function placeFor(ctx: Ctx, organisationId: string | null | undefined): Workspace {
  refuseOtherOrganisation(ctx, organisationId)
  if (!ctx.workspace) throw invalidField('workspace_id', 'is required', 'required')
  need(ctx, ['policies.create'], ctx.workspace.id, 'workspace')
  return ctx.workspace
}

/**
 * The policy a path names, found by `get` when its id can be one. Where `status` is null an archived one is found too.
 * One the caller cannot see is answered like one nobody has.
 */
export async function found<P extends Stored>(
  ctx: Ctx,
  id: string,
  verb: Verb,
  noun: string,
  status: 'active' | 'archived' | null,
  get: () => Promise<P | null>,
): Promise<P> {
  const policy = isUuid(id) ? await get() : null
  if (policy?.organisationId !== ctx.organisation.id) throw notFound(noun)
  if (status !== null && policy.status !== status) throw notFound(noun)
  const isElsewhere = ctx.workspace !== null && ctx.workspace.id !== policy.workspaceId
  if (isElsewhere || !sees(ctx.principal, policy.workspaceId)) throw notFound(noun)
  need(ctx, [`policies.${verb}`], policy.workspaceId, noun)
  return policy
}

/** Refuses a change of what a policy is: counters would go on under another meaning. */
export function refuseOther(
  said: { type?: string | undefined; group_by?: unknown; target?: string | undefined },
  policy: { type: string; groupBy: unknown; target: string },
): void {
  const is = { type: policy.type, group_by: policy.groupBy, target: policy.target }
  for (const [field, value] of Object.entries(is)) {
    const asked = said[field as keyof typeof is]
    if (asked !== undefined && JSON.stringify(asked) !== JSON.stringify(value))
      throw invalidField(field, 'never changes; make another policy instead', 'immutable')
  }
}

/** `cost by metadata._user`. */
export function nameFor(type: string, groupBy: readonly { key: string }[]): string {
  return `${type} by ${groupBy.map(({ key }) => key).join(', ')}`.slice(0, 255)
}

export function person({ actor }: Ctx): string | null {
  return actor.kind === 'user' ? actor.id : null
}

/** What rows of both kinds carry. */
export function sharedRow(policy: Stored) {
  return {
    id: policy.id,
    name: policy.name,
    description: policy.description,
    workspace_id: policy.workspaceId,
    organisation_id: policy.organisationId,
    target: policy.target as 'llm',
    conditions: policy.conditions as { key: string; value: string | string[] }[],
    group_by: policy.groupBy as { key: string }[],
    status: policy.status as 'active' | 'archived',
    is_enforced: false as const,
    created_by: policy.createdBy,
    updated_by: policy.updatedBy,
    created_at: policy.createdAt.toISOString(),
    last_updated_at: policy.lastUpdatedAt.toISOString(),
  }
}

/** The columns a new policy of either kind begins with. */
export function sharedColumns(
  ctx: Ctx,
  workspaceId: string,
  input: {
    name?: string | null | undefined
    description?: string | null | undefined
    type: string
    conditions: object[]
    group_by: { key: string }[]
  },
) {
  return {
    id: ctx.newId(),
    organisationId: ctx.organisation.id,
    workspaceId,
    name: input.name ?? nameFor(input.type, input.group_by),
    description: input.description ?? null,
    conditions: input.conditions as never,
    groupBy: input.group_by as never,
    type: input.type,
    createdBy: person(ctx),
    updatedBy: person(ctx),
    createdAt: ctx.now,
  }
}

/** The columns a change of either kind touches. */
export function changedColumns(
  ctx: Ctx,
  said: {
    name?: string | undefined
    description?: string | null | undefined
    conditions?: object[] | undefined
    status?: string | undefined
  },
) {
  return {
    ...(said.name === undefined ? {} : { name: said.name }),
    ...(said.description === undefined ? {} : { description: said.description }),
    ...(said.conditions === undefined ? {} : { conditions: said.conditions as never }),
    ...(said.status === undefined ? {} : { status: said.status }),
    updatedBy: person(ctx),
  }
}

export function recordPolicy<P extends Stored>(
  ctx: Ctx,
  before: P | null,
  after: P | null,
  row: (policy: P) => object,
): void {
  const policy = (after ?? before) as P
  ctx.record({
    id: policy.id,
    name: policy.name,
    workspaceId: policy.workspaceId,
    ...(before ? { before: row(before) } : {}),
    ...(after ? { after: row(after) } : {}),
  })
}
