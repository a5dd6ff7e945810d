import { describe, expect, it } from 'vitest'
import { colourOf, niceTicks, type Point, prepare, type Series, sparkPaths, toCsv } from './prepare.ts'

const MINUTE = 60_000
const start = Date.parse('2026-03-09T12:00:00.000Z')
const series: Series[] = [
  { key: 'ok', label: 'Answered', colour: 'blue', kind: 'bar' },
  { key: 'errors', label: 'Failed', colour: 'red', kind: 'bar' },
]
const points = (values: [number | null, number | null][]): Point[] =>
  values.map(([ok, errors], index) => ({ atMs: start + index * MINUTE, values: { ok, errors } }))

describe('a chart', () => {
  it('scales to the whole stack, in round whole steps', () => {
    const ready = prepare({
      points: points([
        [60, 7],
        [90, 3],
      ]),
      series,
      unit: 'count',
      bucketSeconds: 60,
    })
    expect(ready.yTicks).toEqual([0, 25, 50, 75, 100])
  })

  it('draws a gap where nothing was measured, and never a zero', () => {
    const ready = prepare({
      points: points([
        [5, 0],
        [null, null],
      ]),
      series,
      unit: 'ms',
      bucketSeconds: 60,
    })
    expect(ready.rows[1]).toEqual({ at: start + MINUTE, ok: null, errors: null })
    expect(ready.formatValue(null)).toBe('no calls')
  })

  it('knows when there is nothing to see', () => {
    expect(
      prepare({
        points: points([
          [0, 0],
          [null, 0],
        ]),
        series,
        unit: 'count',
        bucketSeconds: 60,
      }).isEmpty,
    ).toBe(true)
    expect(prepare({ points: [], series, unit: 'count', bucketSeconds: 60 }).caption).toBe('')
  })

  it('says from when to when, with the zone', () => {
    const ready = prepare({
      points: points([
        [1, 0],
        [2, 0],
      ]),
      series,
      unit: 'count',
      bucketSeconds: 60,
      timeZone: 'UTC',
    })
    expect(ready.caption).toBe('9 Mar, 12:00 – 12:02 UTC')
    expect(ready.formatSpan(start)).toBe('9 Mar, 12:00 – 12:01')
  })

  it('names days, not hours, on a month', () => {
    const days: Point[] = Array.from({ length: 30 }, (_, day) => ({
      atMs: start + day * 86_400_000,
      values: { ok: 1 },
    }))
    const ready = prepare({ points: days, series, unit: 'count', bucketSeconds: 86_400, timeZone: 'UTC' })
    expect(ready.formatAt(ready.xTicks[0]!)).toMatch(/^\d+ Mar$/)
    expect(ready.xTicks).toHaveLength(6)
  })

  it.each([
    ['1h', 60, 60, ['12:10', '12:20', '12:30', '12:40', '12:50', '13:00']],
    ['24h', 900, 97, ['16:00', '20:00', '00:00', '04:00', '08:00', '12:00']],
  ])('marks round times on %s, wherever it begins', (_, bucketSeconds, buckets, marks) => {
    const from = start + (bucketSeconds === 60 ? 3 : 15) * MINUTE
    const ready = prepare({
      points: Array.from({ length: buckets }, (__, index) => ({
        atMs: from + index * bucketSeconds * 1000,
        values: { ok: 1 },
      })),
      series,
      unit: 'count',
      bucketSeconds,
      timeZone: 'UTC',
    })
    expect(ready.xTicks.map(ready.formatAt)).toEqual(marks)
  })

  it('marks the midnights of the reader, not those of UTC', () => {
    const hours: Point[] = Array.from({ length: 169 }, (_, hour) => ({
      atMs: start + hour * 3_600_000,
      values: { ok: 1 },
    }))
    const ready = prepare({
      points: hours,
      series,
      unit: 'count',
      bucketSeconds: 3600,
      timeZone: 'Asia/Tokyo',
    })
    expect(ready.xTicks.map((at) => new Date(at).getUTCHours())).toEqual([15, 15, 15, 15, 15, 15, 15])
  })

  it.each([
    [0, true, [0, 1]],
    [1, true, [0, 1]],
    [3, true, [0, 1, 2, 3]],
    [10, true, [0, 5, 10]],
    [0.0042, false, [0, 0.002, 0.004, 0.006]],
    [1000, true, [0, 250, 500, 750, 1000]],
  ])('a scale up to %s (whole: %s) is %j', (most, isWhole, ticks) =>
    expect(niceTicks(most, isWhole)).toEqual(ticks),
  )

  it('exports what it shows', () => {
    const ready = prepare({ points: points([[1, null]]), series, unit: 'count', bucketSeconds: 60 })
    expect(toCsv(ready)).toBe('from,Answered,Failed\n2026-03-09T12:00:00.000Z,1,\n')
  })
})

describe('colours', () => {
  it('a provider keeps its colour everywhere', () => {
    expect(colourOf('openai-prod')).toBe(colourOf('openai-prod'))
    expect(colourOf('openai-prod')).toMatch(/^var\(--tg-series-[0-7]\)$/)
  })

  it('slugs spread over the palette', () => {
    const used = new Set(Array.from({ length: 64 }, (_, index) => colourOf(`provider-${index}`)))
    expect(used.size).toBe(8)
  })
})

describe('a sparkline', () => {
  it('breaks at gaps', () => {
    const { line, area } = sparkPaths([0, 10, null, 5, 10], 40, 10)
    expect(line).toBe('M0.0 10.0L10.0 0.0M30.0 5.0L40.0 0.0')
    expect(area).toBe('M0.0 10.0L10.0 0.0L10.0 10L0.0 10ZM30.0 5.0L40.0 0.0L40.0 10L30.0 10Z')
    expect(sparkPaths([1], 40, 10)).toEqual({ line: '', area: '', dots: '' })
  })

  it('one measured moment among none is a dot, not a hill', () => {
    expect(sparkPaths([null, null, 4, null], 30, 10)).toEqual({
      line: '',
      area: '',
      dots: 'M20.0 0.0h0.01',
    })
  })
})
