import type { Ctx } from './context.ts'
import { visibleWorkspaces } from './context.ts'
import type { WorkspaceRow } from './workspace-rows.ts'

type Counts = NonNullable<WorkspaceRow['counts']>

/** How much each workspace holds; nothing for a caller who sees only some of them, since keys may be hidden from them. */
export async function countsOf(
  ctx: Pick<Ctx, 'db' | 'principal'>,
  ids: readonly string[],
): Promise<(id: string) => { counts?: Counts }> {
  if (visibleWorkspaces(ctx.principal) !== 'all') return () => ({})
  const where = { workspaceId: { in: [...ids] } }
  const living = { ...where, status: { not: 'archived' } }
  const [members, providers, keys] = await Promise.all([
    ctx.db.membership.groupBy({ by: ['workspaceId'], where, _count: true }),
    ctx.db.provider.groupBy({ by: ['workspaceId'], where: living, _count: true }),
    ctx.db.apiKey.groupBy({ by: ['workspaceId'], where: living, _count: true }),
  ])
  const of = (rows: readonly { workspaceId: string | null; _count: number }[], id: string) =>
    rows.find(({ workspaceId }) => workspaceId === id)?._count ?? 0
  return (id) => ({
    counts: { members: of(members, id), providers: of(providers, id), api_keys: of(keys, id) },
  })
}
