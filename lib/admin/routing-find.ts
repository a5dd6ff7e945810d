/** Finding a config by what a request calls it. Source: admin-contract §0.1, §0.2. */
import { configs } from '../contract/routing.ts'
import { type Config, type ConfigVersion, Prisma } from '../db/generated/client.ts'
import { type Ctx, isUuid, need, notFound, scopesIn, visibleWorkspaces } from './context.ts'
import { invalidField } from './validation.ts'

export type StoredConfig = Config & { version: ConfigVersion }

/**
 * The config a path names by UUID or slug, in any case, locked when it is about to change: of the workspace the call
 * names, else of the only one that has it. Clients name no workspace but on create, so the slug alone must do where it
 * can; where several workspaces have it, `validation`. With `isArchivedToo`, a UUID finds an archived one as well.
 */
export async function findConfig(
  ctx: Ctx,
  reference: string,
  verb: 'read' | 'update' | 'delete',
  isArchivedToo = false,
): Promise<StoredConfig> {
  const scope = `configs.${verb}`
  const seen = await candidates(ctx, reference, verb !== 'read', isArchivedToo)
  const allowed = seen.filter(({ workspace_id }) => scopesIn(ctx.principal, workspace_id).has(scope))
  const [one, another] = allowed.length > 0 ? allowed : seen
  if (!one) throw notFound(configs.noun)
  need(ctx, [scope], one.workspace_id, configs.noun)
  if (another) {
    const message = 'is required: several workspaces have a config of this slug'
    throw invalidField('workspace_id', message, 'required')
  }
  return readConfig(ctx, one.id)
}

/** A config with its current version. */
export async function readConfig(ctx: Ctx, id: string): Promise<StoredConfig> {
  const config = await ctx.db.config.findUniqueOrThrow({ where: { id } })
  const version = await ctx.db.configVersion.findUniqueOrThrow({ where: { id: config.versionId } })
  return { ...config, version }
}

async function candidates(ctx: Ctx, reference: string, isLocked: boolean, isArchivedToo: boolean) {
  const { workspace, principal } = ctx
  const visible = workspace ? [workspace.id] : visibleWorkspaces(principal)
  const within = visible === 'all' ? Prisma.empty : Prisma.sql`and w.id = any(${[...visible]}::uuid[])`
  const matching = isUuid(reference)
    ? Prisma.sql`c.id = ${reference.toLowerCase()}::uuid`
    : Prisma.sql`lower(c.slug) = lower(${reference})`
  const living = isArchivedToo && isUuid(reference) ? Prisma.empty : Prisma.sql`and c.status <> 'archived'`
  return ctx.db.$queryRaw<{ id: string; workspace_id: string }[]>`
    select c.id, c.workspace_id from configs c join workspaces w on w.id = c.workspace_id
    where w.organisation_id = ${ctx.organisation.id}::uuid and w.status = 'active' ${within} ${living} and ${matching}
    ${isLocked ? Prisma.sql`for update of c` : Prisma.empty}`
}
