import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from '@pydantic/genai-prices'
import limitsTable from './pricing-limits.json'
import type { Usage } from './providers/adapter.ts'
import {
  centsToPicos,
  dollarsPerMillionToPicos,
  picosToCents,
  picosToDollarString,
  picosToNanos,
} from './units.ts'

/**
 * What one unit costs, in integer pico-dollars: tokens, and `request` flat per call. Null = the provider names no price
 * of its own for that kind, so it is charged as ordinary input or output (for `request`: nothing).
 */
export interface Prices {
  input: number
  output: number
  cacheRead: number | null
  cacheWrite: number | null
  cacheWrite1h: number | null
  reasoning: number | null
  audioInput: number | null
  audioOutput: number | null
  request: number | null
}

/** Prices for a whole call once its input is longer than `above` tokens. */
export interface PriceTier {
  above: number
  prices: Prices
}

/** Prices that hold from an instant, or within hours of the UTC day (seconds from midnight, end excluded). */
export interface PriceRule {
  fromMs: number | null
  hours: readonly [from: number, to: number] | null
  prices: Prices
  tiers: readonly PriceTier[]
}

/** What is known of a model: limits in tokens (null = unknown) and prices (null = unpriced, never 0). */
export interface ModelCard {
  id: string
  name: string
  contextWindow: number | null
  maxOutputTokens: number | null
  prices: Prices | null
  priceSource: 'integration' | 'catalogue' | null
  /** Ascending by `above`; absent when size does not matter. */
  tiers?: readonly PriceTier[]
  /** Absent when prices do not change with time; the last rule that holds speaks. */
  schedule?: readonly PriceRule[]
  /** What a cost the provider reports is multiplied by; absent = 1. */
  reportedFactor?: number
}

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
 * The card of a model as the catalogue knows it: exact id, else without region or publisher prefix, else without its
 * date. A model nobody knows gets a card of nulls. `atMs` picks among prices that change with time.
 * Source: gateway-contract §9.1, architecture §8.
 */
export function catalogueCard(providerId: string, model: string, atMs: number = Date.now()): ModelCard {
  const local = LOCAL_CARDS[providerId]
  if (local)
    return local.find((card) => card.id === model) ?? { ...(local[0] as ModelCard), id: model, name: model }
  const spellings = spellingsOf(model)
  const entry = first(spellings, (id) => priceEntry(providerId, id))
  return {
    id: model,
    name: (entry && spellings.includes(entry.id) && entry.name) || model,
    ...limitsOf(providerId, spellings, entry),
    ...pricesOf(entry, atMs),
  }
}

/** Every model the catalogue lists for a provider, by id; empty for a provider it does not know. */
export function catalogueModels(providerId: string, atMs: number = Date.now()): ModelCard[] {
  const local = LOCAL_CARDS[providerId]
  if (local) return [...local]
  const ids = new Set(Object.keys(limits[providerId] ?? {}))
  for (const model of priceEntries(providerId)) {
    const isCallable = !model.deprecated && matches(model.match, model.id) && /[a-z0-9]$/i.test(model.id)
    if (isCallable) ids.add(model.id)
  }
  return [...ids].sort().map((id) => catalogueCard(providerId, id, atMs))
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

/** A model id with case, dots and hyphens folded: callers in Anthropic mode send `gemini-2-5-pro` for `gemini-2.5-pro`. */
export function foldModelId(id: string): string {
  return id.toLowerCase().replaceAll('.', '-')
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

function ruleAt(schedule: readonly PriceRule[], atMs: number): PriceRule {
  const second = Math.floor(atMs / 1_000) % 86_400
  const holds = ({ fromMs, hours }: PriceRule) =>
    (fromMs === null || atMs >= fromMs) && (hours === null || within(second, hours))
  return schedule.findLast(holds) ?? (schedule[0] as PriceRule)
}

function within(second: number, [from, to]: readonly [number, number]): boolean {
  return from <= to ? second >= from && second < to : second >= from || second < to
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

// ── the catalogue ───────────────────────────────────────────────────────────

/** What the price catalogue calls a provider, where it is not what we call it. */
const PRICE_IDS: Readonly<Record<string, string>> = {
  'azure-openai': 'azure',
  bedrock: 'aws',
  'fireworks-ai': 'fireworks',
  'mistral-ai': 'mistral',
  moonshot: 'moonshotai',
  'novita-ai': 'novita',
  'perplexity-ai': 'perplexity',
  'together-ai': 'together',
  'vertex-ai': 'google',
  voyage: 'voyageai',
  'z-ai': 'zai',
}

const SANDBOX_PRICES: Prices = {
  input: dollarsPerMillionToPicos(0.5),
  output: dollarsPerMillionToPicos(1.5),
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  request: null,
}
const sandboxCard = (id: string, name: string): ModelCard => ({
  id,
  name,
  contextWindow: 128_000,
  maxOutputTokens: 16_384,
  prices: SANDBOX_PRICES,
  priceSource: 'catalogue',
})

/** Providers that live in this process; the first card stands for models it does not list. */
const LOCAL_CARDS: Readonly<Record<string, readonly ModelCard[]>> = {
  sandbox: [
    sandboxCard('echo', 'Echo'),
    {
      ...sandboxCard('embed', 'Embed'),
      maxOutputTokens: null,
      prices: { ...SANDBOX_PRICES, output: 0 },
    },
    sandboxCard('slow', 'Slow echo'),
    sandboxCard('fail-429', 'Always rate limited'),
    sandboxCard('fail-500', 'Always failing'),
    sandboxCard('fail-midway', 'Breaks off midway'),
  ],
}

type Limits = readonly [window: number | null, cap: number | null]
const limits = limitsTable as unknown as Readonly<Record<string, Readonly<Record<string, Limits>>>>

/** `findProvider` also guesses from parts of a name; a guess is no price. */
function priceEntries(providerId: string): readonly ModelInfo[] {
  const id = PRICE_IDS[providerId] ?? providerId
  const provider = findProvider({ providerId: id })
  return provider?.id === id ? provider.models : []
}

function priceEntry(providerId: string, model: string): ModelInfo | null {
  return priceEntries(providerId).find(({ match }) => matches(match, model)) ?? null
}

function matches(logic: MatchLogic, model: string): boolean {
  const id = model.toLowerCase()
  if ('or' in logic) return logic.or.some((part) => matches(part, model))
  if ('and' in logic) return logic.and.every((part) => matches(part, model))
  if ('equals' in logic) return id === logic.equals.toLowerCase()
  if ('starts_with' in logic) return id.startsWith(logic.starts_with.toLowerCase())
  if ('ends_with' in logic) return id.endsWith(logic.ends_with.toLowerCase())
  if ('contains' in logic) return id.includes(logic.contains.toLowerCase())
  return new RegExp(logic.regex).test(model)
}

/** The id as given, then ever less of it: without region or publisher, then without date or version. */
function spellingsOf(model: string): string[] {
  const bare = model
    .replace(/^(us|eu|apac|au|jp|global)\./, '')
    .replace(/^(publishers\/[^/]+\/models|models)\//, '')
  const undated = bare
    .replace(/[-@](20\d{2}-?\d{2}-?\d{2}|\d{4})(?=$|:)/, '')
    .replace(/@(latest|default)$/, '')
  return [...new Set([model, bare, undated])]
}

/**
 * Window and cap in tokens. A price entry may cover a family, so its window counts first only for the model it is named
 * after; the limits table, which goes by exact id, comes before a family's.
 */
function limitsOf(providerId: string, spellings: readonly string[], entry: ModelInfo | null) {
  const table = limits[providerId] ?? {}
  const known =
    first([...spellings, ...baseOfFineTune(spellings)], (id) => table[id] ?? null) ??
    (entry && table[entry.id]) ??
    null
  const window = entry?.context_window ?? null
  const isNamesake = entry !== null && spellings.includes(entry.id)
  return {
    contextWindow: isNamesake ? (window ?? known?.[0] ?? null) : (known?.[0] ?? window),
    maxOutputTokens: known?.[1] ?? null,
  }
}

/** A fine-tune (`ft:gpt-4o-mini-2024-07-18:org::id`) has its base's limits, not its base's price. */
function baseOfFineTune(spellings: readonly string[]): string[] {
  const base = spellings[0]?.match(/^ft:([^:]+)/)?.[1]
  return base ? spellingsOf(base) : []
}

function pricesOf(
  entry: ModelInfo | null,
  atMs: number,
): Pick<ModelCard, 'prices' | 'priceSource' | 'tiers' | 'schedule'> {
  const conditional: readonly ConditionalPrice[] = entry
    ? Array.isArray(entry.prices)
      ? entry.prices
      : [{ prices: entry.prices }]
    : []
  const schedule = conditional.map(toRule).filter((rule) => rule !== null)
  if (schedule.length === 0) return { prices: null, priceSource: null }
  const now = ruleAt(schedule, atMs)
  return {
    prices: now.prices,
    priceSource: 'catalogue',
    ...(now.tiers.length > 0 && { tiers: now.tiers }),
    ...(schedule.length > 1 && { schedule }),
  }
}

function toRule({ constraint, prices }: ConditionalPrice): PriceRule | null {
  const base = toPrices(prices, 0)
  if (!base) return null
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
  )
  const tiers = [...new Set(starts)]
    .sort((a, b) => a - b)
    .map((above) => ({ above, prices: toPrices(prices, above + 1) ?? base }))
  const fromMs = constraint?.type === 'start_date' ? Date.parse(constraint.start_date) : null
  const hours =
    constraint?.type === 'time_of_date'
      ? ([secondOf(constraint.start_time), secondOf(constraint.end_time)] as const)
      : null
  return { fromMs, hours, prices: base, tiers }
}

/** Null when the model is not priced by text tokens (speech by the hour, images by the piece). */
function toPrices(prices: ModelPrice, inputTokens: number): Prices | null {
  const perMillion = (key: string): number | null => {
    const price = prices[key]
    if (price === undefined) return null
    const dollars =
      typeof price === 'number'
        ? price
        : (price.tiers.findLast(({ start }) => inputTokens > start)?.price ?? price.base)
    return dollarsPerMillionToPicos(dollars)
  }
  const input = perMillion('input_mtok')
  const output = perMillion('output_mtok')
  const isTextOut = output !== null || !Object.keys(prices).some((key) => key.startsWith('output_'))
  if (input === null || !isTextOut) return null
  const perThousandRequests = prices.requests_kcount
  return {
    input,
    // An embedding model names no output price and puts nothing out.
    output: output ?? 0,
    cacheRead: perMillion('cache_read_mtok'),
    cacheWrite: perMillion('cache_write_mtok'),
    cacheWrite1h: perMillion('cache_write_1h_mtok'),
    reasoning: perMillion('output_reasoning_mtok'),
    audioInput: perMillion('input_audio_mtok'),
    audioOutput: perMillion('output_audio_mtok'),
    request:
      typeof perThousandRequests === 'number' ? dollarsPerMillionToPicos(perThousandRequests) * 1_000 : null,
  }
}

/** Seconds from midnight of `16:30:00Z`. */
function secondOf(time: string): number {
  const [hour = 0, minute = 0, second = 0] = time.replace('Z', '').split(':').map(Number)
  return hour * 3_600 + minute * 60 + second
}

function first<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item)
    if (found !== null) return found
  }
  return null
}
