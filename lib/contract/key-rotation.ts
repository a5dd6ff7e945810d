/** How often keys turn by themselves. Source: admin-contract §3.5. */
import { z } from 'zod'
import { timestamp } from './resource.ts'

export const DAY_MS = 86_400_000
/** The least an old secret lives on, and what it lives on when nobody said. */
export const TRANSITION_MS_MIN = 1_800_000

export const rotationPolicy = z
  .strictObject({
    rotation_period: z.enum(['weekly', 'monthly']).nullish(),
    rotation_period_days: z
      .number()
      .int('must be a whole number of days')
      .min(1, 'must be 1-365')
      .max(365, 'must be 1-365')
      .nullish(),
    /** Of the next turn alone; taken at 00:00 UTC of its day. */
    next_rotation_at: timestamp.nullish(),
    key_transition_period_ms: z
      .number()
      .int('must be a whole number of milliseconds')
      .min(TRANSITION_MS_MIN, `must be ${TRANSITION_MS_MIN} or more`)
      .max(365 * DAY_MS, 'must be at most a year')
      .nullish(),
    /** Replies carry it; sent back, it is ignored. */
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
    const periodMs = shortestPeriodMs(policy)
    if (periodMs !== null && (key_transition_period_ms ?? TRANSITION_MS_MIN) >= periodMs) {
      refuse('key_transition_period_ms', 'must be shorter than the rotation period')
    }
  })

/** A policy as replies carry it. */
export const rotationRow = z.object({
  rotation_period: z.enum(['weekly', 'monthly']).optional(),
  rotation_period_days: z.number().optional(),
  next_rotation_at: z.string(),
  key_transition_period_ms: z.number(),
  status: z.literal('ACTIVE'),
})

/** The least time between two turns; null where there is but one. */
export function shortestPeriodMs(policy: {
  rotation_period?: 'weekly' | 'monthly' | null | undefined
  rotation_period_days?: number | null | undefined
}): number | null {
  const { rotation_period, rotation_period_days } = policy
  const days = rotation_period_days ?? (rotation_period ? { weekly: 7, monthly: 28 }[rotation_period] : null)
  return days === null ? null : days * DAY_MS
}
