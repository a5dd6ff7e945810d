import { describe, expect, test } from 'vitest'
import type { UsageLimit } from '../contract/limits.ts'
import { storedUsageLimits, usageLimitRows } from './limits.ts'

const at = (iso: string) => new Date(iso)
const limit = (more: Partial<UsageLimit>): UsageLimit => ({
  type: 'cost',
  credit_limit: 5,
  alert_threshold: null,
  periodic_reset: null,
  ...more,
})
const next = (more: Partial<UsageLimit>, setAt: string, now: string) =>
  usageLimitRows(storedUsageLimits([limit(more)], [], at(setAt)), at(now))[0]?.next_usage_reset_at

describe('a budget resets', () => {
  test.each([
    ['monthly, on the 1st', { periodic_reset: 'monthly' }, '2026-01-31T10:00:00Z', '2026-02-01'],
    ['monthly, over the year', { periodic_reset: 'monthly' }, '2026-12-31T23:59:59Z', '2027-01-01'],
    [
      'monthly, never at the present moment',
      { periodic_reset: 'monthly' },
      '2026-02-01T00:00:00Z',
      '2026-03-01',
    ],
    ['weekly, on Sunday', { periodic_reset: 'weekly' }, '2026-03-09T08:00:00Z', '2026-03-15'],
    ['weekly, seen on a Sunday', { periodic_reset: 'weekly' }, '2026-03-15T00:00:00Z', '2026-03-22'],
    ['every 10 days from when it was set', { periodic_reset_days: 10 }, '2026-03-19T23:00:00Z', '2026-03-29'],
    [
      'when it was told, at midnight',
      { next_usage_reset_at: '2026-05-05T15:00:00Z' },
      '2026-03-09T08:00:00Z',
      '2026-05-05',
    ],
    [
      'every 10 days from when it was told, once that is over',
      { next_usage_reset_at: '2026-03-12T00:00:00Z', periodic_reset_days: 10 },
      '2026-03-13T08:00:00Z',
      '2026-03-22',
    ],
    [
      'by its period once the told time is over',
      { next_usage_reset_at: '2026-03-01T15:00:00Z', periodic_reset: 'monthly' },
      '2026-03-09T08:00:00Z',
      '2026-04-01',
    ],
  ] as const)('%s', (_, more, now, day) => {
    expect(next(more, '2026-03-09T08:00:00Z', now)).toBe(`${day}T00:00:00.000Z`)
  })

  test('or never', () => {
    expect(next({}, '2026-03-09T08:00:00Z', '2026-03-09T08:00:00Z')).toBeNull()
  })

  test('a changed limit keeps its age, one of a new type starts now', () => {
    const before = storedUsageLimits([limit({ periodic_reset_days: 10 })], [], at('2026-03-01T00:00:00Z'))
    const changed = [
      limit({ credit_limit: 9, periodic_reset_days: 10 }),
      limit({ type: 'tokens', credit_limit: 100, periodic_reset_days: 10 }),
    ]
    const after = storedUsageLimits(changed, before, at('2026-03-05T00:00:00Z'))
    const rows = usageLimitRows(after, at('2026-03-05T00:00:00Z'))
    expect(rows.map((row) => row.next_usage_reset_at)).toEqual([
      '2026-03-11T00:00:00.000Z',
      '2026-03-15T00:00:00.000Z',
    ])
    expect(rows[0]).not.toHaveProperty('since')
  })

  test('a change of its turns lets the running period go on to the first new one', () => {
    const monthly = storedUsageLimits([limit({ periodic_reset: 'monthly' })], [], at('2026-03-01T00:00:00Z'))
    const dearer = [limit({ credit_limit: 9, periodic_reset: 'monthly' })]
    expect(storedUsageLimits(dearer, monthly, at('2026-05-05T00:00:00Z'))).toEqual([
      expect.not.objectContaining({ running: expect.anything() }),
    ])
    const weekly = [limit({ periodic_reset: 'weekly' })]
    expect(storedUsageLimits(weekly, monthly, at('2026-05-05T09:00:00Z'))).toEqual([
      expect.objectContaining({
        since: '2026-03-01T00:00:00.000Z',
        running: { start: '2026-05-01T00:00:00.000Z', at: '2026-05-05T09:00:00.000Z' },
      }),
    ])
  })
})
