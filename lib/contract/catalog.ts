import { z } from 'zod'
import { MISTAKEN_LIMITS, rateLimitRow, rateLimits, usageLimitRow, usageLimits } from './limits.ts'
import {
  csv,
  flag,
  name,
  nothing,
  paging,
  queryNumber,
  reference,
  resource,
  slug,
  tags,
  text,
  timestamp,
} from './resource.ts'

// ────────────────────────── integrations ──────────────────────────

/** Provider fields such as `openai_organization` and `custom_host`, flat; headers and Azure deployments nest. */
const configurations = z.record(text(1, 128), z.unknown())
/** Replies carry these, or clients add them to what they read; sent back, they are ignored. */
const readOnly = z.unknown().optional()
const key = z.string().min(1, 'must not be empty').max(16_384, 'must have at most 16384 characters')

const secretMappings = z
  .array(
    z.strictObject({
      target_field: text(1, 255).regex(
        /^(key|(configurations|model_config)\.[a-zA-Z0-9_]+)$/,
        'must be key or configurations.<field>',
      ),
      secret_reference_id: reference,
      secret_key: z.string().max(255, 'must have at most 255 characters').nullish(),
      value_format: z.enum(['string', 'json']).nullish(),
    }),
  )
  .max(50, 'may hold at most 50 mappings')
  .refine(
    (mappings) => new Set(mappings.map(({ target_field }) => target_field)).size === mappings.length,
    'may map a field once only',
  )

/** With these, the dearest token times the largest factor is still an exact integer of pico-dollars. */
const PRICE_CENTS_MAX = 100
const FACTOR_MAX = 1000

const factor = z.number().min(0, 'must be 0 or more').max(FACTOR_MAX, `must be at most ${FACTOR_MAX}`)
const factors = z.record(z.string(), factor)
const FACTOR_KIND =
  /^(default|(request|response|cache_read_input|cache_write_input|reasoning|prediction_accepted|prediction_rejected)_token|\w+_(audio|image|text)_\w+)$/

/** Factors on prices by kind of token; a kind that is not named takes `default`. */
const pricingAdjustments = z.strictObject({
  multiplier: z
    .object({ image: factors.optional(), additional_units: factors.optional() })
    .catchall(factor)
    .superRefine(({ image, additional_units, ...kinds }, context) => {
      for (const kind of Object.keys(kinds).filter((name) => !FACTOR_KIND.test(name)))
        context.addIssue({ code: 'custom', path: [kind], message: 'is no kind of token' })
    }),
})

const globalWorkspaceAccess = z.strictObject({
  enabled: flag,
  usage_limits: usageLimits.optional(),
  rate_limits: rateLimits.optional(),
})

export const integrationRow = z.object({
  object: z.literal('integration'),
  id: z.string(),
  slug: z.string(),
  organisation_id: z.string(),
  workspace_id: z.string().nullable(),
  ai_provider_id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  type: z.enum(['organisation', 'workspace']),
  status: z.enum(['active', 'archived']),
  created_at: z.string(),
  last_updated_at: z.string(),
  /** The person who made it; null for keys and for what came with the installation. */
  created_by: z.string().nullable(),
  workspace_count: z.number(),
  masked_key: z.string().nullable().optional(),
  // a list only: the integration's own models and the catalogue's, and those of them that are on
  model_count: z.number().optional(),
  enabled_model_count: z.number().optional(),
  // a single read only:
  /** Secrets stand here as `masked_<field>`. */
  configurations: z.record(z.string(), z.unknown()).optional(),
  secret_mappings: z.array(z.record(z.string(), z.unknown())).optional(),
  pricing_adjustments: z.record(z.string(), z.unknown()).nullable().optional(),
  allow_all_models: z.boolean().optional(),
  global_workspace_access_settings: z.record(z.string(), z.unknown()).optional(),
  /** These two say again what the official clients' types call otherwise. */
  global_workspace_access: z.record(z.string(), z.unknown()).optional(),
  owner_id: z.string().nullable().optional(),
  usage_limits: z.array(usageLimitRow).optional(),
  rate_limits: z.array(rateLimitRow).optional(),
  tags: z.record(z.string(), z.string()).optional(),
})

export const integrationCreate = z.object({
  name,
  description: text(0, 1024).nullish(),
  slug: slug.nullish(),
  ai_provider_id: text(1, 128),
  workspace_id: reference.nullish(),
  key: key.nullish(),
  configurations: configurations.nullish(),
  secret_mappings: secretMappings.nullish(),
  pricing_adjustments: pricingAdjustments.nullish(),
  allow_all_models: flag.optional(),
  global_workspace_access_settings: globalWorkspaceAccess.nullish(),
  global_workspace_access: globalWorkspaceAccess.nullish(),
  create_default_provider: flag.optional(),
  default_provider_slug: slug.nullish(),
  usage_limits: usageLimits.optional(),
  rate_limits: rateLimits.optional(),
  tags: tags.nullish(),
})

/** Prices in cents per token. */
const price = z.strictObject({
  price: z.number().min(0, 'must be 0 or more').max(PRICE_CENTS_MAX, `must be at most ${PRICE_CENTS_MAX}`),
})
export const pricingConfig = z.strictObject({
  type: z.literal('static').default('static'),
  pay_as_you_go: z.strictObject({
    request_token: price,
    response_token: price,
    cache_read_input_token: price.optional(),
    cache_write_input_token: price.optional(),
  }),
})

export const modelSettingRow = z.object({
  slug: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  is_custom: z.boolean(),
  is_finetune: z.boolean(),
  base_model_slug: z.string().nullable(),
  /** The override; null when the catalogue's price holds. */
  pricing_config: z.record(z.string(), z.unknown()).nullable(),
  /** What calls are priced at: dollars per million tokens, null when unpriced. */
  prices: z
    .object({
      input: z.number().nullable(),
      output: z.number().nullable(),
      cache_read: z.number().nullable(),
      cache_write: z.number().nullable(),
    })
    .nullable(),
  /** Tokens, override or catalogue. */
  context_window: z.number().nullable(),
  max_output_tokens: z.number().nullable(),
  /** A host and headers of its own, secrets in them masked; absent when it has none. */
  configurations: z
    .object({
      custom_host: z.string().optional(),
      custom_headers: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
})

const tokens = z
  .number()
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(100_000_000, 'must be at most 100000000')

/** Models or workspaces that one call may name. */
const MEMBERS_MAX = 5000

export const integrationModelsUpdate = z.object({
  models: z
    .array(
      z.strictObject({
        slug: text(1, 255),
        name: text(0, 255).nullish(),
        enabled: flag,
        is_custom: flag.nullish(),
        is_finetune: flag.nullish(),
        base_model_slug: text(1, 255).nullish(),
        pricing_config: pricingConfig.nullish(),
        context_window: tokens.nullish(),
        max_output_tokens: tokens.nullish(),
        /** Of this model alone; the headers beat the integration's. */
        configurations: z
          .strictObject({ custom_host: z.unknown(), custom_headers: z.unknown() })
          .partial()
          .nullish(),
        prices: readOnly,
        created_at: readOnly,
        last_updated_at: readOnly,
      }),
    )
    .max(MEMBERS_MAX, `may hold at most ${MEMBERS_MAX} models`)
    .default([]),
  allow_all_models: flag.optional(),
})

/** In the query, or as a list in the body (ruling 15). */
export const integrationModelsDelete = z.object({
  slugs: csv.optional(),
  models: z.array(z.string()).max(MEMBERS_MAX, `may hold at most ${MEMBERS_MAX} models`).optional(),
})

/** A part of a list; without `page_size` and `current_page` all of it, as the official clients expect. */
const part = {
  /** Part of a name or slug, any case. */
  search: z.string().optional(),
  enabled: flag.optional(),
  current_page: paging(1).current_page.unwrap().optional(),
  page_size: paging(1, MEMBERS_MAX).page_size.unwrap().optional(),
}

export const integrationModelsQuery = z.object(part)
export const integrationWorkspacesQuery = z.object(part)

export const integrationModelsReply = z.object({
  object: z.literal('list'),
  /** Of all that match, whatever the page. */
  total: z.number(),
  allow_all_models: z.boolean(),
  /** Only where the call is about a workspace: the list it is kept to, null when it has none. */
  workspace_models: z.array(z.string()).nullable().optional(),
  models: z.array(modelSettingRow),
})

export const integrationWorkspaceRow = z.object({
  /** Workspace slug. */
  id: z.string(),
  workspace_id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  /** Slugs of the only models it may call here; null = every model the integration enables. */
  models: z.array(z.string()).nullable(),
  usage_limits: z.array(usageLimitRow),
  rate_limits: z.array(rateLimitRow),
  status: z.enum(['active', 'exhausted']),
})

export const integrationWorkspacesReply = z.object({
  object: z.literal('list'),
  /** Of all that match, whatever the page. */
  total: z.number(),
  global_workspace_access: z.object({
    enabled: z.boolean(),
    usage_limits: z.array(usageLimitRow),
    rate_limits: z.array(rateLimitRow),
  }),
  workspaces: z.array(integrationWorkspaceRow),
})

export const integrationWorkspacesUpdate = z.object({
  workspaces: z
    .array(
      z.strictObject({
        id: reference,
        enabled: flag,
        models: z
          .array(text(1, 255))
          .max(MEMBERS_MAX, `may hold at most ${MEMBERS_MAX} models`)
          .nullable()
          .optional(),
        usage_limits: usageLimits.optional(),
        rate_limits: rateLimits.optional(),
        reset_usage: flag.nullish(),
        create_default_provider: flag.nullish(),
        default_provider_slug: slug.nullish(),
        workspace_id: readOnly,
        name: readOnly,
        status: readOnly,
        created_at: readOnly,
        last_updated_at: readOnly,
      }),
    )
    .max(MEMBERS_MAX, `may hold at most ${MEMBERS_MAX} workspaces`)
    .default([]),
  global_workspace_access: globalWorkspaceAccess.nullish(),
  global_workspace_access_settings: globalWorkspaceAccess.nullish(),
  override_existing_workspace_access: flag.optional(),
  override_existing_workspaces_access: flag.optional(),
  create_default_provider: flag.optional(),
  default_provider_slug: slug.nullish(),
})

export const integrationTest = integrationCreate.partial()

export const integrationTestRow = z.object({
  success: z.boolean(),
  latency_ms: z.number(),
  models: z.array(z.object({ slug: z.string(), name: z.string() })),
  message: z.string().optional(),
})

/** What names a row just written. */
const named = z.object({ id: z.string(), slug: z.string() })

/** Credentials for one upstream. Admin-contract §1.5, §2.3. */
export const integrations = resource({
  path: 'integrations',
  noun: 'integration',
  object: 'integration',
  scopes: ['organisation_integrations', 'workspace_integrations'],
  id: 'slug',
  audit: 'integrations',
  workspace: 'optional',
  mistaken: MISTAKEN_LIMITS,
  row: integrationRow,
  replies: { create: named.extend({ object: z.literal('integration') }) },
  create: integrationCreate,
  update: z.object({
    name: name.optional(),
    description: text(0, 1024).nullish(),
    /** Neither ever changes; the value of today may be sent back. */
    slug: z.string().nullish(),
    ai_provider_id: z.string().nullish(),
    key: key.nullish(),
    configurations: configurations.nullish(),
    secret_mappings: secretMappings.nullish(),
    pricing_adjustments: pricingAdjustments.nullish(),
    allow_all_models: flag.optional(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    tags: tags.nullish(),
  }),
  query: z.object({
    ...paging(100),
    type: z.enum(['workspace', 'organisation', 'all']).default('all'),
    /** JSON object of tags that must match. */
    tags: z.string().optional(),
    /** Part of a name or slug, any case. */
    search: z.string().optional(),
    ai_provider_id: z.string().optional(),
    /** On delete: even while configs name its providers. */
    force: flag.optional(),
  }),
  actions: {
    test: {
      method: 'POST',
      path: 'test',
      verb: 'create',
      summary: 'Test credentials and wait for what the service says',
      scopes: [
        'organisation_integrations.create',
        'workspace_integrations.create',
        'organisation_integrations.read',
        'workspace_integrations.read',
      ],
      /** The body of a create, not stored; or `{slug}` of a stored one, whose fields may be replaced. */
      input: integrationTest,
      reply: integrationTestRow,
      audit: 'manage',
      isUnbound: true,
    },
    listModels: {
      summary: 'List the models of an integration',
      method: 'GET',
      path: '{slug}/models',
      verb: 'read',
      input: integrationModelsQuery,
      reply: integrationModelsReply,
      audit: null,
    },
    updateModels: {
      summary: 'Change models of an integration',
      method: 'PUT',
      path: '{slug}/models',
      verb: 'update',
      input: integrationModelsUpdate,
      audit: 'update',
    },
    deleteModels: {
      summary: 'Remove models from an integration',
      method: 'DELETE',
      path: '{slug}/models',
      verb: 'update',
      input: integrationModelsDelete,
      audit: 'delete',
    },
    listWorkspaces: {
      summary: 'List the workspaces of an integration',
      method: 'GET',
      path: '{slug}/workspaces',
      verb: 'read',
      input: integrationWorkspacesQuery,
      reply: integrationWorkspacesReply,
      audit: null,
    },
    updateWorkspaces: {
      summary: 'Say where an integration works',
      method: 'PUT',
      path: '{slug}/workspaces',
      verb: 'update',
      input: integrationWorkspacesUpdate,
      audit: 'update',
    },
  },
})

// ──────────────────────────── providers ───────────────────────────

export const providerRow = z.object({
  object: z.literal('provider'),
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  note: z.string().nullable(),
  workspace_id: z.string(),
  /** Integration slug. */
  integration_id: z.string(),
  integration_name: z.string(),
  ai_provider_id: z.string(),
  ai_provider_name: z.string(),
  /** Read-only view of the credentials, masked. */
  model_config: z.record(z.string(), z.unknown()),
  usage_limits: usageLimitRow.nullable(),
  usage_limits_all: z.array(usageLimitRow),
  rate_limits: z.array(rateLimitRow).nullable(),
  /** Limits above that grew larger than what the integration grants this workspace, whose smaller one holds. */
  overtaken_limits: z.array(z.object({ path: z.string(), message: z.string() })),
  expires_at: z.string().nullable(),
  status: z.enum(['active', 'disabled', 'exhausted', 'expired']),
  reset_usage: z.literal(0),
  last_reset_at: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  created_at: z.string(),
  last_updated_at: z.string(),
  created_by: z.string().nullable(),
})

/** A workspace's handle on an integration: the `@slug` of requests. Admin-contract §1.6, §2.3. */
export const providers = resource({
  path: 'providers',
  noun: 'provider',
  object: 'provider',
  scopes: ['providers', 'virtual_keys'],
  id: 'slug',
  audit: 'providers',
  workspace: 'required',
  mistaken: MISTAKEN_LIMITS,
  row: providerRow,
  replies: { create: named.extend({ object: z.literal('provider') }), update: named },
  create: z.object({
    name,
    integration_id: reference,
    workspace_id: reference.nullish(),
    slug: slug.nullish(),
    note: text(0, 1024).nullish(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    expires_at: timestamp.nullish(),
    tags: tags.nullish(),
  }),
  update: z.object({
    name: name.optional(),
    /** Never changes; that of today may be sent back. */
    slug: z.string().nullish(),
    note: text(0, 1024).nullish(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    expires_at: timestamp.nullish(),
    reset_usage: flag.nullish(),
    status: z.enum(['active', 'disabled']).optional(),
    tags: tags.nullish(),
  }),
  query: z.object({
    ...paging(50),
    /** Exactly this slug, any case: whether it is taken. */
    slug: z.string().optional(),
    /** Part of a name or slug, any case. */
    search: z.string().optional(),
    integration_id: z.string().optional(),
  }),
  actions: {
    listModels: {
      summary: 'List the models a workspace may call through a provider',
      method: 'GET',
      path: '{slug}/models',
      verb: 'read',
      input: integrationModelsQuery,
      reply: integrationModelsReply,
      audit: null,
    },
  },
})

// ────────────────────────── virtual keys ──────────────────────────

export const virtualKeyRow = z.object({
  object: z.literal('virtual-key'),
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  note: z.string().nullable(),
  /** Masked. */
  key: z.string().nullable(),
  /** The same, as the official clients' types call it. */
  masked_api_key: z.string().nullable(),
  provider: z.string(),
  ai_provider_name: z.string(),
  workspace_id: z.string(),
  model_config: z.record(z.string(), z.unknown()),
  usage_limits: usageLimitRow.nullable(),
  rate_limits: z.array(rateLimitRow).nullable(),
  expires_at: z.string().nullable(),
  status: z.enum(['active', 'disabled', 'exhausted', 'expired']),
  reset_usage: z.literal(0),
  created_at: z.string(),
  last_updated_at: z.string(),
  created_by: z.string().nullable(),
})

/** Legacy credential fields, in the spellings a body has once its top-level keys are snake_case. */
const legacyCredentials = {
  key: key.nullish(),
  api_version: z.string().nullish(),
  azure_api_version: z.string().nullish(),
  resource_name: z.string().nullish(),
  deployment_name: z.string().nullish(),
  deployment_config: z.array(z.record(z.string(), z.unknown())).nullish(),
  aws_access_key_id: z.string().nullish(),
  aws_secret_access_key: z.string().nullish(),
  aws_region: z.string().nullish(),
  vertex_project_id: z.string().nullish(),
  vertex_region: z.string().nullish(),
  vertex_service_account_json: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  custom_host: z.string().nullish(),
  custom_headers: z.record(z.string(), z.string()).nullish(),
  secret_mappings: secretMappings.nullish(),
}

const virtualKeySaved = named.extend({
  success: z.literal(true),
  data: z.object({ slug: z.string() }),
  object: z.literal('virtual-key'),
})

/**
 * A provider seen the old way; creating one makes a hidden workspace integration with it. Its clients name a workspace
 * on create alone, so elsewhere the slug does when it can. Admin-contract §1.6, §2.6.
 */
export const virtualKeys = resource({
  path: 'virtual-keys',
  noun: 'virtual key',
  object: 'virtual-key',
  scopes: ['virtual_keys', 'providers'],
  id: 'slug',
  audit: 'providers',
  workspace: 'optional',
  mistaken: MISTAKEN_LIMITS,
  row: virtualKeyRow,
  replies: { create: virtualKeySaved, update: virtualKeySaved },
  create: z.object({
    name,
    provider: text(1, 128),
    workspace_id: reference.nullish(),
    slug: slug.nullish(),
    note: text(0, 1024).nullish(),
    ...legacyCredentials,
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    expires_at: timestamp.nullish(),
  }),
  update: z.object({
    name: name.optional(),
    note: text(0, 1024).nullish(),
    ...legacyCredentials,
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    expires_at: timestamp.nullish(),
    reset_usage: flag.nullish(),
  }),
  query: z.object(paging(50)),
})

// ────────────────────────── AI providers ──────────────────────────

/** One service that can be added, with the form its credentials need. */
export const aiProviderRow = z.object({
  object: z.literal('ai-provider'),
  /** The `ai_provider_id` of integrations. */
  id: z.string(),
  name: z.string(),
  /** Hex, of its monogram. */
  colour: z.string(),
  /** Where its keys are made. */
  docs_url: z.string().nullable(),
  /** Null where an integration brings its own `custom_host`. */
  base_url: z.string().nullable(),
  /** Answered inside the gateway: takes no credentials. */
  is_local: z.boolean(),
  endpoints: z.array(z.string()),
  /** `key` is the secret itself; the others are members of `configurations`. */
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      hint: z.string(),
      is_required: z.boolean(),
      is_secret: z.boolean(),
    }),
  ),
  /** Models the price catalogue knows; 0 means that the provider itself has to be asked. */
  model_count: z.number(),
})

/** `GET /admin/ai-providers`: every service this version can call, the well-known first. Admin-contract §9. */
export const aiProviders = resource({
  path: 'admin/ai-providers',
  noun: 'AI provider',
  object: 'ai-provider',
  scopes: ['providers', 'workspace_integrations', 'organisation_integrations'],
  id: 'id',
  audit: 'integrations',
  workspace: 'none',
  row: aiProviderRow,
  create: nothing,
  update: nothing,
  query: nothing,
})

// ───────────────────────────── models ─────────────────────────────

/** One callable model. The list is answered by the data plane (`GET /models`). Hermes-client §2.1. */
export const modelRow = z.object({
  object: z.literal('model'),
  /** `@slug/model`. */
  id: z.string(),
  slug: z.string(),
  canonical_slug: z.string(),
  type: z.literal('model'),
  display_name: z.string(),
  owned_by: z.string(),
  created: z.number(),
  created_at: z.string(),
  /** Tokens; absent when unknown. */
  context_length: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  /** Dollars per single token, as decimal strings; absent when unpriced. */
  pricing: z.record(z.string(), z.string()).optional(),
})

export const modelsQuery = z.object({
  ai_service: z.string().optional(),
  provider: z.string().optional(),
  limit: queryNumber.optional(),
  offset: queryNumber.optional(),
  sort: z.enum(['name', 'provider', 'ai_service']).optional(),
  order: z.enum(['asc', 'desc']).optional(),
})

export const modelList = z.object({
  object: z.literal('list'),
  total_count: z.number(),
  data: z.array(modelRow),
})
