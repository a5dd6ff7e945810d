/** What an integration gives a workspace, as rows keep it, and the providers that come with it. Source: admin-contract §1.5. */
import { type Integration, type IntegrationWorkspace, Prisma } from '../db/generated/client.ts'
import { slugFrom } from './catalog-find.ts'
import { type GlobalAccess, globalAccess } from './catalog-rows.ts'
import type { Ctx } from './context.ts'
import { invalidField } from './validation.ts'

/**
 * Writes down what a new integration's rule gives the living workspaces, so that a later rule leaves them as they are.
 * Returns their ids.
 */
export async function enableEverywhere(ctx: Ctx, integration: Integration): Promise<string[]> {
  const workspaces = await livingWorkspaces(ctx, integration)
  await store(
    ctx,
    integration.id,
    workspaces.map(({ id }) => effective(integration, id, undefined)),
  )
  return workspaces.map(({ id }) => id)
}

/**
 * A provider for each workspace named, unless it has one of this integration already. Its slug is the one asked for,
 * which no other integration's may have, else the integration's, with a suffix where that is taken.
 */
export async function addDefaultProviders(
  ctx: Ctx,
  integration: Integration,
  wanted: readonly { workspaceId: string; slug: string | null }[],
): Promise<void> {
  if (wanted.length === 0) return
  const living = await ctx.db.provider.findMany({
    where: { workspaceId: { in: wanted.map(({ workspaceId }) => workspaceId) }, status: { not: 'archived' } },
    select: { workspaceId: true, integrationId: true, slug: true },
  })
  const ownerOf = new Map(
    living.map((one) => [`${one.workspaceId} ${one.slug.toLowerCase()}`, one.integrationId]),
  )
  const owner = (workspaceId: string, slug: string) => ownerOf.get(`${workspaceId} ${slug.toLowerCase()}`)
  for (const { workspaceId, slug } of wanted) {
    const taken = slug === null ? undefined : owner(workspaceId, slug)
    if (taken === undefined || taken === integration.id) continue
    throw invalidField('default_provider_slug', `names a provider that exists already: ${slug}`, 'unique')
  }
  const served = new Set(
    living.filter((one) => one.integrationId === integration.id).map((one) => one.workspaceId),
  )
  const rows = wanted
    .filter(({ workspaceId }) => !served.has(workspaceId))
    .map(({ workspaceId, slug: asked }) => {
      const free = owner(workspaceId, integration.slug)
        ? slugFrom(integration.slug, ctx.newId)
        : integration.slug
      return defaultProvider(ctx, integration, workspaceId, asked ?? free)
    })
  await ctx.db.provider.createMany({ data: rows })
}

/**
 * Gives a workspace just made every integration of the organisation that is meant for workspaces to come, each with the
 * limits of its rule and, unless none was wanted, a provider of its slug. Returns the slugs, for the audit row of the creation.
 */
export async function provisionWorkspace(ctx: Ctx, workspaceId: string): Promise<string[]> {
  const integrations = await ctx.db.integration.findMany({
    where: {
      organisationId: ctx.organisation.id,
      workspaceId: null,
      status: 'active',
      globalWorkspaceAccess: { path: ['enabled'], equals: true },
    },
    orderBy: { createdAt: 'asc' },
  })
  await ctx.db.integrationWorkspace.createMany({
    data: integrations.map((integration) => ({
      integrationId: integration.id,
      ...stored(effective(integration, workspaceId, undefined)),
      createdAt: ctx.now,
    })),
  })
  await ctx.db.provider.createMany({
    data: integrations.map((integration) => defaultProvider(ctx, integration, workspaceId, integration.slug)),
  })
  return integrations.map(({ slug }) => slug)
}

/** Ends a workspace's providers and its own integrations, whose credentials are forgotten. Returns their slugs. */
export async function withdrawWorkspace(
  ctx: Ctx,
  workspaceId: string,
): Promise<{ providers: string[]; integrations: string[] }> {
  const living = { workspaceId, status: { not: 'archived' } }
  const [providers, integrations] = await Promise.all([
    ctx.db.provider.findMany({ where: living, select: { slug: true } }),
    ctx.db.integration.findMany({ where: living, select: { slug: true } }),
  ])
  await ctx.db.provider.updateMany({ where: living, data: { status: 'archived' } })
  await ctx.db.integration.updateMany({
    where: living,
    data: { status: 'archived', credentials: null, maskedKey: null },
  })
  return {
    providers: providers.map(({ slug }) => slug),
    integrations: integrations.map(({ slug }) => slug),
  }
}

/** How many active workspaces each integration works in, by its id. */
export async function workspaceCounts(
  ctx: Ctx,
  integrations: readonly Integration[],
): Promise<(integration: Integration) => number> {
  const shared = integrations.filter(({ workspaceId }) => workspaceId === null)
  const [total, groups] = await Promise.all([
    ctx.db.workspace.count({ where: { organisationId: ctx.organisation.id, status: 'active' } }),
    ctx.db.integrationWorkspace.groupBy({
      by: ['integrationId', 'enabled'],
      where: { integrationId: { in: shared.map(({ id }) => id) }, workspace: { status: 'active' } },
      _count: { _all: true },
    }),
  ])
  const count = (id: string, enabled: boolean) =>
    groups.find((group) => group.integrationId === id && group.enabled === enabled)?._count._all ?? 0
  return (integration) => {
    if (integration.workspaceId !== null) return 1
    const enabled = count(integration.id, true)
    const silent = total - enabled - count(integration.id, false)
    return enabled + (globalAccess(integration).enabled ? silent : 0)
  }
}

/** What a workspace has of an integration. */
export interface Access {
  workspaceId: string
  enabled: boolean
  /** Slugs of the only models it may call; null = every one that is enabled. */
  models: string[] | null
  usageLimits: unknown
  rateLimits: unknown
  /** active | exhausted */
  status: string
}

/** What holds in a workspace: its own row, else the rule for all. */
export function effective(
  integration: Integration,
  workspaceId: string,
  row: IntegrationWorkspace | undefined,
): Access {
  if (row) return { ...row, models: row.models as string[] | null }
  return integration.workspaceId === null
    ? fromTemplate(workspaceId, globalAccess(integration))
    : fromTemplate(workspaceId, { enabled: true })
}

/** What the rule for all workspaces gives one. */
export function fromTemplate(workspaceId: string, template: GlobalAccess): Access {
  const { enabled, usage_limits: usageLimits = [], rate_limits: rateLimits = [] } = template
  return { workspaceId, enabled, models: null, usageLimits, rateLimits, status: 'active' }
}

/** Replaces the rows of these workspaces. */
export async function store(ctx: Ctx, integrationId: string, all: readonly Access[]): Promise<void> {
  const workspaceIds = all.map(({ workspaceId }) => workspaceId)
  const before = await ctx.db.integrationWorkspace.findMany({
    where: { integrationId, workspaceId: { in: workspaceIds } },
    select: { workspaceId: true, createdAt: true },
  })
  const createdAt = new Map(before.map((row) => [row.workspaceId, row.createdAt]))
  await ctx.db.integrationWorkspace.deleteMany({
    where: { integrationId, workspaceId: { in: workspaceIds } },
  })
  await ctx.db.integrationWorkspace.createMany({
    data: all.map((access) => ({
      integrationId,
      ...stored(access),
      createdAt: createdAt.get(access.workspaceId) ?? ctx.now,
    })),
  })
}

function stored({ workspaceId, enabled, models, usageLimits, rateLimits, status }: Access) {
  return {
    workspaceId,
    enabled,
    status,
    models: models ?? Prisma.DbNull,
    usageLimits: usageLimits as Prisma.InputJsonValue,
    rateLimits: rateLimits as Prisma.InputJsonValue,
  }
}

function defaultProvider(
  ctx: Ctx,
  integration: Integration,
  workspaceId: string,
  slug: string,
): Prisma.ProviderCreateManyInput {
  return {
    id: ctx.newId(),
    workspaceId,
    integrationId: integration.id,
    slug,
    name: integration.name,
    createdBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
    createdAt: ctx.now,
    lastUpdatedAt: ctx.now,
  }
}

/** The workspaces an integration could work in, the default one first. */
export function livingWorkspaces(ctx: Ctx, integration: Integration) {
  return ctx.db.workspace.findMany({
    where: {
      organisationId: ctx.organisation.id,
      status: 'active',
      ...(integration.workspaceId === null ? {} : { id: integration.workspaceId }),
    },
    select: { id: true, slug: true, name: true },
    orderBy: [{ isDefault: 'desc' }, { name: 'asc' }],
  })
}
