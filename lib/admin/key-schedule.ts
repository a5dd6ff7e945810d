/** When keys turn by themselves, and how long an old secret lives on. Source: admin-contract §3.5. */
import { DAY_MS, shortestPeriodMs, TRANSITION_MS_MIN } from '../contract/key-rotation.ts'
import { Prisma } from '../db/generated/client.ts'
import { nextMonth, nextWeekday, startOfDay } from '../limits/periods.ts'
import type { KeyInput } from './key-rules.ts'
import { invalidField } from './validation.ts'

/** A rotation policy in its column; the moment of the next turn stands in `next_rotation_at` of the row. */
export interface StoredRotation {
  rotation_period?: 'weekly' | 'monthly'
  rotation_period_days?: number
  key_transition_period_ms: number
}

export interface Schedule {
  policy: StoredRotation
  next: Date
}

const MONDAY = 1
const TRANSITION_MS = TRANSITION_MS_MIN
/** As the setting of the organisation counts them (admin-contract §1.1). */
const ENFORCED_DAYS = { weekly: 7, monthly: 30 } as const

/** The schedule of a new key. `enforcedDays`: the organisation's period for user keys, which they inherit. */
export function newSchedule(
  said: KeyInput['rotation_policy'],
  now: Date,
  enforcedDays: number | null,
): Schedule | null {
  if (said != null) return scheduleOf(said, now, null, enforcedDays)
  if (enforcedDays === null) return null
  const policy = { rotation_period_days: enforcedDays, key_transition_period_ms: TRANSITION_MS }
  return { policy, next: nextTurn(policy, now) }
}

/**
 * The schedule of a key that is edited; undefined leaves it. What a form sends back as it was is no change, so a key
 * made before the organisation ruled keeps its own.
 */
export function changedSchedule(
  said: KeyInput['rotation_policy'],
  now: Date,
  before: Schedule | null,
  enforcedDays: number | null,
): Schedule | null | undefined {
  if (said === undefined) return undefined
  if (said === null) {
    if (before === null) return undefined
    if (enforcedDays !== null)
      throw invalidField(
        'rotation_policy',
        `cannot be removed: the organisation turns user keys every ${days(enforcedDays)}`,
      )
    return null
  }
  return before && isSame(said, before) ? undefined : scheduleOf(said, now, before, enforcedDays)
}

/** The schedule after a turn at `now`; null when it was for that one turn. */
export function afterTurn(before: Schedule | null, now: Date): Schedule | null {
  if (before === null) return null
  const { policy, next } = before
  if (hasPeriod(policy)) return { policy, next: nextTurn(policy, now) }
  return next > now ? before : null
}

export function storedSchedule(key: {
  rotationPolicy: unknown
  nextRotationAt: Date | null
}): Schedule | null {
  return key.rotationPolicy && key.nextRotationAt
    ? { policy: key.rotationPolicy as StoredRotation, next: key.nextRotationAt }
    : null
}

/** Both columns of a schedule, always written together. */
export function scheduleColumns(schedule: Schedule | null) {
  return {
    rotationPolicy: schedule ? (schedule.policy as unknown as Prisma.InputJsonValue) : Prisma.DbNull,
    nextRotationAt: schedule?.next ?? null,
  }
}

export function scheduleRow(schedule: Schedule | null) {
  if (!schedule) return null
  const { key_transition_period_ms, ...period } = schedule.policy
  return {
    ...period,
    next_rotation_at: schedule.next.toISOString(),
    key_transition_period_ms,
    status: 'ACTIVE' as const,
  }
}

/** How long the old secret lives on: what the call says, else the key's policy, else half an hour; 0 ends it at once. */
export function transitionMs(said: number | null | undefined, schedule: Schedule | null): number {
  const ms = said ?? schedule?.policy.key_transition_period_ms ?? TRANSITION_MS
  const periodMs = schedule && shortestPeriodMs(schedule.policy)
  if (periodMs != null && ms >= periodMs)
    throw invalidField('key_transition_period_ms', 'must be shorter than the rotation period of this key')
  return ms
}

function scheduleOf(
  said: NonNullable<KeyInput['rotation_policy']>,
  now: Date,
  before: Schedule | null,
  enforcedDays: number | null,
): Schedule {
  const { rotation_period, rotation_period_days, key_transition_period_ms } = said
  const policy: StoredRotation = {
    ...(rotation_period ? { rotation_period } : {}),
    ...(rotation_period_days ? { rotation_period_days } : {}),
    key_transition_period_ms: key_transition_period_ms ?? TRANSITION_MS,
  }
  if (enforcedDays !== null) refuseDeviation(policy, said, before, enforcedDays)
  return { policy, next: saidTurn(said, now, before) ?? keptTurn(policy, before) ?? nextTurn(policy, now) }
}

function refuseDeviation(
  policy: StoredRotation,
  said: NonNullable<KeyInput['rotation_policy']>,
  before: Schedule | null,
  enforcedDays: number,
): void {
  const { rotation_period, rotation_period_days } = policy
  const period = rotation_period ? ENFORCED_DAYS[rotation_period] : rotation_period_days
  const rule = `the organisation turns user keys every ${days(enforcedDays)}`
  if (period !== enforcedDays) {
    const field = rotation_period ? 'rotation_period' : 'rotation_period_days'
    throw invalidField(`rotation_policy.${field}`, `must come to ${days(enforcedDays)}: ${rule}`)
  }
  if (said.next_rotation_at && !isTurn(said.next_rotation_at, before)) {
    throw invalidField('rotation_policy.next_rotation_at', `cannot be chosen: ${rule}`)
  }
}

/** The turn a call names, at 00:00 UTC of its day. */
function saidTurn(
  said: NonNullable<KeyInput['rotation_policy']>,
  now: Date,
  before: Schedule | null,
): Date | null {
  if (!said.next_rotation_at) return null
  if (before && isTurn(said.next_rotation_at, before)) return before.next
  const next = startOfDay(new Date(said.next_rotation_at))
  if (next <= now) {
    throw invalidField('rotation_policy.next_rotation_at', 'must be of a day after today (UTC)', 'range')
  }
  return next
}

/** An edit that leaves the period leaves the turn, or one edit a day would put it off for ever. */
function keptTurn(policy: StoredRotation, before: Schedule | null): Date | null {
  return before && hasPeriod(policy) && isSamePeriod(policy, before.policy) ? before.next : null
}

/** The first turn after `now`: Mondays, the 1st, or whole days from today, at 00:00 UTC. */
function nextTurn({ rotation_period, rotation_period_days }: StoredRotation, now: Date): Date {
  if (rotation_period === 'weekly') return nextWeekday(now, MONDAY)
  if (rotation_period === 'monthly') return nextMonth(now)
  return new Date(startOfDay(now).getTime() + (rotation_period_days ?? 1) * DAY_MS)
}

function isSame(said: NonNullable<KeyInput['rotation_policy']>, before: Schedule): boolean {
  return (
    isSamePeriod(said, before.policy) &&
    (!said.next_rotation_at || isTurn(said.next_rotation_at, before)) &&
    (said.key_transition_period_ms ?? TRANSITION_MS) === before.policy.key_transition_period_ms
  )
}

function isSamePeriod(said: Periods, before: Periods): boolean {
  return (
    (said.rotation_period ?? null) === (before.rotation_period ?? null) &&
    (said.rotation_period_days ?? null) === (before.rotation_period_days ?? null)
  )
}

interface Periods {
  rotation_period?: 'weekly' | 'monthly' | null | undefined
  rotation_period_days?: number | null | undefined
}

const isTurn = (said: string, before: Schedule | null) => new Date(said).getTime() === before?.next.getTime()
const hasPeriod = (policy: Periods) => Boolean(policy.rotation_period ?? policy.rotation_period_days)
const days = (count: number) => (count === 1 ? '1 day' : `${count} days`)
