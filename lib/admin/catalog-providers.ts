/** Providers: a workspace's handles on integrations, the `@slug` of requests. Source: admin-contract §1.6, §2.3. */
import type { z } from 'zod'
import type { providers } from '../contract/catalog.ts'
import type { List } from '../contract/resource.ts'
import type { Prisma, Workspace } from '../db/generated/client.ts'
import {
  enabledIn,
  findProvider,
  integrationFor,
  named,
  providerScopes,
  refuseTakenSlug,
  slugFrom,
} from './catalog-find.ts'
import { grantsOf, overtakenLimits, refuseLooser } from './catalog-grants.ts'
import { archive, refuseChange } from './catalog-integrations.ts'
import { isHidden, providerInclude, type StoredProvider, toProviderRow } from './catalog-rows.ts'
import { absent, type Ctx, workspacesOf } from './context.ts'
import { expiry } from './key-rules.ts'
import { storedRateLimits, storedUsageLimits } from './limits.ts'
import { invalidField } from './validation.ts'

type Create = z.output<typeof providers.create>
type Update = Omit<z.output<typeof providers.update>, 'status' | 'tags' | 'slug'> & {
  slug?: string | null | undefined
  status?: 'active' | 'disabled' | undefined
  tags?: Record<string, string> | null | undefined
}
interface Query {
  current_page: number
  page_size: number
  slug?: string | undefined
  search?: string | undefined
  integration_id?: string | undefined
}

export async function list(ctx: Ctx, query: Query): Promise<List<ReturnType<typeof toProviderRow>>> {
  const { total, rows } = await page(ctx, query)
  const row = await rowsOf(ctx, rows)
  return { object: 'list', total, data: rows.map(row) }
}

/** The living providers of the workspaces a call is about whose integration works there, newest first. */
export async function page(ctx: Ctx, query: Query): Promise<{ total: number; rows: StoredProvider[] }> {
  const workspaceIds = await workspacesOf(ctx, providerScopes('list'))
  const where: Prisma.ProviderWhereInput = {
    status: { not: 'archived' },
    OR: workspaceIds.map((workspaceId) => ({
      workspaceId,
      integration: { status: 'active', ...enabledIn(workspaceId) },
    })),
    AND: [
      query.search ? named(query.search) : {},
      query.slug === undefined ? {} : await slugIs(ctx, here(ctx).id, query.slug),
      query.integration_id ? await madeFrom(ctx, here(ctx).id, query.integration_id) : {},
    ],
  }
  const [total, rows] = await Promise.all([
    ctx.db.provider.count({ where }),
    ctx.db.provider.findMany({
      where,
      include: providerInclude,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  return { total, rows }
}

export async function create(ctx: Ctx, input: Create) {
  const workspace = here(ctx)
  const integration = await integrationFor(ctx, input.integration_id, workspace.id)
  if (!integration) throw absent('integration_id', 'integration of this workspace')
  const at = { integration, workspaceId: workspace.id }
  refuseLooser(input, null, (await grantsOf(ctx, [at]))(at), integration.slug)
  const provider = await insertProvider(ctx, { ...input, integrationId: integration.id })
  return { id: provider.id, slug: provider.slug, object: 'provider' }
}

/** Writes a provider of the call's workspace and tells the audit row of it. */
export async function insertProvider(
  ctx: Ctx,
  input: Pick<Create, 'name' | 'slug' | 'note' | 'usage_limits' | 'rate_limits' | 'expires_at'> & {
    integrationId: string
    tags?: Record<string, string> | null | undefined
  },
): Promise<StoredProvider> {
  const workspace = here(ctx)
  const slug = input.slug ?? slugFrom(input.name, ctx.newId)
  await refuseTakenSlug(ctx, 'providers', workspace.id, slug)
  const provider = await ctx.db.provider.create({
    data: {
      id: ctx.newId(),
      workspaceId: workspace.id,
      integrationId: input.integrationId,
      slug,
      name: input.name,
      note: input.note ?? null,
      usageLimits: storedUsageLimits(input.usage_limits ?? [], [], ctx.now),
      rateLimits: storedRateLimits(input.rate_limits ?? []),
      expiresAt: expiry(input.expires_at, ctx.now) ?? null,
      tags: input.tags ?? {},
      createdBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
      createdAt: ctx.now,
    },
    include: providerInclude,
  })
  recordChange(ctx, null, provider)
  return provider
}

export async function read(ctx: Ctx, { id }: { id: string }) {
  const provider = await findProvider(ctx, id, 'read')
  return (await rowsOf(ctx, [provider]))(provider)
}

export async function update(ctx: Ctx, { id, ...said }: Update & { id: string }) {
  const before = await findProvider(ctx, id, 'update')
  refuseChange('slug', said.slug?.toLowerCase(), before.slug.toLowerCase())
  const after = await changeProvider(ctx, before, said)
  return { id: after.id, slug: after.slug }
}

/** Lays the fields said over a provider that was found and locked, and tells the audit row of it. */
export async function changeProvider(
  ctx: Ctx,
  before: StoredProvider,
  said: Update,
): Promise<StoredProvider> {
  refuseLooser(said, before, (await grantsOf(ctx, [before]))(before), before.integration.slug)
  const expiresAt = expiry(said.expires_at, ctx.now, before.expiresAt)
  const after = await ctx.db.provider.update({
    where: { id: before.id },
    data: {
      ...(said.name === undefined ? {} : { name: said.name }),
      ...(said.note === undefined ? {} : { note: said.note }),
      ...(said.usage_limits === undefined
        ? {}
        : { usageLimits: storedUsageLimits(said.usage_limits, before.usageLimits, ctx.now) }),
      ...(said.rate_limits === undefined ? {} : { rateLimits: storedRateLimits(said.rate_limits) }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(said.reset_usage ? { lastResetAt: ctx.now } : {}),
      ...(said.status === undefined ? {} : { status: said.status }),
      ...(said.tags === undefined ? {} : { tags: said.tags ?? {} }),
    },
    include: providerInclude,
  })
  recordChange(ctx, before, after)
  return after
}

/** Archived: its calls end, its rows in the log keep their provider. One made as a virtual key takes its integration along. */
export async function remove(ctx: Ctx, { id }: { id: string }) {
  const provider = await findProvider(ctx, id, 'delete')
  await ctx.db.provider.update({ where: { id: provider.id }, data: { status: 'archived' } })
  if (isHidden(provider.integration)) await archiveUnused(ctx, provider)
  recordChange(ctx, provider, null)
  return {}
}

/** Makes rows of these providers, each with what its workspace's grant has overtaken. */
async function rowsOf(ctx: Ctx, providers: readonly StoredProvider[]) {
  const grant = await grantsOf(ctx, providers)
  return (one: StoredProvider) => toProviderRow(one, ctx.now, overtakenLimits(one, grant(one)))
}

async function archiveUnused(ctx: Ctx, { integration }: StoredProvider): Promise<void> {
  const others = await ctx.db.provider.count({
    where: { integrationId: integration.id, status: { not: 'archived' } },
  })
  if (others === 0) await archive(ctx, integration)
}

function here({ workspace }: Ctx): Workspace {
  if (!workspace) throw invalidField('workspace_id', 'is required', 'required')
  return workspace
}

async function slugIs(ctx: Ctx, workspaceId: string, slug: string): Promise<Prisma.ProviderWhereInput> {
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    select id from providers
    where workspace_id = ${workspaceId}::uuid and status <> 'archived' and lower(slug) = lower(${slug})`
  return { id: { in: rows.map(({ id }) => id) } }
}

async function madeFrom(
  ctx: Ctx,
  workspaceId: string,
  reference: string,
): Promise<Prisma.ProviderWhereInput> {
  const integration = await integrationFor(ctx, reference, workspaceId)
  return { id: integration ? {} : { in: [] }, ...(integration ? { integrationId: integration.id } : {}) }
}

function recordChange(ctx: Ctx, before: StoredProvider | null, after: StoredProvider | null): void {
  const provider = (after ?? before) as StoredProvider
  ctx.record({
    id: provider.id,
    name: provider.name,
    workspaceId: provider.workspaceId,
    ...(before ? { before: toProviderRow(before, ctx.now) } : {}),
    ...(after ? { after: toProviderRow(after, ctx.now) } : {}),
  })
}
