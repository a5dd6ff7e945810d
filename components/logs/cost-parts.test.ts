import { expect, it } from 'vitest'
import { costParts } from './cost-parts.ts'

const log = (over: object = {}) => ({
  req_units: 1000,
  res_units: 200,
  cache_read_units: 600,
  cache_write_units: 0,
  cost: (400 * 2.5 + 600 * 1.25 + 200 * 10) / 10_000,
  ...over,
})
const prices = { input: 2.5, output: 10, cache_read: 1.25, cache_write: null }

it('splits what a call cost by the kind of its tokens', () => {
  const { parts, isSplit } = costParts(log(), prices)
  expect(isSplit).toBe(true)
  expect(parts.map(({ label, tokens }) => [label, tokens])).toEqual([
    ['Input, not cached', 400],
    ['Input, read from cache', 600],
    ['Output', 200],
  ])
  expect(parts.at(-1)?.dollars).toBeCloseTo(0.002)
})

it('shows no split that does not add up to what was charged', () => {
  expect(costParts(log({ cost: 9 }), prices).isSplit).toBe(false)
  expect(costParts(log({ cost: null }), prices).isSplit).toBe(false)
  expect(costParts(log(), null).isSplit).toBe(false)
})
