/** Integrations: credentials for one upstream, of the organisation or of one workspace. Source: admin-contract §1.5, §2.3. */
import type { z } from 'zod'
import type { integrations } from '../contract/catalog.ts'
import type { List } from '../contract/resource.ts'
import { type Integration, Prisma } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import {
  type Credentials,
  credentialColumns,
  mergeCredentials,
  openCredentials,
  type SaidCredentials,
} from './catalog-credentials.ts'
import {
  findIntegration,
  listableIntegrations,
  named,
  refuseTakenSlug,
  slugFrom,
  specOf,
} from './catalog-find.ts'
import { modelCounts } from './catalog-model-counts.ts'
import { addDefaultProviders, enableEverywhere, workspaceCounts } from './catalog-provisioning.ts'
import { refuseWhileReferenced } from './catalog-references.ts'
import {
  globalAccess,
  HIDDEN_TAG,
  integrationDetailRow,
  integrationListRow,
  storedGlobalAccess,
} from './catalog-rows.ts'
import { absent, type Ctx, need } from './context.ts'
import { storedRateLimits, storedUsageLimits } from './limits.ts'
import { invalidField } from './validation.ts'

type Create = z.output<typeof integrations.create>
type Update = z.output<typeof integrations.update> & { id: string }
type Query = z.output<typeof integrations.query>

/** Newest first; those behind virtual keys are left out. */
export async function list(ctx: Ctx, query: Query): Promise<List<ReturnType<typeof integrationListRow>>> {
  const where: Prisma.IntegrationWhereInput = {
    AND: [
      listableIntegrations(ctx, query.type),
      { tags: { path: [HIDDEN_TAG], equals: Prisma.DbNull } },
      query.ai_provider_id ? { aiProviderId: query.ai_provider_id } : {},
      query.search ? named(query.search) : {},
      ...tagsAsked(query.tags),
    ],
  }
  const [total, rows] = await Promise.all([
    ctx.db.integration.count({ where }),
    ctx.db.integration.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  const [count, models] = await Promise.all([workspaceCounts(ctx, rows), modelCounts(ctx, rows)])
  const data = rows.map((row) => ({
    ...integrationListRow(row, count(row)),
    masked_key: row.maskedKey,
    ...models(row),
  }))
  return { object: 'list', total, data }
}

/** Of the workspace named, else of the organisation; with a provider wherever it works at once. */
export async function create(ctx: Ctx, input: Create) {
  const workspaceId = ctx.workspace?.id ?? null
  need(
    ctx,
    [workspaceId === null ? 'organisation_integrations.create' : 'workspace_integrations.create'],
    workspaceId,
    'workspace',
  )
  const integration = await insertIntegration(ctx, { ...input, workspaceId })
  const reach = workspaceId === null ? await enableEverywhere(ctx, integration) : [workspaceId]
  if ((input.create_default_provider ?? true) && isOn(integration)) {
    const slug = input.default_provider_slug ?? null
    await addDefaultProviders(
      ctx,
      integration,
      reach.map((id) => ({ workspaceId: id, slug })),
    )
  }
  return { id: integration.id, slug: integration.slug, object: 'integration' }
}

/** Writes an integration whose provider, credentials and slug hold up, and tells the audit row of it. */
export async function insertIntegration(
  ctx: Ctx,
  input: Create & { workspaceId: string | null; alsoKnown?: ReadonlySet<string> },
): Promise<Integration> {
  const spec = specOf(input.ai_provider_id)
  refuseMappings(input.secret_mappings)
  const credentials = mergeCredentials(spec, NONE, input, {
    allowPrivateHosts: ctx.runtime.allowPrivateHosts,
    ...(input.alsoKnown ? { alsoKnown: input.alsoKnown } : {}),
  })
  const slug = input.slug ?? slugFrom(input.name, ctx.newId)
  await refuseTakenSlug(ctx, 'integrations', ctx.organisation.id, slug)
  const access = input.global_workspace_access_settings ?? input.global_workspace_access ?? { enabled: true }
  const integration = await ctx.db.integration.create({
    data: {
      id: ctx.newId(),
      organisationId: ctx.organisation.id,
      workspaceId: input.workspaceId,
      slug,
      name: input.name,
      description: input.description ?? null,
      aiProviderId: spec.id,
      ...columns(ctx, credentials),
      ...(input.pricing_adjustments
        ? { pricingAdjustments: input.pricing_adjustments as Prisma.InputJsonValue }
        : {}),
      allowAllModels: input.allow_all_models ?? true,
      globalWorkspaceAccess: {
        ...storedGlobalAccess(access, null, ctx.now, input.create_default_provider),
      } as Prisma.InputJsonObject,
      usageLimits: storedUsageLimits(input.usage_limits ?? [], [], ctx.now),
      rateLimits: storedRateLimits(input.rate_limits ?? []),
      tags: input.tags ?? {},
      createdBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
      createdAt: ctx.now,
    },
  })
  ctx.record({
    id: integration.id,
    name: integration.name,
    workspaceId: integration.workspaceId,
    after: integrationDetailRow(integration, 0, ctx.now),
  })
  return integration
}

export async function read(ctx: Ctx, { id }: { id: string }) {
  return detail(ctx, await findIntegration(ctx, id, 'read'))
}

/** Three-state: a field left out stays, null clears. `configurations` merge field by field. */
export async function update(ctx: Ctx, { id, ...said }: Update) {
  const before = await findIntegration(ctx, id, 'update')
  refuseChange('slug', said.slug?.toLowerCase(), before.slug.toLowerCase())
  refuseChange('ai_provider_id', said.ai_provider_id, before.aiProviderId)
  refuseMappings(said.secret_mappings)
  const after = await ctx.db.integration.update({
    where: { id: before.id },
    data: {
      ...(said.name === undefined ? {} : { name: said.name }),
      ...(said.description === undefined ? {} : { description: said.description }),
      ...changedCredentials(ctx, before, said),
      ...(said.pricing_adjustments === undefined
        ? {}
        : {
            pricingAdjustments: (said.pricing_adjustments as Prisma.InputJsonValue | null) ?? Prisma.DbNull,
          }),
      ...(said.allow_all_models === undefined ? {} : { allowAllModels: said.allow_all_models }),
      ...(said.usage_limits === undefined
        ? {}
        : { usageLimits: storedUsageLimits(said.usage_limits, before.usageLimits, ctx.now) }),
      ...(said.rate_limits === undefined ? {} : { rateLimits: storedRateLimits(said.rate_limits) }),
      ...(said.tags === undefined ? {} : { tags: { ...said.tags, ...markOf(before) } }),
    },
  })
  ctx.record({
    id: after.id,
    name: after.name,
    workspaceId: after.workspaceId,
    before: integrationDetailRow(before, 0, ctx.now),
    after: { ...integrationDetailRow(after, 0, ctx.now), ...(said.key ? { is_key_replaced: true } : {}) },
  })
  return {}
}

/** Columns of new credentials; none when nothing was said of them. */
export function changedCredentials(
  ctx: Ctx,
  before: Integration,
  said: SaidCredentials,
  alsoKnown?: ReadonlySet<string>,
): Partial<ReturnType<typeof columns>> {
  if (said.key === undefined && said.configurations === undefined) return {}
  const isReplaced = typeof said.key === 'string'
  const stored = isReplaced ? openedOrOpen(ctx, before) : openCredentials(ctx, before)
  const merged = mergeCredentials(specOf(before.aiProviderId), stored, said, {
    allowPrivateHosts: ctx.runtime.allowPrivateHosts,
    ...(alsoKnown ? { alsoKnown } : {}),
  })
  return columns(ctx, merged)
}

/** The integration and its providers are archived, and its credentials forgotten. */
export async function remove(ctx: Ctx, { id, force }: { id: string; force?: boolean | undefined }) {
  const integration = await findIntegration(ctx, id, 'delete')
  const living = await ctx.db.provider.findMany({
    where: { integrationId: integration.id, status: { not: 'archived' } },
    select: { slug: true, workspaceId: true },
  })
  if (!force) await refuseWhileReferenced(ctx, living)
  await archive(ctx, integration)
  return {}
}

/** Ends an integration for good. Its slug may be used again. */
export async function archive(ctx: Ctx, integration: Integration): Promise<void> {
  await ctx.db.provider.updateMany({
    where: { integrationId: integration.id, status: { not: 'archived' } },
    data: { status: 'archived' },
  })
  await ctx.db.integration.update({
    where: { id: integration.id },
    data: { status: 'archived', credentials: null, maskedKey: null },
  })
  ctx.record({
    id: integration.id,
    name: integration.name,
    workspaceId: integration.workspaceId,
    before: integrationDetailRow(integration, 0, ctx.now),
  })
}

const NONE: Credentials = { key: null, configurations: {} }

function isOn(integration: Integration): boolean {
  return integration.workspaceId !== null || globalAccess(integration).enabled
}

async function detail(ctx: Ctx, integration: Integration) {
  const count = await workspaceCounts(ctx, [integration])
  return integrationDetailRow(integration, count(integration), ctx.now)
}

function columns(ctx: Ctx, credentials: Credentials) {
  const { configurations, ...rest } = credentialColumns(ctx.secretKey, credentials)
  return { ...rest, configurations: configurations as Prisma.InputJsonValue }
}

/** A new key replaces one that can no longer be opened; the other secrets are then lost, as they were anyway. */
function openedOrOpen(ctx: Ctx, before: Integration): Credentials {
  try {
    return openCredentials(ctx, before)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return openCredentials(ctx, { credentials: null, configurations: before.configurations })
  }
}

function markOf({ tags }: Integration): Record<string, string> {
  const mark = (tags as Record<string, string>)[HIDDEN_TAG]
  return mark === undefined ? {} : { [HIDDEN_TAG]: mark }
}

/** What never changes is refused rather than passed over; the value of today may be sent back. */
export function refuseChange(field: string, said: string | null | undefined, stored: string): void {
  if (said == null || said === stored) return
  throw invalidField(field, `cannot change: it is ${stored} for good. Make a new one instead`, 'immutable')
}

function refuseMappings(said: Create['secret_mappings']): void {
  if (said && said.length > 0) throw absent('secret_mappings.0.secret_reference_id', 'secret reference')
}

function tagsAsked(said: string | undefined): Prisma.IntegrationWhereInput[] {
  if (said === undefined) return []
  let tags: unknown
  try {
    tags = JSON.parse(said)
  } catch {
    throw invalidField('tags', 'must be a JSON object', 'type')
  }
  if (tags === null || typeof tags !== 'object' || Array.isArray(tags))
    throw invalidField('tags', 'must be a JSON object', 'type')
  return Object.entries(tags).map(([name, value]) => ({ tags: { path: [name], equals: value as string } }))
}
