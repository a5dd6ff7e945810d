import { z } from 'zod'
import { creditLimitFault, resetDays } from './limits.ts'
import { didYouMean } from './nearest.ts'
import { flag, listOf, paging, reference, resource, text, timestamp } from './resource.ts'

// ──────────────────────── whom a policy is about ────────────────────────

/** What a call may be told by; `metadata.<k>` beside them. */
const KEYS = [
  'api_key',
  'workspace_id',
  'organisation_id',
  'virtual_key',
  'provider',
  'config',
  'prompt',
  'model',
  'session',
] as const
const RATE_KEYS = [...KEYS, 'endpoint_type'] as const
const METADATA = /^metadata\..{1,128}$/s
/** `@slug/name`, or with a `*` at its end whatever begins so. */
const MODEL = /^@[a-zA-Z0-9_-]{1,255}\/[^*]*\*?$/
const CONDITIONS_MAX = 20

const judgedKey = (keys: readonly string[]) =>
  text(1, 140).superRefine((said, context) => {
    if (keys.includes(said) || METADATA.test(said)) return
    const message = `is nothing a call is told by: ${said.slice(0, 64)}${didYouMean(said, keys)}`
    context.addIssue({ code: 'custom', message })
  })

const one = text(1, 512)
/** One value, or any of several. */
const values = z.union([
  one,
  z.array(one).min(1, 'must hold a value').max(500, 'may hold at most 500 values'),
])

const condition = (keys: readonly string[]) =>
  z
    .strictObject({ key: judgedKey(keys), value: values, excludes: values.nullish() })
    .superRefine((said, context) => {
      for (const field of ['value', 'excludes'] as const) {
        for (const value of [said[field] ?? []].flat()) {
          const message = valueFault(said.key, value, field)
          if (message !== null) context.addIssue({ code: 'custom', path: [field], message })
        }
      }
    })

function valueFault(key: string, value: string, field: 'value' | 'excludes'): string | null {
  if (value === '*') return field === 'value' ? null : 'would exclude everything'
  if (key === 'model')
    return MODEL.test(value)
      ? null
      : 'must be @provider-slug/model, or @provider-slug/* for all of its models'
  return value.endsWith('*') ? 'may end in * for a model only; * alone means any value' : null
}

const conditions = (keys: readonly string[]) =>
  z
    .array(condition(keys))
    .min(1, 'must hold at least one condition')
    .max(CONDITIONS_MAX, `may hold at most ${CONDITIONS_MAX} conditions`)

const groupBy = (keys: readonly string[]) =>
  z
    .array(z.strictObject({ key: judgedKey(keys) }))
    .min(1, 'must hold at least one key')
    .max(CONDITIONS_MAX, `may hold at most ${CONDITIONS_MAX} keys`)
    .refine((said) => new Set(said.map(({ key }) => key)).size === said.length, 'names a key twice')

const policyName = text(1, 255)
const description = text(0, 500).nullish()
const status = z.enum(['active', 'archived'])
const target = z.literal('llm', { error: 'must be llm; policies on MCP tools are not part of this version' })

const shared = (keys: readonly string[]) => ({
  /** Made of what it limits when absent. */
  name: policyName.nullish(),
  description,
  workspace_id: reference.nullish(),
  organisation_id: reference.nullish(),
  target: target.optional(),
  conditions: conditions(keys),
  group_by: groupBy(keys),
})

const changed = (keys: readonly string[]) => ({
  name: policyName.optional(),
  description,
  conditions: conditions(keys).optional(),
  status: status.optional(),
  /** These three never change; sent back as they are, they pass. */
  target: target.optional(),
  group_by: groupBy(keys).optional(),
})

const sharedRow = {
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  workspace_id: z.string(),
  organisation_id: z.string(),
  target: z.enum(['llm', 'mcp_tools']),
  /** As they were said: one value stays one value, a list a list. */
  conditions: z.array(
    z.object({
      key: z.string(),
      value: z.union([z.string(), z.array(z.string())]),
      excludes: z.union([z.string(), z.array(z.string())]).nullish(),
    }),
  ),
  group_by: z.array(z.object({ key: z.string() })),
  status,
  /** Stored only: this version does not count or refuse by policies. */
  is_enforced: z.literal(false),
  created_by: z.string().nullable(),
  updated_by: z.string().nullable(),
  created_at: z.string(),
  last_updated_at: z.string(),
}

const listQuery = { ...paging(50), status: status.default('active'), search: z.string().optional() }

// ─────────────────────────── usage limits ───────────────────────────────

const usageType = z.enum(['cost', 'tokens', 'requests'])
const period = {
  credit_limit: z.number(),
  /** In the unit of `credit_limit`. */
  alert_threshold: z.number().min(1, 'must be 1 or more').nullish(),
  periodic_reset: z.enum(['weekly', 'monthly']).nullish(),
  periodic_reset_days: resetDays.nullish(),
  /** Kept as 00:00 UTC of its day. */
  next_usage_reset_at: timestamp.nullish(),
}

/** What its column holds. */
const CREDIT_MAX = 999_999_999_999_999

/** What is wrong with a budget as a whole: the field and why. */
export function usageFaults(said: {
  type: z.output<typeof usageType>
  credit_limit: number
  alert_threshold?: number | null | undefined
  periodic_reset?: string | null | undefined
  periodic_reset_days?: number | null | undefined
}): { path: string; message: string }[] {
  const isBeyond = said.credit_limit > CREDIT_MAX
  const credit = isBeyond ? `must be at most ${CREDIT_MAX}` : creditLimitFault(said.type, said.credit_limit)
  const isTooHigh = said.alert_threshold != null && said.alert_threshold >= said.credit_limit
  const isTwice = said.periodic_reset != null && said.periodic_reset_days != null
  return [
    ...(credit === null ? [] : [{ path: 'credit_limit', message: credit }]),
    ...(isTooHigh ? [{ path: 'alert_threshold', message: 'must be below credit_limit' }] : []),
    ...(isTwice ? [{ path: 'periodic_reset_days', message: 'may not stand beside periodic_reset' }] : []),
  ]
}

export const usageLimitPolicyRow = z.object({
  object: z.literal('policy_usage_limits'),
  ...sharedRow,
  type: usageType,
  /** Dollars, tokens or requests. */
  credit_limit: z.number(),
  alert_threshold: z.number().nullable(),
  periodic_reset: z.enum(['weekly', 'monthly']).nullable(),
  periodic_reset_days: z.number().nullable(),
  next_usage_reset_at: z.string().nullable(),
  last_reset_at: z.string().nullable(),
  /** With `include_usage`: usage by value key. */
  value_key_usage_map: z.record(z.string(), z.number()).optional(),
})

/** A counter of a policy: one for each tuple of its `group_by` values. */
export const policyEntityRow = z.object({
  id: z.string(),
  /** `metadata._user:ana`, joined by `|` for several keys. */
  value_key: z.string(),
  current_usage: z.number(),
  status: z.enum(['active', 'exhausted']),
  is_threshold_alerts_sent: z.boolean(),
  is_exhausted_alerts_sent: z.boolean(),
  last_reset_at: z.string().nullable(),
})

/** Budgets for whoever a call is by, about or for. Admin-contract §1.9, §4.4. */
export const usageLimitPolicies = resource({
  path: 'policies/usage-limits',
  noun: 'usage limit policy',
  object: 'policy_usage_limits',
  scopes: ['policies'],
  id: 'id',
  audit: 'policies',
  workspace: 'optional',
  mistaken: {
    limit: 'credit_limit',
    budget: 'credit_limit',
    usage_limits: 'credit_limit',
    threshold: 'alert_threshold',
  },
  row: usageLimitPolicyRow,
  replies: { create: z.object({ id: z.string(), object: z.literal('policy_usage_limits') }) },
  create: z.object({ ...shared(KEYS), type: usageType, ...period }).superRefine((said, context) => {
    for (const { path, message } of usageFaults(said))
      context.addIssue({ code: 'custom', path: [path], message })
  }),
  update: z.object({
    ...changed(KEYS),
    ...period,
    credit_limit: period.credit_limit.optional(),
    type: usageType.optional(),
    /** A value key whose counter begins anew. */
    reset_usage_for_value: text(1, 1024).nullish(),
  }),
  query: z.object({ ...listQuery, type: usageType.optional(), include_usage: flag.optional() }),
  actions: {
    entities: {
      method: 'GET',
      path: '{id}/entities',
      verb: 'read',
      summary: 'List what a usage limit policy has counted',
      input: z.object({
        ...paging(50),
        status: z.enum(['active', 'exhausted']).optional(),
        search: z.string().optional(),
      }),
      reply: listOf(policyEntityRow),
      audit: null,
    },
    resetEntity: {
      method: 'PUT',
      path: '{id}/entities/{entity_id}/reset',
      verb: 'update',
      summary: 'Set one count of a usage limit policy to zero',
      input: z.object({}),
      audit: 'reset',
    },
  },
})

// ─────────────────────────── rate limits ────────────────────────────────

const rateType = z.enum(['requests', 'tokens'])
const unit = z.enum(['rps', 'rpm', 'rph', 'rpd', 'rpw'])
const value = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(Number.MAX_SAFE_INTEGER, `must be at most ${Number.MAX_SAFE_INTEGER}`)

export const rateLimitPolicyRow = z.object({
  object: z.literal('policy_rate_limits'),
  ...sharedRow,
  type: rateType,
  unit,
  value: z.number(),
})

/** Rates for whoever a call is by, about or for. Admin-contract §1.9, §4.4. */
export const rateLimitPolicies = resource({
  path: 'policies/rate-limits',
  noun: 'rate limit policy',
  object: 'policy_rate_limits',
  scopes: ['policies'],
  id: 'id',
  audit: 'policies',
  workspace: 'optional',
  mistaken: { limit: 'value', rate_limits: 'value', credit_limit: 'value' },
  row: rateLimitPolicyRow,
  replies: { create: z.object({ id: z.string(), object: z.literal('policy_rate_limits') }) },
  create: z.object({ ...shared(RATE_KEYS), type: rateType, unit, value }),
  update: z.object({
    ...changed(RATE_KEYS),
    unit: unit.optional(),
    value: value.optional(),
    type: rateType.optional(),
  }),
  query: z.object({ ...listQuery, type: rateType.optional(), unit: unit.optional() }),
})
