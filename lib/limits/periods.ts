/** When budgets begin anew, in UTC and whole days. Pure. Source: admin-contract §4.1, §4.3. */
import type { UsageLimit } from '../contract/limits.ts'

export const DAY_MS = 86_400_000
export const SUNDAY = 0
export const MONDAY = 1

/** How often a budget begins anew, as the wire says it. */
export type Turns = Pick<UsageLimit, 'periodic_reset' | 'periodic_reset_days' | 'next_usage_reset_at'>

/** A budget as its column keeps it: the wire's words, and what its periods are counted from. */
export type StoredLimit = UsageLimit & {
  /** When it was first set: its counter starts then, and so do periods of N days. */
  since: string
  /** The period that was running when the turns were changed or reset by hand, and when that was. Absent: since ever. */
  running?: { start: string; at: string }
}

/** The stretch one counter counts. Its start is its name, the same in every process. Epoch ms; an end of null is never. */
export interface Period {
  startMs: number
  endMs: number | null
}

/**
 * The period a moment lies in. What runs when turns are changed runs on to the first new turn, so a change keeps its
 * counter. `weekday` begins a week (0 = Sunday; policies begin theirs on Monday).
 */
export function periodAt(
  limit: Omit<StoredLimit, keyof UsageLimit> & Turns,
  nowMs: number,
  weekday = SUNDAY,
): Period {
  const running = limit.running ?? { start: limit.since, at: limit.since }
  const since = new Date(limit.since)
  const first = nextReset(limit, since, new Date(running.at), weekday)?.getTime() ?? null
  if (first === null || nowMs < first) return { startMs: Date.parse(running.start), endMs: first }
  const now = new Date(nowMs)
  const end = nextReset(limit, since, now, weekday)?.getTime() ?? null
  return { startMs: Math.max(first, lastReset(limit, since, now, weekday)), endMs: end }
}

/** When a budget begins anew after a moment, at 00:00 UTC; a time that was said overrides the next turn. Null: never. */
export function nextReset(turns: Turns, since: Date, now: Date, weekday: number = SUNDAY): Date | null {
  const said = saidReset(turns)
  if (said && said > now) return said
  if (turns.periodic_reset === 'monthly') return nextMonth(now)
  if (turns.periodic_reset === 'weekly') return nextWeekday(now, weekday)
  if (turns.periodic_reset_days === undefined) return null
  const periodMs = turns.periodic_reset_days * DAY_MS
  const startMs = (said ?? startOfDay(since)).getTime()
  const periods = Math.floor((now.getTime() - startMs) / periodMs) + 1
  return new Date(startMs + periods * periodMs)
}

/** The last turn up to a moment that is behind the first one. */
function lastReset(turns: Turns, since: Date, now: Date, weekday: number): number {
  const saidMs = saidReset(turns)?.getTime() ?? Number.NEGATIVE_INFINITY
  const passedMs = saidMs <= now.getTime() ? saidMs : Number.NEGATIVE_INFINITY
  return Math.max(passedMs, regularReset(turns, since, now, weekday, passedMs))
}

function regularReset(turns: Turns, since: Date, now: Date, weekday: number, passedMs: number): number {
  if (turns.periodic_reset === 'monthly') return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
  if (turns.periodic_reset === 'weekly') return nextWeekday(now, weekday).getTime() - 7 * DAY_MS
  if (turns.periodic_reset_days === undefined) return Number.NEGATIVE_INFINITY
  const periodMs = turns.periodic_reset_days * DAY_MS
  const startMs = Number.isFinite(passedMs) ? passedMs : startOfDay(since).getTime()
  return startMs + Math.floor((now.getTime() - startMs) / periodMs) * periodMs
}

function saidReset({ next_usage_reset_at: said }: Turns): Date | null {
  return said === undefined ? null : startOfDay(new Date(said))
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
