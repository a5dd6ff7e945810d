import { isLegalScope, type OrganisationRole, toggleAgainst, type WorkspaceRole } from '../auth/scopes.ts'
import { KEY_LETTERS, type KeyType } from '../contract/scopes.ts'
import type { Toggles } from '../contract/security.ts'
import { GatewayError } from '../errors.ts'
import type { Principal } from './context.ts'

const KINDS: Readonly<Record<KeyType, string>> = {
  'organisation-service': 'an organisation key',
  'workspace-service': 'a workspace service key',
  'workspace-user': 'a user key',
}

/**
 * 403 that says which scope would do, and why this caller lacks it: the wrong kind of key, a scope it was never given,
 * the role of its owner, or a security toggle, by name. Source: admin-contract §0.2 AB03, §12.
 */
export function lacks(
  principal: Principal,
  anyOf: readonly string[],
  workspaceId: string | null,
): GatewayError {
  const why = reason(principal, anyOf, workspaceId)
  return new GatewayError('forbidden', `This needs the scope ${anyOf.join(' or ')}: ${why}`)
}

function reason(principal: Principal, anyOf: readonly string[], workspaceId: string | null): string {
  const { actor, given, pinned } = principal
  if (actor.kind === 'api_key') {
    const type = actor.keyType
    if (!anyOf.some((scope) => isLegalScope(type, scope, pinned !== null))) {
      const others = (Object.keys(KEY_LETTERS) as KeyType[]).filter((other) =>
        anyOf.some((scope) => isLegalScope(other, scope)),
      )
      return `${KINDS[type]} cannot hold it. Use ${others.map((other) => KINDS[other]).join(' or ')}.`
    }
    if (!anyOf.some((scope) => given?.has(scope))) return 'this key was not given it.'
  }
  const standings = standingsOf(principal, workspaceId)
  for (const { role, toggles } of standings) {
    const toggle = anyOf.map((scope) => toggleAgainst(scope, role, toggles)).find((found) => found)
    if (toggle) {
      return `the security setting ${toggle.key} keeps it from every ${role}. An owner or admin can change it under Settings, Security.`
    }
  }
  const whose = actor.kind === 'user' ? 'your role' : 'the role of its owner'
  const isOfWorkspaces = anyOf.some((scope) => isLegalScope('workspace-service', scope))
  if (actor.kind === 'user' && actor.role === 'member' && !isOfWorkspaces) {
    return 'it is for owners and admins of the organisation.'
  }
  const roles = [...new Set(standings.map(({ role }) => role))].join(', ')
  return roles === '' ? `${whose} does not include it.` : `${whose} (${roles}) does not include it.`
}

type Standing = { role: OrganisationRole | WorkspaceRole; toggles: Toggles }

/** The roles a refusal is about, each with the toggles in force on it: of one workspace, or of all the caller is in. */
function standingsOf(principal: Principal, workspaceId: string | null): Standing[] {
  const { actor, byWorkspace, toggles } = principal
  const place = workspaceId === null ? undefined : byWorkspace.get(workspaceId)
  const places = workspaceId === null ? [...byWorkspace.values()] : place ? [place] : []
  const inPlaces = places.flatMap(({ role, toggles }) => (role === null ? [] : [{ role, toggles }]))
  return inPlaces.length > 0 || actor.kind !== 'user' ? inPlaces : [{ role: actor.role, toggles }]
}
