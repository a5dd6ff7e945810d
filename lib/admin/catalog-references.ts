import { GatewayError } from '../errors.ts'
import type { Ctx } from './context.ts'

/**
 * 409 while the current version of a living config names one of these providers: as `@slug`, `@slug/model`, or a bare
 * slug under `virtual_key`. Older versions may. Source: admin-contract §2.3.
 */
export async function refuseWhileReferenced(
  ctx: Ctx,
  living: readonly { slug: string; workspaceId: string }[],
): Promise<void> {
  if (living.length === 0) return
  const configs = await ctx.db.config.findMany({
    where: { workspaceId: { in: living.map(({ workspaceId }) => workspaceId) }, status: 'active' },
    select: { slug: true, workspaceId: true, versionId: true },
    orderBy: { slug: 'asc' },
  })
  const current = await ctx.db.configVersion.findMany({
    where: { id: { in: configs.map(({ versionId }) => versionId) } },
    select: { id: true, config: true },
  })
  const texts = new Map(current.map(({ id, config }) => [id, JSON.stringify(config).toLowerCase()]))
  const users = configs.filter(({ workspaceId, versionId }) =>
    living.some(
      (one) => one.workspaceId === workspaceId && names(texts.get(versionId) ?? '', one.slug.toLowerCase()),
    ),
  )
  if (users.length === 0) return
  const slugs = users.map(({ slug }) => slug).join(', ')
  throw new GatewayError(
    'conflict',
    `Configs still name its providers: ${slugs}. Change them first, or send force=true.`,
    { details: users.map(({ slug }) => ({ path: 'configs', rule: 'dependent', message: slug })) },
  )
}

function names(config: string, slug: string): boolean {
  return [`"@${slug}"`, `"@${slug}/`, `"virtual_key":"${slug}"`, `"virtualkey":"${slug}"`].some((written) =>
    config.includes(written),
  )
}
