/** Who is calling: the caller behind a key or a session. Source: admin-contract §0.1, §3.4. */
import { hashKey } from '../auth/keys.ts'
import { type OrganisationRole, scopesOfRole, shrinkToRole, type WorkspaceRole } from '../auth/scopes.ts'
import type { KeyType } from '../contract/scopes.ts'
import { GatewayError } from '../errors.ts'
import type { AdminRuntime, Principal } from './context.ts'

const NOBODY: ReadonlySet<string> = new Set()
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
