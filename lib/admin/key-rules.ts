/** What a key may be given, and by whom. Source: admin-contract §3. */
import type { z } from 'zod'
import { canonicalScope, defaultScopes, isLegalScope, mayGrant } from '../auth/scopes.ts'
import type { apiKeys } from '../contract/access.ts'
import type { KeyType } from '../contract/scopes.ts'
import { GatewayError } from '../errors.ts'
import { absent, byIdOrSlug, type Ctx, isUuid, roleIn, scopesIn } from './context.ts'
import type { StoredDefaults } from './key-rows.ts'
import { invalid, invalidField } from './validation.ts'

export type KeyInput = z.output<typeof apiKeys.create>
export type KeyUpdate = z.output<typeof apiKeys.update>

/** The scope family that governs keys of a type. */
export const FAMILY: Readonly<Record<KeyType, string>> = {
  'organisation-service': 'organisation_service_api_keys',
  'workspace-service': 'workspace_service_api_keys',
  'workspace-user': 'workspace_user_api_keys',
}

/** The type a create asks for; without a sub-type an organisation gets a service key, a workspace a user's when `user_id` is given (ruling 1). */
export function typeAsked(input: Pick<KeyInput, 'type' | 'sub_type' | 'user_id'>): KeyType {
  if (input.type === 'organisation') {
    if (input.sub_type === 'user')
      throw invalidField('sub_type', 'must be service for an organisation', 'enum')
    return 'organisation-service'
  }
  const subType = input.sub_type ?? (input.user_id ? 'user' : 'service')
  return subType === 'user' ? 'workspace-user' : 'workspace-service'
}

/**
 * The scopes a key ends up with. Refuses what is unknown, not for this type, or beyond what the caller holds itself;
 * scopes the key has already are not judged again. An empty list on create means the type's defaults, as far as the
 * caller may grant them.
 */
export function grantedScopes(
  ctx: Ctx,
  type: KeyType,
  workspaceId: string | null,
  said: readonly string[] | null | undefined,
  before: readonly string[] | null,
): string[] {
  const held = new Set([...scopesIn(ctx.principal, workspaceId), ...ctx.principal.organisationScopes])
  const isOrganisationKey = ctx.actor.kind === 'api_key' && ctx.actor.keyType === 'organisation-service'
  const grantable = (scope: string) => before?.includes(scope) || mayGrant(held, scope, isOrganisationKey)
  const words = said ?? []
  if (words.length === 0 && before === null) return defaultScopes(type).filter(grantable)

  const scopes = new Set<string>()
  for (const [index, word] of words.entries()) {
    const scope = canonicalScope(word)
    if (scope === undefined) throw invalidScope(index, `"${word.slice(0, 64)}" is not a scope`)
    if (scope === null) continue
    if (!isLegalScope(type, scope, workspaceId !== null))
      throw invalidScope(index, illegal(type, scope, workspaceId))
    if (!grantable(scope)) {
      throw new GatewayError('forbidden', `You cannot grant ${scope}: you do not hold it yourself.`, {
        param: 'scopes',
      })
    }
    scopes.add(scope)
  }
  return [...scopes]
}

/** The owner of a new user key: who was named, or the signed-in person. Members make keys for themselves alone. */
export async function ownerOf(
  ctx: Ctx,
  type: KeyType,
  workspaceId: string | null,
  said: string | null | undefined,
) {
  if (type !== 'workspace-user' || workspaceId === null) {
    if (said) throw invalidField('user_id', 'is for user keys of a workspace')
    return null
  }
  const self = ctx.actor.kind === 'user' ? ctx.actor.id : null
  const userId = said ?? self
  if (userId === null) throw invalidField('user_id', 'is required', 'required')
  if (!isUuid(userId)) throw absent('user_id', 'member of this workspace')
  if (
    ctx.actor.kind === 'user' &&
    userId.toLowerCase() !== self &&
    roleIn(ctx.principal, workspaceId) === 'member'
  ) {
    throw new GatewayError('forbidden', 'A member may make keys for themselves alone.', { param: 'user_id' })
  }
  const user = await ctx.db.user.findFirst({
    where: {
      id: userId,
      organisationId: ctx.organisation.id,
      status: 'active',
      OR: [{ role: { in: ['owner', 'admin'] } }, { memberships: { some: { workspaceId } } }],
    },
    select: { id: true },
  })
  if (!user) throw absent('user_id', 'member of this workspace')
  return user.id
}

/**
 * `defaults` for the column: three-state and merged one level deep. The config must be in the key's workspace; the
 * form it was named in is kept, and its slug beside it for the gateway.
 */
export async function mergedDefaults(
  ctx: Ctx,
  workspaceId: string | null,
  { defaults, allow_config_override }: Pick<KeyInput, 'defaults' | 'allow_config_override'>,
  before: StoredDefaults,
): Promise<StoredDefaults> {
  if (defaults === null) return {}
  const merged: StoredDefaults = { ...before }
  const inside = defaults?.allow_config_override
  const override = inside === undefined ? allow_config_override : inside
  if (defaults?.metadata !== undefined) merged.metadata = defaults.metadata ?? {}
  if (override !== undefined) merged.allow_config_override = override
  const said = defaults?.config_id
  if (said !== undefined) {
    merged.config_id = said
    merged.config_slug = said === null ? null : await configSlug(ctx, workspaceId, said)
  }
  return merged
}

/** An expiry for the column; must lie ahead, unless it is the one from before, as a form sends it back. */
export function expiry(
  said: string | null | undefined,
  now: Date,
  before: Date | null = null,
): Date | null | undefined {
  if (said == null) return said
  const at = new Date(said)
  if (at.getTime() === before?.getTime()) return undefined
  if (at <= now) throw invalidField('expires_at', 'must lie in the future', 'range')
  return at
}

async function configSlug(ctx: Ctx, workspaceId: string | null, reference: string): Promise<string> {
  if (workspaceId === null) throw invalidField('defaults.config_id', 'needs a key with a workspace_id')
  const config = await ctx.db.config.findFirst({
    where: { workspaceId, status: 'active', ...byIdOrSlug(reference) },
    select: { slug: true },
  })
  if (!config) throw absent('defaults.config_id', 'config of this workspace')
  return config.slug
}

function illegal(type: KeyType, scope: string, workspaceId: string | null): string {
  const bound = scope === 'completions.write' && workspaceId === null ? ' without a workspace_id' : ''
  return `"${scope}" is not for ${type} keys${bound}`
}

function invalidScope(index: number, message: string): GatewayError {
  return invalid([
    { path: 'scopes', rule: 'enum', message: `has a member at ${index} that cannot be used: ${message}` },
  ])
}
