import { z } from 'zod'
import { DAY_MS, rotationPolicy, rotationRow, TRANSITION_MS_MIN } from './key-rotation.ts'
import { MISTAKEN_LIMITS, rateLimitRow, rateLimits, usageLimitRow, usageLimits } from './limits.ts'
import { metadataSchema } from './metadata-schema.ts'
import { csv, flag, metadata, nothing, paging, reference, resource, text, timestamp } from './resource.ts'

/** What clients write in a path or a query when they had nothing to say (ruling 1). */
export const UNSAID_WORDS: ReadonlySet<string> = new Set(['', 'NOT_GIVEN', 'undefined', 'None', 'null'])

/** The same for the segments that name a key's type, where no other word could be meant. */
export const UNSAID_SEGMENTS: ReadonlySet<string> = new Set([...UNSAID_WORDS, 'missing'])

const keyDefaults = z.strictObject({
  metadata: metadata.nullish(),
  config_id: reference.nullish(),
  allow_config_override: flag.nullish(),
  /** Replies carry it; sent back, it is ignored. */
  config_slug: z.unknown().optional(),
})

/** Beside `defaults` as replies carry it; what `defaults` says wins. */
const allowOverride = flag.nullish()

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
  rotation_policy: rotationRow.nullable(),
  reset_usage: z.literal(0),
  last_reset_at: z.string().nullable(),
  last_rotated_at: z.string().nullable(),
  /** While the secret before this one still opens the key. */
  key_transition_expires_at: z.string().nullable(),
  /** A secret made by a scheduled turn, or with the key itself, waits to be shown once (`POST {id}/reveal`). */
  has_unrevealed_secret: z.boolean(),
})

/** What create, rotate and reveal answer: the only times `key` is whole. */
export const apiKeySecretRow = z.object({
  id: z.string(),
  key: z.string(),
  object: z.literal('api-key'),
  key_transition_expires_at: z.string().nullable().optional(),
})

/** What the organisation rules for keys, by the names of its settings: for the form that makes one. */
export const keyRulesRow = z.object({
  object: z.literal('api-key-rules'),
  /** What the metadata of a key must hold; null: whatever its maker likes. */
  api_key_metadata_schema: metadataSchema.nullable(),
  /** The rest is for user keys alone. */
  user_api_key_ttl: z.object({ default_days: z.number().nullable(), max_days: z.number().nullable() }),
  /** Days between turns. */
  user_api_key_rotation_period: z.number().nullable(),
  /** Of one person in one workspace. */
  max_user_api_keys: z.number().nullable(),
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
    key_name: 'name',
    desc: 'description',
    owner: 'user_id',
    scope: 'scopes',
    permission: 'scopes',
    permissions: 'scopes',
    default: 'defaults',
    config: 'defaults.config_id',
    config_id: 'defaults.config_id',
    metadata: 'defaults.metadata',
    expires: 'expires_at',
    expire_at: 'expires_at',
    expiry: 'expires_at',
    expiration: 'expires_at',
    expires_in: 'expires_at',
    expiry_date: 'expires_at',
    expiration_date: 'expires_at',
    valid_until: 'expires_at',
    ttl: 'expires_at',
    alert_email: 'alert_emails',
    emails: 'alert_emails',
    email_alerts: 'alert_emails',
    notification_emails: 'alert_emails',
    rotation: 'rotation_policy',
    rotation_period: 'rotation_policy.rotation_period',
    rotation_period_days: 'rotation_policy.rotation_period_days',
    next_rotation_at: 'rotation_policy.next_rotation_at',
    key_transition_period_ms: 'rotation_policy.key_transition_period_ms',
  },
  row: apiKeyRow,
  replies: { create: apiKeySecretRow },
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
    allow_config_override: allowOverride,
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
    allow_config_override: allowOverride,
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
    sort: z.enum(['created_at', 'name', 'last_used_at', 'expires_at']).default('created_at'),
    /** Absent: the newest and the most lately used first, names and expiries rising. */
    order: z.enum(['asc', 'desc']).optional(),
  }),
  actions: {
    rules: {
      method: 'GET',
      path: 'rules',
      verb: 'list',
      summary: 'Read what the organisation rules for keys',
      workspace: 'none',
      input: nothing,
      reply: keyRulesRow,
      audit: null,
    },
    rotate: {
      method: 'POST',
      path: '{id}/rotate',
      verb: 'rotate',
      /** 0 ends the old secret at once (leak response). */
      input: z.object({
        key_transition_period_ms: z
          .number()
          .int('must be a whole number of milliseconds')
          .max(365 * DAY_MS, 'must be at most a year')
          .refine((ms) => ms === 0 || ms >= TRANSITION_MS_MIN, `must be 0, or ${TRANSITION_MS_MIN} or more`)
          .nullish(),
      }),
      mistaken: {
        transition: 'key_transition_period_ms',
        transition_ms: 'key_transition_period_ms',
        transition_period: 'key_transition_period_ms',
        transition_period_ms: 'key_transition_period_ms',
        key_transition_period: 'key_transition_period_ms',
        grace_period: 'key_transition_period_ms',
        grace_period_ms: 'key_transition_period_ms',
        overlap_ms: 'key_transition_period_ms',
      },
      reply: apiKeySecretRow,
      audit: 'rotate',
    },
    /** The secret of a scheduled turn, whole and once: for the owner of a user key, else for who may rotate the key. */
    reveal: {
      method: 'POST',
      path: '{id}/reveal',
      verb: 'rotate',
      summary: 'Reveal the secret a scheduled rotation made',
      scopes: [],
      isSessionOnly: true,
      input: nothing,
      reply: apiKeySecretRow,
      audit: 'export',
    },
  },
})
