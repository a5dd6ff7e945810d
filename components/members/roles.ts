/** Roles in a workspace, who stands above whom, and whom somebody may change. Pure. */
import type { members } from '@/lib/contract/people.ts'
import type { RowOf } from '@/lib/contract/resource.ts'
import { ROLE_COLUMNS } from '@/lib/contract/roles.ts'

export type Member = RowOf<typeof members>
export type WorkspaceRole = Member['role']

const HEIGHT: Readonly<Record<WorkspaceRole, number>> = { member: 0, manager: 1, admin: 2 }
const COLUMNS = { admin: 'workspace_admin', manager: 'manager', member: 'member' } as const

/** From the least to the most. */
export const ROLES: readonly { value: WorkspaceRole; label: string; meaning: string }[] = (
  ['member', 'manager', 'admin'] as const
).map((value) => ({
  value,
  label: value.charAt(0).toUpperCase() + value.slice(1),
  meaning: ROLE_COLUMNS.find(({ id }) => id === COLUMNS[value])?.description ?? '',
}))

export function labelOf(role: WorkspaceRole): string {
  return ROLES.find(({ value }) => value === role)?.label ?? role
}

/** The role that counts: owners and admins of the organisation are admins of every workspace. */
export function effectiveRole({ org_role, role }: Pick<Member, 'org_role' | 'role'>): WorkspaceRole {
  return org_role === 'member' ? role : 'admin'
}

/** Where a role comes from when it is not given here: "as organisation owner". */
export function comesFrom({ org_role }: Pick<Member, 'org_role'>): string | null {
  return org_role === 'member' ? null : `as organisation ${org_role}`
}

/** Why somebody of `own` role may not give out `role`; null when they may. */
export function whyNotGive(own: WorkspaceRole, role: WorkspaceRole): string | null {
  if (HEIGHT[role] <= HEIGHT[own]) return null
  return `Above your own role, ${own}. An admin of the workspace can give it.`
}

/** Why somebody of `own` role may not touch a member; null when they may. */
export function whyNotTouch(own: WorkspaceRole, member: Pick<Member, 'org_role' | 'role'>): string | null {
  const theirs = effectiveRole(member)
  if (HEIGHT[theirs] <= HEIGHT[own]) return null
  return `They are ${theirs}, which is above your own role, ${own}. An admin of the workspace can.`
}

/** Why a role cannot be changed here; null when it can. */
export function whyFixed(own: WorkspaceRole, member: Pick<Member, 'org_role' | 'role'>): string | null {
  if (member.org_role !== 'member')
    return `Admin of every workspace as organisation ${member.org_role}. That changes with their role in the organisation.`
  return whyNotTouch(own, member)
}

export function fullName({ first_name, last_name }: Pick<Member, 'first_name' | 'last_name'>): string {
  return `${first_name} ${last_name}`.trim()
}

/** Name, else e-mail. */
export function callOf(member: Pick<Member, 'first_name' | 'last_name' | 'email'>): string {
  return fullName(member) || member.email
}
