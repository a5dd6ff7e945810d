/** The models of an integration: what the catalogue lists, what was changed about it, and what was added. Source: admin-contract §1.5, §5.6. */
import type { z } from 'zod'
import type {
  integrationModelsDelete,
  integrationModelsUpdate,
  modelSettingRow,
} from '../contract/catalog.ts'
import { type Integration, type ModelSetting, Prisma } from '../db/generated/client.ts'
import {
  type CardOverride,
  catalogueCard,
  catalogueModels,
  type ModelCard,
  overrideCard,
  type PriceMultiplier,
} from '../pricing.ts'
import { findIntegration } from './catalog-find.ts'
import { absent, type Ctx } from './context.ts'
import { invalidField } from './validation.ts'

type Update = z.output<typeof integrationModelsUpdate>
type Said = Update['models'][number]
type Row = z.output<typeof modelSettingRow>

/** Catalogue and own models together, by slug, with the prices and bounds calls are held to. */
export async function listModels(ctx: Ctx, { id }: { id: string }) {
  const integration = await findIntegration(ctx, id, 'read')
  const settings = await settingsOf(ctx, integration.id)
  const bySlug = new Map(settings.map((setting) => [setting.slug, setting]))
  const cards = new Map(catalogueModels(integration.aiProviderId).map((card) => [card.id, card]))
  const slugs = [...new Set([...cards.keys(), ...bySlug.keys()])].sort()
  const models = slugs.map((slug) => modelRow(integration, slug, cards.get(slug), bySlug.get(slug)))
  return { object: 'list', total: models.length, allow_all_models: integration.allowAllModels, models }
}

/** Changes the models listed and leaves the others; a slug the catalogue does not know becomes the integration's own. */
export async function updateModels(ctx: Ctx, { id, models, allow_all_models }: Update & { id: string }) {
  const integration = await findIntegration(ctx, id, 'update')
  refuseTwice(models)
  const before = new Map((await settingsOf(ctx, integration.id)).map((setting) => [setting.slug, setting]))
  const after = models.map((said, index) => merged(ctx, integration, said, before.get(said.slug), index))
  await ctx.db.modelSetting.deleteMany({
    where: { integrationId: integration.id, slug: { in: models.map(({ slug }) => slug) } },
  })
  await ctx.db.modelSetting.createMany({ data: after })
  const allowAllModels = allow_all_models ?? integration.allowAllModels
  await ctx.db.integration.update({ where: { id: integration.id }, data: { allowAllModels } })
  ctx.record({
    id: integration.id,
    name: integration.name,
    workspaceId: integration.workspaceId,
    before: {
      allow_all_models: integration.allowAllModels,
      models: models.flatMap(({ slug }) => before.get(slug) ?? []).map(told),
    },
    after: { allow_all_models: allowAllModels, models: after.map(told) },
  })
  return {}
}

/** Forgets models the integration brought itself. Those of the catalogue are switched off instead. */
export async function deleteModels(
  ctx: Ctx,
  { id, slugs, models }: z.output<typeof integrationModelsDelete> & { id: string },
) {
  const integration = await findIntegration(ctx, id, 'update')
  const field = slugs ? 'slugs' : 'models'
  const named = [...new Set(slugs ?? models ?? [])]
  if (named.length === 0) throw invalidField(field, 'must name at least one model', 'required')
  const before = (await settingsOf(ctx, integration.id)).filter(({ slug }) => named.includes(slug))
  const catalogued = new Set(catalogueModels(integration.aiProviderId).map((card) => card.id))
  for (const slug of named) {
    const setting = before.find((one) => one.slug === slug)
    if (catalogued.has(slug) && !setting?.isCustom)
      throw invalidField(field, `names ${slug}, which the catalogue brings: disable it instead`)
    if (!setting) throw absent(field, `model of this integration: ${slug}`)
  }
  await ctx.db.modelSetting.deleteMany({ where: { integrationId: integration.id, slug: { in: named } } })
  ctx.record({
    id: integration.id,
    name: integration.name,
    workspaceId: integration.workspaceId,
    before: { models: before.map(told) },
  })
  return {}
}

/** Slugs of the models a call may name, the integration's own first. */
export async function enabledModels(ctx: Ctx, integration: Integration): Promise<string[]> {
  const settings = await settingsOf(ctx, integration.id)
  const off = new Set(settings.filter(({ enabled }) => !enabled).map(({ slug }) => slug))
  const own = settings.filter(({ enabled }) => enabled).map(({ slug }) => slug)
  const catalogued = integration.allowAllModels ? catalogueModels(integration.aiProviderId) : []
  return [...new Set([...own, ...catalogued.map(({ id }) => id).filter((id) => !off.has(id))])]
}

function modelRow(
  integration: Integration,
  slug: string,
  listed: ModelCard | undefined,
  setting: ModelSetting | undefined,
): Row {
  const base = setting?.isCustom ? setting.baseModelSlug : null
  const card = overrideCard(listed ?? catalogueCard(integration.aiProviderId, base ?? slug), {
    ...adjustment(integration),
    ...overrideOf(setting),
  })
  return {
    slug,
    name: setting?.name ?? listed?.name ?? slug,
    enabled: setting?.enabled ?? integration.allowAllModels,
    is_custom: setting?.isCustom ?? false,
    is_finetune: setting?.isFinetune ?? false,
    base_model_slug: setting?.baseModelSlug ?? null,
    pricing_config: (setting?.pricingConfig ?? null) as Record<string, unknown> | null,
    prices: pricesRow(card),
    context_window: card.contextWindow,
    max_output_tokens: card.maxOutputTokens,
  }
}

const PICOS_PER_DOLLAR_PER_MILLION = 1_000_000

function pricesRow({ prices }: ModelCard): Row['prices'] {
  if (!prices) return null
  const dollars = (picos: number | null) => (picos === null ? null : picos / PICOS_PER_DOLLAR_PER_MILLION)
  return {
    input: dollars(prices.input),
    output: dollars(prices.output),
    cache_read: dollars(prices.cacheRead),
    cache_write: dollars(prices.cacheWrite),
  }
}

function adjustment({ pricingAdjustments }: Integration): CardOverride {
  const multiplier = (pricingAdjustments as { multiplier?: PriceMultiplier } | null)?.multiplier
  return multiplier ? { multiplier } : {}
}

function overrideOf(setting: ModelSetting | undefined): CardOverride {
  if (!setting) return {}
  return {
    pricing_config: setting.pricingConfig as unknown as NonNullable<CardOverride['pricing_config']> | null,
    context_window: setting.contextWindow,
    max_output_tokens: setting.maxOutputTokens,
  }
}

function merged(
  ctx: Ctx,
  integration: Integration,
  said: Said,
  before: ModelSetting | undefined,
  index: number,
): Prisma.ModelSettingCreateManyInput {
  if (said.configurations && Object.keys(said.configurations).length > 0) {
    throw invalidField(
      `models.${index}.configurations`,
      'cannot be set for one model in this version; set them on the integration',
      'unsupported',
    )
  }
  const pick = <T>(value: T | null | undefined, old: T | null | undefined): T | null =>
    value === undefined ? (old ?? null) : value
  const price = pick<unknown>(said.pricing_config, before?.pricingConfig)
  return {
    integrationId: integration.id,
    slug: said.slug,
    name: pick(said.name, before?.name) || null,
    enabled: said.enabled,
    isCustom: pick(said.is_custom, before?.isCustom) ?? false,
    isFinetune: pick(said.is_finetune, before?.isFinetune) ?? false,
    baseModelSlug: pick(said.base_model_slug, before?.baseModelSlug),
    pricingConfig: price === null ? Prisma.DbNull : (price as Prisma.InputJsonValue),
    contextWindow: pick(said.context_window, before?.contextWindow),
    maxOutputTokens: pick(said.max_output_tokens, before?.maxOutputTokens),
    createdAt: before?.createdAt ?? ctx.now,
    lastUpdatedAt: ctx.now,
  }
}

function refuseTwice(models: readonly Said[]): void {
  const seen = new Set<string>()
  for (const [index, { slug }] of models.entries()) {
    if (seen.has(slug)) throw invalidField(`models.${index}.slug`, `names ${slug} a second time`, 'unique')
    seen.add(slug)
  }
}

function settingsOf(ctx: Ctx, integrationId: string): Promise<ModelSetting[]> {
  return ctx.db.modelSetting.findMany({ where: { integrationId }, orderBy: { slug: 'asc' } })
}

function told(setting: ModelSetting | Prisma.ModelSettingCreateManyInput): object {
  const { slug, enabled, isCustom, contextWindow, maxOutputTokens, pricingConfig } = setting
  return {
    slug,
    enabled,
    is_custom: isCustom,
    context_window: contextWindow,
    max_output_tokens: maxOutputTokens,
    pricing_config: pricingConfig === Prisma.DbNull ? null : pricingConfig,
  }
}
