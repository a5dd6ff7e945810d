/**
 * Who calls the control plane and what for: the world a verb runs in. Nothing here knows HTTP; `lib/http/admin.ts`
 * makes a call out of a request, `verbs.ts` runs it. Source: architecture §2, admin-contract §5.
 */
import type { OrganisationRole, Rights, WorkspaceRole } from '../auth/scopes.ts'
import type { WorkspaceRule } from '../contract/resource.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { Toggles } from '../contract/security.ts'
import type { Prisma, PrismaClient, Workspace } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'
import type { Mailer } from '../mail.ts'
import type { Egress } from '../providers/egress.ts'
import { lacks } from './refusals.ts'

/** What the control plane needs of the process; `lib/compose.ts` makes it. */
export interface AdminRuntime {
  database: { prisma: PrismaClient }
  /** `secret` is TOLLGATE_SECRET; `olderSecrets` open what was sealed before it was turned. */
  settings: {
    publicUrl: string
    secret: string
    /** BLOCK_INLINE_CONFIG: saved-only mode, whatever an organisation says. */
    isInlineConfigBlocked?: boolean
    olderSecrets?: readonly string[]
    /** The most targets a config may hold: at its root, at a conditional root, and beneath one root target. */
    configTargets: { root: number; conditionalRoot: number; nested: number }
  }
  /** Epoch milliseconds. */
  now: () => number
  newId: () => string
  /** The signed-in person behind a request's cookie, or null. */
  readSession(request: Request): Promise<{ userId: string; sessionId: string } | null>
  /** `host` or `host:port` of private targets that integrations may name. */
  allowPrivateHosts: readonly string[]
  /** For connection tests and webhooks. */
  egress?: Egress
  /** Null: no SMTP_URL is set, mail is held. */
  mail?: Mailer | null
  /** Where entries made elsewhere go (`POST /logs`): the way of every call. */
  journal?: { append(record: CallRecord, bodies: CallBodies | null): void }
  /** Told after every committed write, so that what it left in the outbox goes out at once. */
  nudge?: () => void
  /** The data plane, for replays. */
  gateway?: {
    /** Sends a stored request as the key `keyId`; resolves whatever the status. */
    replay(call: ReplayCall): Promise<ReplayAnswer>
  }
}

export interface ReplayCall {
  keyId: string
  method: string
  /** Below `/api/v1`, with its leading slash. */
  path: string
  headers: Record<string, string>
  body: Uint8Array | null
}

export interface ReplayAnswer {
  logId: string
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

export type Db = Prisma.TransactionClient

export type Actor =
  | { kind: 'user'; id: string; role: OrganisationRole; sessionId: string }
  | { kind: 'api_key'; id: string; keyType: KeyType; userId: string | null }
  | { kind: 'system'; name: string }

/** A caller who has been recognised, with what it may do and where. */
export interface Principal {
  organisation: { id: string; slug: string; name: string }
  actor: Actor
  /** The workspace a key is bound to; null for people and unbound organisation keys. */
  pinned: Workspace | null
  /** Held for things that belong to the organisation. */
  organisationScopes: ReadonlySet<string>
  /** Held in every workspace, present and future, that `byWorkspace` does not name. */
  everywhere: Rights
  /** Held in these workspaces, by id. */
  byWorkspace: ReadonlyMap<string, Place>
  /** The scopes a key was given, before its owner's role shrank them; null for people. */
  given: ReadonlySet<string> | null
  /** The security toggles of the organisation. */
  toggles: Toggles
}

/** A caller in one workspace: rights, the role they come from (null for service keys), the toggles in force there. */
export interface Place extends Rights {
  role: WorkspaceRole | null
  toggles: Toggles
}

/** The world of one verb. */
export interface Ctx {
  organisation: Principal['organisation']
  /** The workspace the call is about: named by it, pinned by its key, or the default; null when it names none. */
  workspace: Workspace | null
  actor: Actor
  principal: Principal
  /** The transaction of this call, or the client itself where there is none. */
  db: Db
  now: Date
  newId: () => string
  requestId: string
  /** Where the call came from; null when that is not known. */
  clientIp: string | null
  secretKey: string
  runtime: AdminRuntime
  /** Fills the audit row of this call. Secrets are masked when it is written. */
  record(change: Change): void
}

/** What a write did, for its audit row. `before` and `after` are wire-shaped. */
export interface Change {
  id?: string | null
  name?: string | null
  workspaceId?: string | null
  before?: unknown
  after?: unknown
  /** Instead of the route's own. */
  action?: string
  /** Of routes that answer without sign-in: whose trail it belongs to, and who the caller turned out to be. */
  organisationId?: string
  actor?: Actor
}

/** What the caller may do in a workspace, and see of it. */
export function rightsIn(principal: Principal, workspaceId: string): Rights {
  return principal.byWorkspace.get(workspaceId) ?? principal.everywhere
}

/** The scopes the caller holds in a workspace; with null, those it holds for the organisation. */
export function scopesIn(principal: Principal, workspaceId: string | null): ReadonlySet<string> {
  return workspaceId === null ? principal.organisationScopes : rightsIn(principal, workspaceId).scopes
}

/** The role of a signed-in person in a workspace; null for keys, and for workspaces the person is not in. */
export function roleIn(principal: Principal, workspaceId: string): WorkspaceRole | null {
  if (principal.actor.kind !== 'user') return null
  if (principal.actor.role !== 'member') return 'admin'
  return principal.byWorkspace.get(workspaceId)?.role ?? null
}

/** The workspaces the caller may see: ids, or `all` of the organisation. */
export function visibleWorkspaces(principal: Principal): 'all' | readonly string[] {
  if (principal.pinned) return [principal.pinned.id]
  return principal.everywhere.scopes.size > 0 || principal.actor.kind !== 'user'
    ? 'all'
    : [...principal.byWorkspace.keys()]
}

/** Everything the caller holds anywhere: the gate of routes whose rows decide the rest. */
export function scopesAnywhere(principal: Principal): ReadonlySet<string> {
  const all = new Set([...principal.organisationScopes, ...principal.everywhere.scopes])
  for (const { scopes } of principal.byWorkspace.values()) for (const scope of scopes) all.add(scope)
  return all
}

/**
 * Throws unless the caller holds one of `anyOf` in the row's workspace (null: for the organisation). A caller who
 * holds nothing there is told the row does not exist, as for an id nobody has. Source: admin-contract §0.2 AB03.
 */
export function need(ctx: Ctx, anyOf: readonly string[], workspaceId: string | null, noun: string): void {
  const held = scopesIn(ctx.principal, workspaceId)
  if (anyOf.some((scope) => held.has(scope))) return
  if (workspaceId !== null && !sees(ctx.principal, workspaceId)) throw notFound(noun)
  throw lacks(ctx.principal, anyOf, workspaceId)
}

/** Whether a workspace exists for this caller at all. */
export function sees(principal: Principal, workspaceId: string): boolean {
  const visible = visibleWorkspaces(principal)
  return visible === 'all' || visible.includes(workspaceId)
}

/** Ids of the workspaces a call is about: the one it names, else all where the caller holds one of the scopes. */
export async function workspacesOf(ctx: Ctx, anyOf: readonly string[]): Promise<string[]> {
  if (ctx.workspace) return [ctx.workspace.id]
  const holds = (workspaceId: string) => {
    const held = scopesIn(ctx.principal, workspaceId)
    return anyOf.some((scope) => held.has(scope))
  }
  const visible = visibleWorkspaces(ctx.principal)
  if (visible !== 'all') return visible.filter(holds)
  const all = await ctx.db.workspace.findMany({
    where: { organisationId: ctx.organisation.id },
    select: { id: true },
  })
  return all.map(({ id }) => id).filter(holds)
}

/** 404 for a row that is not there, or not for this caller. */
export function notFound(noun: string): GatewayError {
  return new GatewayError('not_found', `No such ${noun}.`)
}

/** 404 for something a body or query names that is not there, or not for this caller. */
export function absent(param: string, noun: string): GatewayError {
  return new GatewayError('parent_not_found', `${param} names no ${noun}.`, { param })
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** True for text that a uuid column takes. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/** The `where` of a row named by UUID or slug. */
export function byIdOrSlug(reference: string): { id: string } | { slug: string } {
  return isUuid(reference) ? { id: reference.toLowerCase() } : { slug: reference }
}

/** Text for Prisma's `contains`, which makes a pattern of it: its wildcards stand for themselves. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/**
 * The workspace a call is about. `named` comes from body or query, UUID or slug. Refuses `parent_not_found` for one
 * the caller cannot see, and `validation` where the rule asks for one and none was named.
 */
export async function resolveWorkspace(
  db: Db,
  principal: Principal,
  rule: WorkspaceRule,
  named: string | undefined,
): Promise<Workspace | null> {
  const { pinned } = principal
  if (pinned) {
    const isAnother = named !== undefined && named.toLowerCase() !== pinned.id && named !== pinned.slug
    if (isAnother) throw absent('workspace_id', 'workspace')
    return pinned
  }
  if (rule === 'none') return null
  const visible = visibleWorkspaces(principal)
  const within = {
    organisationId: principal.organisation.id,
    status: 'active',
    ...(visible === 'all' ? {} : { id: { in: [...visible] } }),
  }
  if (named !== undefined) {
    const found = await db.workspace.findFirst({ where: { AND: [within, byIdOrSlug(named)] } })
    if (!found) throw absent('workspace_id', 'workspace')
    return found
  }
  if (rule === 'required') {
    throw new GatewayError('validation', 'workspace_id is required', {
      param: 'workspace_id',
      details: [{ path: 'workspace_id', rule: 'required' }],
    })
  }
  if (rule === 'optional') return null
  return db.workspace.findFirst({ where: within, orderBy: [{ isDefault: 'desc' }, { createdAt: 'asc' }] })
}
