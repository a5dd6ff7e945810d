import type { WorkspaceRole } from '../auth/scopes.ts'
import type { User, Workspace } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Teller, tell } from './events.ts'
import { autoKeyFor, makeAutoKey } from './key-auto.ts'

interface Joining {
  user: Pick<User, 'id' | 'email'>
  role: WorkspaceRole
}

/**
 * Puts people into a workspace, gives each the key that joining brings (one with `keyScopes` where the invite says so,
 * else what the organisation's setting asks), and tells of it. Nobody of them may be in it already.
 */
export async function joinWorkspace(
  teller: Teller,
  workspace: Workspace,
  people: readonly Joining[],
  { by, keyScopes = null }: { by: string | null; keyScopes?: readonly string[] | null },
): Promise<void> {
  const { count } = await teller.db.membership.createMany({
    data: people.map(({ user, role }) => ({
      workspaceId: workspace.id,
      userId: user.id,
      role,
      createdAt: teller.now,
    })),
    skipDuplicates: true,
  })
  if (count < people.length) {
    throw new GatewayError(
      'conflict',
      'Somebody else added one of these people at the same moment. Look at the list and try again.',
    )
  }
  for (const { user, role } of people) {
    if (keyScopes)
      await makeAutoKey(teller, { userId: user.id, workspaceId: workspace.id, scopes: keyScopes })
    else await autoKeyFor(teller, { userId: user.id, workspace })
    await tell(teller, {
      kind: 'member.added',
      organisationId: workspace.organisationId,
      workspaceId: workspace.id,
      data: { user_id: user.id, email: user.email, workspace: workspace.name, role, by },
    })
  }
}
