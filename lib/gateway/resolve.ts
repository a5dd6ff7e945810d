import { GatewayError } from '../errors.ts'
import { catalogueCard, type ModelCard } from '../pricing.ts'
import { checkHostUrl } from '../providers/address.ts'
import { credentialHeaders, providerSpec } from '../providers/openai-compatible.ts'
import type { Call } from './call.ts'
import type { Caller, Provider, WorkspaceCatalog } from './ports.ts'
import { control, upstreamCredential } from './signals.ts'
import { isServing, standing } from './standing.ts'

/** Where a call goes: one provider, the model as that provider knows it, and what is known of that model. */
export interface Target {
  provider: Provider
  /** Without `@slug/`; null on paths whose body names no model. */
  model: string | null
  /** Null when nothing is known: no clamp, no price. */
  card: ModelCard | null
  /** The caller brought the credential itself. */
  isCallerCredential: boolean
}

/** A model string taken apart: `@slug/model`, or a bare model. */
export interface ModelName {
  slug: string | null
  /** Empty for a slug without a model (a provider named by header). */
  model: string
  /** What is meant when nobody knows `model`: of `custom:gw-dev:gpt-4o` the first name may be a client's own. */
  bare?: string
}

const MODEL_CHARS_MAX = 512

/**
 * Reads a model string as callers really write it: `@slug/model`, with `custom:`, `custom:<name>:` or `<name>/` before
 * it. Throws `invalid_model` on a `@` without a model. Source: gateway-contract §3.1, hermes-client §1.
 */
export function parseModel(text: string): ModelName {
  if (text.length > MODEL_CHARS_MAX)
    throw new GatewayError('invalid_model', `A model name has at most ${MODEL_CHARS_MAX} characters.`, {
      param: 'model',
    })
  const named = /^(?:custom:(?:[^@/]*:)?|[^@/]+\/)(@.*)$/s.exec(text)?.[1] ?? text
  if (!named.startsWith('@')) {
    const custom = /^custom:((?:[^:/]*:)?(.+))$/s.exec(named)
    if (!custom) return { slug: null, model: named }
    const [, model = '', bare = ''] = custom
    return bare === model ? { slug: null, model } : { slug: null, model, bare }
  }
  const slash = named.indexOf('/')
  if (slash < 2 || slash === named.length - 1) {
    throw new GatewayError(
      'invalid_model',
      `The model "${text.slice(0, 128)}" must be written @provider-slug/model.`,
      { param: 'model' },
    )
  }
  return { slug: named.slice(1, slash), model: named.slice(slash + 1) }
}

/** What a call says of its provider outside the body. */
export interface ProviderSignals {
  /** A stored provider named by header, without its `@`. */
  slug: string | null
  /** A plain provider id named by header. */
  providerId: string | null
  customHost: string | null
}

/** Reads the provider headers; a virtual key says more than a plain provider id beside it. */
export function providerSignals(call: Call): ProviderSignals {
  const provider = control(call, 'provider')?.trim() || null
  const virtualKey = control(call, 'virtual-key')?.trim().replace(/^@/, '') || null
  const slug = provider?.startsWith('@') ? provider.slice(1).split('/')[0] || null : virtualKey
  return {
    slug,
    providerId: slug === null && !provider?.startsWith('@') ? provider : null,
    customHost: control(call, 'custom-host')?.trim() || null,
  }
}

/**
 * The target of a call, decided before any upstream is called. The body's `@slug` wins over the headers. Throws
 * `provider_not_found`, `provider_disabled`, `provider_expired`, `model_not_allowed`, `model_required`,
 * `provider_required`, `invalid_provider`, `invalid_custom_host`. Source: gateway-contract §3.2, §3.3.
 */
export function resolveTarget(
  call: Call,
  caller: Caller,
  catalog: WorkspaceCatalog,
  signals: ProviderSignals,
  requested: string | null,
  isModelRequired: boolean,
  nowMs: number,
): Target {
  const name = requested === null ? null : parseModel(requested)
  if (isModelRequired && !name?.model)
    throw new GatewayError('model_required', 'The body names no model.', { param: 'model' })
  const slug = name?.slug ?? signals.slug
  if (slug !== null) {
    refuseHost(signals)
    const provider = catalog.bySlug(slug)
    if (!provider) throw unknownSlug(slug, name?.model ?? '', catalog, nowMs)
    return bind(call, provider, name && nameAt(provider, name), catalog, nowMs)
  }
  if (signals.providerId)
    return unsaved(call, caller, signals.providerId, signals.customHost, name?.model ?? null)
  if (!name) throw unnamed()
  const target = offering(call, name, catalog, nowMs)
  refuseHost(signals)
  return target
}

/** A stored provider's credential stays with its own host. Source: gateway-contract §2.4, architecture §7. */
function refuseHost({ customHost }: ProviderSignals): void {
  if (customHost === null) return
  throw new GatewayError(
    'invalid_custom_host',
    'A custom host cannot be used beside a stored provider: its credential stays with its own host.',
    { param: 'custom_host' },
  )
}

function unnamed(): GatewayError {
  return new GatewayError(
    'provider_required',
    'No provider is named: send a model as @provider-slug/model, or the x-portkey-provider header.',
    { param: 'model' },
  )
}

const lists = (provider: Provider, model: string) => provider.models.has(provider.card(model)?.id ?? model)

const nameAt = (provider: Provider, { model, bare }: ModelName) =>
  bare !== undefined && !lists(provider, model) && lists(provider, bare) ? bare : model

function bind(
  call: Call,
  provider: Provider,
  model: string | null,
  catalog: WorkspaceCatalog,
  nowMs: number,
): Target {
  const label = `@${provider.slug}${model ? `/${model}` : ''}`
  const card = model === null ? null : (provider.models.get(model) ?? provider.card(model))
  const upstream = (card && provider.variants?.get(card.id)) ?? provider
  const now = standing(upstream, nowMs)
  if (now === 'disabled')
    throw new GatewayError(
      'provider_disabled',
      `Model not found: ${label}. The provider @${provider.slug} is disabled.`,
      { param: 'model' },
    )
  if (now === 'expired') {
    throw new GatewayError(
      'provider_expired',
      `Model not found: ${label}. The provider @${provider.slug} has expired.`,
      { param: 'model' },
    )
  }
  if (model === null) return { provider, model, card: null, isCallerCredential: false }
  if (provider.isSwitchedOff(model) || (!card && !provider.allowAllModels)) {
    throw notAllowed(provider, model, catalog, nowMs)
  }
  // Anthropic-mode clients write every dot as a hyphen; the card knows the id the provider will recognise.
  return {
    provider: upstream,
    model: card && call.style.isAnthropic ? card.id : model,
    card,
    isCallerCredential: false,
  }
}

function notAllowed(
  provider: Provider,
  model: string,
  catalog: WorkspaceCatalog,
  nowMs: number,
): GatewayError {
  const label = `@${provider.slug}/${model}`
  const integration = `the integration "${provider.integrationSlug}"`
  const near = suggestions(model, catalog, nowMs)
  const message = provider.isWithheld(model)
    ? `Model not found: ${label} is enabled on ${integration}, but this workspace's list of models leaves it out.${near || offered(provider)} An admin can add it to the list: workspaces of ${integration}.`
    : `Model not found: ${label} is not enabled on ${integration}.${near}`
  return new GatewayError('model_not_allowed', message, { param: 'model' })
}

function offered({ slug, models }: Provider): string {
  const some = [...models.keys()].slice(0, SUGGESTIONS_MAX).map((id) => `@${slug}/${id}`)
  return some.length > 0 ? ` It names ${some.join(', ')}${models.size > some.length ? ' and more' : ''}.` : ''
}

function offering(call: Call, name: ModelName, catalog: WorkspaceCatalog, nowMs: number): Target {
  if (call.style.isPortkey) throw unnamed()
  const serving = catalog.all().filter((provider) => isServing(provider, nowMs))
  // Many providers take any name; one that lists the model is meant before those.
  const listed = [name.model, name.bare ?? name.model]
    .map((model) => ({ model, offers: serving.filter((provider) => lists(provider, model)) }))
    .find(({ offers }) => offers.length > 0)
  const { model, offers } = listed ?? {
    model: name.model,
    offers: serving.filter((provider) => provider.card(name.model)),
  }
  if (offers.length === 1) return bind(call, offers[0] as Provider, model, catalog, nowMs)
  const several = offers.map((provider) => `@${provider.slug}/${model}`)
  throw new GatewayError(
    'model_not_found',
    several.length
      ? `Model not found: "${model.slice(0, 128)}" is offered by several providers. Name one: ${several.slice(0, 5).join(', ')}.`
      : `Model not found: "${model.slice(0, 128)}". Name it as @provider-slug/model.${suggestions(model, catalog, nowMs)}`,
    { param: 'model' },
  )
}

function unsaved(
  call: Call,
  caller: Caller,
  providerId: string,
  customHost: string | null,
  model: string | null,
): Target {
  const spec = providerSpec(providerId)
  if (!spec || spec.isLocal)
    throw new GatewayError('invalid_provider', `Unknown provider "${providerId.slice(0, 64)}".`, {
      param: 'provider',
    })
  const baseUrl = customHost ?? spec.baseUrl
  if (!baseUrl)
    throw new GatewayError(
      'invalid_custom_host',
      `The provider "${spec.id}" needs a host: send x-portkey-custom-host.`,
      { param: 'custom_host' },
    )
  if (customHost) checkHostUrl(customHost, { isStoredHost: false, allowPrivateHosts: new Set() })
  const provider: Provider = {
    id: '',
    slug: spec.id,
    name: spec.name,
    workspaceId: caller.workspaceId ?? '',
    integrationId: '',
    integrationSlug: spec.id,
    spec,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    isStoredHost: false,
    headers: callerCredential(call, spec),
    status: 'active',
    expiresAtMs: null,
    allowAllModels: true,
    models: NO_MODELS,
    isSwitchedOff: () => false,
    isWithheld: () => false,
    card: (id) => catalogueCard(spec.id, id),
  }
  return { provider, model, card: model === null ? null : provider.card(model), isCallerCredential: true }
}

const NO_MODELS: ReadonlyMap<string, ModelCard> = new Map()

/** With the gateway key in its own header, `Authorization` and `x-api-key` are the upstream's. */
function callerCredential(call: Call, spec: Parameters<typeof credentialHeaders>[0]): Record<string, string> {
  const bearer = upstreamCredential(call, 'authorization')
  const key = upstreamCredential(call, 'x-api-key')
  if (bearer && spec.auth === 'x-api-key' && !bearer.startsWith('Bearer sk-ant-api'))
    return { authorization: bearer }
  return credentialHeaders(spec, bearer?.replace(/^bearer\s+/i, '') ?? key ?? null)
}

function unknownSlug(slug: string, model: string, catalog: WorkspaceCatalog, nowMs: number): GatewayError {
  return new GatewayError(
    'provider_not_found',
    `Model not found: no provider @${slug.slice(0, 128)} in this workspace.${suggestions(model || slug, catalog, nowMs)}`,
    { param: 'model' },
  )
}

const SUGGESTIONS_MAX = 3

/** Near misses the key can really call, as a sentence; empty when nothing is near. */
function suggestions(model: string, catalog: WorkspaceCatalog, nowMs: number): string {
  const wanted = model.toLowerCase()
  const near: Array<[score: number, id: string]> = []
  for (const provider of catalog.all()) {
    if (!isServing(provider, nowMs)) continue
    for (const id of provider.models.keys()) {
      const score = nearness(wanted, id.toLowerCase())
      if (score > 0) near.push([score, `@${provider.slug}/${id}`])
    }
  }
  if (near.length === 0) return ''
  near.sort((a, b) => b[0] - a[0] || a[1].length - b[1].length)
  return ` Did you mean ${near
    .slice(0, SUGGESTIONS_MAX)
    .map(([, id]) => id)
    .join(', ')}?`
}

function nearness(a: string, b: string): number {
  if (a === b) return 1000
  let shared = 0
  while (shared < a.length && a[shared] === b[shared]) shared++
  if (shared >= 4) return shared
  return b.includes(a) || a.includes(b) ? Math.min(a.length, b.length) : 0
}
