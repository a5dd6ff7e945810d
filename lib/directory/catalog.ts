import { isDatabaseAway } from '../db/client.ts'
import type { Prisma, PrismaClient } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { Catalog, Provider, WorkspaceCatalog } from '../gateway/ports.ts'
import { credentialHeaders, providerSpec } from '../providers/openai-compatible.ts'
import { decryptSecret } from '../secrets.ts'
import { offerOf } from './models.ts'
import { Snapshots } from './snapshots.ts'

const WORKSPACES_MAX = 5_000

/**
 * The providers of a workspace with their credentials opened, models listed and prices compiled; one query a workspace,
 * and again after a change. A copy that went stale is served while Postgres is away. Source: architecture §3.3, §4.
 */
export function catalogDirectory(
  prisma: PrismaClient,
  secretKeys: readonly string[],
  now: () => number,
): Catalog & { changed(relation: string): void } {
  const catalogs = new Snapshots<WorkspaceCatalog>({
    load: async (workspaceId) => {
      const rows = await prisma.provider.findMany({
        where: { workspaceId, status: { not: 'archived' } },
        include: providerParts(workspaceId),
        orderBy: { createdAt: 'asc' },
      })
      return catalogOf(rows.flatMap((row) => compile(row, secretKeys) ?? []))
    },
    isAway: isDatabaseAway,
    now,
    max: WORKSPACES_MAX,
  })
  return {
    of(workspaceId) {
      const found = catalogs.get(workspaceId)
      if (!(found instanceof Promise)) return found
      return found.catch((error: unknown) => {
        if (!isDatabaseAway(error)) throw error
        throw new GatewayError(
          'unavailable',
          'The provider store cannot be reached, and this workspace has not been used yet.',
          { cause: error, headers: { 'retry-after': '2' } },
        )
      })
    },
    changed(relation) {
      if (RELATIONS.has(relation)) catalogs.invalidate()
    },
  }
}

const RELATIONS = new Set([
  'workspaces',
  'integrations',
  'model_settings',
  'integration_workspaces',
  'providers',
])

const providerParts = (workspaceId: string) =>
  ({
    integration: { include: { models: true, provisioning: { where: { workspaceId } } } },
  }) satisfies Prisma.ProviderInclude

type ProviderRow = Prisma.ProviderGetPayload<{ include: ReturnType<typeof providerParts> }>

function catalogOf(providers: Provider[]): WorkspaceCatalog {
  const bySlug = new Map(providers.map((provider) => [provider.slug.toLowerCase(), provider]))
  return { bySlug: (slug) => bySlug.get(slug.toLowerCase()) ?? null, all: () => providers }
}

function compile(row: ProviderRow, secretKeys: readonly string[]): Provider | null {
  const { integration } = row
  const spec = providerSpec(integration.aiProviderId)
  if (!spec) return null
  const configurations = objectOf(integration.configurations)
  const sealed = opened(integration.credentials, secretKeys)
  const host = textOf(configurations.custom_host) ?? spec.baseUrl ?? ''
  const provider: Provider = {
    id: row.id,
    slug: row.slug,
    name: row.name,
    workspaceId: row.workspaceId,
    integrationId: integration.id,
    integrationSlug: integration.slug,
    spec,
    baseUrl: host.replace(/\/+$/, ''),
    isStoredHost: true,
    headers: {
      ...stringsOf(configurations.custom_headers),
      ...stringsOf(sealed?.configurations.custom_headers),
      ...credentialHeaders(spec, sealed?.key ?? null, { ...configurations, ...sealed?.configurations }),
    },
    status: isEnabled(row) && sealed !== null ? 'active' : 'disabled',
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    ...offerOf(spec, integration, listOf(row)),
  }
  const variants = variantsOf(provider, integration.models, secretKeys)
  return variants.size > 0 ? { ...provider, variants } : provider
}

/** Models with a host or headers of their own; their headers beat the integration's, its credential included. */
function variantsOf(
  provider: Provider,
  models: ProviderRow['integration']['models'],
  secretKeys: readonly string[],
): Map<string, Provider> {
  const variants = new Map<string, Provider>()
  for (const { slug, configurations } of models) {
    const { custom_host: said, custom_headers, sealed } = objectOf(configurations)
    const host = textOf(said)
    if (!host && custom_headers === undefined) continue
    const secret = opened(typeof sealed === 'string' ? Buffer.from(sealed, 'base64') : null, secretKeys)
    variants.set(slug, {
      ...provider,
      ...(host ? { baseUrl: host.replace(/\/+$/, '') } : {}),
      headers: {
        ...provider.headers,
        ...stringsOf(custom_headers),
        ...stringsOf(secret?.configurations.custom_headers),
      },
      status: secret === null ? 'disabled' : provider.status,
    })
  }
  return variants
}

/** The models this workspace is kept to; null = whatever the integration enables. Anything but a list lets nothing through. */
function listOf({ integration }: ProviderRow): string[] | null {
  const list = integration.provisioning[0]?.models ?? null
  if (list === null) return null
  return Array.isArray(list) ? list.filter((slug) => typeof slug === 'string') : []
}

function isEnabled({ status, integration }: ProviderRow): boolean {
  const global = objectOf(integration.globalWorkspaceAccess).enabled !== false
  const here = integration.provisioning[0]?.enabled ?? (integration.workspaceId !== null || global)
  return status === 'active' && integration.status === 'active' && here
}

interface Sealed {
  key: string | null
  configurations: Record<string, unknown>
}

/** Null when the credential cannot be opened (another TOLLGATE_SECRET): the provider is then out of service, not the gateway. */
function opened(credentials: Uint8Array | null, secretKeys: readonly string[]): Sealed | null {
  if (!credentials) return { key: null, configurations: {} }
  try {
    const value = objectOf(JSON.parse(decryptSecret(secretKeys, credentials)))
    return { key: textOf(value.key), configurations: objectOf(value.configurations) }
  } catch {
    return null
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(value))
      .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
      .map(([name, text]) => [name.toLowerCase(), text]),
  )
}

const textOf = (value: unknown) => (typeof value === 'string' && value ? value : null)
