import { isLegalScope, toggleAgainst } from '../auth/scopes.ts'
import { KEY_LETTERS, type KeyType } from '../contract/scopes.ts'
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
  const place = workspaceId === null ? undefined : principal.byWorkspace.get(workspaceId)
  const organisationRole = actor.kind === 'user' ? actor.role : null
  const role = place?.role ?? organisationRole
  if (role === null) return 'the role of its owner does not include it.'
  const toggle = anyOf
    .map((scope) => toggleAgainst(scope, role, place?.toggles ?? principal.toggles))
    .find((found) => found !== undefined)
  if (toggle) {
    return `the security setting ${toggle.key} keeps it from every ${role}. An owner or admin can change it under Settings, Security.`
  }
  const whose = actor.kind === 'user' ? 'your role' : 'the role of its owner'
  return workspaceId === null && role === 'member'
    ? `it is for owners and admins of the organisation.`
    : `${whose} (${role}) does not include it.`
}
