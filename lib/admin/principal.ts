/** Who is calling: the caller behind a key or a session. Source: admin-contract §0.1, §3.4. */
import { hashKey } from '../auth/keys.ts'
import {
  type OrganisationRole,
  type Rights,
  rightsOfRole,
  shrinkToRole,
  unbounded,
  type WorkspaceRole,
} from '../auth/scopes.ts'
import type { KeyType } from '../contract/scopes.ts'
import { DEFAULT_TOGGLES, togglesOf } from '../contract/security.ts'
import { GatewayError } from '../errors.ts'
import type { AdminRuntime, Place, Principal } from './context.ts'

const NO_SCOPES: ReadonlySet<string> = new Set()
const NOWHERE: Rights = { scopes: NO_SCOPES, seesPayloads: false, seesAllData: false }
const ORGANISATION = { id: true, slug: true, name: true, securitySettings: true } as const

/** Whoever calls a route that answers without sign-in; the verb finds out whose affair it is. */
export const VISITOR: Principal = {
  organisation: { id: '', slug: '', name: '' },
  actor: { kind: 'system', name: 'visitor' },
  pinned: null,
  organisationScopes: NO_SCOPES,
  everywhere: NOWHERE,
  byWorkspace: new Map(),
  given: null,
  toggles: DEFAULT_TOGGLES,
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
          organisation: { select: ORGANISATION },
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
  const { securitySettings, ...organisation } = key.organisation
  const place = placeOfKey(type, key, togglesOf(securitySettings, key.workspace?.securitySettings))
  if (place === null) throw unknownKey()
  await noteUse(runtime, memory, key.id, nowMs)
  return {
    organisation,
    actor: { kind: 'api_key', id: key.id, keyType: type, userId: key.userId },
    pinned: key.workspace,
    organisationScopes: type === 'organisation-service' ? place.scopes : NO_SCOPES,
    everywhere: key.workspace ? NOWHERE : place,
    byWorkspace: key.workspace ? new Map([[key.workspace.id, place]]) : new Map(),
    given: new Set(key.scopes),
    toggles: togglesOf(securitySettings, null),
  }
}

/** The caller behind a signed-in person; null when the person is no longer active. */
export async function principalOfUser(
  runtime: AdminRuntime,
  session: { userId: string; sessionId: string },
): Promise<Principal | null> {
  const { prisma } = runtime.database
  const user = await prisma.user.findUnique({
    where: { id: session.userId },
    include: {
      memberships: {
        where: { workspace: { status: 'active' } },
        include: { workspace: { select: { securitySettings: true } } },
      },
      organisation: { select: ORGANISATION },
    },
  })
  if (user?.status !== 'active') return null
  const role = user.role as OrganisationRole
  const { securitySettings, ...organisation } = user.organisation
  const toggles = togglesOf(securitySettings, null)
  const rights = rightsOfRole(role, null, toggles)
  const placeIn = (workspaceRole: WorkspaceRole, theirs: unknown): Place => {
    const inForce = togglesOf(securitySettings, theirs)
    return { ...rightsOfRole(role, workspaceRole, inForce), role: workspaceRole, toggles: inForce }
  }
  const byWorkspace = new Map<string, Place>()
  if (role === 'member') {
    for (const { workspaceId, role: workspaceRole, workspace } of user.memberships)
      byWorkspace.set(workspaceId, placeIn(workspaceRole as WorkspaceRole, workspace.securitySettings))
  } else if (role === 'admin') {
    // At home everywhere; named where a workspace has toggles of its own.
    const own = await prisma.workspace.findMany({
      where: { organisationId: organisation.id, status: 'active', securitySettings: { not: {} } },
      select: { id: true, securitySettings: true },
    })
    for (const workspace of own) byWorkspace.set(workspace.id, placeIn('admin', workspace.securitySettings))
  }
  return {
    organisation,
    actor: { kind: 'user', id: user.id, role, sessionId: session.sessionId },
    pinned: null,
    organisationScopes: rights.scopes,
    everywhere: role === 'member' ? NOWHERE : rights,
    byWorkspace,
    given: null,
    toggles,
  }
}

/** A user key shrinks with its owner's role, and is dead without an active owner in the workspace (null). */
function placeOfKey(
  type: KeyType,
  key: {
    scopes: string[]
    workspaceId: string | null
    user: { status: string; role: string; memberships: { workspaceId: string; role: string }[] } | null
  },
  toggles: Place['toggles'],
): Place | null {
  const given = new Set(key.scopes)
  if (type !== 'workspace-user') return { ...unbounded(given), role: null, toggles }
  if (key.user?.status !== 'active') return null
  const organisationRole = key.user.role as OrganisationRole
  const membership = key.user.memberships.find((one) => one.workspaceId === key.workspaceId)
  if (!membership && organisationRole === 'member') return null
  const role = (membership?.role as WorkspaceRole | undefined) ?? null
  const rights = shrinkToRole(given, rightsOfRole(organisationRole, role, toggles))
  return { ...rights, role: organisationRole === 'member' ? role : 'admin', toggles }
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
