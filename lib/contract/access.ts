import { z } from 'zod'
import { MISTAKEN_LIMITS, rateLimitRow, rateLimits, usageLimitRow, usageLimits } from './limits.ts'
import { csv, flag, metadata, paging, reference, resource, text, timestamp } from './resource.ts'

/** What clients write in a path or a query when they had nothing to say (ruling 1). */
export const UNSAID_WORDS: ReadonlySet<string> = new Set(['', 'NOT_GIVEN', 'undefined', 'None', 'null'])

/** The same for the segments that name a key's type, where no other word could be meant. */
export const UNSAID_SEGMENTS: ReadonlySet<string> = new Set([...UNSAID_WORDS, 'missing'])

const TRANSITION_MS_MIN = 1_800_000

const keyDefaults = z.strictObject({
  metadata: metadata.nullish(),
  config_id: reference.nullish(),
  allow_config_override: flag.nullish(),
  /** Replies carry it; sent back, it is ignored. */
  config_slug: z.unknown().optional(),
})

const rotationPolicy = z
  .strictObject({
    rotation_period: z.enum(['weekly', 'monthly']).nullish(),
    rotation_period_days: z
      .number()
      .int('must be a whole number of days')
      .min(1, 'must be 1-365')
      .max(365, 'must be 1-365')
      .nullish(),
    next_rotation_at: timestamp.nullish(),
    key_transition_period_ms: z
      .number()
      .int('must be a whole number of milliseconds')
      .min(TRANSITION_MS_MIN, `must be ${TRANSITION_MS_MIN} or more`)
      .nullish(),
    status: z.unknown().optional(),
  })
  .superRefine((policy, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const { rotation_period, rotation_period_days, next_rotation_at, key_transition_period_ms } = policy
    if (rotation_period && rotation_period_days)
      refuse('rotation_period_days', 'may not stand beside rotation_period')
    if (!rotation_period && !rotation_period_days && !next_rotation_at) {
      refuse('rotation_period', 'is required, or rotation_period_days, or next_rotation_at')
    }
    const periodDays =
      rotation_period_days ?? (rotation_period === 'weekly' ? 7 : rotation_period ? 28 : null)
    if (periodDays !== null && (key_transition_period_ms ?? TRANSITION_MS_MIN) >= periodDays * 86_400_000) {
      refuse('key_transition_period_ms', 'must be shorter than the rotation period')
    }
  })

const keyName = text(1, 100)
const keyDescription = text(0, 200)
const scopes = z.array(z.string()).max(200, 'may hold at most 200 scopes')
const alertEmails = z
  .array(z.email('must be an e-mail address').max(255, 'must have at most 255 characters'))
  .max(50, 'may hold at most 50 addresses')
const limited = {
  usage_limits: usageLimits.optional(),
  rate_limits: rateLimits.optional(),
}

export const apiKeyRow = z.object({
  object: z.literal('api-key'),
  id: z.string(),
  /** Masked. */
  key: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  type: z.enum(['organisation-service', 'workspace-service', 'workspace-user']),
  organisation_id: z.string(),
  workspace_id: z.string().nullable(),
  user_id: z.string().nullable(),
  status: z.enum(['active', 'disabled', 'exhausted', 'expired']),
  creation_mode: z.enum(['ui', 'api', 'auto']),
  created_by: z.string().nullable(),
  created_at: z.string(),
  last_updated_at: z.string(),
  last_used_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  scopes: z.array(z.string()),
  alert_emails: z.array(z.string()),
  defaults: z.object({
    config_id: z.string().nullable(),
    config_slug: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    allow_config_override: z.boolean().nullable(),
  }),
  allow_config_override: z.union([z.literal(0), z.literal(1)]).nullable(),
  usage_limits: usageLimitRow.nullable(),
  usage_limits_all: z.array(usageLimitRow),
  rate_limits: z.array(rateLimitRow).nullable(),
  rotation_policy: z.record(z.string(), z.unknown()).nullable(),
  reset_usage: z.literal(0),
  last_reset_at: z.string().nullable(),
  last_rotated_at: z.string().nullable(),
  /** While the secret before this one still opens the key. */
  key_transition_expires_at: z.string().nullable(),
})

/** What create and rotate answer: the only times `key` is whole. */
export const apiKeySecretRow = z.object({
  id: z.string(),
  key: z.string(),
  object: z.literal('api-key'),
  key_transition_expires_at: z.string().nullable().optional(),
})

/** Admin-contract §3. Create by path (`api-keys/workspace/service`) or by body (`admin/api-keys`). */
export const apiKeys = resource({
  path: 'api-keys',
  noun: 'API key',
  object: 'api-key',
  scopes: ['organisation_service_api_keys', 'workspace_service_api_keys', 'workspace_user_api_keys'],
  id: 'id',
  audit: 'api_keys',
  workspace: 'optional',
  mistaken: {
    ...MISTAKEN_LIMITS,
    scope: 'scopes',
    permissions: 'scopes',
    default: 'defaults',
    config: 'defaults.config_id',
    config_id: 'defaults.config_id',
    metadata: 'defaults.metadata',
    expires: 'expires_at',
    expire_at: 'expires_at',
    expiry: 'expires_at',
    expiration: 'expires_at',
    alert_email: 'alert_emails',
  },
  row: apiKeyRow,
  create: z.object({
    type: z.enum(['organisation', 'workspace']),
    /** Absent: service for an organisation; user for a workspace when `user_id` is given, else service. */
    sub_type: z.enum(['service', 'user']).optional(),
    name: keyName,
    description: keyDescription.nullish(),
    workspace_id: reference.nullish(),
    user_id: reference.nullish(),
    scopes: scopes.nullish(),
    defaults: keyDefaults.nullish(),
    ...limited,
    alert_emails: alertEmails.nullish(),
    expires_at: timestamp.nullish(),
    rotation_policy: rotationPolicy.nullish(),
  }),
  update: z.object({
    name: keyName.optional(),
    description: keyDescription.nullish(),
    scopes: scopes.nullish(),
    defaults: keyDefaults.nullish(),
    ...limited,
    alert_emails: alertEmails.nullish(),
    expires_at: timestamp.nullish(),
    rotation_policy: rotationPolicy.nullish(),
    reset_usage: flag.nullish(),
    status: z.enum(['active', 'disabled']).optional(),
  }),
  query: z.object({
    ...paging(100),
    type: z.enum(['organisation-service', 'workspace-service', 'workspace-user']).optional(),
    status: z.enum(['active', 'disabled', 'exhausted', 'expired']).optional(),
    /** Part of a name, any case. */
    search: z.string().max(200, 'must have at most 200 characters').optional(),
    ids: csv.optional(),
  }),
  actions: {
    rotate: {
      method: 'POST',
      path: '{id}/rotate',
      verb: 'rotate',
      /** 0 ends the old secret at once (leak response). */
      input: z.object({
        key_transition_period_ms: z
          .number()
          .int('must be a whole number of milliseconds')
          .max(365 * 86_400_000, 'must be at most a year')
          .refine((ms) => ms === 0 || ms >= TRANSITION_MS_MIN, `must be 0, or ${TRANSITION_MS_MIN} or more`)
          .nullish(),
      }),
      audit: 'rotate',
    },
  },
})
