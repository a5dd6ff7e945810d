/** Who stands above whom: nobody grants a role above their own, or touches who has one. Source: admin-contract §5.1. */
import type { OrganisationRole, WorkspaceRole } from '../auth/scopes.ts'
import type { User } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, roleIn } from './context.ts'

const HEIGHT: Readonly<Record<WorkspaceRole, number>> = { member: 0, manager: 1, admin: 2 }

/**
 * How high the caller stands in a workspace: a person by their role, a user key as its owner, an organisation key as an
 * admin. Managers make service keys, so a service key stands no higher than they do.
 */
export function rankIn(ctx: Ctx, workspaceId: string): WorkspaceRole {
  const { actor, principal } = ctx
  if (actor.kind === 'user') return roleIn(principal, workspaceId) ?? 'member'
  if (actor.kind === 'system' || actor.keyType === 'organisation-service') return 'admin'
  return principal.byWorkspace.get(workspaceId)?.role ?? 'manager'
}

/** Refuses to hand out a role in a workspace above the caller's own. */
export function refuseAbove(ctx: Ctx, workspaceId: string, role: WorkspaceRole, param: string): void {
  const own = rankIn(ctx, workspaceId)
  if (HEIGHT[role] <= HEIGHT[own]) return
  throw new GatewayError(
    'forbidden',
    `You cannot make somebody ${role} here: that is above ${ownWords(ctx, own)}. An admin of the workspace can.`,
    { param },
  )
}

/** Refuses to change or remove somebody who stands above the caller; owners and admins are admins everywhere. */
export function refuseTouching(
  ctx: Ctx,
  workspaceId: string,
  target: { role: string; user: Pick<User, 'role'> },
): void {
  const own = rankIn(ctx, workspaceId)
  const theirs = target.user.role === 'member' ? (target.role as WorkspaceRole) : 'admin'
  if (HEIGHT[theirs] <= HEIGHT[own]) return
  throw new GatewayError(
    'forbidden',
    `You cannot change or remove an ${theirs}: that is above ${ownWords(ctx, own)}. An admin of the workspace can.`,
  )
}

/** An owner is changed or removed by owners alone; a key acts as an admin would, whoever made it. */
export function refuseTouchingOwner(ctx: Ctx, target: Pick<User, 'role'>): void {
  if (target.role !== 'owner' || organisationRank(ctx) === 'owner') return
  throw new GatewayError('forbidden', 'Only an owner can change or remove an owner. Ask one of them.')
}

function organisationRank({ actor }: Ctx): OrganisationRole {
  return actor.kind === 'user' ? actor.role : 'admin'
}

function ownWords({ actor }: Ctx, own: WorkspaceRole): string {
  return actor.kind === 'user' ? `your own role, ${own}` : `what this key stands for, ${own}`
}
