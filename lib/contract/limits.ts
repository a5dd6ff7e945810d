import { z } from 'zod'
import { timestamp } from './resource.ts'

/** 2^53 nano-dollars: every counter stays an exact integer (admin-contract §4.1). */
const DOLLARS_MAX = 9_000_000
const CREDIT_MIN = { cost: 1, tokens: 100, requests: 1 } as const
/** Per holder, at most one per type. */
const BUDGETS_MAX = 2

const onStoreFailure = z.enum(['deny', 'allow'])
export const resetDays = z
  .number()
  .int('must be a whole number of days')
  .min(1, 'must be 1-365')
  .max(365, 'must be 1-365')
/** Replies carry these; sent back, they are ignored. */
const readOnly = z.unknown().optional()

const usageLimit = z
  .strictObject({
    type: z.enum(['cost', 'tokens']).default('cost'),
    /** Dollars for `cost`; null says that there is no budget of this type. */
    credit_limit: z.number().nullable(),
    alert_threshold: z.number().min(1, 'must be 1 or more').nullish(),
    periodic_reset: z.enum(['monthly', 'weekly']).nullish(),
    periodic_reset_days: resetDays.nullish(),
    next_usage_reset_at: timestamp.nullish(),
    on_store_failure: onStoreFailure.optional(),
    id: readOnly,
    current_usage: readOnly,
    reserved: readOnly,
    last_reset_at: readOnly,
    status: readOnly,
    is_threshold_alerts_sent: readOnly,
    is_exhausted_alerts_sent: readOnly,
  })
  .superRefine((limit, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const { type, credit_limit, alert_threshold } = limit
    if (credit_limit === null) return
    const fault = creditLimitFault(type, credit_limit)
    if (fault !== null) refuse('credit_limit', fault)
    if (alert_threshold != null && alert_threshold >= credit_limit) {
      refuse('alert_threshold', 'must be below credit_limit')
    }
    if (limit.periodic_reset != null && limit.periodic_reset_days != null) {
      refuse('periodic_reset_days', 'may not stand beside periodic_reset')
    }
  })
  .transform(
    ({
      type,
      credit_limit,
      alert_threshold,
      periodic_reset,
      periodic_reset_days,
      next_usage_reset_at,
      on_store_failure,
    }) => ({
      type,
      credit_limit,
      alert_threshold: alert_threshold ?? null,
      periodic_reset: periodic_reset ?? null,
      ...(periodic_reset_days == null ? {} : { periodic_reset_days }),
      ...(next_usage_reset_at == null ? {} : { next_usage_reset_at }),
      ...(on_store_failure === undefined ? {} : { on_store_failure }),
    }),
  )

/** What is wrong with a budget of so much, in dollars, tokens or requests; null when nothing is. */
export function creditLimitFault(type: keyof typeof CREDIT_MIN, value: number): string | null {
  if (value < CREDIT_MIN[type]) return `must be ${CREDIT_MIN[type]} or more for ${type}`
  if (type !== 'cost') return Number.isSafeInteger(value) ? null : `must be a whole number of ${type}`
  return value > DOLLARS_MAX ? `must be at most ${DOLLARS_MAX}` : null
}

/** A budget as it is stored, in the words of the wire: dollars or tokens. */
export type UsageLimit = z.output<typeof usageLimit> & { credit_limit: number }

/** A budget or up to two with distinct types; null clears. Always an array when parsed (ruling 5). */
export const usageLimits = z
  .union([z.array(usageLimit).max(BUDGETS_MAX, `may hold at most ${BUDGETS_MAX} budgets`), usageLimit])
  .nullable()
  .transform((value) => (value === null ? [] : Array.isArray(value) ? value : [value]))
  .refine(hasDistinctTypes, 'may hold one budget of each type')
  .transform((limits) => limits.filter((limit): limit is UsageLimit => limit.credit_limit !== null))

const rateLimit = z
  .strictObject({
    type: z.enum(['requests', 'tokens', 'concurrent']),
    unit: z.enum(['rps', 'rpm', 'rph', 'rpd', 'rpw']).optional(),
    value: z.number().int('must be a whole number').min(0, 'must be 0 or more'),
    on_store_failure: onStoreFailure.optional(),
    id: readOnly,
    status: readOnly,
  })
  .superRefine((limit, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['unit'], message })
    if (limit.type === 'concurrent' && limit.unit !== undefined) refuse('has no meaning for concurrent')
    if (limit.type !== 'concurrent' && limit.unit === undefined)
      refuse('is required: rps, rpm, rph, rpd or rpw')
  })
  .transform(({ type, unit, value, on_store_failure }) => ({
    type,
    ...(unit === undefined ? {} : { unit }),
    value,
    ...(on_store_failure === undefined ? {} : { on_store_failure }),
  }))

export type RateLimit = z.output<typeof rateLimit>

/** A rate limit or several, one per type; null clears. 0 blocks. Always an array when parsed (admin-contract §4.2). */
export const rateLimits = z
  .union([z.array(rateLimit).max(3, 'may hold one limit of each type'), rateLimit])
  .nullable()
  .transform((value) => (value === null ? [] : Array.isArray(value) ? value : [value]))
  .refine(hasDistinctTypes, 'may hold one limit of each type')

/** What people write for the fields above. */
export const MISTAKEN_LIMITS: Readonly<Record<string, string>> = {
  usage_limit: 'usage_limits',
  usagelimit: 'usage_limits',
  usagelimits: 'usage_limits',
  budget: 'usage_limits',
  budgets: 'usage_limits',
  budget_limit: 'usage_limits',
  budget_limits: 'usage_limits',
  credit_limit: 'usage_limits',
  cost_limit: 'usage_limits',
  token_limit: 'usage_limits',
  limits: 'usage_limits',
  rate_limit: 'rate_limits',
  ratelimit: 'rate_limits',
  ratelimits: 'rate_limits',
  rpm: 'rate_limits',
  tpm: 'rate_limits',
}

/** A budget as replies carry it. */
export const usageLimitRow = z.object({
  type: z.enum(['cost', 'tokens']),
  credit_limit: z.number(),
  alert_threshold: z.number().nullable(),
  periodic_reset: z.enum(['monthly', 'weekly']).nullable(),
  periodic_reset_days: z.number().optional(),
  next_usage_reset_at: z.string().nullable(),
  current_usage: z.number(),
  status: z.enum(['active', 'exhausted']),
  on_store_failure: onStoreFailure.optional(),
})
export type UsageLimitRow = z.output<typeof usageLimitRow>

export const rateLimitRow = z.object({
  type: z.enum(['requests', 'tokens', 'concurrent']),
  unit: z.enum(['rps', 'rpm', 'rph', 'rpd', 'rpw']).optional(),
  value: z.number(),
  on_store_failure: onStoreFailure.optional(),
})

function hasDistinctTypes(limits: { type: string }[]): boolean {
  return new Set(limits.map((limit) => limit.type)).size === limits.length
}
