/** Budgets and rate limits as rows keep them and as replies carry them. Source: admin-contract §4.1, §4.2. */
import type { RateLimit, UsageLimit, UsageLimitRow } from '../contract/limits.ts'
import type { Prisma } from '../db/generated/client.ts'
import { nextReset, periodAt, type StoredLimit, type Turns } from '../limits/periods.ts'
import { rfc3339 } from '../units.ts'

/**
 * Budgets for the column. One whose type the row had before keeps its age: changing a limit keeps its counter
 * (admin-contract §4.3).
 */
export function storedUsageLimits(
  limits: readonly UsageLimit[],
  before: unknown,
  now: Date,
): Prisma.InputJsonValue {
  const old = readStored(before)
  return limits.map((limit) => {
    const known = old.find((one) => one.type === limit.type)
    if (!known) return { ...limit, since: now.toISOString() }
    const { since, running } = known
    const kept = turnsAlike(known, limit) ? running : { start: startOf(known, now), at: now.toISOString() }
    return { ...limit, since, ...(kept ? { running: kept } : {}) }
  }) as Prisma.InputJsonValue
}

const startOf = (limit: StoredLimit, now: Date) =>
  new Date(periodAt(limit, now.getTime()).startMs).toISOString()

const turnsAlike = (a: Turns, b: Turns) =>
  a.periodic_reset === b.periodic_reset &&
  a.periodic_reset_days === b.periodic_reset_days &&
  a.next_usage_reset_at === b.next_usage_reset_at

export function storedRateLimits(limits: readonly RateLimit[]): Prisma.InputJsonValue {
  return limits as unknown as Prisma.InputJsonValue
}

/** Budgets of a column as replies carry them, the first one being the holder's primary. Nothing counts against them yet, so usage is what was counted: none. */
export function usageLimitRows(stored: unknown, now: Date): UsageLimitRow[] {
  return readStored(stored).map((one) => {
    const { since, running: _, ...limit } = one
    return {
      ...limit,
      next_usage_reset_at: rfc3339(nextReset(limit, new Date(since), now)),
      current_usage: 0,
      status: 'active' as const,
    }
  })
}

export function rateLimitRows(stored: unknown): RateLimit[] {
  return Array.isArray(stored) ? (stored as RateLimit[]) : []
}

function readStored(stored: unknown): StoredLimit[] {
  return Array.isArray(stored) ? (stored as StoredLimit[]) : []
}
