import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from '@pydantic/genai-prices'
import limitsTable from './pricing-limits.json'
import { dollarsPerMillionToPicos } from './units.ts'

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

/**
 * The card of a model as the catalogue knows it: exact id, else without region or publisher prefix, else without its
 * date. A model nobody knows gets a card of nulls. `atMs` picks among prices that change with time.
 * Source: gateway-contract §9.1, architecture §8.
 */
export function catalogueCard(providerId: string, model: string, atMs: number = Date.now()): ModelCard {
  const local = LOCAL_CARDS.get(providerId)
  if (local)
    return local.find((card) => card.id === model) ?? { ...(local[0] as ModelCard), id: model, name: model }
  const { schedule, ...known } = knownOf(providerId, model)
  return { ...known, ...pricesAt(schedule, atMs) }
}

/** Every model the catalogue lists for a provider, by id; empty for a provider it does not know. */
export function catalogueModels(providerId: string, atMs: number = Date.now()): ModelCard[] {
  const local = LOCAL_CARDS.get(providerId)
  if (local) return [...local]
  const ids = new Set(limits.get(providerId)?.keys())
  for (const model of priceEntries(providerId)) {
    const isCallable = !model.deprecated && matches(model.match, model.id) && /[a-z0-9]$/i.test(model.id)
    if (isCallable) ids.add(model.id)
  }
  return [...ids].sort().map((id) => catalogueCard(providerId, id, atMs))
}

/** A model id with case, dots and hyphens folded: callers in Anthropic mode send `gemini-2-5-pro` for `gemini-2.5-pro`. */
export function foldModelId(id: string): string {
  return id.toLowerCase().replaceAll('.', '-')
}

/** The prices that hold at an instant; the first of the schedule before any begins. */
export function ruleAt(schedule: readonly PriceRule[], atMs: number): PriceRule {
  const second = Math.floor(atMs / 1_000) % 86_400
  const holds = ({ fromMs, hours }: PriceRule) =>
    (fromMs === null || atMs >= fromMs) && (hours === null || within(second, hours))
  return schedule.findLast(holds) ?? (schedule[0] as PriceRule)
}

function within(second: number, [from, to]: readonly [number, number]): boolean {
  return from <= to ? second >= from && second < to : second >= from || second < to
}

/** What the price catalogue calls a provider, where it is not what we call it. */
const PRICE_IDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
)

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
const LOCAL_CARDS: ReadonlyMap<string, readonly ModelCard[]> = new Map([
  [
    'sandbox',
    [
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
  ],
])

type Limits = readonly [window: number | null, cap: number | null]
const limits: ReadonlyMap<string, ReadonlyMap<string, Limits>> = new Map(
  Object.entries(limitsTable as unknown as Record<string, Record<string, Limits>>).map(([id, models]) => [
    id,
    new Map(Object.entries(models)),
  ]),
)

interface Known {
  id: string
  name: string
  contextWindow: number | null
  maxOutputTokens: number | null
  schedule: readonly PriceRule[]
}

const KNOWN_MAX = 5_000
const knowledge = new Map<string, Known>()

/** Remembered, since callers may name any model on the hot path; bounded, for the same reason. */
function knownOf(providerId: string, model: string): Known {
  const key = `${providerId} ${model}`
  const found = knowledge.get(key)
  if (found) return found
  const spellings = spellingsOf(model)
  const entry = first(spellings, (id) => priceEntry(providerId, id))
  const known = {
    id: model,
    name: (entry && spellings.includes(entry.id) && entry.name) || model,
    ...limitsOf(providerId, spellings, entry),
    schedule: scheduleOf(entry),
  }
  if (knowledge.size >= KNOWN_MAX) knowledge.delete(knowledge.keys().next().value as string)
  knowledge.set(key, known)
  return known
}

/** `findProvider` also guesses from parts of a name; a guess is no price. */
function priceEntries(providerId: string): readonly ModelInfo[] {
  const id = PRICE_IDS.get(providerId) ?? providerId
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
  const table = limits.get(providerId)
  const known =
    first([...spellings, ...baseOfFineTune(spellings)], (id) => table?.get(id) ?? null) ??
    (entry && table?.get(entry.id)) ??
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

function scheduleOf(entry: ModelInfo | null): PriceRule[] {
  if (!entry) return []
  const conditional: readonly ConditionalPrice[] = Array.isArray(entry.prices)
    ? entry.prices
    : [{ prices: entry.prices }]
  return conditional.map(toRule).filter((rule) => rule !== null)
}

function pricesAt(
  schedule: readonly PriceRule[],
  atMs: number,
): Pick<ModelCard, 'prices' | 'priceSource' | 'tiers' | 'schedule'> {
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
