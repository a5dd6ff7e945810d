/** Integrations and providers as replies carry them. Source: admin-contract §1.5, §1.6. */
import type { z } from 'zod'
import type { integrationRow, providerRow, virtualKeyRow } from '../contract/catalog.ts'
import type { RateLimit, UsageLimit } from '../contract/limits.ts'
import type { Integration, Prisma } from '../db/generated/client.ts'
import { rfc3339 } from '../units.ts'
import { rateLimitRows, storedRateLimits, storedUsageLimits, usageLimitRows } from './limits.ts'

/** Marks the integration behind a virtual key: it belongs to its provider and is not listed. */
export const HIDDEN_TAG = 'tollgate:virtual-key'

/** Who gets an integration that belongs to the organisation, in its column: now, and every workspace to come. */
export interface GlobalAccess {
  enabled: boolean
  usage_limits?: unknown
  rate_limits?: unknown
  /** False: workspaces to come get no provider with it. */
  default_provider?: boolean
}

export function globalAccess(integration: Pick<Integration, 'globalWorkspaceAccess'>): GlobalAccess {
  return integration.globalWorkspaceAccess as unknown as GlobalAccess
}

/** Global access for its column; limits left out keep what they were, and so does whether a provider comes with it. */
export function storedGlobalAccess(
  said: { enabled: boolean; usage_limits?: UsageLimit[] | undefined; rate_limits?: RateLimit[] | undefined },
  before: GlobalAccess | null,
  now: Date,
  wantsProvider: boolean | undefined,
): GlobalAccess {
  return {
    enabled: said.enabled,
    usage_limits: said.usage_limits
      ? storedUsageLimits(said.usage_limits, before?.usage_limits, now)
      : (before?.usage_limits ?? []),
    rate_limits: said.rate_limits ? storedRateLimits(said.rate_limits) : (before?.rate_limits ?? []),
    default_provider: wantsProvider ?? before?.default_provider ?? true,
  }
}

export function globalAccessRow(access: GlobalAccess, now: Date) {
  return {
    enabled: access.enabled,
    usage_limits: usageLimitRows(access.usage_limits, now),
    rate_limits: rateLimitRows(access.rate_limits),
  }
}

type IntegrationRow = z.output<typeof integrationRow>

/** An integration as lists carry it. */
export function integrationListRow(integration: Integration, workspaceCount: number): IntegrationRow {
  return {
    object: 'integration',
    id: integration.id,
    slug: integration.slug,
    organisation_id: integration.organisationId,
    workspace_id: integration.workspaceId,
    ai_provider_id: integration.aiProviderId,
    name: integration.name,
    description: integration.description,
    type: integration.workspaceId === null ? 'organisation' : 'workspace',
    status: integration.status as 'active' | 'archived',
    created_at: integration.createdAt.toISOString(),
    last_updated_at: integration.lastUpdatedAt.toISOString(),
    created_by: integration.createdBy,
    workspace_count: workspaceCount,
  }
}

/** An integration read alone, credentials masked. */
export function integrationDetailRow(
  integration: Integration,
  workspaceCount: number,
  now: Date,
): IntegrationRow {
  const access = globalAccessRow(globalAccess(integration), now)
  return {
    ...integrationListRow(integration, workspaceCount),
    masked_key: integration.maskedKey,
    configurations: integration.configurations as Record<string, unknown>,
    secret_mappings: integration.secretMappings as Record<string, unknown>[],
    pricing_adjustments: integration.pricingAdjustments as Record<string, unknown> | null,
    allow_all_models: integration.allowAllModels,
    global_workspace_access_settings: access,
    global_workspace_access: access,
    owner_id: integration.createdBy,
    usage_limits: usageLimitRows(integration.usageLimits, now),
    rate_limits: rateLimitRows(integration.rateLimits),
    tags: shownTags(integration.tags),
  }
}

/** Tags without the mark of a hidden integration. */
export function shownTags(tags: unknown): Record<string, string> {
  const { [HIDDEN_TAG]: _mark, ...shown } = tags as Record<string, string>
  return shown
}

export function isHidden(integration: Pick<Integration, 'tags'>): boolean {
  return HIDDEN_TAG in (integration.tags as object)
}

export const providerInclude = { integration: true } satisfies Prisma.ProviderInclude

type ProviderRow = z.output<typeof providerRow>

export type StoredProvider = Prisma.ProviderGetPayload<{ include: typeof providerInclude }>

/** A provider with its status at `now`; `overtaken` are those of its limits that the integration's grant has passed by. */
export function toProviderRow(
  provider: StoredProvider,
  now: Date,
  overtaken: ProviderRow['overtaken_limits'] = [],
): ProviderRow {
  const { integration } = provider
  const budgets = usageLimitRows(provider.usageLimits, now)
  const rates = rateLimitRows(provider.rateLimits)
  return {
    object: 'provider',
    id: provider.id,
    slug: provider.slug,
    name: provider.name,
    note: provider.note,
    workspace_id: provider.workspaceId,
    integration_id: integration.slug,
    integration_name: integration.name,
    ai_provider_id: integration.aiProviderId,
    ai_provider_name: integration.aiProviderId,
    model_config: modelConfig(integration),
    usage_limits: budgets[0] ?? null,
    usage_limits_all: budgets,
    rate_limits: rates.length > 0 ? rates : null,
    overtaken_limits: overtaken,
    expires_at: rfc3339(provider.expiresAt),
    status: statusOf(provider, now),
    reset_usage: 0,
    last_reset_at: rfc3339(provider.lastResetAt),
    tags: provider.tags as Record<string, string>,
    created_at: provider.createdAt.toISOString(),
    last_updated_at: provider.lastUpdatedAt.toISOString(),
    created_by: provider.createdBy,
  }
}

/** The same provider seen the old way. */
export function toVirtualKeyRow(provider: StoredProvider, now: Date): z.output<typeof virtualKeyRow> {
  const row = toProviderRow(provider, now)
  return {
    object: 'virtual-key',
    id: row.id,
    slug: row.slug,
    name: row.name,
    note: row.note,
    key: provider.integration.maskedKey,
    masked_api_key: provider.integration.maskedKey,
    provider: row.ai_provider_id,
    ai_provider_name: row.ai_provider_name,
    workspace_id: row.workspace_id,
    model_config: row.model_config,
    usage_limits: row.usage_limits,
    rate_limits: row.rate_limits,
    expires_at: row.expires_at,
    status: row.status,
    reset_usage: 0,
    created_at: row.created_at,
    last_updated_at: row.last_updated_at,
    created_by: row.created_by,
  }
}

function statusOf(provider: StoredProvider, now: Date): 'active' | 'disabled' | 'expired' {
  if (provider.status === 'disabled') return 'disabled'
  return provider.expiresAt !== null && provider.expiresAt <= now ? 'expired' : 'active'
}

function modelConfig({ maskedKey, configurations }: Integration): Record<string, unknown> {
  return {
    ...(configurations as Record<string, unknown>),
    ...(maskedKey === null ? {} : { masked_key: maskedKey }),
  }
}
