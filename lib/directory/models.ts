import type { ModelSetting, Integration as StoredIntegration } from '../db/generated/client.ts'
import type { Provider } from '../gateway/ports.ts'
import {
  type CardOverride,
  catalogueCard,
  catalogueModels,
  foldModelId,
  type ModelCard,
  overrideCard,
  type PriceMultiplier,
} from '../pricing.ts'
import type { ProviderSpec } from '../providers/openai-compatible.ts'

type Integration = Pick<StoredIntegration, 'allowAllModels' | 'pricingAdjustments'> & {
  models: ModelSetting[]
}

/** The part of a provider that says which models it answers. */
type Offer = Pick<Provider, 'allowAllModels' | 'isSwitchedOff' | 'isWithheld' | 'models' | 'card'>

/**
 * Which models a provider answers in a workspace, compiled: what its integration enables and, where the workspace has a
 * list of its own, nothing beside it. The list never adds: neither a model the integration disables, nor by its switch
 * for all models one that the list leaves out. Source: admin-contract §5.6, gateway-contract §3.3.
 */
export function offerOf(spec: ProviderSpec, integration: Integration, list: readonly string[] | null): Offer {
  const whole = offerOfIntegration(spec, integration)
  return list === null ? whole : narrowed(whole, list)
}

function offerOfIntegration(spec: ProviderSpec, integration: Integration): Offer {
  const { allowAllModels } = integration
  const models = cards(spec, integration)
  const folded = byFold(models)
  const off = new Set(
    integration.models.filter(({ enabled }) => !enabled).map(({ slug }) => foldModelId(slug)),
  )
  const isSwitchedOff = (model: string) => off.size > 0 && !models.has(model) && off.has(foldModelId(model))
  return {
    allowAllModels,
    isSwitchedOff,
    isWithheld: () => false,
    models,
    card(model) {
      const known = models.get(model) ?? folded.get(foldModelId(model))
      if (known) return known
      if (!allowAllModels || isSwitchedOff(model)) return null
      return overrideCard(catalogueCard(spec.id, model), adjustment(integration))
    },
  }
}

function narrowed(whole: Offer, list: readonly string[]): Offer {
  const models = new Map<string, ModelCard>()
  for (const slug of list) {
    const card = whole.isSwitchedOff(slug) ? null : whole.card(slug)
    if (card?.id === slug) models.set(slug, card)
  }
  const folded = byFold(models)
  const find = (model: string) => {
    const known = models.get(model)
    // One that the integration knows by this very name is left out, though it reads like one of the list.
    if (known || whole.models.has(model)) return known ?? null
    return folded.get(foldModelId(model)) ?? null
  }
  return {
    allowAllModels: false,
    isSwitchedOff: whole.isSwitchedOff,
    isWithheld: (model) => find(model) === null && !whole.isSwitchedOff(model) && whole.card(model) !== null,
    models,
    card: find,
  }
}

const byFold = (models: ReadonlyMap<string, ModelCard>) =>
  new Map([...models.values()].map((card) => [foldModelId(card.id), card]))

/** What the integration enables: the catalogue's models (all or the chosen), its own custom ones, its prices and bounds on top. */
function cards(spec: ProviderSpec, integration: Integration): Map<string, ModelCard> {
  const settings = new Map(integration.models.map((setting) => [setting.slug, setting]))
  const found = new Map<string, ModelCard>()
  const base = integration.allowAllModels ? catalogueModels(spec.id) : []
  for (const card of base) if (settings.get(card.id)?.enabled !== false) found.set(card.id, card)
  for (const setting of settings.values()) {
    if (!setting.enabled) continue
    const card =
      found.get(setting.slug) ??
      catalogueCard(spec.id, setting.baseModelSlug && setting.isCustom ? setting.baseModelSlug : setting.slug)
    found.set(setting.slug, { ...card, id: setting.slug, name: setting.name ?? card.name })
  }
  for (const [id, card] of found)
    found.set(id, overrideCard(card, { ...adjustment(integration), ...overrideOf(settings.get(id)) }))
  return found
}

function adjustment(integration: Integration): CardOverride {
  const adjustments = integration.pricingAdjustments as { multiplier?: PriceMultiplier } | null
  return { multiplier: adjustments?.multiplier ?? null }
}

function overrideOf(setting: ModelSetting | undefined): CardOverride {
  if (!setting) return {}
  return {
    pricing_config: setting.pricingConfig as (CardOverride['pricing_config'] & {}) | null,
    context_window: setting.contextWindow,
    max_output_tokens: setting.maxOutputTokens,
  }
}
