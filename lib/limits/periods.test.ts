import { describe, expect, test } from 'vitest'
import { MONDAY, periodAt, type StoredLimit, SUNDAY } from './periods.ts'

const limit = (more: Partial<StoredLimit>): StoredLimit => ({
  type: 'cost',
  credit_limit: 5,
  alert_threshold: null,
  periodic_reset: null,
  since: '2026-03-09T08:00:00.000Z',
  ...more,
})
const say = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().replace(':00.000Z', 'Z'))
const period = (more: Partial<StoredLimit>, at: string, weekday = SUNDAY) => {
  const { startMs, endMs } = periodAt(limit(more), Date.parse(at), weekday)
  return [say(startMs), say(endMs)]
}

describe('the period a moment lies in', () => {
  test.each([
    [
      'begins when the limit was first set',
      { periodic_reset: 'monthly' },
      '2026-03-20T00:00:00Z',
      '2026-03-09T08:00Z',
      '2026-04-01T00:00Z',
    ],
    [
      'turns with the month',
      { periodic_reset: 'monthly' },
      '2026-04-01T00:00:00Z',
      '2026-04-01T00:00Z',
      '2026-05-01T00:00Z',
    ],
    [
      'ends a moment before',
      { periodic_reset: 'monthly' },
      '2026-04-30T23:59:59.999Z',
      '2026-04-01T00:00Z',
      '2026-05-01T00:00Z',
    ],
    [
      'knows February of a leap year',
      { periodic_reset: 'monthly' },
      '2028-02-29T12:00:00Z',
      '2028-02-01T00:00Z',
      '2028-03-01T00:00Z',
    ],
    [
      'pays no heed to daylight saving',
      { periodic_reset: 'weekly' },
      '2026-03-29T01:30:00Z',
      '2026-03-29T00:00Z',
      '2026-04-05T00:00Z',
    ],
    [
      'turns every N days from the day it was set',
      { periodic_reset_days: 10 },
      '2026-03-30T01:00:00Z',
      '2026-03-29T00:00Z',
      '2026-04-08T00:00Z',
    ],
    ['never turns without a rule', {}, '2031-01-01T00:00:00Z', '2026-03-09T08:00Z', null],
    [
      'runs on to the turn that was said',
      { periodic_reset: 'monthly', next_usage_reset_at: '2026-04-15T00:00:00Z' },
      '2026-04-10T00:00:00Z',
      '2026-03-09T08:00Z',
      '2026-04-15T00:00Z',
    ],
    [
      'follows the calendar again after it',
      { periodic_reset: 'monthly', next_usage_reset_at: '2026-04-15T00:00:00Z' },
      '2026-04-20T00:00:00Z',
      '2026-04-15T00:00Z',
      '2026-05-01T00:00Z',
    ],
    [
      'and a month later',
      { periodic_reset: 'monthly', next_usage_reset_at: '2026-04-15T00:00:00Z' },
      '2026-05-20T00:00:00Z',
      '2026-05-01T00:00Z',
      '2026-06-01T00:00Z',
    ],
    [
      'counts N days from the turn that was said',
      { periodic_reset_days: 7, next_usage_reset_at: '2026-04-15T00:00:00Z' },
      '2026-04-23T00:00:00Z',
      '2026-04-22T00:00Z',
      '2026-04-29T00:00Z',
    ],
    [
      'turns once when only a turn was said',
      { next_usage_reset_at: '2026-04-15T00:00:00Z' },
      '2027-04-23T00:00:00Z',
      '2026-04-15T00:00Z',
      null,
    ],
  ] as const)('%s', (_, more, at, start, end) => {
    expect(period(more, at)).toEqual([start, end])
  })

  test('begins weeks on the day of its holder', () => {
    expect(period({ periodic_reset: 'weekly' }, '2026-04-01T00:00:00Z', SUNDAY)[0]).toBe('2026-03-29T00:00Z')
    expect(period({ periodic_reset: 'weekly' }, '2026-04-01T00:00:00Z', MONDAY)[0]).toBe('2026-03-30T00:00Z')
  })

  test('goes on under its name when the turns are changed, until the first new one', () => {
    const running = { start: '2026-06-01T00:00:00.000Z', at: '2026-06-10T09:00:00.000Z' }
    const weekly = { periodic_reset: 'weekly', running } as const
    expect(period(weekly, '2026-06-11T00:00:00Z')).toEqual(['2026-06-01T00:00Z', '2026-06-14T00:00Z'])
    expect(period(weekly, '2026-06-14T00:00:00Z')).toEqual(['2026-06-14T00:00Z', '2026-06-21T00:00Z'])
  })

  test('is a new one after a reset by hand', () => {
    const at = '2026-06-10T09:00:00.000Z'
    expect(period({ periodic_reset: 'monthly', running: { start: at, at } }, '2026-06-10T09:00:01Z')).toEqual(
      ['2026-06-10T09:00Z', '2026-07-01T00:00Z'],
    )
  })

  test('follows the one before without a gap, whatever the rule', () => {
    const rules: Partial<StoredLimit>[] = [
      { periodic_reset: 'monthly' },
      { periodic_reset: 'weekly' },
      { periodic_reset_days: 3, next_usage_reset_at: '2026-03-20T00:00:00Z' },
      { periodic_reset: 'weekly', next_usage_reset_at: '2026-03-18T00:00:00Z' },
    ]
    for (const rule of rules) {
      let at = Date.parse('2026-03-09T08:00:00Z')
      for (let turn = 0; turn < 40; turn++) {
        const { startMs, endMs } = periodAt(limit(rule), at)
        expect(startMs).toBeLessThanOrEqual(at)
        expect(periodAt(limit(rule), (endMs as number) - 1)).toEqual({ startMs, endMs })
        expect(periodAt(limit(rule), endMs as number).startMs).toBe(endMs)
        at = endMs as number
      }
    }
  })
})
