import { hash } from 'node:crypto'
import { type OrganisationRole, rightsOfRole, shrinkToRole, type WorkspaceRole } from '../auth/scopes.ts'
import { type Toggles, togglesOf } from '../contract/security.ts'
import { isDatabaseAway } from '../db/client.ts'
import type { Prisma, PrismaClient } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, KeyDirectory } from '../gateway/ports.ts'
import { keepingOf } from '../logs/keeping.ts'
import { Snapshots } from './snapshots.ts'

const KNOWN_MAX = 50_000
const UNKNOWN_MAX = 10_000

/**
 * Who is behind a key, from memory; Postgres is asked once a key and again after a change. An unknown key is remembered
 * too (bounded), so guessing costs no query twice. While Postgres is away known keys keep working, and a key never seen
 * is refused as `unavailable`, not as wrong. Source: architecture §3.3, §4.
 */
export function keyDirectory(
  prisma: PrismaClient,
  now: () => number,
): KeyDirectory & { changed(relation: string, rowId: string): void } {
  const unknown = new Set<string>()
  const callers = new Snapshots<Caller | null>({
    load: async (digest) => {
      const secret = await prisma.apiKeySecret.findUnique({
        where: { hash: new Uint8Array(Buffer.from(digest, 'base64')) },
        include: { apiKey: { include: KEY_PARTS } },
      })
      return secret && compile(secret.apiKey, secret.expiresAt)
    },
    isAway: isDatabaseAway,
    now,
    max: KNOWN_MAX,
  })

  const remembered = (digest: string, caller: Caller | null): Caller | null => {
    if (caller) return caller
    // Unknown keys live in their own bounded set, or strangers would push the known ones out.
    callers.forget(digest)
    if (unknown.size >= UNKNOWN_MAX) unknown.delete(unknown.values().next().value as string)
    unknown.add(digest)
    return null
  }

  return {
    find(secret) {
      const digest = hash('sha256', secret, 'base64')
      if (unknown.has(digest)) return null
      const found = callers.get(digest)
      if (!(found instanceof Promise)) return found
      return found.then(
        (caller) => remembered(digest, caller),
        (error: unknown) => {
          if (!isDatabaseAway(error)) throw error
          throw new GatewayError(
            'unavailable',
            'The key store cannot be reached, and this key has not been seen yet. Known keys keep working.',
            { cause: error, headers: { 'retry-after': '2' } },
          )
        },
      )
    },
    async byId(keyId) {
      const key = await prisma.apiKey.findUnique({ where: { id: keyId }, include: KEY_PARTS })
      return key && compile(key, null)
    },
    changed(relation, rowId) {
      if (!RELATIONS.has(relation)) return
      unknown.clear()
      if (relation === 'api_keys') callers.invalidate((caller) => caller?.keyId === rowId)
      else if (relation === 'users') callers.invalidate((caller) => caller?.userId === rowId)
      else callers.invalidate()
    },
  }
}

const RELATIONS = new Set([
  'organisations',
  'workspaces',
  'users',
  'memberships',
  'api_keys',
  'api_key_secrets',
  'configs',
])

const KEY_PARTS = {
  organisation: true,
  workspace: {
    include: { configs: { where: { isDefault: true, status: 'active' }, select: { slug: true } } },
  },
  user: { include: { memberships: { select: { workspaceId: true, role: true } } } },
} satisfies Prisma.ApiKeyInclude

type KeyRow = Prisma.ApiKeyGetPayload<{ include: typeof KEY_PARTS }>

function compile(key: KeyRow, secretExpiresAt: Date | null): Caller {
  const defaults = objectOf(key.defaults)
  const workspaceDefaults = objectOf(key.workspace?.defaults)
  const ends = [secretExpiresAt, key.expiresAt].filter((at) => at !== null).map((at) => at.getTime())
  const toggles = togglesOf(key.organisation.securitySettings, key.workspace?.securitySettings)
  return {
    keyId: key.id,
    keyType: key.type as Caller['keyType'],
    organisationId: key.organisationId,
    workspaceId: key.workspaceId,
    workspaceSlug: key.workspace?.slug ?? null,
    userId: key.userId,
    userEmail: key.user?.email ?? null,
    scopes: scopesOf(key, toggles),
    defaultMetadata: stringsOf(defaults.metadata),
    workspaceMetadata: stringsOf(workspaceDefaults.metadata),
    configSlug:
      textOf(defaults.config_slug) ??
      textOf(defaults.config_id) ??
      (key.user ? textOf(workspaceDefaults.user_api_key_config) : null) ??
      key.workspace?.configs[0]?.slug ??
      null,
    expiresAtMs: ends.length > 0 ? Math.min(...ends) : null,
    status: isUsable(key) ? 'active' : 'disabled',
    ...keepingOf(key.organisation.settings, key.workspace?.settings),
    isSavedOnly: toggles.block_inline_config,
  }
}

/** A key dies with its workspace; a person's key with the person, or with their place in the workspace. */
function isUsable(key: KeyRow): boolean {
  if (key.status !== 'active') return false
  if (key.workspace && key.workspace.status !== 'active') return false
  if (!key.user) return key.type !== 'workspace-user'
  if (key.user.status !== 'active') return false
  return (
    key.user.role !== 'member' ||
    key.user.memberships.some(({ workspaceId }) => workspaceId === key.workspaceId)
  )
}

function scopesOf({ scopes, user, workspaceId }: KeyRow, toggles: Toggles): ReadonlySet<string> {
  if (!user) return new Set(scopes)
  const membership = user.memberships.find((one) => one.workspaceId === workspaceId)
  const role = (membership?.role as WorkspaceRole | undefined) ?? null
  return shrinkToRole(scopes, rightsOfRole(user.role as OrganisationRole, role, toggles)).scopes
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

const textOf = (value: unknown) => (typeof value === 'string' && value ? value : null)
