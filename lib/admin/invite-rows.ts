import type { z } from 'zod'
import type { WorkspaceRole } from '../auth/scopes.ts'
import type { inviteRow } from '../contract/invites.ts'
import type { Invite, Prisma, Workspace } from '../db/generated/client.ts'
import { rfc3339 } from '../units.ts'
import type { Db } from './context.ts'

export type InviteRow = z.output<typeof inviteRow>

/** A workspace an invite opens, in its column. */
export interface StoredPlace {
  id: string
  role: WorkspaceRole
}

export const storedPlaces = (invite: Pick<Invite, 'workspaces'>) =>
  invite.workspaces as unknown as StoredPlace[]

/** The workspaces that some invites name, by id. */
export async function placesOf(db: Db, invites: readonly Invite[]): Promise<ReadonlyMap<string, Workspace>> {
  const ids = [...new Set(invites.flatMap((invite) => storedPlaces(invite).map(({ id }) => id)))]
  const found = ids.length === 0 ? [] : await db.workspace.findMany({ where: { id: { in: ids } } })
  return new Map(found.map((workspace) => [workspace.id, workspace]))
}

/** One that nobody answered in time is expired, whether or not somebody noted it. */
export function statusOf({ status, expiresAt }: Invite, now: Date): InviteRow['status'] {
  return status === 'pending' && expiresAt <= now ? 'expired' : (status as InviteRow['status'])
}

/** The `where` of invites whose status at `now` is the given one. */
export function whereStatus(status: string, now: Date): Prisma.InviteWhereInput {
  if (status === 'pending') return { status, expiresAt: { gt: now } }
  if (status === 'expired') return { OR: [{ status }, { status: 'pending', expiresAt: { lte: now } }] }
  return { status }
}

export function toInviteRow(
  invite: Invite,
  workspaces: ReadonlyMap<string, Workspace>,
  now: Date,
): InviteRow {
  return {
    object: 'invite',
    id: invite.id,
    email: invite.email,
    role: invite.role as InviteRow['role'],
    status: statusOf(invite, now),
    workspaces: storedPlaces(invite).flatMap(({ id, role }) => {
      const workspace = workspaces.get(id)
      return workspace ? [{ id: workspace.slug, workspace_id: id, name: workspace.name, role }] : []
    }),
    workspace_api_key_details:
      invite.keyScopes === null ? null : { scopes: invite.keyScopes as unknown as string[] },
    expires_at: invite.expiresAt.toISOString(),
    accepted_at: rfc3339(invite.acceptedAt),
    invited_by: invite.invitedBy,
    invite_link: null,
    created_at: invite.createdAt.toISOString(),
    last_updated_at: invite.lastUpdatedAt.toISOString(),
  }
}
