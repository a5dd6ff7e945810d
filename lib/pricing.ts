import { type ModelCard, type Prices, type PriceTier, ruleAt } from './price-catalogue.ts'
import type { Usage } from './providers/adapter.ts'
import { centsToPicos, picosToCents, picosToDollarString, picosToNanos } from './units.ts'

export {
  catalogueCard,
  catalogueModels,
  foldModelId,
  type ModelCard,
  type PriceRule,
  type Prices,
  type PriceTier,
} from './price-catalogue.ts'

/** An admin's own price of a model, in cents per token. Source: admin-contract §1.5. */
export interface PricingConfig {
  type?: 'static'
  pay_as_you_go: Partial<Record<TokenKind, { price: number } | null>>
}

type TokenKind = 'request_token' | 'response_token' | 'cache_read_input_token' | 'cache_write_input_token'

/** Factors on catalogue prices by kind of token; a kind left out takes `default`, and `default` is 1. */
export type PriceMultiplier = Readonly<Record<string, number | Readonly<Record<string, number>>>>

export interface CardOverride {
  pricing_config?: PricingConfig | null
  context_window?: number | null
  max_output_tokens?: number | null
  multiplier?: PriceMultiplier | null
}

/**
 * Cost of one answered call in integer nano-dollars, rounded half up once; null and unpriced when nothing says what it
 * costs. An admin's own price wins, then what the provider itself reports, then the catalogue. `usage.input` counts
 * cached tokens too, so they are taken out before pricing. `atMs` is when the call was made; without it the card's
 * current prices hold. Source: gateway-contract §9.1, §9.2.
 */
export function costNanos(
  usage: Usage,
  card: ModelCard | null,
  atMs?: number,
): { costNanos: number | null; isUnpriced: boolean } {
  if (
    usage.reportedCostNanos !== null &&
    usage.reportedCostNanos >= 0 &&
    card?.priceSource !== 'integration'
  ) {
    const factor = card?.reportedFactor ?? 1
    return {
      costNanos: factor === 1 ? usage.reportedCostNanos : Math.round(usage.reportedCostNanos * factor),
      isUnpriced: false,
    }
  }
  const prices = card && pricesFor(card, usage.input, atMs)
  if (!prices) return { costNanos: null, isUnpriced: true }
  return { costNanos: nanosOf(charges(usage, prices)), isUnpriced: false }
}

/** The prices of a call with so many input tokens, at an instant; null when the card has none. */
export function pricesFor(card: ModelCard, inputTokens: number, atMs?: number): Prices | null {
  const rule = atMs === undefined || !card.schedule ? card : ruleAt(card.schedule, atMs)
  const tier = rule.tiers?.findLast(({ above }) => inputTokens > above)
  return tier?.prices ?? rule.prices
}

/**
 * A card with what an integration says about the model laid over it. Own prices replace the catalogue's whole (cached
 * tokens it does not name cost as much as fresh ones); a price without both input and output leaves the model unpriced.
 * The multiplier then scales whatever prices hold. Source: admin-contract §1.5.
 */
export function overrideCard(card: ModelCard, override: CardOverride): ModelCard {
  const limited: ModelCard = {
    ...card,
    contextWindow: override.context_window ?? card.contextWindow,
    maxOutputTokens: override.max_output_tokens ?? card.maxOutputTokens,
  }
  const priced = override.pricing_config ? ownPrices(limited, override.pricing_config) : limited
  return override.multiplier ? multiplied(priced, override.multiplier) : priced
}

/**
 * Prices as a model list carries them: decimal strings of dollars per single token, `request` per call. Both cache
 * fields stand whenever the model caches, since clients give up on a cost with one missing. Null when unpriced.
 * Source: hermes-client §2.1, §7.
 */
export function pricingForWire(card: ModelCard): Record<string, string> | null {
  const prices = card.prices
  if (!prices) return null
  const wire: Record<string, string> = {
    prompt: picosToDollarString(prices.input),
    completion: picosToDollarString(prices.output),
  }
  if (prices.cacheRead !== null || prices.cacheWrite !== null) {
    wire.input_cache_read = picosToDollarString(prices.cacheRead ?? prices.input)
    wire.input_cache_write = picosToDollarString(prices.cacheWrite ?? prices.input)
  }
  if (prices.request) wire.request = picosToDollarString(prices.request)
  return wire
}

export interface PriceRecord {
  pay_as_you_go: Record<string, { price: number } | Record<string, { price: number }>>
  fixed_cost?: { price: number }
  currency: 'USD'
}

/** Prices as the price API answers them: cents per single token, only kinds the model has. Null when unpriced. Source: gateway-contract §9.1. */
export function priceRecord(card: ModelCard): PriceRecord | null {
  const prices = card.prices
  if (!prices) return null
  const rate = (picos: number) => ({ price: picosToCents(picos) })
  const kinds: [string, number | null][] = [
    ['request_token', prices.input],
    ['response_token', prices.output],
    ['cache_read_input_token', prices.cacheRead],
    ['cache_write_input_token', prices.cacheWrite],
    ['request_audio_token', prices.audioInput],
    ['response_audio_token', prices.audioOutput],
    ['reasoning_token', prices.reasoning],
  ]
  const record: PriceRecord = { pay_as_you_go: {}, currency: 'USD' }
  for (const [kind, picos] of kinds) if (picos !== null) record.pay_as_you_go[kind] = rate(picos)
  if (prices.cacheWrite1h !== null)
    record.pay_as_you_go.additional_units = { cache_write_1h: rate(prices.cacheWrite1h) }
  if (prices.request !== null) record.fixed_cost = rate(prices.request)
  return record
}

// ── what a call is charged ──────────────────────────────────────────────────

type Charge = readonly [units: number, picos: number]

function charges(usage: Usage, prices: Prices): Charge[] {
  const write1h = Math.min(usage.cacheWrite1h, usage.cacheWrite)
  const write = prices.cacheWrite ?? prices.input
  const thinking = prices.reasoning === null ? 0 : usage.reasoning
  const fresh = usage.input - usage.cacheRead - usage.cacheWrite - usage.audioInput
  return [
    [Math.max(0, fresh), prices.input],
    [usage.cacheRead, prices.cacheRead ?? prices.input],
    [usage.cacheWrite - write1h, write],
    [write1h, prices.cacheWrite1h ?? write],
    [usage.audioInput, prices.audioInput ?? prices.input],
    [Math.max(0, usage.output - usage.audioOutput - thinking), prices.output],
    [thinking, prices.reasoning ?? 0],
    [usage.audioOutput, prices.audioOutput ?? prices.output],
    [1, prices.request ?? 0],
  ]
}

/** Adds up in plain numbers while that is exact, which is nearly always, and in big ones when it is not. */
function nanosOf(list: readonly Charge[]): number {
  let sum = 0
  for (const [units, picos] of list) {
    const part = units * picos
    sum += part
    if (!Number.isSafeInteger(part) || !Number.isSafeInteger(sum)) return exactNanosOf(list)
  }
  if (sum < 0) throw new RangeError('a cost is never negative')
  const rest = sum % 1_000
  return (sum - rest) / 1_000 + (rest >= 500 ? 1 : 0)
}

function exactNanosOf(list: readonly Charge[]): number {
  return picosToNanos(list.reduce((sum, [units, picos]) => sum + BigInt(units) * BigInt(picos), 0n))
}

// ── an integration's own word ───────────────────────────────────────────────

function ownPrices(card: ModelCard, config: PricingConfig): ModelCard {
  const picos = (kind: TokenKind) => {
    const price = config.pay_as_you_go[kind]?.price
    return typeof price === 'number' && price >= 0 ? centsToPicos(price) : null
  }
  const input = picos('request_token')
  const output = picos('response_token')
  const { tiers: _tiers, schedule: _schedule, ...bare } = card
  if (input === null || output === null) return { ...bare, prices: null, priceSource: 'integration' }
  const prices: Prices = {
    input,
    output,
    cacheRead: picos('cache_read_input_token'),
    cacheWrite: picos('cache_write_input_token'),
    cacheWrite1h: null,
    reasoning: null,
    audioInput: null,
    audioOutput: null,
    request: null,
  }
  return { ...bare, prices, priceSource: 'integration' }
}

function multiplied(card: ModelCard, multiplier: PriceMultiplier): ModelCard {
  const scale = (prices: Prices) => scaled(prices, multiplier)
  const scaleTiers = (tiers: readonly PriceTier[]) =>
    tiers.map((tier) => ({ ...tier, prices: scale(tier.prices) }))
  const factor = factorOf(multiplier, 'default')
  return {
    ...card,
    prices: card.prices && scale(card.prices),
    ...(card.tiers && { tiers: scaleTiers(card.tiers) }),
    ...(card.schedule && {
      schedule: card.schedule.map((rule) => ({
        ...rule,
        prices: scale(rule.prices),
        tiers: scaleTiers(rule.tiers),
      })),
    }),
    ...(factor !== 1 && { reportedFactor: factor }),
  }
}

const KIND_FACTORS: Record<Exclude<keyof Prices, 'request'>, string> = {
  input: 'request_token',
  output: 'response_token',
  cacheRead: 'cache_read_input_token',
  cacheWrite: 'cache_write_input_token',
  cacheWrite1h: 'cache_write_input_token',
  reasoning: 'reasoning_token',
  audioInput: 'request_audio_token',
  audioOutput: 'response_audio_token',
}

/** A kind without a price of its own is charged as ordinary tokens, so a factor on that kind gives it one. */
function scaled(prices: Prices, multiplier: PriceMultiplier): Prices {
  const stand: Prices = { ...prices }
  for (const kind of ['cacheRead', 'cacheWrite', 'audioInput'] as const) {
    if (KIND_FACTORS[kind] in multiplier) stand[kind] ??= prices.input
  }
  for (const kind of ['reasoning', 'audioOutput'] as const) {
    if (KIND_FACTORS[kind] in multiplier) stand[kind] ??= prices.output
  }
  for (const [kind, name] of Object.entries(KIND_FACTORS) as [keyof typeof KIND_FACTORS, string][]) {
    const price = stand[kind]
    const factor = kind === 'cacheWrite1h' ? write1hFactor(multiplier) : factorOf(multiplier, name)
    if (price !== null) stand[kind] = Math.round(price * factor)
  }
  if (stand.request !== null) stand.request = Math.round(stand.request * factorOf(multiplier, 'default'))
  return stand
}

function factorOf(multiplier: PriceMultiplier, name: string): number {
  const factor = multiplier[name] ?? multiplier.default
  return typeof factor === 'number' && factor >= 0 ? factor : 1
}

function write1hFactor(multiplier: PriceMultiplier): number {
  const units = multiplier.additional_units
  const own = typeof units === 'object' ? units.cache_write_1h : undefined
  return own ?? factorOf(multiplier, 'cache_write_input_token')
}
