import {
  BOUND_EXTRA,
  DEFAULT_WORKSPACE_SCOPES,
  type KeyType,
  SCOPE_ALIASES,
  SCOPES,
  scopesFor,
} from '../contract/scopes.ts'
import { ALL_DATA, PAYLOADS, TOGGLES, type Toggle, type Toggles } from '../contract/security.ts'

export type OrganisationRole = 'owner' | 'admin' | 'member'
export type WorkspaceRole = 'admin' | 'manager' | 'member'

const ALL: ReadonlySet<string> = new Set(SCOPES.map((scope) => scope.id))
const NONE: ReadonlySet<string> = new Set()
const LEGAL: Readonly<Record<KeyType, ReadonlySet<string>>> = {
  'organisation-service': new Set(scopesFor('organisation-service').map((scope) => scope.id)),
  'workspace-service': new Set(scopesFor('workspace-service').map((scope) => scope.id)),
  'workspace-user': new Set(scopesFor('workspace-user').map((scope) => scope.id)),
}

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

/** What someone may do in one place: scopes, and the rights beside them. */
export interface Rights {
  scopes: ReadonlySet<string>
  /** Reads what was said in a call, not only that it was made. */
  seesPayloads: boolean
  /** Sees the calls of other people, not only those of the own user keys. */
  seesAllData: boolean
}

/** What service keys have: no role, so no toggle, shrinks them. */
export const unbounded = (scopes: ReadonlySet<string>): Rights => ({
  scopes,
  seesPayloads: true,
  seesAllData: true,
})

/**
 * What a role lets a person do: roles are sets of scopes, so a person and a key pass the same gate. `workspaceRole` is
 * null outside a workspace; owners and admins of the organisation are at home in all of them. A toggle that is off
 * takes away what it grants. Source: admin-contract §5.1, §5.2.
 */
export function rightsOfRole(
  organisationRole: OrganisationRole,
  workspaceRole: WorkspaceRole | null,
  toggles: Toggles,
): Rights {
  if (organisationRole === 'owner') return OWNER
  if (organisationRole === 'admin') return withToggles(ALL, 'admin', toggles)
  if (workspaceRole === null) return NOTHING
  if (workspaceRole === 'admin') return WORKSPACE_ADMIN
  return withToggles(WORKSPACE_ROLES[workspaceRole], workspaceRole, toggles)
}

/** A user key never exceeds its owner's present role (admin-contract §5.1). */
export function shrinkToRole(scopes: Iterable<string>, role: Rights): Rights {
  return { ...role, scopes: new Set([...scopes].filter((scope) => role.scopes.has(scope))) }
}

/** The toggle that keeps a scope from a role, when one does. */
export function toggleAgainst(
  scope: string,
  role: OrganisationRole | WorkspaceRole,
  toggles: Toggles,
): Toggle | undefined {
  return TOGGLES.find((one) => one.role === role && one.grants.includes(scope) && !toggles[one.key])
}

function withToggles(scopes: ReadonlySet<string>, role: Toggle['role'], toggles: Toggles): Rights {
  const granted = new Set([...scopes, PAYLOADS, ALL_DATA])
  for (const { key, role: whose, grants } of TOGGLES) {
    if (whose !== role) continue
    for (const grant of grants) {
      if (toggles[key]) granted.add(grant)
      else granted.delete(grant)
    }
  }
  const seesPayloads = granted.delete(PAYLOADS)
  const seesAllData = granted.delete(ALL_DATA)
  return { scopes: granted, seesPayloads, seesAllData }
}

const OWNER = unbounded(ALL)
const NOTHING: Rights = { scopes: NONE, seesPayloads: false, seesAllData: false }
const WORKSPACE_ADMIN = unbounded(LEGAL['workspace-service'])

/** What these roles have beside what toggles give them. */
const WORKSPACE_ROLES: Readonly<Record<'manager' | 'member', ReadonlySet<string>>> = {
  manager: LEGAL['workspace-service'],
  member: new Set([
    'completions.write',
    'logs.write',
    'guardrails.invoke',
    'prompts.render',
    'policies.read',
    'policies.list',
    'workspaces.read',
    'workspaces.list',
    'mcp.invoke',
    'agents.invoke',
  ]),
}
