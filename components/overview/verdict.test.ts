import { describe, expect, it } from 'vitest'
import { type Overview, spentToday, verdict } from './verdict.ts'

const figures = (over: Partial<Overview['now']> = {}): Overview['now'] => ({
  requests: 400,
  errors: 0,
  cost: 321,
  unpriced: 0,
  input_tokens: 0,
  output_tokens: 0,
  p50_ms: 400,
  p99_ms: 1800,
  overhead_ms: 0.3,
  ...over,
})
const judge = (now: Overview['now'], blame: Partial<Overview['blame']> = {}) =>
  verdict({ now, range: '24h', blame: { caller: 0, gateway: 0, provider: 0, ...blame } })

describe('the overview answers in words', () => {
  it('says so when there were no calls', () => {
    expect(judge(figures({ requests: 0 }))).toEqual({
      tone: 'idle',
      words: 'Ready. No calls in the last 24 hours.',
    })
  })

  it('is healthy while only callers err', () => {
    expect(judge(figures({ errors: 40 }), { caller: 40 })).toEqual({
      tone: 'ok',
      words:
        'The gateway is healthy. 400 calls in the last 24 hours cost $3.21. Callers were refused 40 times.',
    })
  })

  it('warns when providers fail one call in twenty', () => {
    const { tone, words } = judge(figures({ errors: 20 }), { provider: 20 })
    expect(tone).toBe('warn')
    expect(words).toMatch(/^Providers failed 20 of 400 calls \(5%\)\./)
  })

  it('is ill when the gateway fails one call in a hundred, whatever else happens', () => {
    expect(judge(figures(), { provider: 200, gateway: 4 }).tone).toBe('bad')
  })

  it('never passes an unpriced call off as a free one', () => {
    expect(judge(figures({ unpriced: 3 })).words).toContain('cost $3.21, without 3 unpriced calls.')
  })
})

it('today begins at midnight UTC', () => {
  const point = (at: string, cost: number) => ({ at, cost, requests: 1, errors: 0, p50_ms: null })
  const series = [
    point('2026-03-08T23:45:00.000Z', 500),
    point('2026-03-09T00:00:00.000Z', 20),
    point('2026-03-09T11:45:00.000Z', 3),
  ]
  expect(spentToday({ series }, Date.parse('2026-03-09T12:00:00.000Z'))).toBe(23)
})
