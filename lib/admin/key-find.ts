/** Keys a caller may see: one of them, or pages of them. Source: admin-contract §2.1, §5.1. */
import type { z } from 'zod'
import { apiKeys } from '../contract/access.ts'
import type { List } from '../contract/resource.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { Prisma } from '../db/generated/client.ts'
import { type Ctx, isUuid, literal, need, notFound, roleIn, scopesIn, visibleWorkspaces } from './context.ts'
import { keyInclude, keyRow, type StoredKey, whereStatus } from './key-rows.ts'
import { FAMILY } from './key-rules.ts'

type Query = z.output<typeof apiKeys.query>

const NOUN = apiKeys.noun
const TYPES = Object.keys(FAMILY) as KeyType[]

/** The keys of this organisation that the caller may list, newest first unless it asks otherwise. */
export async function listKeys(ctx: Ctx, query: Query): Promise<List<ReturnType<typeof keyRow>>> {
  const where: Prisma.ApiKeyWhereInput = {
    organisationId: ctx.organisation.id,
    status: { not: 'archived' },
    AND: [
      { OR: TYPES.flatMap((type) => listable(ctx, type)) },
      query.type ? { type: query.type } : {},
      query.status ? whereStatus(query.status, ctx.now) : {},
      query.search ? { name: { contains: literal(query.search), mode: 'insensitive' } } : {},
      query.ids ? { id: { in: query.ids.filter(isUuid) } } : {},
    ],
  }
  const page = query.sort === 'last_used_at' ? pageByUse : pageByColumn
  const [total, keys] = await Promise.all([ctx.db.apiKey.count({ where }), page(ctx, where, query)])
  return { object: 'list', total, data: keys.map((key) => keyRow(key, ctx.now)) }
}

/** The key, locked when it is about to change. One the caller cannot see is answered like one nobody has. */
export async function findKey(
  ctx: Ctx,
  id: string,
  verb: 'read' | 'update' | 'delete' | 'rotate',
): Promise<StoredKey> {
  const key = await seenKey(ctx, id, verb !== 'read')
  const scope = `${FAMILY[key.type as KeyType]}.${verb}`
  need(ctx, [scope], key.type === 'organisation-service' ? null : key.workspaceId, NOUN)
  return key
}

/** As `findKey`, for those who may know of the key, whatever they may do to it. */
export async function seenKey(ctx: Ctx, id: string, isLocked: boolean): Promise<StoredKey> {
  if (!isUuid(id)) throw notFound(NOUN)
  if (isLocked) await ctx.db.$queryRaw`select 1 from api_keys where id = ${id}::uuid for update`
  const key = await ctx.db.apiKey.findFirst({
    where: { id, organisationId: ctx.organisation.id, status: { not: 'archived' } },
    include: keyInclude,
  })
  if (!key) throw notFound(NOUN)
  const isElsewhere =
    ctx.workspace !== null && key.workspaceId !== null && key.workspaceId !== ctx.workspace.id
  if (isElsewhere) throw notFound(NOUN)
  if (key.type === 'organisation-service') {
    const { organisationScopes, pinned } = ctx.principal
    if (organisationScopes.size === 0 || (pinned && key.workspaceId !== pinned.id)) throw notFound(NOUN)
    return key
  }
  if (key.workspaceId === null) throw notFound(NOUN)
  const own = onlyOwn(ctx, key.workspaceId)
  if (own.userId !== undefined && own.userId !== key.userId) throw notFound(NOUN)
  return key
}

/** Keys of one type that the caller may list: in the workspace named, else wherever it holds the scope. */
function listable(ctx: Ctx, type: KeyType): Prisma.ApiKeyWhereInput[] {
  const scope = `${FAMILY[type]}.list`
  if (type === 'organisation-service') {
    if (!ctx.principal.organisationScopes.has(scope)) return []
    return [ctx.workspace ? { type, workspaceId: ctx.workspace.id } : { type }]
  }
  const visible = ctx.workspace ? [ctx.workspace.id] : visibleWorkspaces(ctx.principal)
  if (visible === 'all') return ctx.principal.everywhere.scopes.has(scope) ? [{ type }] : []
  return visible
    .filter((workspaceId) => scopesIn(ctx.principal, workspaceId).has(scope))
    .map((workspaceId) => ({ type, workspaceId, ...onlyOwn(ctx, workspaceId) }))
}

/** Members see their own user keys alone (admin-contract §5.1). */
function onlyOwn(ctx: Ctx, workspaceId: string): { userId?: string } {
  return ctx.actor.kind === 'user' && roleIn(ctx.principal, workspaceId) === 'member'
    ? { userId: ctx.actor.id }
    : {}
}

function pageByColumn(
  ctx: Ctx,
  where: Prisma.ApiKeyWhereInput,
  { sort, order, current_page, page_size }: Query,
): Promise<StoredKey[]> {
  const direction = order ?? (sort === 'created_at' ? 'desc' : 'asc')
  const first: Prisma.ApiKeyOrderByWithRelationInput =
    sort === 'name'
      ? { name: direction }
      : sort === 'expires_at'
        ? { expiresAt: { sort: direction, nulls: 'last' } }
        : { createdAt: direction }
  return ctx.db.apiKey.findMany({
    where,
    include: keyInclude,
    orderBy: [first, { id: direction }],
    skip: current_page * page_size,
    take: page_size,
  })
}

/** Most lately used first unless asked otherwise; those never used come last either way, which one query cannot say. */
async function pageByUse(
  ctx: Ctx,
  where: Prisma.ApiKeyWhereInput,
  { order = 'desc', current_page, page_size }: Query,
): Promise<StoredKey[]> {
  const used = { AND: [where, { use: { isNot: null } }] }
  const skip = current_page * page_size
  const keys = await ctx.db.apiKey.findMany({
    where: used,
    include: keyInclude,
    orderBy: [{ use: { lastUsedAt: order } }, { id: order }],
    skip,
    take: page_size,
  })
  if (keys.length === page_size) return keys
  const before = keys.length > 0 ? skip + keys.length : await ctx.db.apiKey.count({ where: used })
  const unused = await ctx.db.apiKey.findMany({
    where: { AND: [where, { use: { is: null } }] },
    include: keyInclude,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    skip: Math.max(0, skip - before),
    take: page_size - keys.length,
  })
  return [...keys, ...unused]
}
