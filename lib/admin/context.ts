/**
 * Who calls the control plane and what for: the world a verb runs in. Nothing here knows HTTP; `lib/http/admin.ts`
 * makes a call out of a request, `verbs.ts` runs it. Source: architecture §2, admin-contract §5.
 */
import { hashKey } from '../auth/keys.ts'
import { type OrganisationRole, scopesOfRole, shrinkToRole, type WorkspaceRole } from '../auth/scopes.ts'
import type { WorkspaceRule } from '../contract/resource.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { Prisma, PrismaClient, Workspace } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'
import type { Egress } from '../providers/egress.ts'

/** What the control plane needs of the process; `lib/compose.ts` makes it. */
export interface AdminRuntime {
  database: { prisma: PrismaClient }
  /** `secret` is TOLLGATE_SECRET; `olderSecrets` open what was sealed before it was turned. */
  settings: { publicUrl: string; secret: string; olderSecrets?: readonly string[] }
  /** Epoch milliseconds. */
  now: () => number
  newId: () => string
  /** The signed-in person behind a request's cookie, or null. */
  readSession(request: Request): Promise<{ userId: string; sessionId: string } | null>
  /** `host` or `host:port` of private targets that integrations may name. */
  allowPrivateHosts: readonly string[]
  /** For connection tests. */
  egress?: Egress
  /** Where entries made elsewhere go (`POST /logs`): the way of every call. */
  journal?: { append(record: CallRecord, bodies: CallBodies | null): void }
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
  /** Held in every workspace, present and future. */
  everywhere: ReadonlySet<string>
  /** Held in these workspaces, by id. */
  byWorkspace: ReadonlyMap<string, { scopes: ReadonlySet<string>; role: WorkspaceRole | null }>
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
}

const NOBODY: ReadonlySet<string> = new Set()

/** The scopes the caller holds in a workspace; with null, those it holds for the organisation. */
export function scopesIn(principal: Principal, workspaceId: string | null): ReadonlySet<string> {
  if (workspaceId === null) return principal.organisationScopes
  return principal.byWorkspace.get(workspaceId)?.scopes ?? principal.everywhere
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
  return principal.everywhere.size > 0 || principal.actor.kind !== 'user'
    ? 'all'
    : [...principal.byWorkspace.keys()]
}

/** Everything the caller holds anywhere: the gate of routes whose rows decide the rest. */
export function scopesAnywhere(principal: Principal): ReadonlySet<string> {
  const all = new Set([...principal.organisationScopes, ...principal.everywhere])
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
  throw lacks(anyOf)
}

/** Whether a workspace exists for this caller at all. */
export function sees(principal: Principal, workspaceId: string): boolean {
  const visible = visibleWorkspaces(principal)
  return visible === 'all' || visible.includes(workspaceId)
}

/** 404 for a row that is not there, or not for this caller. */
export function notFound(noun: string): GatewayError {
  return new GatewayError('not_found', `No such ${noun}.`)
}

/** 404 for something a body or query names that is not there, or not for this caller. */
export function absent(param: string, noun: string): GatewayError {
  return new GatewayError('parent_not_found', `${param} names no ${noun}.`, { param })
}

/** 403 that says which scope would do. */
export function lacks(anyOf: readonly string[]): GatewayError {
  return new GatewayError('forbidden', `This needs the scope ${anyOf.join(' or ')}.`)
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

const KEY_CHARS_MAX = 512
const UNKNOWN_MAX = 2048
/** As long as a change may take to be felt (architecture §4). */
const UNKNOWN_MS = 2000
const USED_EVERY_MS = 60_000

/** Hashes nobody had when last asked, by the time they may be asked for again; and when a key's use was last noted. */
interface KeyMemory {
  unknown: Map<string, number>
  used: Map<string, number>
}
const memories = new WeakMap<AdminRuntime, KeyMemory>()

/**
 * The caller behind a key. Refuses `invalid_api_key` when it is unknown, disabled, archived or its owner is gone, and
 * `expired_api_key` when its time, or that of a rotated secret, is over. An unknown key costs no query when repeated.
 */
export async function principalOfKey(runtime: AdminRuntime, secret: string): Promise<Principal> {
  const memory = memoryOf(runtime)
  const nowMs = runtime.now()
  const hash = hashKey(secret)
  const name = Buffer.from(hash).toString('base64')
  if (secret.length > KEY_CHARS_MAX || (memory.unknown.get(name) ?? 0) > nowMs) throw unknownKey()
  const { prisma } = runtime.database
  const found = await prisma.apiKeySecret.findUnique({
    where: { hash },
    include: {
      apiKey: {
        include: {
          workspace: true,
          organisation: { select: { id: true, slug: true, name: true } },
          user: { include: { memberships: true } },
        },
      },
    },
  })
  if (!found) {
    if (memory.unknown.size >= UNKNOWN_MAX) memory.unknown.clear()
    memory.unknown.set(name, nowMs + UNKNOWN_MS)
    throw unknownKey()
  }
  const key = found.apiKey
  if (key.status !== 'active' || (key.workspace && key.workspace.status !== 'active')) throw unknownKey()
  if (isPast(found.expiresAt, nowMs) || isPast(key.expiresAt, nowMs)) {
    throw new GatewayError('expired_api_key', 'This API key has expired.')
  }
  const type = key.type as KeyType
  const scopes = scopesOfKey(type, key)
  if (scopes === null) throw unknownKey()
  await noteUse(runtime, memory, key.id, nowMs)
  return {
    organisation: key.organisation,
    actor: { kind: 'api_key', id: key.id, keyType: type, userId: key.userId },
    pinned: key.workspace,
    organisationScopes: type === 'organisation-service' ? scopes : NOBODY,
    everywhere: key.workspace ? NOBODY : scopes,
    byWorkspace: key.workspace ? new Map([[key.workspace.id, { scopes, role: null }]]) : new Map(),
  }
}

/** The caller behind a signed-in person; null when the person is no longer active. */
export async function principalOfUser(
  runtime: AdminRuntime,
  session: { userId: string; sessionId: string },
): Promise<Principal | null> {
  const user = await runtime.database.prisma.user.findUnique({
    where: { id: session.userId },
    include: {
      memberships: { where: { workspace: { status: 'active' } } },
      organisation: { select: { id: true, slug: true, name: true } },
    },
  })
  if (user?.status !== 'active') return null
  const role = user.role as OrganisationRole
  const isEverywhere = role !== 'member'
  return {
    organisation: user.organisation,
    actor: { kind: 'user', id: user.id, role, sessionId: session.sessionId },
    pinned: null,
    organisationScopes: scopesOfRole(role, null),
    everywhere: isEverywhere ? scopesOfRole(role, null) : NOBODY,
    byWorkspace: isEverywhere
      ? new Map()
      : new Map(
          user.memberships.map((membership) => {
            const workspaceRole = membership.role as WorkspaceRole
            return [
              membership.workspaceId,
              { scopes: scopesOfRole(role, workspaceRole), role: workspaceRole },
            ]
          }),
        ),
  }
}

/** A user key shrinks with its owner's role, and is dead without an active owner in the workspace (null). */
function scopesOfKey(
  type: KeyType,
  key: {
    scopes: string[]
    workspaceId: string | null
    user: { status: string; role: string; memberships: { workspaceId: string; role: string }[] } | null
  },
): ReadonlySet<string> | null {
  if (type !== 'workspace-user') return new Set(key.scopes)
  if (key.user?.status !== 'active') return null
  const organisationRole = key.user.role as OrganisationRole
  const membership = key.user.memberships.find((one) => one.workspaceId === key.workspaceId)
  if (!membership && organisationRole === 'member') return null
  return shrinkToRole(key.scopes, organisationRole, (membership?.role as WorkspaceRole | undefined) ?? null)
}

/** At most one write a minute and key. A failure here fails nothing: the call itself says what is wrong. */
async function noteUse(
  runtime: AdminRuntime,
  memory: KeyMemory,
  keyId: string,
  nowMs: number,
): Promise<void> {
  if (nowMs - (memory.used.get(keyId) ?? 0) < USED_EVERY_MS) return
  if (memory.used.size >= UNKNOWN_MAX) memory.used.clear()
  memory.used.set(keyId, nowMs)
  const lastUsedAt = new Date(nowMs)
  await runtime.database.prisma.apiKeyUse
    .upsert({ where: { apiKeyId: keyId }, create: { apiKeyId: keyId, lastUsedAt }, update: { lastUsedAt } })
    .catch(() => undefined)
}

function memoryOf(runtime: AdminRuntime): KeyMemory {
  let memory = memories.get(runtime)
  if (!memory) {
    memory = { unknown: new Map(), used: new Map() }
    memories.set(runtime, memory)
  }
  return memory
}

function unknownKey(): GatewayError {
  return new GatewayError('invalid_api_key', 'The API key is not known, or no longer in use.')
}

function isPast(at: Date | null, nowMs: number): boolean {
  return at !== null && at.getTime() <= nowMs
}
