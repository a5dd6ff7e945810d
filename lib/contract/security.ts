import { z } from 'zod'
import { flag } from './resource.ts'

/**
 * The security toggles, as data: what each one lets a role do, and what it is when nobody said. Scopes that no toggle
 * of a role names are the role's own. Source: admin-contract §5.1, §5.2.
 */
export const SECURITY_CATEGORIES = [
  'api_keys',
  'providers',
  'integrations',
  'configs',
  'prompts',
  'guardrails',
  'logs',
  'analytics',
  'data_visibility',
  'workspace_management',
  'data_plane_security_settings',
] as const
export type SecurityCategory = (typeof SECURITY_CATEGORIES)[number]
/** What an organisation may leave to its workspaces: the toggles by category, and what exports may hold. */
export const OPENABLE = [...SECURITY_CATEGORIES, 'export_settings'] as const
export type Openable = (typeof OPENABLE)[number]

/** Rights beyond scopes: reading what was said in a call, and rows that other people made. */
export const PAYLOADS = 'right:payloads'
export const ALL_DATA = 'right:all_data'

export interface Toggle {
  key: ToggleKey
  category: SecurityCategory
  /** Whom it lets; null where it is about no role. */
  role: 'admin' | 'manager' | 'member' | null
  isOnByDefault: boolean
  /** Finishes "Managers may …". */
  may: string
  /** Scopes and rights that go when it is off. */
  grants: readonly string[]
}

const crud = (family: string, ...verbs: string[]) => verbs.map((verb) => `${family}.${verb}`)
const VIEW = ['read', 'list']
const WRITE = ['create', 'update', 'delete']
const view = (family: string) => crud(family, ...VIEW)
const write = (family: string) => crud(family, ...WRITE)

const USER_KEYS = 'workspace_user_api_keys'
const SERVICE_KEYS = 'workspace_service_api_keys'
const toggle = <const K extends string>(
  key: K,
  category: SecurityCategory,
  role: Toggle['role'],
  may: string,
  grants: readonly string[],
  isOnByDefault = true,
) => ({ key, category, role, isOnByDefault, may, grants })

const ROWS = [
  toggle('managersViewApiKeys', 'api_keys', 'manager', 'see the keys of their workspace', [
    ...view(SERVICE_KEYS),
    ...view(USER_KEYS),
  ]),
  toggle(
    'managersManageApiKeys',
    'api_keys',
    'manager',
    'make, change, rotate and delete keys of their workspace',
    [...write(SERVICE_KEYS), `${SERVICE_KEYS}.rotate`, ...write(USER_KEYS), `${USER_KEYS}.rotate`],
  ),
  toggle('membersViewApiKeys', 'api_keys', 'member', 'see their own keys', view(USER_KEYS)),
  toggle('membersManageApiKeys', 'api_keys', 'member', 'make, change, rotate and delete their own keys', [
    ...write(USER_KEYS),
    `${USER_KEYS}.rotate`,
  ]),
  toggle('managersViewProviders', 'providers', 'manager', 'see providers and models', [
    ...view('providers'),
    ...view('virtual_keys'),
  ]),
  toggle('managersManageProviders', 'providers', 'manager', 'add, change and delete providers', [
    ...write('providers'),
    ...write('virtual_keys'),
    ...crud('virtual_keys', 'duplicate', 'copy'),
  ]),
  toggle('membersViewProviders', 'providers', 'member', 'see providers and models', [
    ...view('providers'),
    ...view('virtual_keys'),
  ]),
  toggle(
    'managersWriteWsIntegrations',
    'integrations',
    'manager',
    'add, change and delete credentials of their workspace',
    write('workspace_integrations'),
  ),
  toggle(
    'managersWriteWsMcpIntegrations',
    'integrations',
    'manager',
    'add, change and delete MCP integrations of their workspace',
    write('workspace_mcp_integrations'),
  ),
  toggle(
    'managersWriteMcpServers',
    'integrations',
    'manager',
    'add, change and delete MCP servers',
    write('mcp_servers'),
  ),
  toggle('managersViewConfigs', 'configs', 'manager', 'see configs', view('configs')),
  toggle('managersWriteConfigs', 'configs', 'manager', 'write configs', write('configs')),
  toggle('membersViewConfigs', 'configs', 'member', 'see configs', view('configs')),
  toggle('membersWriteConfigs', 'configs', 'member', 'write configs', write('configs'), false),
  toggle('managersViewPrompts', 'prompts', 'manager', 'see prompts', view('prompts')),
  toggle('managersWritePrompts', 'prompts', 'manager', 'write and publish prompts', [
    ...write('prompts'),
    'prompts.publish',
  ]),
  toggle('membersViewPrompts', 'prompts', 'member', 'see prompts', view('prompts')),
  toggle('membersWritePrompts', 'prompts', 'member', 'write prompts', write('prompts'), false),
  toggle('managersViewGuardrails', 'guardrails', 'manager', 'see guardrails', view('guardrails')),
  toggle('managersWriteGuardrails', 'guardrails', 'manager', 'write guardrails', write('guardrails')),
  toggle('membersViewGuardrails', 'guardrails', 'member', 'see guardrails', view('guardrails')),
  toggle('managersViewLogs', 'logs', 'manager', 'read what was said in a call', [PAYLOADS]),
  toggle('managersViewLogMetadata', 'logs', 'manager', 'see the log of calls', [
    'logs.list',
    'logs.view',
    'logs.export',
  ]),
  toggle('membersViewLogs', 'logs', 'member', 'read what was said in a call', [PAYLOADS]),
  toggle('membersViewLogMetadata', 'logs', 'member', 'see the log of calls', ['logs.list', 'logs.view']),
  toggle('organisationAdminsViewLogs', 'logs', 'admin', 'read what was said in a call', [PAYLOADS]),
  toggle('organisationAdminsViewLogMetadata', 'logs', 'admin', 'see the log of calls', [
    'logs.list',
    'logs.view',
    'logs.export',
  ]),
  toggle('managersViewAnalytics', 'analytics', 'manager', 'see analytics', ['analytics.view']),
  toggle('membersViewAnalytics', 'analytics', 'member', 'see analytics', ['analytics.view']),
  toggle('managersViewAllData', 'data_visibility', 'manager', "see other people's calls and figures", [
    ALL_DATA,
  ]),
  toggle('membersViewAllData', 'data_visibility', 'member', "see other people's calls and figures", [
    ALL_DATA,
  ]),
  toggle('managersManageWorkspace', 'workspace_management', 'manager', 'change settings and budgets', [
    'workspaces.update',
  ]),
  toggle(
    'block_inline_config',
    'data_plane_security_settings',
    null,
    'callers may name stored configs and providers alone',
    [],
    false,
  ),
] as const

export type ToggleKey = (typeof ROWS)[number]['key']
export const TOGGLES: readonly Toggle[] = ROWS

/** The toggles in force in one place. */
export type Toggles = Readonly<Record<ToggleKey, boolean>>

export const DEFAULT_TOGGLES: Toggles = Object.fromEntries(
  TOGGLES.map(({ key, isOnByDefault }) => [key, isOnByDefault]),
) as Record<ToggleKey, boolean>

/** `security_settings` in its column: toggles that were set, and (organisation only) categories open to workspaces. */
export type StoredSecurity = Partial<Record<ToggleKey, boolean>> & {
  workspace_overrides?: Partial<Record<Openable, boolean>>
}

const switches = <const K extends string>(keys: readonly K[]) =>
  Object.fromEntries(keys.map((key) => [key, flag.nullish()])) as Record<
    K,
    z.ZodOptional<z.ZodNullable<typeof flag>>
  >

/** `security_settings` as a workspace says them: null takes a toggle back to what the organisation says. */
export const workspaceSecurity = z.strictObject(switches(ROWS.map(({ key }) => key)))
/** As an organisation says them: null takes a toggle back to its default. */
export const organisationSecurity = workspaceSecurity.extend({
  workspace_overrides: z.strictObject(switches(OPENABLE)).nullish(),
})
export type SaidSecurity = z.output<typeof organisationSecurity>

/**
 * The toggles in force: the workspace's value where the organisation opened its category, else the organisation's, else
 * the default. Both arguments are `security_settings` columns; anything in them that is no toggle is passed over.
 */
export function togglesOf(organisation: unknown, workspace: unknown): Toggles {
  const ours = (organisation ?? {}) as StoredSecurity
  const theirs = (workspace ?? {}) as StoredSecurity
  const entries = TOGGLES.map(({ key, category, isOnByDefault }) => {
    const isOpened = ours.workspace_overrides?.[category] === true
    const value = (isOpened ? theirs[key] : undefined) ?? ours[key] ?? isOnByDefault
    return [key, value]
  })
  return Object.fromEntries(entries) as Record<ToggleKey, boolean>
}
