/** Budgets and rate limits as a form holds them, and as the wire wants them. Pure. */
import type { RateLimit, UsageLimitRow } from '@/lib/contract/limits.ts'

export type BudgetType = 'cost' | 'tokens'
export type RateType = RateLimit['type']
export type RateUnit = NonNullable<RateLimit['unit']>

export interface BudgetDraft {
  type: BudgetType
  /** Dollars for `cost`; '' while empty, as in every figure here. */
  limit: number | ''
  alertAt: number | ''
  reset: 'never' | 'weekly' | 'monthly' | 'days'
  days: number | ''
  /** Of a stored budget, sent back as it came while the reset is the same. */
  nextResetAt: string
  onStoreFailure: '' | 'deny' | 'allow'
}

export interface RateDraft {
  type: RateType
  /** Without meaning for `concurrent`. */
  unit: RateUnit
  value: number | ''
  onStoreFailure: '' | 'deny' | 'allow'
}

/** What a form with limits holds of them, whatever else it holds. */
export interface LimitsDraft {
  budgets: readonly BudgetDraft[]
  rates: readonly RateDraft[]
}

export const BUDGET_TYPES = [
  { value: 'cost', label: 'Cost' },
  { value: 'tokens', label: 'Tokens' },
] as const

export const RESETS = [
  { value: 'never', label: 'Never' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'days', label: 'Every … days' },
] as const

export const RATE_TYPES = [
  { value: 'requests', label: 'Requests' },
  { value: 'tokens', label: 'Tokens' },
  { value: 'concurrent', label: 'At the same time' },
] as const

export const RATE_UNITS = [
  { value: 'rps', label: 'per second' },
  { value: 'rpm', label: 'per minute' },
  { value: 'rph', label: 'per hour' },
  { value: 'rpd', label: 'per day' },
  { value: 'rpw', label: 'per week' },
] as const

export function newBudget(type: BudgetType): BudgetDraft {
  return { type, limit: '', alertAt: '', reset: 'monthly', days: '', nextResetAt: '', onStoreFailure: '' }
}

export function newRate(type: RateType): RateDraft {
  return { type, unit: 'rpm', value: '', onStoreFailure: '' }
}

export function budgetsOf(rows: readonly UsageLimitRow[]): BudgetDraft[] {
  return rows.map((row) => ({
    type: row.type,
    limit: row.credit_limit,
    alertAt: row.alert_threshold ?? '',
    reset: row.periodic_reset ?? (row.periodic_reset_days ? 'days' : 'never'),
    days: row.periodic_reset_days ?? '',
    nextResetAt: row.next_usage_reset_at ?? '',
    onStoreFailure: row.on_store_failure ?? '',
  }))
}

export function ratesOf(rows: readonly RateLimit[] | null): RateDraft[] {
  return (rows ?? []).map((row) => ({
    type: row.type,
    unit: row.unit ?? 'rpm',
    value: row.value,
    onStoreFailure: row.on_store_failure ?? '',
  }))
}

export function budgetsBody(drafts: readonly BudgetDraft[]) {
  return drafts.map(({ type, limit, alertAt, reset, days, nextResetAt, onStoreFailure }) => ({
    type,
    credit_limit: Number(limit),
    ...(alertAt === '' ? {} : { alert_threshold: alertAt }),
    ...(reset === 'weekly' || reset === 'monthly' ? { periodic_reset: reset } : {}),
    ...(reset === 'days' ? { periodic_reset_days: Number(days) } : {}),
    ...(nextResetAt === '' ? {} : { next_usage_reset_at: nextResetAt }),
    ...(onStoreFailure === '' ? {} : { on_store_failure: onStoreFailure }),
  }))
}

export function ratesBody(drafts: readonly RateDraft[]) {
  return drafts.map(({ type, unit, value, onStoreFailure }) => ({
    type,
    ...(type === 'concurrent' ? {} : { unit }),
    value: Number(value),
    ...(onStoreFailure === '' ? {} : { on_store_failure: onStoreFailure }),
  }))
}

const DOLLARS_MAX = 9_000_000

/** What is wrong with them, by wire path (`usage_limits.0.credit_limit`), in the words of the API. */
export function limitProblems(
  budgets: readonly BudgetDraft[],
  rates: readonly RateDraft[],
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [index, { type, limit, alertAt, reset, days }] of budgets.entries()) {
    const at = `usage_limits.${index}`
    const least = type === 'cost' ? 1 : 100
    if (limit === '' || limit < least) found[`${at}.credit_limit`] = `Must be ${least} or more`
    else if (type === 'cost' && limit > DOLLARS_MAX)
      found[`${at}.credit_limit`] = `Must be at most ${DOLLARS_MAX}`
    else if (type === 'tokens' && !Number.isSafeInteger(limit))
      found[`${at}.credit_limit`] = 'Must be a whole number of tokens'
    if (alertAt !== '' && alertAt < 1) found[`${at}.alert_threshold`] = 'Must be 1 or more'
    else if (alertAt !== '' && limit !== '' && alertAt >= limit)
      found[`${at}.alert_threshold`] = 'Must be below the limit'
    if (reset === 'days' && (days === '' || !Number.isInteger(days) || days < 1 || days > 365))
      found[`${at}.periodic_reset_days`] = 'Must be 1-365'
  }
  for (const [index, { value }] of rates.entries())
    if (value === '' || !Number.isInteger(value) || value < 0)
      found[`rate_limits.${index}.value`] = 'Must be a whole number, 0 or more'
  return found
}
