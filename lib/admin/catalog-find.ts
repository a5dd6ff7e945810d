/** Which integrations and providers a caller sees, and finding one by what a request calls it. Source: admin-contract §0.2, §1.5. */
import { integrations, providers } from '../contract/catalog.ts'
import { slugStem } from '../contract/slugs.ts'
import { type Integration, Prisma } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type ProviderSpec, providerSpec } from '../providers/openai-compatible.ts'
import { globalAccess, providerInclude, type StoredProvider } from './catalog-rows.ts'
import {
  type Ctx,
  isUuid,
  literal,
  need,
  notFound,
  scopesIn,
  visibleWorkspaces,
  workspacesOf,
} from './context.ts'
import { invalidField } from './validation.ts'

export type Verb = 'read' | 'update' | 'delete'

/**
 * The living integration a path names by UUID or slug, in any case; locked when it is about to change. One that the
 * caller cannot see is answered like one nobody has.
 */
export async function findIntegration(ctx: Ctx, reference: string, verb: Verb): Promise<Integration> {
  const found = await integrationNamed(ctx, reference, verb !== 'read')
  if (!found || !(await seesIntegration(ctx, found))) throw notFound(integrations.noun)
  need(ctx, [`${scopeFamily(found)}.${verb}`], found.workspaceId, integrations.noun)
  return found
}

/** The living integration that a body names and that works in the workspace; null when there is none. */
export async function integrationFor(
  ctx: Ctx,
  reference: string,
  workspaceId: string,
): Promise<Integration | null> {
  const found = await integrationNamed(ctx, reference, false)
  return found && (await isEnabledIn(ctx, found, workspaceId)) ? found : null
}

/** The `where` of integrations the caller may list: in the workspace named, else wherever it may. */
export function listableIntegrations(
  ctx: Ctx,
  type: 'workspace' | 'organisation' | 'all',
): Prisma.IntegrationWhereInput {
  const parts: Prisma.IntegrationWhereInput[] = []
  if (type !== 'workspace') parts.push(...organisationWide(ctx))
  if (type !== 'organisation') parts.push(...ofWorkspaces(ctx))
  return { organisationId: ctx.organisation.id, status: 'active', OR: parts }
}

/** Integrations that work in a workspace: its own, and the organisation's where enabled. */
export function enabledIn(workspaceId: string): Prisma.IntegrationWhereInput {
  return {
    OR: [
      { workspaceId },
      { workspaceId: null, provisioning: { some: { workspaceId, enabled: true } } },
      {
        workspaceId: null,
        provisioning: { none: { workspaceId } },
        globalWorkspaceAccess: { path: ['enabled'], equals: true },
      },
    ],
  }
}

/** Whether an integration works in a workspace. */
export async function isEnabledIn(ctx: Ctx, integration: Integration, workspaceId: string): Promise<boolean> {
  if (integration.workspaceId !== null) return integration.workspaceId === workspaceId
  const row = await ctx.db.integrationWorkspace.findUnique({
    where: { integrationId_workspaceId: { integrationId: integration.id, workspaceId } },
  })
  return row?.enabled ?? globalAccess(integration).enabled
}

/**
 * The living provider that a path names, locked when it is about to change: of the workspace the call names, else of
 * the only one that has it. Refuses `validation` when several have.
 */
export async function findProvider(ctx: Ctx, reference: string, verb: Verb): Promise<StoredProvider> {
  const workspaceIds = await workspacesOf(ctx, providerScopes(verb))
  const [id, another] = await livingProviderIds(ctx, workspaceIds, reference, verb !== 'read')
  if (another !== undefined) {
    const message = 'is required: several workspaces have a provider of this slug'
    throw invalidField('workspace_id', message, 'required')
  }
  const found =
    id === undefined ? null : await ctx.db.provider.findUnique({ where: { id }, include: providerInclude })
  if (found?.integration.status !== 'active') throw notFound(providers.noun)
  if (!(await isEnabledIn(ctx, found.integration, found.workspaceId))) throw notFound(providers.noun)
  return found
}

/** Any one of these opens providers, whichever name they go by. */
export function providerScopes(verb: Verb | 'list'): string[] {
  return providers.scopes.map((family) => `${family}.${verb}`)
}

/** The row of the provider table an integration is of; refuses one this version does not know. */
export function specOf(aiProviderId: string, field = 'ai_provider_id'): ProviderSpec {
  const spec = providerSpec(aiProviderId)
  if (!spec) throw invalidField(field, `names no provider this version can call: ${aiProviderId}`, 'enum')
  return spec
}

/** 409 for a slug that is taken, before the database says so in fewer words. */
export async function refuseTakenSlug(
  ctx: Ctx,
  table: 'integrations' | 'providers',
  ownerId: string,
  slug: string,
): Promise<void> {
  const [taken] =
    table === 'integrations'
      ? [await livingIntegrationId(ctx, slug, false, 'slug')]
      : await livingProviderIds(ctx, [ownerId], slug, false, 'slug')
  if (taken == null) return
  throw new GatewayError('conflict', `The slug ${slug} is taken here.`, {
    param: 'slug',
    details: [{ path: 'slug', rule: 'unique', message: 'is taken' }],
  })
}

/** Rows whose name or slug holds a text, any case. */
export function named(search: string) {
  const part = { contains: literal(search), mode: 'insensitive' as const }
  return { OR: [{ name: part }, { slug: part }] }
}

const SLUG_STEM_MAX = 200

/** `name` in letters, digits and hyphens, and six hex digits that make it unlike any other. */
export function slugFrom(name: string, newId: () => string): string {
  const stem = slugStem(name, SLUG_STEM_MAX)
  const suffix = newId().slice(-6)
  return stem === '' ? suffix : `${stem}-${suffix}`
}

function scopeFamily(integration: Integration): string {
  return integration.workspaceId === null ? 'organisation_integrations' : 'workspace_integrations'
}

async function integrationNamed(ctx: Ctx, reference: string, isLocked: boolean): Promise<Integration | null> {
  const id = await livingIntegrationId(ctx, reference, isLocked)
  return id === null ? null : ctx.db.integration.findUnique({ where: { id } })
}

async function seesIntegration(ctx: Ctx, integration: Integration): Promise<boolean> {
  const { workspace, principal } = ctx
  if (integration.workspaceId !== null) {
    if (workspace) return workspace.id === integration.workspaceId
    const visible = visibleWorkspaces(principal)
    return visible === 'all' || visible.includes(integration.workspaceId)
  }
  if (!principal.pinned && principal.organisationScopes.size > 0) return true
  const visible = workspace ? [workspace.id] : visibleWorkspaces(principal)
  if (visible === 'all') return true
  const where = { id: integration.id, OR: visible.map(enabledIn) }
  return visible.length > 0 && (await ctx.db.integration.count({ where })) > 0
}

function organisationWide(ctx: Ctx): Prisma.IntegrationWhereInput[] {
  const { workspace, principal } = ctx
  const scope = 'organisation_integrations.list'
  if (!principal.pinned && principal.organisationScopes.has(scope)) return [{ workspaceId: null }]
  const visible = workspace ? [workspace.id] : visibleWorkspaces(principal)
  if (visible === 'all') return principal.everywhere.scopes.has(scope) ? [{ workspaceId: null }] : []
  return visible
    .filter((workspaceId) => scopesIn(principal, workspaceId).has(scope))
    .map((workspaceId) => ({ workspaceId: null, ...enabledIn(workspaceId) }))
}

function ofWorkspaces(ctx: Ctx): Prisma.IntegrationWhereInput[] {
  const { workspace, principal } = ctx
  const scope = 'workspace_integrations.list'
  const visible = workspace ? [workspace.id] : visibleWorkspaces(principal)
  if (visible === 'all') return principal.everywhere.scopes.has(scope) ? [{ workspaceId: { not: null } }] : []
  return visible
    .filter((workspaceId) => scopesIn(principal, workspaceId).has(scope))
    .map((workspaceId) => ({ workspaceId }))
}

/** Raw, for the index is on `lower(slug)`, which Prisma's case-insensitive match (a pattern) would not use. */
async function livingIntegrationId(
  ctx: Ctx,
  reference: string,
  isLocked: boolean,
  by: 'slug' | 'any' = 'any',
): Promise<string | null> {
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    select id from integrations
    where organisation_id = ${ctx.organisation.id}::uuid and status <> 'archived' and ${matching(reference, by)}
    ${isLocked ? Prisma.sql`for update` : Prisma.empty}`
  return rows[0]?.id ?? null
}

async function livingProviderIds(
  ctx: Ctx,
  workspaceIds: readonly string[],
  reference: string,
  isLocked: boolean,
  by: 'slug' | 'any' = 'any',
): Promise<string[]> {
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    select id from providers
    where workspace_id = any(${[...workspaceIds]}::uuid[]) and status <> 'archived' and ${matching(reference, by)}
    ${isLocked ? Prisma.sql`for update` : Prisma.empty}`
  return rows.map(({ id }) => id)
}

function matching(reference: string, by: 'slug' | 'any'): Prisma.Sql {
  return by === 'any' && isUuid(reference)
    ? Prisma.sql`id = ${reference.toLowerCase()}::uuid`
    : Prisma.sql`lower(slug) = lower(${reference})`
}
