import { workspaces } from '../contract/people.ts'
import type { Prisma, Workspace } from '../db/generated/client.ts'
import { byIdOrSlug, type Ctx, need, notFound, visibleWorkspaces } from './context.ts'

/** The workspaces there are for this caller. */
export function within(ctx: Ctx): Prisma.WorkspaceWhereInput {
  const visible = visibleWorkspaces(ctx.principal)
  return {
    organisationId: ctx.organisation.id,
    ...(visible === 'all' ? {} : { id: { in: [...visible] } }),
  }
}

/**
 * A living workspace named by UUID or slug, in which the caller holds the scope; locked until the call is over when it
 * `isLocked`. The row of a refusal names it.
 */
export async function findWorkspace(
  ctx: Ctx,
  reference: string,
  scope: string,
  isLocked = false,
): Promise<Workspace> {
  const where = { AND: [within(ctx), byIdOrSlug(reference), { status: 'active' }] }
  const found = await ctx.db.workspace.findFirst({ where })
  if (!found) throw notFound(workspaces.noun)
  ctx.record({ workspaceId: found.id })
  need(ctx, [scope], found.id, workspaces.noun)
  if (!isLocked) return found
  await ctx.db.$queryRaw`select 1 from workspaces where id = ${found.id}::uuid for update`
  const locked = await ctx.db.workspace.findFirst({ where })
  if (!locked) throw notFound(workspaces.noun)
  return locked
}
