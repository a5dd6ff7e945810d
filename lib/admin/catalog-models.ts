/** The models of an integration: what the catalogue lists, what was changed about it, and what was added. Source: admin-contract §1.5, §5.6. */
import type { z } from 'zod'
import type {
  integrationModelsDelete,
  integrationModelsQuery,
  integrationModelsReply,
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
import { findIntegration, findProvider } from './catalog-find.ts'
import { knownModels, refuseOddCustom } from './catalog-model-rules.ts'
import { shownUpstream, storedUpstream } from './catalog-model-upstream.ts'
import { partOf } from './catalog-part.ts'
import { absent, type Ctx } from './context.ts'
import { invalidField } from './validation.ts'

type Update = z.output<typeof integrationModelsUpdate>
type Said = Update['models'][number]
type Row = z.output<typeof modelSettingRow>

/**
 * Catalogue and own models together, by slug, with the prices and bounds calls are held to. In a call about a workspace,
 * those its list leaves out are left out here.
 */
export async function listModels(
  ctx: Ctx,
  { id, ...query }: z.output<typeof integrationModelsQuery> & { id: string },
): Promise<z.output<typeof integrationModelsReply>> {
  const integration = await findIntegration(ctx, id, 'read')
  const { models, list } = await modelsOf(ctx, integration, ctx.workspace?.id ?? null)
  const { total, rows } = partOf(models, query, ({ slug, name }) => [slug, name])
  return {
    object: 'list',
    total,
    allow_all_models: integration.allowAllModels,
    ...(ctx.workspace ? { workspace_models: list } : {}),
    models: rows,
  }
}

/** What may be called through a provider, for whoever may see the provider and not what lies behind it: no host, no header. */
export async function listCallableModels(
  ctx: Ctx,
  { id, ...query }: z.output<typeof integrationModelsQuery> & { id: string },
): Promise<z.output<typeof integrationModelsReply>> {
  const { integration, workspaceId } = await findProvider(ctx, id, 'read')
  const { models } = await modelsOf(ctx, integration, workspaceId)
  const callable = models.filter(({ enabled }) => enabled).map(({ configurations: _, ...model }) => model)
  const { total, rows } = partOf(callable, query, ({ slug, name }) => [slug, name])
  return { object: 'list', total, allow_all_models: integration.allowAllModels, models: rows }
}

/** Every model of an integration, but for those that a workspace's list leaves out; and that list. */
async function modelsOf(ctx: Ctx, integration: Integration, workspaceId: string | null) {
  const [settings, list] = await Promise.all([
    settingsOf(ctx, integration.id),
    workspaceId === null ? null : listOf(ctx, integration, workspaceId),
  ])
  const bySlug = new Map(settings.map((setting) => [setting.slug, setting]))
  const cards = new Map(catalogueModels(integration.aiProviderId).map((card) => [card.id, card]))
  const listed = list && new Set(list)
  const slugs = [...new Set([...cards.keys(), ...bySlug.keys()])]
    .filter((slug) => !listed || listed.has(slug))
    .sort()
  return {
    models: slugs.map((slug) => modelRow(integration, slug, cards.get(slug), bySlug.get(slug))),
    list,
  }
}

/** Changes the models listed and leaves the others; a slug the catalogue does not know becomes the integration's own. */
export async function updateModels(ctx: Ctx, { id, models, allow_all_models }: Update & { id: string }) {
  const integration = await findIntegration(ctx, id, 'update')
  refuseTwice(models)
  const before = new Map((await settingsOf(ctx, integration.id)).map((setting) => [setting.slug, setting]))
  const known = new Set([...(await knownModels(ctx, integration)), ...plain(models)])
  for (const [index, said] of models.entries()) {
    const old = before.get(said.slug)
    refuseOddCustom(integration, identity(said, old), old, known, `models.${index}`)
  }
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

/** Forgets models the integration brought itself, in the lists of workspaces too. Those of the catalogue are switched off instead. */
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
  // A model of the same name, added later, is another one.
  await ctx.db.$executeRaw`
    update integration_workspaces set models = models - ${named}::text[]
    where integration_id = ${integration.id}::uuid and jsonb_typeof(models) = 'array'`
  ctx.record({
    id: integration.id,
    name: integration.name,
    workspaceId: integration.workspaceId,
    before: { models: before.map(told) },
  })
  return {}
}

/** Slugs of the models a call may name (from the workspace, if the call is about one), the integration's own first. */
export async function enabledModels(ctx: Ctx, integration: Integration): Promise<string[]> {
  const settings = await settingsOf(ctx, integration.id)
  const list = ctx.workspace && (await listOf(ctx, integration, ctx.workspace.id))
  const off = new Set(settings.filter(({ enabled }) => !enabled).map(({ slug }) => slug))
  const own = settings.filter(({ enabled }) => enabled).map(({ slug }) => slug)
  const catalogued = integration.allowAllModels ? catalogueModels(integration.aiProviderId) : []
  const all = [...new Set([...own, ...catalogued.map(({ id }) => id).filter((id) => !off.has(id))])]
  return list ? all.filter((slug) => list.includes(slug)) : all
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
    ...(isBare(setting) ? {} : { configurations: shownUpstream(setting?.configurations) }),
  }
}

function isBare(setting: ModelSetting | undefined): boolean {
  return Object.keys(setting?.configurations ?? {}).length === 0
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
  const price = pick<unknown>(said.pricing_config, before?.pricingConfig)
  return {
    integrationId: integration.id,
    ...identity(said, before),
    name: pick(said.name, before?.name) || null,
    enabled: said.enabled,
    pricingConfig: price === null ? Prisma.DbNull : (price as Prisma.InputJsonValue),
    contextWindow: pick(said.context_window, before?.contextWindow),
    maxOutputTokens: pick(said.max_output_tokens, before?.maxOutputTokens),
    configurations: storedUpstream(
      ctx,
      integration,
      said.configurations,
      before,
      `models.${index}.configurations`,
    ),
    createdAt: before?.createdAt ?? ctx.now,
    lastUpdatedAt: ctx.now,
  }
}

/** Absent leaves, null clears. */
function pick<T>(value: T | null | undefined, old: T | null | undefined): T | null {
  return value === undefined ? (old ?? null) : value
}

function identity(said: Said, before: ModelSetting | undefined) {
  return {
    slug: said.slug,
    isCustom: pick(said.is_custom, before?.isCustom) ?? false,
    isFinetune: pick(said.is_finetune, before?.isFinetune) ?? false,
    baseModelSlug: pick(said.base_model_slug, before?.baseModelSlug),
  }
}

/** Slugs of those that are not custom: donors for the others of the same call. */
function plain(models: readonly Said[]): string[] {
  return models.filter(({ is_custom }) => !is_custom).map(({ slug }) => slug)
}

function refuseTwice(models: readonly Said[]): void {
  const seen = new Set<string>()
  for (const [index, { slug }] of models.entries()) {
    if (seen.has(slug)) throw invalidField(`models.${index}.slug`, `names ${slug} a second time`, 'unique')
    seen.add(slug)
  }
}

/** The list of models a workspace is kept to; null when it has none. */
async function listOf(ctx: Ctx, integration: Integration, workspaceId: string): Promise<string[] | null> {
  const row = await ctx.db.integrationWorkspace.findUnique({
    where: { integrationId_workspaceId: { integrationId: integration.id, workspaceId } },
    select: { models: true },
  })
  return (row?.models ?? null) as string[] | null
}

function settingsOf(ctx: Ctx, integrationId: string): Promise<ModelSetting[]> {
  return ctx.db.modelSetting.findMany({ where: { integrationId }, orderBy: { slug: 'asc' } })
}

function told(setting: ModelSetting | Prisma.ModelSettingCreateManyInput): object {
  const { slug, name, enabled, isCustom, isFinetune, baseModelSlug } = setting
  const { contextWindow, maxOutputTokens, pricingConfig, configurations } = setting
  return {
    slug,
    name,
    enabled,
    is_custom: isCustom,
    is_finetune: isFinetune,
    base_model_slug: baseModelSlug,
    context_window: contextWindow,
    max_output_tokens: maxOutputTokens,
    pricing_config: pricingConfig === Prisma.DbNull ? null : pricingConfig,
    configurations: shownUpstream(configurations),
  }
}
