/** Which workspaces an integration of the organisation works in, and the providers that gives them. Source: admin-contract §1.5, §2.3. */
import type { z } from 'zod'
import type { integrationWorkspaceRow, integrationWorkspacesUpdate } from '../contract/catalog.ts'
import type { Integration, IntegrationWorkspace, Prisma } from '../db/generated/client.ts'
import { findIntegration, slugFrom } from './catalog-find.ts'
import { globalAccess, globalAccessRow, storedGlobalAccess } from './catalog-rows.ts'
import { absent, type Ctx, isUuid } from './context.ts'
import { rateLimitRows, storedRateLimits, storedUsageLimits, usageLimitRows } from './limits.ts'
import { invalidField } from './validation.ts'

type Update = z.output<typeof integrationWorkspacesUpdate>
type SaidWorkspace = Update['workspaces'][number]
type Row = z.output<typeof integrationWorkspaceRow>

/** Every workspace the integration could work in, whether it does or not. */
export async function listWorkspaces(ctx: Ctx, { id }: { id: string }) {
  const integration = await findIntegration(ctx, id, 'read')
  const [workspaces, rows] = await Promise.all([
    livingWorkspaces(ctx, integration),
    ctx.db.integrationWorkspace.findMany({ where: { integrationId: integration.id } }),
  ])
  const byWorkspace = new Map(rows.map((row) => [row.workspaceId, row]))
  const data = workspaces.map((workspace): Row => {
    const access = effective(integration, workspace.id, byWorkspace.get(workspace.id))
    return {
      id: workspace.slug,
      workspace_id: workspace.id,
      name: workspace.name,
      enabled: access.enabled,
      usage_limits: usageLimitRows(access.usageLimits, ctx.now),
      rate_limits: rateLimitRows(access.rateLimits),
      status: 'active',
    }
  })
  return {
    object: 'list',
    total: data.length,
    global_workspace_access: globalAccessRow(globalAccess(integration), ctx.now),
    workspaces: data,
  }
}

/**
 * Sets the workspaces listed, then the rule for those to come. With `override…` the workspaces not listed follow that
 * rule too, or lose the integration when the call names none. A workspace that gains it gets a provider.
 */
export async function updateWorkspaces(ctx: Ctx, { id, ...said }: Update & { id: string }) {
  const integration = await findIntegration(ctx, id, 'update')
  if (integration.workspaceId !== null) {
    throw invalidField('workspaces', 'are set on integrations of the organisation only')
  }
  const workspaces = await livingWorkspaces(ctx, integration)
  const named = namedWorkspaces(said.workspaces, workspaces)
  const global = said.global_workspace_access ?? said.global_workspace_access_settings ?? null
  const isOverride =
    said.override_existing_workspace_access ?? said.override_existing_workspaces_access ?? false
  const before = new Map(
    (await ctx.db.integrationWorkspace.findMany({ where: { integrationId: integration.id } })).map((row) => [
      row.workspaceId,
      row,
    ]),
  )

  const globalAfter = global && storedGlobalAccess(global, globalAccess(integration), ctx.now)
  const template = (globalAfter ?? { enabled: false }) as { enabled: boolean } & Record<string, unknown>
  const after = workspaces.flatMap((workspace): Access[] => {
    const old = effective(integration, workspace.id, before.get(workspace.id))
    const one = named.get(workspace.id)
    if (one) return [changed(ctx, old, one)]
    if (isOverride) return [globalAfter ? fromTemplate(workspace.id, template) : { ...old, enabled: false }]
    // The rule is about workspaces to come: those of today keep what they have under the old one.
    return globalAfter ? [old] : []
  })
  await store(ctx, integration.id, after)
  if (globalAfter) {
    await ctx.db.integration.update({
      where: { id: integration.id },
      data: { globalWorkspaceAccess: globalAfter },
    })
  }

  const gained = after.filter(
    ({ workspaceId, enabled }) =>
      enabled && !effective(integration, workspaceId, before.get(workspaceId)).enabled,
  )
  await addDefaultProviders(
    ctx,
    integration,
    gained.flatMap(({ workspaceId }) => {
      const one = named.get(workspaceId)
      const wants = one?.create_default_provider ?? said.create_default_provider ?? true
      return wants
        ? [{ workspaceId, slug: one?.default_provider_slug ?? said.default_provider_slug ?? null }]
        : []
    }),
  )
  ctx.record({
    id: integration.id,
    name: integration.name,
    before: { global_workspace_access: globalAccess(integration), workspaces: summary([...before.values()]) },
    after: { global_workspace_access: globalAfter ?? globalAccess(integration), workspaces: summary(after) },
  })
  return {}
}

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
 * which must be free, else the integration's, with a suffix where that is taken.
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
  const taken = new Set(living.map((one) => `${one.workspaceId} ${one.slug.toLowerCase()}`))
  const served = new Set(
    living.filter((one) => one.integrationId === integration.id).map((one) => one.workspaceId),
  )
  const isTaken = (workspaceId: string, slug: string) => taken.has(`${workspaceId} ${slug.toLowerCase()}`)
  const rows = wanted
    .filter(({ workspaceId }) => !served.has(workspaceId))
    .map(({ workspaceId, slug: asked }): Prisma.ProviderCreateManyInput => {
      if (asked !== null && isTaken(workspaceId, asked))
        throw invalidField(
          'default_provider_slug',
          `names a provider that exists already: ${asked}`,
          'unique',
        )
      const free = isTaken(workspaceId, integration.slug)
        ? slugFrom(integration.slug, ctx.newId)
        : integration.slug
      return defaultProvider(ctx, integration, workspaceId, asked ?? free)
    })
  await ctx.db.provider.createMany({ data: rows })
}

/**
 * Gives a workspace just made every integration of the organisation that is meant for workspaces to come, each with the
 * limits of its rule and a provider of its slug. Returns the slugs, for the audit row of the creation.
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

interface Access {
  workspaceId: string
  enabled: boolean
  usageLimits: unknown
  rateLimits: unknown
}

/** What holds in a workspace: its own row, else the rule for all. */
function effective(
  integration: Integration,
  workspaceId: string,
  row: IntegrationWorkspace | undefined,
): Access {
  if (row) return row
  if (integration.workspaceId !== null) return { workspaceId, enabled: true, usageLimits: [], rateLimits: [] }
  return fromTemplate(workspaceId, { ...globalAccess(integration) })
}

function fromTemplate(workspaceId: string, template: { enabled: boolean } & Record<string, unknown>): Access {
  const { enabled, usage_limits: usageLimits = [], rate_limits: rateLimits = [] } = template
  return { workspaceId, enabled, usageLimits, rateLimits }
}

function changed(ctx: Ctx, old: Access, said: SaidWorkspace): Access {
  return {
    workspaceId: old.workspaceId,
    enabled: said.enabled,
    usageLimits: said.usage_limits
      ? storedUsageLimits(said.usage_limits, old.usageLimits, ctx.now)
      : old.usageLimits,
    rateLimits: said.rate_limits ? storedRateLimits(said.rate_limits) : old.rateLimits,
  }
}

async function store(ctx: Ctx, integrationId: string, all: readonly Access[]): Promise<void> {
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

function stored({ workspaceId, enabled, usageLimits, rateLimits }: Access) {
  return {
    workspaceId,
    enabled,
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

function namedWorkspaces(
  said: readonly SaidWorkspace[],
  workspaces: readonly { id: string; slug: string }[],
): Map<string, SaidWorkspace> {
  const bySlug = new Map(workspaces.map(({ id, slug }) => [slug.toLowerCase(), id]))
  const ids = new Set(workspaces.map(({ id }) => id))
  const named = new Map<string, SaidWorkspace>()
  for (const [index, one] of said.entries()) {
    const key = one.id.toLowerCase()
    const id = isUuid(one.id) && ids.has(key) ? key : bySlug.get(key)
    if (id === undefined) throw absent(`workspaces.${index}.id`, 'workspace')
    if (named.has(id))
      throw invalidField(`workspaces.${index}.id`, 'names a workspace a second time', 'unique')
    named.set(id, one)
  }
  return named
}

function livingWorkspaces(ctx: Ctx, integration: Integration) {
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

function summary(rows: readonly Access[]): Record<string, boolean> {
  return Object.fromEntries(rows.map(({ workspaceId, enabled }) => [workspaceId, enabled]))
}
