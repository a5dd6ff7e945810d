import { describe, expect, it } from 'vitest'
import * as format from './format.ts'

describe('money', () => {
  it.each([
    [1284.07, '$1,284.07'],
    [1, '$1.00'],
    [0, '$0.00'],
    [0.0004217, '$0.0004217'],
    [0.00042171, '$0.0004217'],
    [0.5, '$0.50'],
    [0.42175, '$0.4218'],
    [0.99999, '$1.00'],
    [0.000000001, '$0.000000001'],
    [0.0000000001, '$0.00'],
    [-3.5, '-$3.50'],
    [null, '–'],
  ])('%s dollars reads %s', (dollars, text) => expect(format.money(dollars)).toBe(text))

  it('an unpriced call is not a free one', () => {
    expect(format.cost(null)).toBe('unpriced')
    expect(format.cost(0)).toBe('$0.00')
    expect(format.cost(0.04217)).toBe('$0.0004217')
  })
})

describe('counts', () => {
  it.each([
    [0, '0'],
    [412, '412'],
    [999, '999'],
    [1000, '1k'],
    [12_418, '12.4k'],
    [128_000, '128k'],
    [999_499, '999k'],
    [999_600, '1M'],
    [1_284_000, '1.28M'],
    [3e9, '3B'],
    [undefined, '–'],
  ])('%s is shortened to %s', (value, text) => expect(format.compact(value)).toBe(text))

  it.each([
    [0, '0%'],
    [0.0004, '<0.1%'],
    [0.042, '4.2%'],
    [0.99999, '>99.9%'],
    [1, '100%'],
    [Number.NaN, '–'],
  ])('a share of %s reads %s', (ratio, text) => expect(format.percent(ratio)).toBe(text))

  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [12_400, '12.4 kB'],
    [1_200_000, '1.2 MB'],
  ])('%s bytes read %s', (value, text) => expect(format.bytes(value)).toBe(text))
})

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [0.28, '0.28 ms'],
    [4.2, '4.2 ms'],
    [412.4, '412 ms'],
    [999.6, '1 s'],
    [1800, '1.8 s'],
    [59_960, '1 min'],
    [125_000, '2 min 5 s'],
    [11_520_000, '3 h 12 min'],
    [null, '–'],
  ])('%s ms reads %s', (ms, text) => expect(format.duration(ms)).toBe(text))
})

describe('times', () => {
  const now = Date.parse('2026-03-09T12:00:00.000Z')

  it.each([
    ['2026-03-09T11:59:58.000Z', 'just now'],
    ['2026-03-09T11:59:48.000Z', '12 s ago'],
    ['2026-03-09T11:55:00.000Z', '5 min ago'],
    ['2026-03-09T09:00:00.000Z', '3 h ago'],
    ['2026-03-11T13:00:00.000Z', 'in 2 d'],
    ['2026-01-01T00:00:00.000Z', '2026-01-01'],
    [null, '–'],
    ['not a time', '–'],
  ])('%s is %s', (at, text) => expect(format.relativeTime(at, now)).toBe(text))

  it('a full time names its zone', () => {
    expect(format.absoluteTime('2026-03-09T07:55:25.120Z', 'UTC')).toBe('9 Mar 2026, 07:55:25.120 UTC')
  })
})

describe('change', () => {
  it.each([
    [112, 100, '+12%'],
    [95.5, 100, '-4.5%'],
    [100, 100, 'no change'],
    [2000, 100, '×20'],
    [5, 0, null],
    [null, 4, null],
  ])('%s after %s is %s', (after, before, text) => expect(format.change(after, before)).toBe(text))
})
