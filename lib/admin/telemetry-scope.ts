import { type Ctx, scopesIn, visibleWorkspaces } from './context.ts'

/** Ids of the workspaces whose calls the caller may read: the one named, else all where it holds one of the scopes. */
export async function readableWorkspaces(ctx: Ctx, anyOf: readonly string[]): Promise<string[]> {
  if (ctx.workspace) return [ctx.workspace.id]
  const holds = (workspaceId: string) => {
    const held = scopesIn(ctx.principal, workspaceId)
    return anyOf.some((scope) => held.has(scope))
  }
  const visible = visibleWorkspaces(ctx.principal)
  if (visible !== 'all') return visible.filter(holds)
  const all = await ctx.db.workspace.findMany({
    where: { organisationId: ctx.organisation.id },
    select: { id: true },
  })
  return all.map(({ id }) => id).filter(holds)
}
