/** Keys: made, read, changed, turned and ended. Source: admin-contract §2.1, §3. */
import { apiKeys, UNSAID_SEGMENTS } from '../contract/access.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { Prisma } from '../db/generated/client.ts'
import { type Ctx, need } from './context.ts'
import { findKey, listKeys } from './key-find.ts'
import { changedExpiry, hasRoomForKey, newExpiry, tooManyKeys } from './key-limits.ts'
import { reveal, rotate } from './key-rotation.ts'
import { keyInclude, keyRow, recordKeyChange, type StoredDefaults, type StoredKey } from './key-rows.ts'
import {
  FAMILY,
  grantedScopes,
  type KeyInput,
  type KeyUpdate,
  mergedDefaults,
  ownerOf,
  typeAsked,
} from './key-rules.ts'
import { changedSchedule, newSchedule, scheduleColumns, storedSchedule } from './key-schedule.ts'
import { makeKey } from './key-secrets.ts'
import { type KeySettings, keyRules, keySettings } from './key-settings.ts'
import { storedRateLimits, storedUsageLimits } from './limits.ts'
import { fitMetadata } from './metadata-schema.ts'
import { invalidField } from './validation.ts'
import { alsoAt, type Route, type Verbs, verbs } from './verbs.ts'

/** A new key; the only reply, with rotation's, that holds the whole secret. */
async function create(ctx: Ctx, input: KeyInput) {
  const type = typeAsked(input)
  const workspaceId = ctx.workspace?.id ?? null
  if (type !== 'organisation-service' && workspaceId === null)
    throw invalidField('workspace_id', 'is required', 'required')
  need(ctx, [`${FAMILY[type]}.create`], type === 'organisation-service' ? null : workspaceId, 'workspace')

  const settings = await keySettings(ctx.db, ctx.organisation.id)
  const userId = await ownerOf(ctx, type, workspaceId, input.user_id)
  const scopes = grantedScopes(ctx, type, workspaceId, input.scopes, null)
  const defaults = await mergedDefaults(ctx, workspaceId, input, {})
  const expiresAt = newExpiry(input.expires_at, ctx.now, rulesFor(userId, settings))
  const enforcedDays = rulesFor(userId, settings)?.rotationDays ?? null
  const schedule = newSchedule(input.rotation_policy, ctx.now, enforcedDays)
  const data = {
    organisationId: ctx.organisation.id,
    workspaceId,
    userId,
    type,
    name: input.name,
    description: input.description ?? null,
    scopes,
    defaults: asJson(fitted(settings, defaults)),
    usageLimits: storedUsageLimits(input.usage_limits ?? [], [], ctx.now),
    rateLimits: storedRateLimits(input.rate_limits ?? []),
    alertEmails: input.alert_emails ?? [],
    ...scheduleColumns(schedule),
    expiresAt,
    creationMode: ctx.actor.kind === 'user' ? 'ui' : 'api',
    createdBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
  }
  // Last, since it makes others wait.
  if (
    userId !== null &&
    workspaceId !== null &&
    !(await hasRoomForKey(ctx.db, settings, userId, workspaceId))
  )
    throw tooManyKeys(settings)
  const { key, secret } = await makeKey(ctx, data)
  ctx.record({ id: key.id, name: key.name, workspaceId, after: keyRow(key, ctx.now) })
  return { id: key.id, key: secret, object: 'api-key' }
}

async function read(ctx: Ctx, { id }: { id: string }) {
  return keyRow(await findKey(ctx, id, 'read'), ctx.now)
}

async function update(ctx: Ctx, { id, ...said }: KeyUpdate & { id: string }) {
  const key = await findKey(ctx, id, 'update')
  const settings = await keySettings(ctx.db, ctx.organisation.id)
  const rules = rulesFor(key.userId, settings)
  const scopes =
    said.scopes === undefined
      ? undefined
      : grantedScopes(ctx, key.type as KeyType, key.workspaceId, said.scopes, key.scopes)
  const schedule = changedSchedule(
    said.rotation_policy,
    ctx.now,
    storedSchedule(key),
    rules?.rotationDays ?? null,
  )
  const expiresAt = changedExpiry(said.expires_at, ctx.now, key.expiresAt, rules)
  const after = await ctx.db.apiKey.update({
    where: { id: key.id },
    data: {
      ...(said.name === undefined ? {} : { name: said.name }),
      ...(said.description === undefined ? {} : { description: said.description }),
      ...(scopes === undefined ? {} : { scopes }),
      defaults: asJson(await changedDefaults(ctx, key, said, settings)),
      ...(said.usage_limits === undefined
        ? {}
        : { usageLimits: storedUsageLimits(said.usage_limits, key.usageLimits, ctx.now) }),
      ...(said.rate_limits === undefined ? {} : { rateLimits: storedRateLimits(said.rate_limits) }),
      ...(said.alert_emails === undefined ? {} : { alertEmails: said.alert_emails ?? [] }),
      ...(schedule === undefined ? {} : scheduleColumns(schedule)),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(said.reset_usage ? { lastResetAt: ctx.now } : {}),
      ...(said.status === undefined ? {} : { status: said.status }),
    },
    include: keyInclude,
  })
  recordKeyChange(ctx, key, after)
  return {}
}

/** The row stays for what was logged under it; its secrets are gone, so they are unknown from now on. */
async function remove(ctx: Ctx, { id }: { id: string }) {
  const key = await findKey(ctx, id, 'delete')
  await ctx.db.keyReveal.deleteMany({ where: { apiKeyId: key.id } })
  await ctx.db.apiKeySecret.deleteMany({ where: { apiKeyId: key.id } })
  await ctx.db.apiKey.update({ where: { id: key.id }, data: { status: 'archived' } })
  ctx.record({ id: key.id, name: key.name, workspaceId: key.workspaceId, before: keyRow(key, ctx.now) })
  return {}
}

const keys = verbs(apiKeys, {
  list: listKeys,
  create,
  read,
  update,
  delete: remove,
  actions: { rules: keyRules, rotate, reveal },
})

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

/** What the organisation rules for user keys alone. */
function rulesFor(userId: string | null, settings: KeySettings): KeySettings | null {
  return userId === null ? null : settings
}

/** Switching a key off, or its counters back, is not held up by what its metadata lacks. */
async function changedDefaults(ctx: Ctx, key: StoredKey, said: KeyUpdate, settings: KeySettings) {
  const before = key.defaults as StoredDefaults
  const isEdit = Object.entries(said).some(
    ([field, value]) => value !== undefined && field !== 'status' && field !== 'reset_usage',
  )
  return isEdit ? fitted(settings, await mergedDefaults(ctx, key.workspaceId, said, before)) : before
}

function fitted({ metadataSchema }: KeySettings, defaults: StoredDefaults): StoredDefaults {
  if (metadataSchema === null) return defaults
  return { ...defaults, metadata: fitMetadata(metadataSchema, defaults.metadata ?? {}, 'defaults.metadata') }
}

function said(value: unknown): unknown {
  return value == null || (typeof value === 'string' && UNSAID_SEGMENTS.has(value)) ? undefined : value
}

function asJson(value: object): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue
}
