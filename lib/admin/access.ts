/** Keys: made, read, changed, turned and ended. Source: admin-contract §2.1, §3. */
import { mintKey } from '../auth/keys.ts'
import { apiKeys, UNSAID_SEGMENTS } from '../contract/access.ts'
import type { List } from '../contract/resource.ts'
import type { KeyType } from '../contract/scopes.ts'
import { Prisma } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, isUuid, literal, need, notFound, roleIn, scopesIn, visibleWorkspaces } from './context.ts'
import { keyInclude, keyRow, type StoredDefaults, type StoredKey, whereStatus } from './key-rows.ts'
import {
  expiry,
  FAMILY,
  grantedScopes,
  type KeyInput,
  type KeyUpdate,
  mergedDefaults,
  ownerOf,
  rotation,
  transitionMs,
  typeAsked,
} from './key-rules.ts'
import { storedRateLimits, storedUsageLimits } from './limits.ts'
import { invalidField } from './validation.ts'
import { alsoAt, type Route, type Verbs, verbs } from './verbs.ts'

const NOUN = apiKeys.noun
const TYPES = Object.keys(FAMILY) as KeyType[]

/** The keys of this organisation that the caller may list, newest first. */
async function list(ctx: Ctx, query: ListQuery): Promise<List<ReturnType<typeof keyRow>>> {
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
  const [total, keys] = await Promise.all([
    ctx.db.apiKey.count({ where }),
    ctx.db.apiKey.findMany({
      where,
      include: keyInclude,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  return { object: 'list', total, data: keys.map((key) => keyRow(key, ctx.now)) }
}

/** A new key; the only reply, with rotation's, that holds the whole secret. */
async function create(ctx: Ctx, input: KeyInput) {
  const type = typeAsked(input)
  const workspaceId = ctx.workspace?.id ?? null
  if (type !== 'organisation-service' && workspaceId === null)
    throw invalidField('workspace_id', 'is required', 'required')
  need(ctx, [`${FAMILY[type]}.create`], type === 'organisation-service' ? null : workspaceId, 'workspace')

  const secret = mintKey(type)
  const policy = rotation(input.rotation_policy, ctx.now)
  const key = await ctx.db.apiKey.create({
    data: {
      id: ctx.newId(),
      organisationId: ctx.organisation.id,
      workspaceId,
      userId: await ownerOf(ctx, type, workspaceId, input.user_id),
      type,
      name: input.name,
      description: input.description ?? null,
      mask: secret.mask,
      scopes: grantedScopes(ctx, type, workspaceId, input.scopes, null),
      defaults: asJson(await mergedDefaults(ctx, workspaceId, input.defaults, {})),
      usageLimits: storedUsageLimits(input.usage_limits ?? [], [], ctx.now),
      rateLimits: storedRateLimits(input.rate_limits ?? []),
      alertEmails: input.alert_emails ?? [],
      ...(policy ? { rotationPolicy: asJson(policy) } : {}),
      expiresAt: expiry(input.expires_at, ctx.now) ?? null,
      creationMode: ctx.actor.kind === 'user' ? 'ui' : 'api',
      createdBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
      createdAt: ctx.now,
      secrets: { create: { hash: secret.hash, mask: secret.mask, createdAt: ctx.now } },
    },
    include: keyInclude,
  })
  ctx.record({ id: key.id, name: key.name, workspaceId, after: keyRow(key, ctx.now) })
  return { id: key.id, key: secret.secret, object: 'api-key' }
}

async function read(ctx: Ctx, { id }: { id: string }) {
  return keyRow(await find(ctx, id, 'read'), ctx.now)
}

async function update(ctx: Ctx, { id, ...said }: KeyUpdate & { id: string }) {
  const key = await find(ctx, id, 'update')
  const type = key.type as KeyType
  const scopes =
    said.scopes === undefined ? undefined : grantedScopes(ctx, type, key.workspaceId, said.scopes, key.scopes)
  const policy = rotation(said.rotation_policy, ctx.now)
  const expiresAt = expiry(said.expires_at, ctx.now, key.expiresAt)
  const after = await ctx.db.apiKey.update({
    where: { id: key.id },
    data: {
      ...(said.name === undefined ? {} : { name: said.name }),
      ...(said.description === undefined ? {} : { description: said.description }),
      ...(scopes === undefined ? {} : { scopes }),
      defaults: asJson(
        await mergedDefaults(ctx, key.workspaceId, said.defaults, key.defaults as StoredDefaults),
      ),
      ...(said.usage_limits === undefined
        ? {}
        : { usageLimits: storedUsageLimits(said.usage_limits, key.usageLimits, ctx.now) }),
      ...(said.rate_limits === undefined ? {} : { rateLimits: storedRateLimits(said.rate_limits) }),
      ...(said.alert_emails === undefined ? {} : { alertEmails: said.alert_emails ?? [] }),
      ...(policy === undefined ? {} : { rotationPolicy: policy === null ? Prisma.DbNull : asJson(policy) }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(said.reset_usage ? { lastResetAt: ctx.now } : {}),
      ...(said.status === undefined ? {} : { status: said.status }),
    },
    include: keyInclude,
  })
  recordChange(ctx, key, after)
  return {}
}

/** The row stays for what was logged under it; its secrets are gone, so they are unknown from now on. */
async function remove(ctx: Ctx, { id }: { id: string }) {
  const key = await find(ctx, id, 'delete')
  await ctx.db.apiKeySecret.deleteMany({ where: { apiKeyId: key.id } })
  await ctx.db.apiKey.update({ where: { id: key.id }, data: { status: 'archived' } })
  ctx.record({ id: key.id, name: key.name, workspaceId: key.workspaceId, before: keyRow(key, ctx.now) })
  return {}
}

/**
 * A new secret for the same key. The old one opens it until its transition ends; with a transition of 0 it is dead at
 * once, and so is any older one. Otherwise refused while a transition runs: at most two secrets live.
 */
async function rotate(
  ctx: Ctx,
  { id, key_transition_period_ms }: { id: string; key_transition_period_ms?: number | null },
) {
  const key = await find(ctx, id, 'rotate')
  const ms = transitionMs(key_transition_period_ms, key.rotationPolicy)
  const running = key.secrets.find((secret) => secret.expiresAt !== null && secret.expiresAt > ctx.now)
  if (running && ms > 0) {
    throw new GatewayError(
      'conflict',
      `The secret before this one still works until ${running.expiresAt?.toISOString()}. Rotate after that, or end it now with key_transition_period_ms 0.`,
    )
  }
  const expiresAt = ms === 0 ? null : new Date(ctx.now.getTime() + ms)
  const older = { apiKeyId: key.id, ...(ms === 0 ? {} : { expiresAt: { lte: ctx.now } }) }
  await ctx.db.apiKeySecret.deleteMany({ where: older })
  await ctx.db.apiKeySecret.updateMany({ where: { apiKeyId: key.id }, data: { expiresAt } })
  const secret = mintKey(key.type as KeyType)
  const after = await ctx.db.apiKey.update({
    where: { id: key.id },
    data: {
      mask: secret.mask,
      lastRotatedAt: ctx.now,
      secrets: { create: { hash: secret.hash, mask: secret.mask, createdAt: ctx.now } },
    },
    include: keyInclude,
  })
  recordChange(ctx, key, after, {
    api_key_id: key.id,
    rotation_mode: 'manual',
    old_key_masked: key.mask,
    transition_expires_at: expiresAt?.toISOString() ?? null,
  })
  return {
    id: key.id,
    key: secret.secret,
    object: 'api-key',
    key_transition_expires_at: expiresAt?.toISOString() ?? null,
  }
}

const keys = verbs(apiKeys, { list, create, read, update, delete: remove, actions: { rotate } })

/** What `type` and sub-type segments say; unsaid ones leave it to the body (ruling 1). */
const fromSegments: Route['fill'] = (parts, raw) => ({
  type: said(parts.type) ?? said(raw.type),
  sub_type: said(parts.sub_type) ?? said(raw.sub_type),
})

const made = keys.routes.find((route) => route.method === 'POST' && route.path === apiKeys.path) as Route

/** Create answers at four places: by path segments, by body, and under `admin/`. */
export const apiKeyVerbs: Verbs = {
  resource: apiKeys,
  routes: [
    ...keys.routes.filter((route) => route !== made),
    alsoAt(made, 'api-keys', fromSegments),
    alsoAt(made, 'api-keys/{type}', fromSegments),
    alsoAt(made, 'api-keys/{type}/{sub_type}', fromSegments),
  ],
}

export const adminApiKeyVerbs: Verbs = {
  resource: apiKeys,
  routes: [alsoAt(made, 'admin/api-keys', fromSegments)],
}

type ListQuery = {
  current_page: number
  page_size: number
  type?: KeyType | undefined
  status?: string | undefined
  search?: string | undefined
  ids?: string[] | undefined
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

/** The key, locked when it is about to change. One the caller cannot see is answered like one nobody has. */
async function find(ctx: Ctx, id: string, verb: 'read' | 'update' | 'delete' | 'rotate'): Promise<StoredKey> {
  if (!isUuid(id)) throw notFound(NOUN)
  if (verb !== 'read') await ctx.db.$queryRaw`select 1 from api_keys where id = ${id}::uuid for update`
  const key = await ctx.db.apiKey.findFirst({
    where: { id, organisationId: ctx.organisation.id, status: { not: 'archived' } },
    include: keyInclude,
  })
  if (!key) throw notFound(NOUN)
  const isElsewhere =
    ctx.workspace !== null && key.workspaceId !== null && key.workspaceId !== ctx.workspace.id
  if (isElsewhere) throw notFound(NOUN)
  const scope = `${FAMILY[key.type as KeyType]}.${verb}`
  if (key.type === 'organisation-service') {
    const { organisationScopes, pinned } = ctx.principal
    if (organisationScopes.size === 0 || (pinned && key.workspaceId !== pinned.id)) throw notFound(NOUN)
    need(ctx, [scope], null, NOUN)
    return key
  }
  if (key.workspaceId === null) throw notFound(NOUN)
  const own = onlyOwn(ctx, key.workspaceId)
  if (own.userId !== undefined && own.userId !== key.userId) throw notFound(NOUN)
  need(ctx, [scope], key.workspaceId, NOUN)
  return key
}

/** Members see their own user keys alone (admin-contract §5.1). */
function onlyOwn(ctx: Ctx, workspaceId: string): { userId?: string } {
  return ctx.actor.kind === 'user' && roleIn(ctx.principal, workspaceId) === 'member'
    ? { userId: ctx.actor.id }
    : {}
}

function recordChange(ctx: Ctx, before: StoredKey, after: StoredKey, extra: object = {}): void {
  ctx.record({
    id: after.id,
    name: after.name,
    workspaceId: after.workspaceId,
    before: keyRow(before, ctx.now),
    after: { ...keyRow(after, ctx.now), ...extra },
  })
}

function said(value: unknown): unknown {
  return value == null || (typeof value === 'string' && UNSAID_SEGMENTS.has(value)) ? undefined : value
}

function asJson(value: object): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue
}
