/** Providers seen the old way: one call brings the credential and the handle. Source: admin-contract §1.6. */
import type { z } from 'zod'
import type { virtualKeys } from '../contract/catalog.ts'
import type { List } from '../contract/resource.ts'
import type { SaidCredentials } from './catalog-credentials.ts'
import { findProvider, refuseTakenSlug, slugFrom, specOf } from './catalog-find.ts'
import { changedCredentials, insertIntegration } from './catalog-integrations.ts'
import { changeProvider, insertProvider, page, remove } from './catalog-providers.ts'
import { HIDDEN_TAG, isHidden, type StoredProvider, toVirtualKeyRow } from './catalog-rows.ts'
import { absent, type Ctx } from './context.ts'
import { invalidField } from './validation.ts'

type Create = z.output<typeof virtualKeys.create>
type Update = z.output<typeof virtualKeys.update> & { id: string }

export { remove }

export async function list(
  ctx: Ctx,
  query: z.output<typeof virtualKeys.query>,
): Promise<List<ReturnType<typeof toVirtualKeyRow>>> {
  const { total, rows } = await page(ctx, query)
  return { object: 'list', total, data: rows.map((row) => toVirtualKeyRow(row, ctx.now)) }
}

/** Makes an integration of the workspace that no list shows, and the provider on it. */
export async function create(ctx: Ctx, input: Create) {
  const { workspace } = ctx
  if (!workspace) throw invalidField('workspace_id', 'is required', 'required')
  specOf(input.provider, 'provider')
  refuseMappings(input)
  const slug = input.slug ?? slugFrom(input.name, ctx.newId)
  await refuseTakenSlug(ctx, 'providers', workspace.id, slug)
  const integration = await insertIntegration(ctx, {
    name: input.name,
    ai_provider_id: input.provider,
    slug: slugFrom(`${slug}-key`, ctx.newId),
    ...credentialsOf(input),
    tags: { [HIDDEN_TAG]: slug },
    workspaceId: workspace.id,
    alsoKnown: LEGACY_FIELDS,
  })
  const provider = await insertProvider(ctx, { ...input, slug, integrationId: integration.id })
  return answer(provider)
}

export async function read(ctx: Ctx, { id }: { id: string }) {
  return toVirtualKeyRow(await findProvider(ctx, id, 'read'), ctx.now)
}

/** Credentials change only where they belong to this key alone. */
export async function update(ctx: Ctx, { id, ...said }: Update) {
  const before = await findProvider(ctx, id, 'update')
  refuseMappings(said)
  const credentials = credentialsOf(said)
  const isCredential = credentials.key !== undefined || credentials.configurations !== undefined
  if (isCredential && !isHidden(before.integration)) {
    const field = credentials.key === undefined ? Object.keys(credentials.configurations ?? {})[0] : 'key'
    throw invalidField(
      field ?? 'key',
      `belongs to the integration ${before.integration.slug}: change it there`,
    )
  }
  if (isCredential) {
    await ctx.db.integration.update({
      where: { id: before.integrationId },
      data: changedCredentials(ctx, before.integration, credentials, LEGACY_FIELDS),
    })
  }
  return answer(await changeProvider(ctx, before, said))
}

function answer({ id, slug }: StoredProvider) {
  return { success: true, data: { slug }, id, slug, object: 'virtual-key' }
}

/** What a legacy field is called among configurations; later names win over earlier ones. */
const NAMES = [
  ['api_version', 'azure_api_version'],
  ['azure_api_version', 'azure_api_version'],
  ['resource_name', 'azure_resource_name'],
  ['deployment_name', 'azure_deployment_name'],
  ['deployment_config', 'azure_deployment_config'],
  ['aws_access_key_id', 'aws_access_key_id'],
  ['aws_secret_access_key', 'aws_secret_access_key'],
  ['aws_region', 'aws_region'],
  ['vertex_project_id', 'vertex_project_id'],
  ['vertex_region', 'vertex_region'],
  ['vertex_service_account_json', 'vertex_service_account_json'],
  ['custom_host', 'custom_host'],
  ['custom_headers', 'custom_headers'],
] as const satisfies readonly (readonly [keyof Create, string])[]

const LEGACY_FIELDS: ReadonlySet<string> = new Set(NAMES.map(([, field]) => field))

function credentialsOf(said: Create | Omit<Update, 'id'>): SaidCredentials {
  const configurations: Record<string, unknown> = {}
  for (const [legacy, field] of NAMES) if (said[legacy] !== undefined) configurations[field] = said[legacy]
  return {
    ...(said.key === undefined ? {} : { key: said.key }),
    ...(Object.keys(configurations).length > 0 ? { configurations } : {}),
  }
}

function refuseMappings({ secret_mappings: said }: Pick<Create, 'secret_mappings'>): void {
  if (said && said.length > 0) throw absent('secret_mappings.0.secret_reference_id', 'secret reference')
}
