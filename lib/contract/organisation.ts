/** The organisation and what it rules for everybody in it. Source: admin-contract §1.1, §2.4, §5.2. */
import { z } from 'zod'
import { metadataSchema } from './metadata-schema.ts'
import { flag, name, nothing, resource } from './resource.ts'
import { organisationSecurity, type StoredSecurity, TOGGLES, type ToggleKey } from './security.ts'

/** The columns of an export, by the names of the API (ruling 17). */
export const EXPORT_FIELDS = [
  'id',
  'trace_id',
  'created_at',
  'request',
  'response',
  'is_success',
  'ai_org',
  'ai_model',
  'req_units',
  'res_units',
  'total_units',
  'request_url',
  'cost',
  'cost_currency',
  'response_time',
  'response_status_code',
  'mode',
  'config',
  'prompt_slug',
  'metadata',
] as const

const DAY_SECONDS = 86_400
export const SESSION_SECONDS_MAX = 365 * DAY_SECONDS
const SESSION_SECONDS = 30 * DAY_SECONDS

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.number('must be a number').int(rule).min(min, rule).max(max, rule)
}
const KEPT_DAYS = [1, 7, 30, 90, 180, 365] as const
const keptDays = z.literal(KEPT_DAYS, `must be one of ${KEPT_DAYS.join(', ')}`)
const daysMax = whole(1, 3650)
const logging = z.enum(['full', 'metrics_only'])

/** An http(s) address of a gateway, always ending in one `/v1`: whoever types it leaves that out, or writes it twice. */
const gatewayUrl = z
  .string('must be a URL')
  .trim()
  .max(2048, 'must have at most 2048 characters')
  .transform((said, context) => {
    const url = URL.canParse(said) ? new URL(said) : null
    const isAddress = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username
    if (isAddress) return `${url.origin}${url.pathname.replace(/(\/v1)*\/*$/, '')}/v1`
    context.addIssue({
      code: 'custom',
      message: 'must be an http or https URL such as https://gateway.example.com/v1',
    })
    return z.NEVER
  })

export const exportSettings = z.strictObject({
  deniedFields: z
    .array(z.enum(EXPORT_FIELDS))
    .transform((fields) => [...new Set(fields)])
    .nullish(),
})

/** What a PUT may say of `settings`. Absent leaves, null clears, at every level. */
export const organisationSettings = z.strictObject({
  api_key_metadata_schema: metadataSchema.nullish(),
  workspace_metadata_schema: metadataSchema.nullish(),
  /** With what workspaces may do about it, or without. */
  request_logging: z
    .union([logging, z.strictObject({ mode: logging.nullish(), allow_workspace_override: flag.nullish() })])
    .nullish(),
  allow_workspace_override: flag.nullish(),
  user_attribution: z
    .strictObject({
      enabled: flag.nullish(),
      allow_override: flag.nullish(),
      allow_workspace_override: flag.nullish(),
    })
    .nullish(),
  /** Seconds. */
  cache_default_ttl: whole(60, 25_923_000).nullish(),
  unpriced_calls: z.enum(['allow', 'refuse']).nullish(),
  cache_threshold: z
    .number('must be a number')
    .min(0, 'must be a number from 0 to 1')
    .max(1, 'must be a number from 0 to 1')
    .nullish(),
  cache_embedding_model: z
    .string('must be a string')
    .max(512, 'must have at most 512 characters')
    .regex(/^@[\w-]+\/\S+$/, 'must name a model as @provider/model')
    .nullish(),
  user_api_key_auto_create: flag.nullish(),
  default_workspace_user_api_key_auto_create: flag.nullish(),
  user_api_key_ttl: z
    .strictObject({ default_days: daysMax.nullish(), max_days: daysMax.nullish() })
    .nullish(),
  max_user_api_keys: whole(1, 10_000).nullish(),
  /** Days; `weekly` and `monthly` are 7 and 30. */
  user_api_key_rotation_period: z
    .union([
      whole(1, 365),
      z.enum(['weekly', 'monthly']).transform((period) => (period === 'weekly' ? 7 : 30)),
    ])
    .nullish(),
  /** The same switch as `security_settings.block_inline_config`. */
  block_inline_config: flag.nullish(),
  export_settings: exportSettings.nullish(),
  session_settings: z.strictObject({ max_session_ttl: whole(900, SESSION_SECONDS_MAX).nullish() }).nullish(),
  gateway_url: gatewayUrl.nullish(),
  mcp_gateway_url: gatewayUrl.nullish(),
  retention: z
    .strictObject({
      logs_days: keptDays.nullish(),
      bodies_days: keptDays.nullish(),
      metrics_days: daysMax.nullish(),
    })
    .nullish(),
})
export type SaidSettings = z.output<typeof organisationSettings>

/** Every setting as it is when nobody said; the column holds what was said alone. */
export const SETTINGS_DEFAULTS = {
  api_key_metadata_schema: null,
  workspace_metadata_schema: null,
  request_logging: 'full',
  allow_workspace_override: false,
  user_attribution: { enabled: false, allow_override: false, allow_workspace_override: true },
  cache_default_ttl: null,
  unpriced_calls: 'allow',
  cache_threshold: 0.95,
  cache_embedding_model: null,
  user_api_key_auto_create: false,
  default_workspace_user_api_key_auto_create: false,
  user_api_key_ttl: { default_days: null, max_days: null },
  max_user_api_keys: null,
  user_api_key_rotation_period: null,
  export_settings: { deniedFields: [] as string[] },
  session_settings: { max_session_ttl: null },
  gateway_url: null,
  mcp_gateway_url: null,
  retention: { logs_days: 90, bodies_days: 90, metrics_days: 365 },
} as const

/** Kept for features that are still to come: stored and returned, and nothing acts on them. */
export const NOT_ENFORCED: readonly string[] = [
  'settings.user_attribution',
  'settings.cache_default_ttl',
  'settings.unpriced_calls',
  'settings.cache_threshold',
  'settings.cache_embedding_model',
  'settings.export_settings',
  'settings.gateway_url',
  'settings.mcp_gateway_url',
  'settings.retention.metrics_days',
  ...TOGGLES.filter(({ key, category }) => category === 'prompts' || /Mcp/.test(key)).map(
    ({ key }) => `security_settings.${key}`,
  ),
]

/** What of `workspaces.settings` counts only where the organisation lets its workspaces say it (admin-contract §1.2). */
export type WorkspaceSetting = 'request_logging' | 'user_attribution' | 'export_settings'

/** Whether workspaces may say it; both arguments are columns of the organisation. */
export function workspacesMaySet(setting: WorkspaceSetting, settings: unknown, security: unknown): boolean {
  const said = (settings ?? {}) as Record<string, unknown>
  if (setting === 'request_logging') return said.allow_workspace_override === true
  if (setting === 'user_attribution') {
    const { allow_workspace_override: allowed } = (said.user_attribution ?? {}) as Record<string, unknown>
    return allowed !== false
  }
  return ((security ?? {}) as StoredSecurity).workspace_overrides?.export_settings === true
}

/** How long people stay signed in. */
export function sessionSeconds(settings: unknown): number {
  const { session_settings: session } = (settings ?? {}) as {
    session_settings?: { max_session_ttl?: number }
  }
  return session?.max_session_ttl ?? SESSION_SECONDS
}

/** When a session ends: a shorter life that was set since it began holds for it, too. */
export function sessionEnd(session: { createdAt: Date; expiresAt: Date }, settings: unknown): Date {
  const atMost = session.createdAt.getTime() + sessionSeconds(settings) * 1000
  return new Date(Math.min(session.expiresAt.getTime(), atMost))
}

const guardrails = z.array(z.string())
const on = z.boolean()

export const organisationRow = z.object({
  object: z.literal('organisation'),
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  logo: z.string().nullable(),
  defaults: z.object({ input_guardrails: guardrails, output_guardrails: guardrails }),
  settings: z.object({
    api_key_metadata_schema: z.record(z.string(), z.unknown()).nullable(),
    workspace_metadata_schema: z.record(z.string(), z.unknown()).nullable(),
    request_logging: logging,
    allow_workspace_override: on,
    user_attribution: z.object({ enabled: on, allow_override: on, allow_workspace_override: on }),
    cache_default_ttl: z.number().nullable(),
    unpriced_calls: z.enum(['allow', 'refuse']),
    cache_threshold: z.number(),
    cache_embedding_model: z.string().nullable(),
    user_api_key_auto_create: on,
    default_workspace_user_api_key_auto_create: on,
    user_api_key_ttl: z.object({ default_days: z.number().nullable(), max_days: z.number().nullable() }),
    max_user_api_keys: z.number().nullable(),
    user_api_key_rotation_period: z.number().nullable(),
    block_inline_config: on,
    export_settings: z.object({ deniedFields: z.array(z.string()) }),
    session_settings: z.object({ max_session_ttl: z.number().nullable() }),
    gateway_url: z.string().nullable(),
    mcp_gateway_url: z.string().nullable(),
    retention: z.object({ logs_days: z.number(), bodies_days: z.number(), metrics_days: z.number() }),
  }),
  /** The toggles in force, and what is open to workspaces. */
  security_settings: z.object({
    ...(Object.fromEntries(TOGGLES.map(({ key }) => [key, on])) as Record<ToggleKey, typeof on>),
    workspace_overrides: z.record(z.string(), on),
  }),
  /** Paths of settings that are kept for what is still to come. */
  not_enforced: z.array(z.string()),
  /** Settings that the server's environment decides, whatever is stored: path and why. */
  forced: z.array(z.object({ path: z.string(), reason: z.string() })),
  created_at: z.string(),
  last_updated_at: z.string(),
})

const LOGO_CHARS_MAX = 200_000
const LOGO = /^(https?:\/\/\S+|data:image\/(png|jpeg|webp|gif|svg\+xml);base64,[A-Za-z0-9+/=]+)$/

const organisationUpdate = z.object({
  name: name.optional(),
  logo: z
    .string('must be a string')
    .trim()
    .max(LOGO_CHARS_MAX, `must have at most ${LOGO_CHARS_MAX} characters`)
    .regex(LOGO, 'must be an http or https URL, or a base64 data URL of an image')
    .nullish(),
  settings: organisationSettings.optional(),
  security_settings: organisationSecurity.optional(),
  defaults: z.never('are set with PUT /admin/organisation/defaults').optional(),
  auth_settings: z.never('are not part of this version').optional(),
})

/** A setting said without its parent would be passed over. */
const MISTAKEN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(organisationSettings.shape).map((key) => [key, `settings.${key}`])),
  ...Object.fromEntries(TOGGLES.map(({ key }) => [key, `security_settings.${key}`])),
  workspace_overrides: 'security_settings.workspace_overrides',
  security: 'security_settings',
}

/** `GET` and `PUT /admin/organisation`. */
export const organisation = resource({
  path: 'admin/organisation',
  noun: 'organisation',
  object: 'organisation',
  scopes: ['organisation_settings'],
  id: 'id',
  audit: 'organisation',
  workspace: 'none',
  row: organisationRow,
  create: nothing,
  update: organisationUpdate,
  query: nothing,
  actions: {
    show: {
      method: 'GET',
      path: '',
      verb: 'read',
      input: nothing,
      reply: organisationRow,
      summary: 'Read the organisation and its settings',
      audit: null,
    },
    edit: {
      method: 'PUT',
      path: '',
      verb: 'update',
      input: organisationUpdate,
      reply: organisationRow,
      summary: 'Change the organisation, its settings and security toggles',
      audit: 'update',
      mistaken: MISTAKEN,
    },
  },
})
