/** Which workspaces an integration works in, and what each may do with it. Source: admin-contract §1.5, §2.3. */
import type { z } from 'zod'
import type {
  integrationWorkspaceRow,
  integrationWorkspacesQuery,
  integrationWorkspacesReply,
  integrationWorkspacesUpdate,
} from '../contract/catalog.ts'
import type { Prisma } from '../db/generated/client.ts'
import { findIntegration } from './catalog-find.ts'
import { keptModels, knownModels } from './catalog-model-rules.ts'
import { partOf } from './catalog-part.ts'
import {
  type Access,
  addDefaultProviders,
  effective,
  fromTemplate,
  livingWorkspaces,
  store,
} from './catalog-provisioning.ts'
import { type GlobalAccess, globalAccess, globalAccessRow, storedGlobalAccess } from './catalog-rows.ts'
import { absent, type Ctx, isUuid } from './context.ts'
import { rateLimitRows, storedRateLimits, storedUsageLimits, usageLimitRows } from './limits.ts'
import { invalidField } from './validation.ts'

type Update = z.output<typeof integrationWorkspacesUpdate>
type Query = z.output<typeof integrationWorkspacesQuery>
type Row = z.output<typeof integrationWorkspaceRow>

/** Every workspace the integration could work in, whether it does or not. */
export async function listWorkspaces(
  ctx: Ctx,
  { id, ...query }: Query & { id: string },
): Promise<z.output<typeof integrationWorkspacesReply>> {
  const integration = await findIntegration(ctx, id, 'read')
  const [workspaces, rows] = await Promise.all([
    livingWorkspaces(ctx, integration),
    ctx.db.integrationWorkspace.findMany({ where: { integrationId: integration.id } }),
  ])
  const byWorkspace = new Map(rows.map((row) => [row.workspaceId, row]))
  const all = workspaces.map(
    (workspace): Row => ({
      id: workspace.slug,
      workspace_id: workspace.id,
      name: workspace.name,
      ...accessRow(ctx, effective(integration, workspace.id, byWorkspace.get(workspace.id))),
    }),
  )
  const { total, rows: data } = partOf(all, query, ({ id, name }) => [id, name])
  return {
    object: 'list',
    total,
    global_workspace_access: globalAccessRow(globalAccess(integration), ctx.now),
    workspaces: data,
  }
}

/**
 * Sets the workspaces listed, then the rule for those to come. With `override…` the workspaces not listed follow that
 * rule too, or lose the integration when the call names none; their lists of models stay. A workspace that gains it, or
 * asks for one, gets a provider.
 */
export async function updateWorkspaces(ctx: Ctx, { id, ...said }: Update & { id: string }) {
  const integration = await findIntegration(ctx, id, 'update')
  if (integration.workspaceId !== null) {
    throw invalidField('workspaces', 'are set on integrations of the organisation only')
  }
  const workspaces = await livingWorkspaces(ctx, integration)
  const named = namedWorkspaces(said.workspaces, workspaces)
  const known = said.workspaces.some(({ models }) => models) ? await knownModels(ctx, integration) : []
  const rows = await ctx.db.integrationWorkspace.findMany({ where: { integrationId: integration.id } })
  const before = accessBefore(integration, workspaces, rows)

  const rule = said.global_workspace_access ?? said.global_workspace_access_settings ?? null
  const ruleBefore = globalAccess(integration)
  const ruleAfter = rule && storedGlobalAccess(rule, ruleBefore, ctx.now, said.create_default_provider)
  const isOverride =
    said.override_existing_workspace_access ?? said.override_existing_workspaces_access ?? false
  const after = [...before.values()].flatMap((old): Access[] => {
    const one = named.get(old.workspaceId)
    if (one) return [changed(ctx, old, one, known)]
    if (isOverride && !ruleAfter) return [{ ...old, enabled: false }]
    if (isOverride && ruleAfter) {
      const { models, status } = old
      return [{ ...fromTemplate(old.workspaceId, ruleAfter), models, status }]
    }
    // The rule is about workspaces to come: those of today keep what they have under the old one.
    return ruleAfter ? [old] : []
  })
  await store(ctx, integration.id, after)
  if (ruleAfter) {
    await ctx.db.integration.update({
      where: { id: integration.id },
      data: { globalWorkspaceAccess: { ...ruleAfter } as Prisma.InputJsonObject },
    })
  }
  await addDefaultProviders(
    ctx,
    integration,
    after.flatMap((access) => wantedProvider(access, before, said, named.get(access.workspaceId))),
  )
  ctx.record({
    id: integration.id,
    name: integration.name,
    ...trail(ctx, { before, after, workspaces, ruleBefore, ruleAfter: ruleAfter ?? ruleBefore }),
  })
  return {}
}

type Workspaces = Awaited<ReturnType<typeof livingWorkspaces>>

/** What a body says of one workspace, and where in the body it stands. */
type Said = Update['workspaces'][number] & { index: number }

function accessBefore(
  integration: Parameters<typeof effective>[0],
  workspaces: Workspaces,
  rows: readonly NonNullable<Parameters<typeof effective>[2]>[],
): Map<string, Access> {
  const byWorkspace = new Map(rows.map((row) => [row.workspaceId, row]))
  return new Map(workspaces.map(({ id }) => [id, effective(integration, id, byWorkspace.get(id))]))
}

function changed(ctx: Ctx, old: Access, said: Said, known: readonly string[]): Access {
  return {
    ...old,
    enabled: said.enabled,
    models: keptModels(`workspaces.${said.index}.models`, said.models, old.models, known),
    usageLimits: said.usage_limits
      ? storedUsageLimits(said.usage_limits, old.usageLimits, ctx.now)
      : old.usageLimits,
    rateLimits: said.rate_limits ? storedRateLimits(said.rate_limits) : old.rateLimits,
  }
}

/** One that gains the integration gets a provider unless none is wanted; one that has it does when it asks. */
function wantedProvider(
  { workspaceId, enabled }: Access,
  before: ReadonlyMap<string, Access>,
  said: Update,
  one: Said | undefined,
): { workspaceId: string; slug: string | null }[] {
  if (!enabled) return []
  const asked = one?.create_default_provider ?? (one?.default_provider_slug == null ? null : true)
  const isGained = !before.get(workspaceId)?.enabled
  const isWanted = asked ?? (isGained && (said.create_default_provider ?? true))
  return isWanted
    ? [{ workspaceId, slug: one?.default_provider_slug ?? said.default_provider_slug ?? null }]
    : []
}

function namedWorkspaces(said: Update['workspaces'], workspaces: Workspaces): Map<string, Said> {
  const bySlug = new Map(workspaces.map(({ id, slug }) => [slug.toLowerCase(), id]))
  const ids = new Set(workspaces.map(({ id }) => id))
  const named = new Map<string, Said>()
  for (const [index, one] of said.entries()) {
    const key = one.id.toLowerCase()
    const id = isUuid(one.id) && ids.has(key) ? key : bySlug.get(key)
    if (id === undefined) throw absent(`workspaces.${index}.id`, 'workspace')
    if (named.has(id))
      throw invalidField(`workspaces.${index}.id`, 'names a workspace a second time', 'unique')
    named.set(id, { ...one, index })
  }
  return named
}

function accessRow(ctx: Ctx, access: Access) {
  return {
    enabled: access.enabled,
    models: access.models,
    usage_limits: usageLimitRows(access.usageLimits, ctx.now),
    rate_limits: rateLimitRows(access.rateLimits),
    status: access.status as 'active' | 'exhausted',
  }
}

/** The workspaces that changed, by slug, and the rule, as they were and as they are. */
function trail(
  ctx: Ctx,
  it: {
    before: ReadonlyMap<string, Access>
    after: readonly Access[]
    workspaces: Workspaces
    ruleBefore: GlobalAccess
    ruleAfter: GlobalAccess
  },
) {
  const slugs = new Map(it.workspaces.map(({ id, slug }) => [id, slug]))
  const side = (rule: GlobalAccess) => ({
    global_workspace_access: globalAccessRow(rule, ctx.now),
    workspaces: {} as Record<string, ReturnType<typeof accessRow>>,
  })
  const [before, after] = [side(it.ruleBefore), side(it.ruleAfter)]
  for (const access of it.after) {
    const old = accessRow(ctx, it.before.get(access.workspaceId)!)
    const now = accessRow(ctx, access)
    if (JSON.stringify(old) === JSON.stringify(now)) continue
    const slug = slugs.get(access.workspaceId) ?? access.workspaceId
    before.workspaces[slug] = old
    after.workspaces[slug] = now
  }
  return { before, after }
}
