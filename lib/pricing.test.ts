import { describe, expect, test } from 'vitest'
import {
  catalogueCard,
  catalogueModels,
  costNanos,
  foldModelId,
  type ModelCard,
  overrideCard,
  type Prices,
  priceRecord,
  pricesFor,
  pricingForWire,
} from './pricing.ts'
import { NO_USAGE, type Usage } from './providers/adapter.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const PRICES: Prices = {
  input: 3_000_000,
  output: 15_000_000,
  cacheRead: 300_000,
  cacheWrite: 3_750_000,
  cacheWrite1h: 6_000_000,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  request: null,
}
const card = (prices: Partial<Prices> | null, more: Partial<ModelCard> = {}): ModelCard => ({
  id: 'm',
  name: 'M',
  contextWindow: 200_000,
  maxOutputTokens: 8_192,
  prices: prices && { ...PRICES, ...prices },
  priceSource: prices && 'catalogue',
  ...more,
})
const used = (usage: Partial<Usage>): Usage => ({ ...NO_USAGE, ...usage })
const cost = (usage: Partial<Usage>, of: ModelCard | null = card({})) => costNanos(used(usage), of).costNanos

describe('what the catalogue knows', () => {
  test('gpt-4o: window, cap and prices', () => {
    expect(catalogueCard('openai', 'gpt-4o', NOW)).toMatchObject({
      id: 'gpt-4o',
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      prices: { input: 2_500_000, output: 10_000_000, cacheRead: 1_250_000 },
      priceSource: 'catalogue',
    })
  })

  test('Claude Sonnet 4.6: its own cap, and both cache prices', () => {
    expect(catalogueCard('anthropic', 'claude-sonnet-4-6', NOW)).toMatchObject({
      contextWindow: 1_000_000,
      maxOutputTokens: 64_000,
      prices: {
        input: 3_000_000,
        output: 15_000_000,
        cacheRead: 300_000,
        cacheWrite: 3_750_000,
        cacheWrite1h: 6_000_000,
      },
    })
  })

  test.each([
    ['openai', 'gpt-4o-2024-11-20', 'gpt-4o'],
    ['anthropic', 'claude-sonnet-4.6', 'claude-sonnet-4-6'],
    ['anthropic', 'us.claude-sonnet-4-6', 'claude-sonnet-4-6'],
    ['openai', 'gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
  ])('%s %s is priced and limited as %s', (provider, dated, plain) => {
    const { prices, contextWindow, maxOutputTokens } = catalogueCard(provider, plain, NOW)
    expect(prices).not.toBeNull()
    expect(catalogueCard(provider, dated, NOW)).toMatchObject({
      id: dated,
      prices,
      contextWindow,
      maxOutputTokens,
    })
  })

  test.each([
    ['together-ai', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
    ['fireworks-ai', 'accounts/fireworks/models/kimi-k2p6'],
    ['mistral-ai', 'mistral-large-latest'],
    ['x-ai', 'grok-4'],
    ['groq', 'llama-3.3-70b-versatile'],
    ['perplexity-ai', 'sonar'],
  ])('%s has a price for %s', (provider, model) => {
    expect(catalogueCard(provider, model, NOW).prices?.input).toBeGreaterThan(0)
  })

  test('a model nobody knows has no price, which is not the price 0', () => {
    expect(catalogueCard('openai', 'gpt-99-imaginary', NOW)).toEqual({
      id: 'gpt-99-imaginary',
      name: 'gpt-99-imaginary',
      contextWindow: null,
      maxOutputTokens: null,
      prices: null,
      priceSource: null,
    })
    expect(catalogueCard('custom', 'gpt-4o', NOW).prices).toBeNull()
    expect(catalogueCard('moon', 'gpt-4o', NOW).prices).toBeNull()
  })

  test('names that every object has are no providers and no models', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(catalogueCard('openai', name, NOW)).toMatchObject({
        contextWindow: null,
        maxOutputTokens: null,
        prices: null,
      })
      expect(catalogueCard(name, 'gpt-4o', NOW).prices).toBeNull()
      expect(catalogueModels(name, NOW)).toEqual([])
    }
  })

  test('what is not priced by text tokens is unpriced', () => {
    expect(catalogueCard('openai', 'whisper-1', NOW).prices).toBeNull()
  })

  test('an embedding model puts nothing out and costs nothing for it', () => {
    expect(catalogueCard('openai', 'text-embedding-3-small', NOW).prices).toMatchObject({
      input: 20_000,
      output: 0,
    })
  })

  test('a fine-tune has its own price and its base’s limits', () => {
    const tuned = catalogueCard('openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc', NOW)
    expect(tuned).toMatchObject({
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      prices: { input: 300_000, output: 1_200_000 },
    })
  })

  test('a price that changed counts from the day it changed', () => {
    const at = (day: string) => catalogueCard('openai', 'o3', Date.parse(day)).prices?.input
    expect(at('2025-06-09T00:00:00Z')).toBe(10_000_000)
    expect(at('2025-06-11T00:00:00Z')).toBe(2_000_000)
  })

  test('a price by the hour is charged by the hour of the call', () => {
    const chat = catalogueCard('deepseek', 'deepseek-chat', NOW)
    const usage = used({ input: 1_000_000 })
    expect(costNanos(usage, chat, Date.parse('2026-11-23T12:00:00Z')).costNanos).toBe(270_000_000)
    expect(costNanos(usage, chat, Date.parse('2026-11-23T20:00:00Z')).costNanos).toBe(135_000_000)
  })

  test('a long prompt moves the whole call to its tier', () => {
    const sonnet = catalogueCard('anthropic', 'claude-sonnet-4-5', NOW)
    expect(cost({ input: 200_000 }, sonnet)).toBe(600_000_000)
    expect(cost({ input: 200_001, output: 1_000 }, sonnet)).toBe(200_001 * 6_000 + 1_000 * 22_500)
    expect(pricesFor(sonnet, 200_001)?.output).toBe(22_500_000)
  })

  test('lists hold real ids, each with its card', () => {
    const ids = catalogueModels('openai', NOW).map(({ id }) => id)
    expect(ids).toContain('gpt-4o')
    expect(ids).toContain('text-embedding-3-small')
    expect(new Set(ids).size).toBe(ids.length)
    expect(catalogueModels('custom', NOW)).toEqual([])
    for (const model of catalogueModels('openrouter', NOW)) {
      expect(model.id).not.toMatch(/[-.:]$/)
      for (const picos of Object.values(model.prices ?? {}))
        expect(picos === null || (Number.isSafeInteger(picos) && picos >= 0)).toBe(true)
    }
  })

  test('the sandbox is priced and limited', () => {
    expect(catalogueCard('sandbox', 'echo')).toMatchObject({
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      prices: { input: 500_000, output: 1_500_000 },
      priceSource: 'catalogue',
    })
  })
})

describe('what a call costs', () => {
  test('input and output', () => {
    expect(cost({ input: 1_000, output: 100 })).toBe(1_000 * 3_000 + 100 * 15_000)
  })

  test('cached tokens cost their own price, not the input’s as well', () => {
    const usage = { input: 10_000, cacheRead: 6_000, cacheWrite: 3_000, cacheWrite1h: 1_000, output: 0 }
    expect(cost(usage)).toBe(1_000 * 3_000 + 6_000 * 300 + 2_000 * 3_750 + 1_000 * 6_000)
  })

  test('cached tokens without a price of their own cost as much as fresh ones', () => {
    const plain = card({ cacheRead: null, cacheWrite: null, cacheWrite1h: null })
    expect(cost({ input: 100, cacheRead: 40, cacheWrite: 40, cacheWrite1h: 10 }, plain)).toBe(100 * 3_000)
  })

  test('an hour’s cache entry without its own price costs as the five-minute one', () => {
    expect(cost({ input: 10, cacheWrite: 10, cacheWrite1h: 10 }, card({ cacheWrite1h: null }))).toBe(
      10 * 3_750,
    )
  })

  test('audio and separately priced thinking are taken out of the text', () => {
    const rich = card({ audioInput: 40_000_000, audioOutput: 80_000_000, reasoning: 3_000_000 })
    const usage = { input: 100, audioInput: 60, output: 100, audioOutput: 30, reasoning: 50 }
    expect(cost(usage, rich)).toBe(40 * 3_000 + 60 * 40_000 + 20 * 15_000 + 50 * 3_000 + 30 * 80_000)
    expect(cost(usage)).toBe(100 * 3_000 + 100 * 15_000)
  })

  test('a flat price is charged once a call', () => {
    expect(cost({ input: 1 }, card({ request: 5_000_000_000 }))).toBe(3_000 + 5_000_000)
  })

  test('fractions of a nano are rounded half up, once', () => {
    const tiny = card({ input: 1, output: 1 })
    expect(cost({ input: 499 }, tiny)).toBe(0)
    expect(cost({ input: 500 }, tiny)).toBe(1)
    expect(cost({ input: 250, output: 250 }, tiny)).toBe(1)
    expect(cost({ input: 1_499 }, tiny)).toBe(1)
  })

  test('sums past what a double holds stay exact', () => {
    const dear = card({ input: 600_000_001, output: 1, cacheRead: 1 })
    expect(cost({ input: 90_000_001 }, dear)).toBe(Number((90_000_001n * 600_000_001n + 500n) / 1_000n))
  })

  test('usage that contradicts itself never makes a cost negative', () => {
    expect(
      cost({ input: 10, cacheRead: 50, cacheWrite: 50, output: 5, audioOutput: 20 }),
    ).toBeGreaterThanOrEqual(0)
  })

  test('without a price the call is unpriced, not free', () => {
    expect(costNanos(used({ input: 5 }), card(null))).toEqual({ costNanos: null, isUnpriced: true })
    expect(costNanos(used({ input: 5 }), null)).toEqual({ costNanos: null, isUnpriced: true })
  })

  test('what the provider says it cost beats the catalogue, not the admin', () => {
    const usage = used({ input: 1_000, reportedCostNanos: 42 })
    expect(costNanos(usage, card({})).costNanos).toBe(42)
    expect(costNanos(usage, null).costNanos).toBe(42)
    expect(costNanos(usage, card({}, { priceSource: 'integration' })).costNanos).toBe(3_000_000)
  })
})

describe('an integration’s own word', () => {
  const own = {
    type: 'static',
    pay_as_you_go: { request_token: { price: 0.0001 }, response_token: { price: 0.0002 } },
  } as const

  test('its prices replace the catalogue’s, tiers and hours included', () => {
    const overridden = overrideCard(catalogueCard('anthropic', 'claude-sonnet-4-5', NOW), {
      pricing_config: own,
    })
    expect(overridden).toMatchObject({
      priceSource: 'integration',
      prices: { input: 1_000_000, output: 2_000_000, cacheRead: null },
    })
    expect(cost({ input: 300_000, cacheRead: 100_000 }, overridden)).toBe(300_000 * 1_000)
  })

  test('its window and cap hold, and what it leaves out stays', () => {
    expect(overrideCard(card({}), { context_window: 64_000 })).toMatchObject({
      contextWindow: 64_000,
      maxOutputTokens: 8_192,
    })
    expect(overrideCard(card({}), { max_output_tokens: 10, pricing_config: null })).toMatchObject({
      maxOutputTokens: 10,
      priceSource: 'catalogue',
    })
  })

  test('a price of 0 is a price, half a price is none', () => {
    const free = { pay_as_you_go: { request_token: { price: 0 }, response_token: { price: 0 } } }
    expect(cost({ input: 9 }, overrideCard(card(null), { pricing_config: free }))).toBe(0)
    const half = { pay_as_you_go: { request_token: { price: 1 } } }
    expect(cost({ input: 9 }, overrideCard(card({}), { pricing_config: half }))).toBeNull()
  })

  test('a multiplier scales every kind, and kinds with their own factor by that', () => {
    const scaled = overrideCard(card({}), {
      multiplier: { default: 1.2, response_token: 2, additional_units: { cache_write_1h: 1 } },
    })
    expect(scaled.prices).toMatchObject({
      input: 3_600_000,
      output: 30_000_000,
      cacheRead: 360_000,
      cacheWrite: 4_500_000,
      cacheWrite1h: 6_000_000,
    })
    expect(scaled.priceSource).toBe('catalogue')
  })

  test('a factor on cached tokens holds where the catalogue names no price for them', () => {
    const scaled = overrideCard(card({ cacheRead: null }), { multiplier: { cache_read_input_token: 0.5 } })
    expect(scaled.prices).toMatchObject({ input: 3_000_000, cacheRead: 1_500_000 })
  })

  test('the multiplier reaches tiers, hours and costs the provider states', () => {
    const half = { multiplier: { default: 0.5 } }
    expect(
      cost({ input: 300_000 }, overrideCard(catalogueCard('anthropic', 'claude-sonnet-4-5', NOW), half)),
    ).toBe(300_000 * 3_000)
    const chat = overrideCard(catalogueCard('deepseek', 'deepseek-chat', NOW), half)
    expect(costNanos(used({ input: 1_000_000 }), chat, Date.parse('2026-11-23T20:00:00Z')).costNanos).toBe(
      67_500_000,
    )
    expect(cost({ input: 1, reportedCostNanos: 100 }, overrideCard(card({}), half))).toBe(50)
  })
})

describe('on the wire', () => {
  test('a model list carries dollars per token as strings, both cache fields when the model caches', () => {
    expect(pricingForWire(card({}))).toEqual({
      prompt: '0.000003',
      completion: '0.000015',
      input_cache_read: '0.0000003',
      input_cache_write: '0.00000375',
    })
    expect(pricingForWire(catalogueCard('openai', 'gpt-4o', NOW))).toEqual({
      prompt: '0.0000025',
      completion: '0.00001',
      input_cache_read: '0.00000125',
      input_cache_write: '0.0000025',
    })
    expect(pricingForWire(card({ cacheRead: null, cacheWrite: null, request: 5_000_000_000 }))).toEqual({
      prompt: '0.000003',
      completion: '0.000015',
      request: '0.005',
    })
    expect(pricingForWire(card(null))).toBeNull()
  })

  test('a price record carries cents per token', () => {
    expect(priceRecord(card({ request: 5_000_000_000 }))).toEqual({
      pay_as_you_go: {
        request_token: { price: 0.0003 },
        response_token: { price: 0.0015 },
        cache_read_input_token: { price: 0.00003 },
        cache_write_input_token: { price: 0.000375 },
        additional_units: { cache_write_1h: { price: 0.0006 } },
      },
      fixed_cost: { price: 0.5 },
      currency: 'USD',
    })
    expect(priceRecord(card(null))).toBeNull()
  })

  test('folded ids meet whatever the caller did to dots', () => {
    expect(foldModelId('gemini-2.5-Pro')).toBe(foldModelId('gemini-2-5-pro'))
  })
})
