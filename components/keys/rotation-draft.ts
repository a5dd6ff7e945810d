/** How often a key turns by itself: as its form holds it, as the wire wants it, and in words. Pure. */
import type { z } from 'zod'
import {
  DAY_MS,
  rotationPolicy,
  type rotationRow,
  shortestPeriodMs,
  TRANSITION_MS_MIN,
} from '@/lib/contract/key-rotation.ts'
import { plural } from '../format.ts'

export type RotationPolicy = z.output<typeof rotationRow>

export interface RotationDraft {
  cadence: 'never' | 'weekly' | 'monthly' | 'days' | 'once'
  /** For `days`. */
  days: number | ''
  /** RFC 3339, of the next turn alone; '' leaves it to the cadence. */
  nextAt: string
  /** How long the secret before a turn still works. */
  transitionMs: number
}

export const NO_ROTATION: RotationDraft = {
  cadence: 'never',
  days: '',
  nextAt: '',
  transitionMs: TRANSITION_MS_MIN,
}

export const CADENCES = [
  { value: 'never', label: 'Never' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'days', label: 'Every … days' },
  { value: 'once', label: 'Once' },
] as const

const HOUR_MS = 3_600_000
/** What people choose from; any other length is kept as it is. */
export const TRANSITIONS_MS: readonly number[] = [
  TRANSITION_MS_MIN,
  6 * HOUR_MS,
  DAY_MS,
  3 * DAY_MS,
  7 * DAY_MS,
]

export function rotationOf(policy: RotationPolicy | null): RotationDraft {
  if (policy === null) return NO_ROTATION
  const { rotation_period, rotation_period_days, next_rotation_at, key_transition_period_ms } = policy
  return {
    cadence: rotation_period ?? (rotation_period_days ? 'days' : 'once'),
    days: rotation_period_days ?? '',
    nextAt: next_rotation_at,
    transitionMs: key_transition_period_ms,
  }
}

/** The policy to send; null for none. `enforcedDays`: the organisation's cadence, which nobody chooses then. */
export function rotationBody(draft: RotationDraft, enforcedDays: number | null = null) {
  const { days, nextAt, transitionMs } = draft
  const cadence = enforcedDays === null ? draft.cadence : 'days'
  if (cadence === 'never') return null
  return {
    ...(cadence === 'weekly' || cadence === 'monthly' ? { rotation_period: cadence } : {}),
    ...(cadence === 'days' ? { rotation_period_days: enforcedDays ?? Number(days) } : {}),
    ...(nextAt === '' || enforcedDays !== null ? {} : { next_rotation_at: nextAt }),
    key_transition_period_ms: transitionMs,
  }
}

/** What is wrong with it, by wire path, in the words of the API. A turn that stands already is not judged again. */
export function rotationProblems(
  draft: RotationDraft,
  nowMs: number,
  keptNext = '',
  enforcedDays: number | null = null,
): Record<string, string> {
  const body = rotationBody(draft, enforcedDays)
  if (body === null) return {}
  const at = (field: string) => `rotation_policy.${field}`
  if (draft.cadence === 'once' && draft.nextAt === '' && enforcedDays === null)
    return { [at('next_rotation_at')]: 'Choose a day' }
  const found: Record<string, string> = {}
  const { error } = rotationPolicy.safeParse(body)
  for (const { path, message } of error?.issues ?? [])
    found[at(path.join('.'))] ??= message.charAt(0).toUpperCase() + message.slice(1)
  const isAhead = Date.parse(draft.nextAt) > nowMs
  if (draft.nextAt !== '' && draft.nextAt !== keptNext && !isAhead && enforcedDays === null)
    found[at('next_rotation_at')] = 'Must be of a day after today (UTC)'
  return found
}

/** Whether an old secret may live so long beside this schedule. */
export function fitsPeriod(
  transitionMs: number,
  policy: Parameters<typeof shortestPeriodMs>[0] | null,
): boolean {
  const periodMs = policy && shortestPeriodMs(policy)
  return periodMs === null || transitionMs < periodMs
}

/** "Every Monday", "On the 1st of each month", "Every 10 days", "Once". */
export function cadenceWords(policy: RotationPolicy): string {
  if (policy.rotation_period === 'weekly') return 'Every Monday'
  if (policy.rotation_period === 'monthly') return 'On the 1st of each month'
  const days = policy.rotation_period_days
  return days ? (days === 1 ? 'Every day' : `Every ${days} days`) : 'Once'
}

/** A transition: "30 minutes", "6 hours", "1 day". */
export function spanWords(ms: number): string {
  if (ms % DAY_MS === 0) return plural(ms / DAY_MS, 'day')
  if (ms % HOUR_MS === 0) return plural(ms / HOUR_MS, 'hour')
  return plural(Math.round(ms / 60_000), 'minute')
}
