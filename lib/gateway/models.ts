import { GatewayError } from '../errors.ts'
import { type ModelCard, pricingForWire } from '../pricing.ts'
import type { Json, JsonObject } from '../providers/adapter.ts'
import { egressFetch } from '../providers/egress.ts'
import type { Call } from './call.ts'
import type { Ports, Provider, WorkspaceCatalog } from './ports.ts'
import { parseModel, type Target } from './resolve.ts'
import { control } from './signals.ts'

/**
 * Every model a key can call, once, for every client: OpenAI's and Anthropic's fields, Portkey's, and what Hermes reads
 * (window, cap, per-token prices, and the `models` mirror its LM Studio reader needs).
 * Source: gateway-contract §1.3, admin-contract §2.3, hermes-client §2.1.
 */
export function listModels(catalog: WorkspaceCatalog, call: Call): JsonObject {
  const query = new URLSearchParams(call.query)
  const wanted = slugFilter(call, query)
  const service = query.get('ai_service')
  let entries: Array<{ provider: Provider; card: ModelCard }> = []
  for (const provider of catalog.all()) {
    if (provider.status !== 'active' || (wanted && provider.slug.toLowerCase() !== wanted)) continue
    if (service && provider.spec.id !== service) continue
    for (const card of provider.models.values()) entries.push({ provider, card })
  }
  const total = entries.length
  const sort = query.get('sort')
  if (sort) {
    const of = {
      name: (e: (typeof entries)[0]) => e.card.id,
      provider: (e: (typeof entries)[0]) => e.provider.slug,
      ai_service: (e: (typeof entries)[0]) => e.provider.spec.id,
    }[sort]
    if (!of)
      throw new GatewayError('invalid_header', 'Models are sorted by name, provider or ai_service.', {
        param: 'sort',
      })
    const sign = query.get('order') === 'desc' ? -1 : 1
    entries.sort((a, b) => sign * of(a).localeCompare(of(b)))
  } else {
    // Hermes takes the first id found inside the name it was given, and `gpt-4` is inside `gw:@slug/gpt-4o`.
    entries.sort((a, b) => b.card.id.length - a.card.id.length)
  }
  const offset = count(query.get('offset'), 0)
  entries = entries.slice(offset, offset + count(query.get('limit'), Number.POSITIVE_INFINITY))
  const data = entries.map(({ provider, card }) => entry(provider, card))
  return {
    object: 'list',
    total_count: total,
    data,
    models: data.map((model) => ({
      key: model.id as string,
      loaded_instances: model.context_length ? [{ config: { context_length: model.context_length } }] : [],
      ...model,
    })),
    has_more: offset + entries.length < total,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

/** One model by `@slug/model` (any spelling a call may use). Throws `model_not_found`. */
export function readModel(catalog: WorkspaceCatalog, id: string, call: Call): JsonObject {
  const { slug, model } = parseModel(id)
  const named = slug ?? control(call, 'provider')?.replace(/^@/, '') ?? null
  const providers = named
    ? [catalog.bySlug(named)]
    : catalog.all().filter((provider) => provider.models.has(model))
  const provider = providers.length === 1 ? providers[0] : null
  const card = provider?.status === 'active' ? provider.card(model) : null
  if (!provider || !card)
    throw new GatewayError('model_not_found', `Model not found: "${id.slice(0, 128)}".`, { param: 'model' })
  return entry(provider, card)
}

const UPSTREAM_LIST_MS = 15_000
const UPSTREAM_LIST_BYTES_MAX = 16 * 1024 * 1024

/** The list the provider itself gives, in OpenAI's shape, for a call that names one by header. Source: gateway-contract §1.3. */
export async function upstreamModels({ provider }: Target, ports: Ports): Promise<JsonObject> {
  const answer = await egressFetch(ports.egress, `${provider.baseUrl}/models`, {
    headers: {
      accept: 'application/json',
      'user-agent': 'tollgate',
      ...provider.spec.headers,
      ...provider.headers,
    },
    timeoutMs: Math.min(UPSTREAM_LIST_MS, ports.settings.requestTimeoutMs),
    isStoredHost: provider.isStoredHost,
    bytesMax: UPSTREAM_LIST_BYTES_MAX,
  })
  const body = answer.status < 300 ? parsedList(answer.body) : null
  if (!body) {
    throw new GatewayError(
      'invalid_provider_response',
      `The provider @${provider.slug} did not give its list of models (status ${answer.status}).`,
    )
  }
  const data = body.map((model) => ({
    id: model.id ?? model.name ?? null,
    object: 'model',
    created: typeof model.created === 'number' ? model.created : CATALOGUED_SECONDS,
    owned_by: model.owned_by ?? provider.spec.id,
  }))
  return { object: 'list', data, provider: provider.spec.id }
}

function parsedList(bytes: Buffer): JsonObject[] | null {
  try {
    const body = JSON.parse(bytes.toString('utf8')) as JsonObject | JsonObject[]
    const list = Array.isArray(body) ? body : (body.data ?? body.models)
    return Array.isArray(list) ? (list as JsonObject[]) : null
  } catch {
    return null
  }
}

function entry(provider: Provider, card: ModelCard): JsonObject {
  const known: JsonObject = {}
  if (card.contextWindow !== null) known.context_length = card.contextWindow
  if (card.maxOutputTokens !== null) known.max_completion_tokens = card.maxOutputTokens
  const pricing = pricingForWire(card) as Json
  return {
    id: `@${provider.slug}/${card.id}`,
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
