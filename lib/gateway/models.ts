import { GatewayError } from '../errors.ts'
import { type ModelCard, pricingForWire } from '../pricing.ts'
import type { Json, JsonObject } from '../providers/adapter.ts'
import { anthropicError } from '../providers/anthropic.ts'
import { egressFetch } from '../providers/egress.ts'
import { openAiError } from '../providers/openai-usage.ts'
import type { Call } from './call.ts'
import { scrubbed } from './credential.ts'
import type { Ports, Provider, WorkspaceCatalog } from './ports.ts'
import { UpstreamRefused, upstreamRefusal } from './refusal.ts'
import { parseModel, type Target } from './resolve.ts'
import { control } from './signals.ts'
import { isServing } from './standing.ts'

/**
 * Every model a key can call, once, for every client: OpenAI's and Anthropic's fields, Portkey's, and what Hermes reads
 * (window, cap, per-token prices, and the `models` mirror its LM Studio reader needs).
 * Source: gateway-contract §1.3, admin-contract §2.3, hermes-client §2.1.
 */
export function listModels(catalog: WorkspaceCatalog, call: Call, nowMs: number): JsonObject {
  const query = new URLSearchParams(call.query)
  const wanted = slugFilter(call, query)
  const service = query.get('ai_service')
  const offers: Offer[] = []
  for (const provider of catalog.all()) {
    if (!isServing(provider, nowMs) || (wanted && provider.slug.toLowerCase() !== wanted)) continue
    if (service && provider.spec.id !== service) continue
    for (const card of provider.models.values()) offers.push({ provider, card })
  }
  offers.sort(orderOf(query))
  const { page, hasMore } = pageOf(offers, query)
  const data = page.map(entry)
  return {
    object: 'list',
    total_count: offers.length,
    data,
    models: data.map((model) => ({
      key: model.id as string,
      loaded_instances: model.context_length ? [{ config: { context_length: model.context_length } }] : [],
      ...model,
    })),
    has_more: hasMore,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

interface Offer {
  provider: Provider
  card: ModelCard
}

const idOf = ({ provider, card }: Offer) => `@${provider.slug}/${card.id}`

const SORTS: Readonly<Record<string, (offer: Offer) => string>> = {
  name: ({ card }) => card.id,
  provider: ({ provider }) => provider.slug,
  ai_service: ({ provider }) => provider.spec.id,
}

function orderOf(query: URLSearchParams): (a: Offer, b: Offer) => number {
  const sort = query.get('sort')
  // Hermes takes the first id found inside the name it was given, and `gpt-4` is inside `gw:@slug/gpt-4o`.
  if (!sort) return (a, b) => b.card.id.length - a.card.id.length
  const of = Object.hasOwn(SORTS, sort) ? SORTS[sort] : undefined
  if (!of)
    throw new GatewayError('invalid_header', 'Models are sorted by name, provider or ai_service.', {
      param: 'sort',
    })
  const sign = query.get('order') === 'desc' ? -1 : 1
  return (a, b) => sign * of(a).localeCompare(of(b))
}

/** A page by number (`offset`), or as Anthropic's SDK walks: behind `after_id`, or the last ones before `before_id`. */
function pageOf(offers: Offer[], query: URLSearchParams): { page: Offer[]; hasMore: boolean } {
  const limit = count(query.get('limit'), offers.length)
  const after = placeOf(offers, query, 'after_id')
  const before = placeOf(offers, query, 'before_id')
  if (before !== null) {
    const start = Math.max(0, before - limit)
    return { page: offers.slice(start, before), hasMore: start > 0 }
  }
  const start = (after === null ? 0 : after + 1) + count(query.get('offset'), 0)
  return { page: offers.slice(start, start + limit), hasMore: start + limit < offers.length }
}

function placeOf(offers: Offer[], query: URLSearchParams, param: string): number | null {
  const id = query.get(param)
  if (id === null) return null
  const place = offers.findIndex((offer) => idOf(offer) === id)
  if (place < 0) throw new GatewayError('invalid_header', `${param} names no model of this list.`, { param })
  return place
}

/** One model by `@slug/model` (any spelling a call may use). Throws `model_not_found`. */
export function readModel(catalog: WorkspaceCatalog, id: string, call: Call, nowMs: number): JsonObject {
  const { slug, model, bare } = parseModel(id)
  const named = slug ?? control(call, 'provider')?.replace(/^@/, '') ?? null
  for (const name of bare === undefined ? [model] : [model, bare]) {
    const providers = named
      ? [catalog.bySlug(named)]
      : catalog.all().filter((provider) => isServing(provider, nowMs) && provider.models.has(name))
    const provider = providers.length === 1 ? providers[0] : null
    const card = provider && isServing(provider, nowMs) ? provider.card(name) : null
    if (provider && card) return entry({ provider, card })
  }
  throw new GatewayError('model_not_found', `Model not found: "${id.slice(0, 128)}".`, { param: 'model' })
}

const UPSTREAM_LIST_MS = 15_000
const UPSTREAM_LIST_BYTES_MAX = 16 * 1024 * 1024

/**
 * The list the provider itself gives, in OpenAI's shape, for a call that names one by header, without what the
 * workspace's own list leaves out. Throws UpstreamRefused, and `invalid_provider_response` on what is no list.
 * Source: gateway-contract §1.3.
 */
export async function upstreamModels(call: Call, target: Target, ports: Ports): Promise<JsonObject> {
  const { provider } = target
  const { spec } = provider
  const { status, body } = await egressFetch(ports.egress, `${provider.baseUrl}/models`, {
    headers: {
      accept: 'application/json',
      'user-agent': 'tollgate',
      ...spec.headers,
      ...provider.headers,
    },
    timeoutMs: Math.min(UPSTREAM_LIST_MS, ports.settings.requestTimeoutMs),
    isStoredHost: provider.isStoredHost,
    bytesMax: UPSTREAM_LIST_BYTES_MAX,
  })
  if (status >= 400 && status < 600) {
    const text = scrubbed(body.toString('utf8'), provider.headers)
    const error =
      spec.dialect === 'anthropic' ? anthropicError(status, text) : openAiError(status, text, spec.id)
    throw new UpstreamRefused(upstreamRefusal(status, error, provider, target.isCallerCredential, call.style))
  }
  const list = status < 300 ? listIn(body) : null
  if (!list) {
    throw new GatewayError(
      'invalid_provider_response',
      `The provider @${provider.slug} did not give its list of models (status ${status}).`,
    )
  }
  const data = list.flatMap((item): JsonObject[] => {
    const model: JsonObject = typeof item === 'string' ? { id: item } : Object(item)
    const id = model.id ?? model.name
    if (typeof id !== 'string' || provider.isWithheld(id)) return []
    const created = typeof model.created === 'number' ? model.created : CATALOGUED_SECONDS
    return [{ id, object: 'model', created, owned_by: model.owned_by ?? spec.id }]
  })
  return { object: 'list', data, provider: spec.id }
}

function listIn(bytes: Buffer): Json[] | null {
  try {
    const body = JSON.parse(bytes.toString('utf8')) as JsonObject | Json[]
    const list = Array.isArray(body) ? body : (body.data ?? body.models)
    return Array.isArray(list) ? list : null
  } catch {
    return null
  }
}

function entry(offer: Offer): JsonObject {
  const { provider, card } = offer
  const known: JsonObject = {}
  if (card.contextWindow !== null) known.context_length = card.contextWindow
  if (card.maxOutputTokens !== null) known.max_completion_tokens = card.maxOutputTokens
  const pricing = pricingForWire(card) as Json
  return {
    id: idOf(offer),
    object: 'model',
    type: 'model',
    slug: card.id,
    canonical_slug: card.id,
    display_name: card.name,
    owned_by: provider.spec.id,
    created: CATALOGUED_SECONDS,
    created_at: new Date(CATALOGUED_SECONDS * 1000).toISOString(),
    ...(pricing ? { pricing } : {}),
    ...known,
  }
}

/** Clients want a date; the catalogue keeps none, so every model carries the same one. */
const CATALOGUED_SECONDS = 1_735_689_600

function slugFilter(call: Call, query: URLSearchParams): string | null {
  const named = query.get('provider') ?? control(call, 'provider') ?? control(call, 'virtual-key')
  return named ? named.replace(/^@/, '').toLowerCase() : null
}

function count(text: string | null, absent: number): number {
  if (text === null) return absent
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new GatewayError('invalid_header', 'limit and offset must be whole numbers.', { param: 'limit' })
  return value
}
