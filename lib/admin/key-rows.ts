import type { z } from 'zod'
import type { apiKeyRow } from '../contract/access.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { ApiKey, Prisma } from '../db/generated/client.ts'
import { rfc3339 } from '../units.ts'
import type { Ctx } from './context.ts'
import { scheduleRow, storedSchedule } from './key-schedule.ts'
import { rateLimitRows, usageLimitRows } from './limits.ts'

/** What `keyRow` needs beside the key. */
export const keyInclude = {
  use: true,
  secrets: { where: { expiresAt: { not: null } }, orderBy: { expiresAt: 'desc' } },
  reveals: { select: { expiresAt: true } },
} satisfies Prisma.ApiKeyInclude

export type StoredKey = Prisma.ApiKeyGetPayload<{ include: typeof keyInclude }>

/** `defaults` of a key in its column. `config_id` is kept as it was said, `config_slug` as the gateway reads it. */
export interface StoredDefaults {
  metadata?: Record<string, string>
  config_id?: string | null
  config_slug?: string | null
  allow_config_override?: boolean | null
}

/** A key as replies carry it: masked, with its status at `now`. Source: admin-contract §3.2. */
export function keyRow(key: StoredKey, now: Date): z.output<typeof apiKeyRow> {
  const defaults = key.defaults as StoredDefaults
  const override = defaults.allow_config_override ?? null
  const budgets = usageLimitRows(key.usageLimits, now)
  const rates = rateLimitRows(key.rateLimits)
  return {
    object: 'api-key',
    id: key.id,
    key: key.mask,
    name: key.name,
    description: key.description,
    type: key.type as KeyType,
    organisation_id: key.organisationId,
    workspace_id: key.workspaceId,
    user_id: key.userId,
    status: statusOf(key, now),
    creation_mode: key.creationMode as 'ui' | 'api' | 'auto',
    created_by: key.createdBy,
    created_at: key.createdAt.toISOString(),
    last_updated_at: key.lastUpdatedAt.toISOString(),
    last_used_at: rfc3339(key.use?.lastUsedAt ?? null),
    expires_at: rfc3339(key.expiresAt),
    scopes: key.scopes,
    alert_emails: key.alertEmails,
    defaults: {
      config_id: defaults.config_id ?? null,
      config_slug: defaults.config_slug ?? null,
      metadata: defaults.metadata ?? {},
      allow_config_override: override,
    },
    allow_config_override: override === null ? null : override ? 1 : 0,
    usage_limits: budgets[0] ?? null,
    usage_limits_all: budgets,
    rate_limits: rates.length > 0 ? rates : null,
    rotation_policy: scheduleRow(storedSchedule(key)),
    reset_usage: 0,
    last_reset_at: rfc3339(key.lastResetAt),
    last_rotated_at: rfc3339(key.lastRotatedAt),
    key_transition_expires_at: rfc3339(olderSecret(key, now)?.expiresAt ?? null),
    has_unrevealed_secret: key.reveals.some(({ expiresAt }) => expiresAt > now),
  }
}

/** A key as events name it: never more than its mask, with a path of the console. */
export function namedKey(key: Pick<ApiKey, 'id' | 'name' | 'mask'>) {
  return { id: key.id, name: key.name, key: key.mask, link: `/api-keys?open=${key.id}` }
}

/** The audit row of a change to a key; `more` stands beside the row it became. */
export function recordKeyChange(ctx: Ctx, before: StoredKey, after: StoredKey, more: object = {}): void {
  ctx.record({
    id: after.id,
    name: after.name,
    workspaceId: after.workspaceId,
    before: keyRow(before, ctx.now),
    after: { ...keyRow(after, ctx.now), ...more },
  })
}

/** The secret before the present one, while it still opens the key. */
export function olderSecret(key: Pick<StoredKey, 'secrets'>, now: Date) {
  return key.secrets.find(({ expiresAt }) => expiresAt !== null && expiresAt > now)
}

/** The `where` of keys whose status at `now` is the given one. */
export function whereStatus(status: string, now: Date): Prisma.ApiKeyWhereInput {
  const expired: Prisma.ApiKeyWhereInput = { expiresAt: { lte: now } }
  if (status === 'expired') return { status: 'active', ...expired }
  if (status === 'active') return { status: 'active', NOT: expired }
  if (status === 'disabled') return { status: 'disabled' }
  return { id: { in: [] } }
}

function statusOf(
  key: { status: string; expiresAt: Date | null },
  now: Date,
): 'active' | 'disabled' | 'expired' {
  if (key.status === 'disabled') return 'disabled'
  return key.expiresAt !== null && key.expiresAt <= now ? 'expired' : 'active'
}
