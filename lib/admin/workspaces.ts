/** Workspaces: made, found, changed and ended. Source: admin-contract §1.2, §2.2. */
import type { z } from 'zod'
import { workspaces } from '../contract/people.ts'
import type { List } from '../contract/resource.ts'
import { workspaceSlugStem } from '../contract/slugs.ts'
import type { Prisma, Workspace } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { provisionWorkspace } from './catalog-provisioning.ts'
import { byIdOrSlug, type Ctx, literal, need, notFound, visibleWorkspaces } from './context.ts'
import { storedRateLimits, storedUsageLimits } from './limits.ts'
import { nameOfCaller, peopleNamed } from './people-find.ts'
import { joinWorkspace } from './people-join.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'
import { archiveContents, blockersOf, refuseBlocked } from './workspace-blockers.ts'
import { countsOf } from './workspace-counts.ts'
import { findWorkspace, within } from './workspace-find.ts'
import { inForce } from './workspace-in-force.ts'
import {
  displayName,
  type StoredMember,
  toMemberRow,
  toWorkspaceRow,
  type WorkspaceRow,
} from './workspace-rows.ts'
import { mergedDefaults, mergedSecurity, mergedSettings, rulesOf } from './workspace-settings.ts'

const NOUN = workspaces.noun
const SLUG_SUFFIX_CHARS = 6

type Create = z.output<typeof workspaces.create>
type Update = z.output<typeof workspaces.update> & { id: string }

async function list(ctx: Ctx, query: z.output<typeof workspaces.query>): Promise<List<WorkspaceRow>> {
  const where: Prisma.WorkspaceWhereInput = {
    AND: [
      within(ctx),
      { status: { in: statusesAsked(ctx, query.status) } },
      query.name ? { name: { contains: literal(query.name) } } : {},
      query.exact_name ? { name: query.exact_name } : {},
    ],
  }
  const [total, rows] = await Promise.all([
    ctx.db.workspace.count({ where }),
    ctx.db.workspace.findMany({
      where,
      orderBy: [{ isDefault: 'desc' }, { name: 'asc' }, { id: 'asc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  const counts = await countsOf(
    ctx,
    rows.map(({ id }) => id),
  )
  const data = rows.map((row) => ({ ...toWorkspaceRow(row, ctx.now, query.name_format), ...counts(row.id) }))
  return { object: 'list', total, data }
}

/** By UUID a workspace is found after its end too. */
async function read(
  ctx: Ctx,
  { id, name_format }: { id: string; name_format?: 'plain' | 'display' | undefined },
) {
  const found = await ctx.db.workspace.findFirst({
    where: { AND: [within(ctx), byIdOrSlug(id)] },
    include: { memberships: { include: { user: true }, orderBy: { createdAt: 'asc' } } },
    // A slug is free again after its workspace ended: the living one has it.
    orderBy: [{ status: 'asc' }, { createdAt: 'desc' }],
  })
  if (!found) throw notFound(NOUN)
  need(ctx, ['workspaces.read'], found.id, NOUN)
  const security = { organisation: (await rulesOf(ctx)).securitySettings, workspace: found.securitySettings }
  const users = found.memberships.map((one) => toMemberRow(one, security))
  const counts = await countsOf(ctx, [found.id])
  return { ...toWorkspaceRow(found, ctx.now, name_format), users, ...counts(found.id) }
}

/** Whoever makes it is an admin of it; the organisation's integrations that are for every workspace come with it. */
async function create(ctx: Ctx, input: Create) {
  need(ctx, ['workspaces.create'], null, NOUN)
  await refuseTakenName(ctx, input.name)
  const people = await peopleNamed(ctx, input.users ?? [], (index) => `users.${index}`)
  const creatorId = ctx.actor.kind === 'user' ? ctx.actor.id : null
  const made = await ctx.db.workspace.create({
    data: {
      id: ctx.newId(),
      organisationId: ctx.organisation.id,
      slug: `${workspaceSlugStem(input.name)}${ctx.newId().slice(-SLUG_SUFFIX_CHARS)}`,
      name: input.name,
      icon: input.icon ?? null,
      description: input.description ?? null,
      defaults: await mergedDefaults(ctx, null, input.defaults ?? null, {}, await rulesOf(ctx)),
      usageLimits: storedUsageLimits(input.usage_limits ?? [], [], ctx.now),
      rateLimits: storedRateLimits(input.rate_limits ?? []),
      createdBy: creatorId,
      createdAt: ctx.now,
    },
  })
  const providers = await provisionWorkspace(ctx, made.id)
  const members = new Map(people.map((user) => [user.id, { user, role: 'member' as 'admin' | 'member' }]))
  if (creatorId !== null) {
    const creator = await ctx.db.user.findUniqueOrThrow({ where: { id: creatorId } })
    members.set(creatorId, { user: creator, role: 'admin' })
  }
  await joinWorkspace(ctx, made, [...members.values()], { by: await nameOfCaller(ctx) })
  const row = toWorkspaceRow(made, ctx.now)
  const users = (await membersOf(ctx, made.id)).map(({ user: { id, email }, role }) => ({ id, email, role }))
  ctx.record({ id: made.id, name: made.name, workspaceId: made.id, after: { ...row, users, providers } })
  return { ...row, users: await membersAsText(ctx, made) }
}

async function update(ctx: Ctx, { id, ...said }: Update) {
  const before = await findWorkspace(ctx, id, 'workspaces.update', true)
  if (said.name !== undefined && said.name !== before.name) await refuseTakenName(ctx, said.name)
  const rules = await rulesOf(ctx)
  const after = await ctx.db.workspace.update({
    where: { id: before.id },
    data: {
      ...(said.name === undefined ? {} : { name: said.name }),
      ...(said.description === undefined ? {} : { description: said.description }),
      ...(said.icon === undefined ? {} : { icon: said.icon }),
      ...(said.defaults === undefined
        ? {}
        : { defaults: await mergedDefaults(ctx, before.id, said.defaults, before.defaults, rules) }),
      ...(said.usage_limits === undefined
        ? {}
        : { usageLimits: storedUsageLimits(said.usage_limits, before.usageLimits, ctx.now) }),
      ...(said.rate_limits === undefined ? {} : { rateLimits: storedRateLimits(said.rate_limits) }),
      ...(said.reset_usage ? { lastResetAt: ctx.now } : {}),
      ...(said.settings === undefined
        ? {}
        : { settings: mergedSettings(said.settings, before.settings, rules) }),
      ...(said.security_settings === undefined
        ? {}
        : {
            securitySettings: mergedSecurity(
              ctx,
              before.id,
              said.security_settings,
              before.securitySettings,
              rules,
            ),
          }),
    },
  })
  const row = toWorkspaceRow(after, ctx.now)
  ctx.record({ id: after.id, name: after.name, before: toWorkspaceRow(before, ctx.now), after: row })
  return row
}

/** The row and its log stay; keys in it are dead from now on, and its name and slug are free again. */
async function remove(
  ctx: Ctx,
  said: { id: string; name: string; force_delete?: boolean | null | undefined },
) {
  const before = await findWorkspace(ctx, said.id, 'workspaces.delete', true)
  if (before.isDefault) {
    throw new GatewayError(
      'conflict',
      'This is the default workspace: people and calls that name none are in it. It cannot be deleted.',
    )
  }
  if (said.name !== before.name && said.name !== displayName(before)) {
    throw invalidField(
      'name',
      `must be the name of the workspace, letter by letter: ${before.name}`,
      'mismatch',
    )
  }
  if (!said.force_delete) refuseBlocked(await blockersOf(ctx, before.id))
  const ended = await archiveContents(ctx, before.id)
  const after = await ctx.db.workspace.update({ where: { id: before.id }, data: { status: 'archived' } })
  ctx.record({
    id: after.id,
    name: after.name,
    before: toWorkspaceRow(before, ctx.now),
    after: { ...toWorkspaceRow(after, ctx.now), ended },
  })
  return {}
}

async function blockers(ctx: Ctx, { id }: { id: string }) {
  const found = await findWorkspace(ctx, id, 'workspaces.delete')
  const data = await blockersOf(ctx, found.id)
  return { object: 'list', total: data.length, data }
}

export const workspaceVerbs = verbs(workspaces, {
  list,
  create,
  read,
  update,
  actions: {
    blockers,
    inForce: async (ctx, { id }) =>
      inForce(await findWorkspace(ctx, id, 'workspaces.read'), await rulesOf(ctx)),
    remove,
  },
})

/** Archived ones are for owners and admins. */
function statusesAsked(ctx: Ctx, said: readonly string[] | undefined): string[] {
  const asked = said ?? ['active']
  const unknown = asked.find((status) => status !== 'active' && status !== 'archived')
  if (unknown !== undefined) throw invalidField('status', 'must be active, archived, or both', 'enum')
  return visibleWorkspaces(ctx.principal) === 'all'
    ? [...asked]
    : asked.filter((status) => status === 'active')
}

async function refuseTakenName(ctx: Ctx, name: string): Promise<void> {
  const where = { organisationId: ctx.organisation.id, name, status: { not: 'archived' } }
  if ((await ctx.db.workspace.count({ where })) === 0) return
  throw new GatewayError('conflict', `There is a workspace named ${name} already. Choose another name.`, {
    param: 'name',
    details: [{ path: 'name', rule: 'unique', message: 'is taken' }],
  })
}

function membersOf(ctx: Ctx, workspaceId: string): Promise<StoredMember[]> {
  return ctx.db.membership.findMany({
    where: { workspaceId },
    include: { user: true },
    orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }],
  })
}

/** The Python client reads the members of a new workspace as maps from text to text (admin-contract §2.6). */
async function membersAsText(ctx: Ctx, workspace: Workspace): Promise<Record<string, string>[]> {
  const nothing = { organisation: {}, workspace: {} }
  return (await membersOf(ctx, workspace.id)).map((one) => {
    const { scopes: _scopes, settings: _settings, ...row } = toMemberRow(one, nothing)
    return row
  })
}
