/** Configs as stored objects: made, read, changed in versions, archived. Source: admin-contract §1.7, §2.4. */
import type { z } from 'zod'
import { configs } from '../contract/routing.ts'
import type { Prisma } from '../db/generated/client.ts'
import { named } from './catalog-find.ts'
import { type Ctx, isUuid, need, notFound, workspacesOf } from './context.ts'
import { refuseWhileUsed, usersNamed, usersOf } from './routing-dependents.ts'
import { findConfig, readConfig, type StoredConfig } from './routing-find.ts'
import { configAuditRow, configDetailRow, configListRow, versionRow } from './routing-rows.ts'
import { checkedConfig } from './routing-rules.ts'
import { opened, sealed } from './sealed-json.ts'
import { shortSlug } from './slugs.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

type Create = z.output<typeof configs.create>
type Update = z.output<typeof configs.update> & { id: string }
type Query = z.output<typeof configs.query>
type Page = { current_page: number; page_size: number }

/** The configs of the workspaces a call is about, newest first. */
async function list(ctx: Ctx, query: Query) {
  const where: Prisma.ConfigWhereInput = {
    workspaceId: { in: await workspacesOf(ctx, ['configs.list']) },
    workspace: { status: 'active' },
    status: { in: statusesAsked(query.status) },
    ...(query.search ? named(query.search) : {}),
  }
  const [total, rows] = await Promise.all([
    ctx.db.config.count({ where }),
    ctx.db.config.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  const [users, texts] = await Promise.all([
    usersOf(
      ctx,
      rows.map(({ id }) => id),
    ),
    ctx.db.configVersion.findMany({
      where: { id: { in: rows.map(({ versionId }) => versionId) } },
      select: { id: true, config: true },
    }),
  ])
  const textOf = new Map(texts.map(({ id, config }) => [id, config]))
  const data = rows.map((row) =>
    configListRow(ctx, row, textOf.get(row.versionId) ?? null, users.get(row.id) ?? 0),
  )
  return { success: true, object: 'list', total, data }
}

async function create(ctx: Ctx, input: Create) {
  const { workspace } = ctx
  if (!workspace) throw invalidField('workspace_id', 'is required', 'required')
  need(ctx, ['configs.create'], workspace.id, 'workspace')
  const config = await checkedConfig(ctx, workspace.id, input.config, {})
  const replaced = input.is_default ? await unsetDefault(ctx, workspace.id) : null
  const [id, versionId] = [ctx.newId(), ctx.newId()]
  await ctx.db.config.create({
    data: {
      id,
      workspaceId: workspace.id,
      slug: shortSlug('pc', input.name, ctx.newId),
      name: input.name,
      isDefault: input.is_default ?? false,
      versionId,
      createdBy: person(ctx),
      updatedBy: person(ctx),
      createdAt: ctx.now,
      versions: { create: version(ctx, versionId, config, ctx.now) },
    },
  })
  const made = await readConfig(ctx, id)
  recordChange(ctx, null, made, replaced)
  return answer({ id, version_id: versionId, slug: made.slug, object: 'config' })
}

async function read(ctx: Ctx, { id }: { id: string }) {
  const config = await findConfig(ctx, id, 'read')
  const users = await usersOf(ctx, [config.id])
  return answer(configDetailRow(ctx, config, users.get(config.id) ?? 0))
}

/** A new version where the text changes, and only there. `status` archives, and brings an archived one back by its id. */
async function update(ctx: Ctx, { id, ...said }: Update) {
  const before = await findConfig(ctx, id, 'update', said.status === 'active')
  const text = said.config === undefined ? undefined : await changedText(ctx, before, said.config)
  const isArchived = (said.status ?? before.status) === 'archived'
  const isDefault =
    !isArchived && (said.is_default === undefined ? before.isDefault : said.is_default === true)
  if (isArchived) {
    if (said.is_default) throw invalidField('is_default', 'is for active configs')
    await refuseWhileUsed(ctx, before)
  } else if (before.status === 'archived' && text === undefined) {
    await checkedConfig(ctx, before.workspaceId, opened(ctx, before.version.config), {})
  }
  const replaced = isDefault && !before.isDefault ? await unsetDefault(ctx, before.workspaceId) : null
  const versionId = text === undefined ? before.versionId : await addVersion(ctx, before, text)
  await ctx.db.config.update({
    where: { id: before.id },
    data: {
      ...(said.name === undefined ? {} : { name: said.name }),
      status: isArchived ? 'archived' : 'active',
      isDefault,
      versionId,
      updatedBy: person(ctx),
    },
  })
  recordChange(ctx, before, await readConfig(ctx, before.id), replaced)
  return answer({ id: before.id, version_id: versionId, slug: before.slug, object: 'config' })
}

/** Archived, so that what was logged under it keeps its name; its slug is free again. */
async function remove(ctx: Ctx, { id }: { id: string }) {
  const config = await findConfig(ctx, id, 'delete')
  await refuseWhileUsed(ctx, config)
  await ctx.db.config.update({
    where: { id: config.id },
    data: { status: 'archived', isDefault: false, updatedBy: person(ctx) },
  })
  recordChange(ctx, config, null, null)
  return {}
}

/** The history, newest first. */
async function versions(ctx: Ctx, { id, ...page }: Page & { id: string }) {
  const config = await findConfig(ctx, id, 'read')
  const where = { configId: config.id }
  const [total, rows] = await Promise.all([
    ctx.db.configVersion.count({ where }),
    ctx.db.configVersion.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: page.current_page * page.page_size,
      take: page.page_size,
    }),
  ])
  return { success: true, object: 'list', total, data: rows.map((row) => versionRow(ctx, row, config)) }
}

/** Who would lose it: what a deletion stops at. */
async function dependents(ctx: Ctx, { id }: { id: string }) {
  const data = await usersNamed(ctx, (await findConfig(ctx, id, 'read')).id)
  return { success: true, object: 'list', total: data.length, data }
}

/** A new version with the text of an old one, which must still be fit to save. */
async function restore(ctx: Ctx, { id, version_id }: { id: string; version_id: string }) {
  const before = await findConfig(ctx, id, 'update')
  const old = isUuid(version_id)
    ? await ctx.db.configVersion.findFirst({ where: { id: version_id, configId: before.id } })
    : null
  if (!old) throw notFound('version of this config')
  return update(ctx, { id: before.id, config: opened(ctx, old.config) as Record<string, unknown> })
}

export const configVerbs = verbs(configs, {
  list,
  create,
  read,
  update,
  delete: remove,
  actions: { versions, dependents, restore },
})

/** The text to keep; undefined where it is what is kept already. */
async function changedText(ctx: Ctx, before: StoredConfig, said: unknown) {
  const kept = opened(ctx, before.version.config)
  const config = await checkedConfig(ctx, before.workspaceId, said, kept)
  return JSON.stringify(config) === JSON.stringify(kept) ? undefined : config
}

/** Later than every other of the config, whichever of two calls at once waited for the other. */
async function addVersion(ctx: Ctx, { id, version: last }: StoredConfig, config: unknown): Promise<string> {
  const versionId = ctx.newId()
  const at = new Date(Math.max(ctx.now.getTime(), last.createdAt.getTime() + 1))
  await ctx.db.configVersion.create({ data: { configId: id, ...version(ctx, versionId, config, at) } })
  return versionId
}

function version(ctx: Ctx, id: string, config: unknown, createdAt: Date) {
  return { id, config: sealed(ctx, config) as Prisma.InputJsonValue, createdBy: person(ctx), createdAt }
}

/**
 * Takes the mark from the default config of a workspace, and says which that was. The workspace is locked first, so of
 * two calls at once the later one wins.
 */
async function unsetDefault(ctx: Ctx, workspaceId: string): Promise<string | null> {
  await ctx.db.$queryRaw`select 1 from workspaces where id = ${workspaceId}::uuid for no key update`
  const where = { workspaceId, isDefault: true, status: 'active' }
  const present = await ctx.db.config.findFirst({ where, select: { slug: true } })
  if (present) await ctx.db.config.updateMany({ where, data: { isDefault: false } })
  return present?.slug ?? null
}

function statusesAsked(said: readonly string[] | undefined): string[] {
  const asked = said ?? ['active']
  const unknown = asked.find((status) => status !== 'active' && status !== 'archived')
  if (unknown !== undefined) throw invalidField('status', 'must be active, archived, or both', 'enum')
  return [...asked]
}

function person({ actor }: Ctx): string | null {
  return actor.kind === 'user' ? actor.id : null
}

/** Flat, and the same again under `data` (ruling 7). */
function answer<T extends object>(body: T) {
  return { ...body, success: true, data: body }
}

function recordChange(
  ctx: Ctx,
  before: StoredConfig | null,
  after: StoredConfig | null,
  replaced: string | null,
): void {
  const config = (after ?? before) as StoredConfig
  ctx.record({
    id: config.id,
    name: config.name,
    workspaceId: config.workspaceId,
    ...(before ? { before: configAuditRow(ctx, before) } : {}),
    ...(after
      ? { after: { ...configAuditRow(ctx, after), ...(replaced ? { no_longer_default: replaced } : {}) } }
      : {}),
  })
}
