/** Budgets and rate limits as rows keep them and as replies carry them. Source: admin-contract §4.1, §4.2. */
import type { RateLimit, UsageLimit, UsageLimitRow } from '../contract/limits.ts'
import type { Prisma } from '../db/generated/client.ts'

const DAY_MS = 86_400_000

/** When a budget begins anew. */
type Period = Pick<UsageLimit, 'periodic_reset' | 'periodic_reset_days' | 'next_usage_reset_at'>

/** A budget in its column: the wire's words, and when it was first set (an N-day period counts from there). */
type StoredLimit = UsageLimit & { since: string }

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
  return limits.map((limit) => ({
    ...limit,
    since: old.find((one) => one.type === limit.type)?.since ?? now.toISOString(),
  })) as Prisma.InputJsonValue
}

export function storedRateLimits(limits: readonly RateLimit[]): Prisma.InputJsonValue {
  return limits as unknown as Prisma.InputJsonValue
}

/** Budgets of a column as replies carry them, the first one being the holder's primary. Nothing counts against them yet, so usage is what was counted: none. */
export function usageLimitRows(stored: unknown, now: Date): UsageLimitRow[] {
  return readStored(stored).map(({ since, ...limit }) => ({
    ...limit,
    next_usage_reset_at: nextReset(limit, new Date(since), now)?.toISOString() ?? null,
    current_usage: 0,
    status: 'active' as const,
  }))
}

export function rateLimitRows(stored: unknown): RateLimit[] {
  return Array.isArray(stored) ? (stored as RateLimit[]) : []
}

/** Midnight UTC of the day a moment lies in. */
export function startOfDay(at: Date): Date {
  return new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS)
}

/** The first midnight UTC of the next month. */
export function nextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1))
}

/** The next midnight UTC that begins the given weekday (0 = Sunday), never the present moment. */
export function nextWeekday(now: Date, weekday: number): Date {
  const today = startOfDay(now)
  const days = (weekday - today.getUTCDay() + 7) % 7 || 7
  return new Date(today.getTime() + days * DAY_MS)
}

export const SUNDAY = 0
export const MONDAY = 1

/** When a budget begins anew, at 00:00 UTC; a weekly one on `weekday`, which differs by holder (ruling 3). Null: never. */
export function nextReset(limit: Period, since: Date, now: Date, weekday: number = SUNDAY): Date | null {
  const said =
    limit.next_usage_reset_at === undefined ? null : startOfDay(new Date(limit.next_usage_reset_at))
  if (said && said > now) return said
  if (limit.periodic_reset === 'monthly') return nextMonth(now)
  if (limit.periodic_reset === 'weekly') return nextWeekday(now, weekday)
  if (limit.periodic_reset_days === undefined) return null
  const periodMs = limit.periodic_reset_days * DAY_MS
  const startMs = (said ?? startOfDay(since)).getTime()
  const periods = Math.floor((now.getTime() - startMs) / periodMs) + 1
  return new Date(startMs + periods * periodMs)
}

function readStored(stored: unknown): StoredLimit[] {
  return Array.isArray(stored) ? (stored as StoredLimit[]) : []
}
