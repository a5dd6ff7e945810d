import { describe, expect, test } from 'vitest'
import {
  bucketOf,
  bucketValue,
  mergeSketches,
  quantile,
  RELATIVE_ERROR_MAX,
  type Sketch,
  sketchOf,
  TALLY,
} from './sketch.ts'

const sketchFrom = (values: number[]): Sketch => {
  const sketch = new Map<number, number>()
  for (const value of values) sketch.set(bucketOf(value), (sketch.get(bucketOf(value)) ?? 0) + 1)
  return sketch
}

/** Deterministic values spread over five decades, as latencies are. */
const values = Array.from({ length: 5_000 }, (_, i) => Math.round(Math.exp(((i * 7919) % 5_000) / 434) + 1))
const sorted = [...values].sort((a, b) => a - b)
const exact = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] as number

describe('percentiles from a sketch', () => {
  test('are within two per cent of the true value', () => {
    expect(RELATIVE_ERROR_MAX).toBeLessThan(0.02)
    for (const q of [0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const answer = quantile(sketchFrom(values), q) as number
      expect(Math.abs(answer - exact(q)) / exact(q)).toBeLessThanOrEqual(RELATIVE_ERROR_MAX + 1e-9)
    }
  })

  test('every whole number lies within the error of its bucket', () => {
    for (let value = 1; value < 1_000_000; value = Math.ceil(value * 1.003)) {
      expect(Math.abs(bucketValue(bucketOf(value)) - value) / value).toBeLessThanOrEqual(
        RELATIVE_ERROR_MAX + 1e-9,
      )
    }
  })

  test('of merged parts are those of the whole', () => {
    const whole = sketchFrom(values)
    const parts = [values.slice(0, 17), values.slice(17, 3_000), values.slice(3_000)].map(sketchFrom)
    const merged = parts.reduce(mergeSketches, new Map())
    expect([...merged].sort(([a], [b]) => a - b)).toEqual([...whole].sort(([a], [b]) => a - b))
  })

  test('of nothing are unknown, not zero', () => {
    expect(quantile(new Map(), 0.5)).toBeNull()
  })

  test('a duration of zero counts', () => {
    expect(bucketOf(0)).toBe(0)
    expect(quantile(sketchFrom([0]), 0.5)).toBeLessThan(1)
  })
})

test('one roll-up column holds several sketches and plain counts apart', () => {
  const tallies = { t87: 3, o87: 5, f87: 1, g: 2 }
  expect([...sketchOf(tallies, TALLY.response)]).toEqual([[87, 3]])
  expect([...sketchOf(tallies, TALLY.overhead)]).toEqual([[87, 5]])
  expect([...sketchOf(tallies, TALLY.gateway)]).toEqual([])
})
