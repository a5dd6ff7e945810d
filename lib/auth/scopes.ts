import {
  DEFAULT_WORKSPACE_SCOPES,
  type KeyType,
  SCOPE_ALIASES,
  SCOPES,
  scopesFor,
} from '../contract/scopes.ts'

export type OrganisationRole = 'owner' | 'admin' | 'member'
export type WorkspaceRole = 'admin' | 'manager' | 'member'

const ALL: ReadonlySet<string> = new Set(SCOPES.map((scope) => scope.id))
const NONE: ReadonlySet<string> = new Set()
const LEGAL: Readonly<Record<KeyType, ReadonlySet<string>>> = {
  'organisation-service': new Set(scopesFor('organisation-service').map((scope) => scope.id)),
  'workspace-service': new Set(scopesFor('workspace-service').map((scope) => scope.id)),
  'workspace-user': new Set(scopesFor('workspace-user').map((scope) => scope.id)),
}
/** The one scope beyond its own that an organisation key bound to a workspace may hold (ruling 2). */
const BOUND_EXTRA = 'completions.write'

/** The scope a spelling stands for: itself, what an alias means, null for one that means nothing, undefined when unknown. */
export function canonicalScope(said: string): string | null | undefined {
  if (Object.hasOwn(SCOPE_ALIASES, said)) return SCOPE_ALIASES[said]
  return ALL.has(said) ? said : undefined
}

/** Whether a key of this type may hold the scope. `isBound`: an organisation key with a workspace. Source: admin-contract §0.3, §3.3. */
export function isLegalScope(type: KeyType, scope: string, isBound = false): boolean {
  return LEGAL[type].has(scope) || (type === 'organisation-service' && isBound && scope === BOUND_EXTRA)
}

/**
 * Whether someone who holds `held` may hand the scope on. What no organisation key can hold (`completions.write` and
 * its like) an organisation key may still grant to workspace keys, or it could make none that infer.
 */
export function mayGrant(held: ReadonlySet<string>, scope: string, isOrganisationKey: boolean): boolean {
  return held.has(scope) || (isOrganisationKey && !LEGAL['organisation-service'].has(scope))
}

/** What a new key holds when nobody said: workspace keys may infer and render, organisation keys start empty. */
export function defaultScopes(type: KeyType): readonly string[] {
  return type === 'organisation-service' ? [] : DEFAULT_WORKSPACE_SCOPES
}

/**
 * What a role lets a person do: roles are sets of scopes, so a person and a key pass the same gate. `workspaceRole` is
 * null outside a workspace. The security toggles stand at their defaults. Source: admin-contract §5.1, §5.2.
 */
export function scopesOfRole(
  organisationRole: OrganisationRole,
  workspaceRole: WorkspaceRole | null,
): ReadonlySet<string> {
  if (organisationRole === 'owner' || organisationRole === 'admin') return ALL
  return workspaceRole === null ? NONE : WORKSPACE_ROLES[workspaceRole]
}

/** A user key never exceeds its owner's present role (admin-contract §5.1). */
export function shrinkToRole(
  scopes: Iterable<string>,
  organisationRole: OrganisationRole,
  workspaceRole: WorkspaceRole | null,
): ReadonlySet<string> {
  const role = scopesOfRole(organisationRole, workspaceRole)
  return new Set([...scopes].filter((scope) => role.has(scope)))
}

const WORKSPACE_ROLES: Readonly<Record<WorkspaceRole, ReadonlySet<string>>> = {
  admin: LEGAL['workspace-service'],
  manager: LEGAL['workspace-service'],
  member: new Set([
    'completions.write',
    'logs.list',
    'logs.view',
    'logs.write',
    'analytics.view',
    'providers.read',
    'providers.list',
    'virtual_keys.read',
    'virtual_keys.list',
    'configs.read',
    'configs.list',
    'guardrails.read',
    'guardrails.list',
    'guardrails.invoke',
    'policies.read',
    'policies.list',
    'prompts.read',
    'prompts.list',
    'prompts.render',
    'workspaces.read',
    'workspaces.list',
    'workspace_user_api_keys.create',
    'workspace_user_api_keys.read',
    'workspace_user_api_keys.update',
    'workspace_user_api_keys.delete',
    'workspace_user_api_keys.list',
    'workspace_user_api_keys.rotate',
    'mcp.invoke',
    'agents.invoke',
  ]),
}
