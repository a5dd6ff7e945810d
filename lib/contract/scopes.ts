/**
 * Every scope there is, as data: who may hold it and what it opens. Source: admin-contract §3.3.
 * A = organisation key, S = workspace service key, U = workspace user key.
 */
export type KeyLetter = 'A' | 'S' | 'U'

export type KeyType = 'organisation-service' | 'workspace-service' | 'workspace-user'

export const KEY_LETTERS: Readonly<Record<KeyType, KeyLetter>> = {
  'organisation-service': 'A',
  'workspace-service': 'S',
  'workspace-user': 'U',
}

export interface ScopeFamily {
  prefix: string
  /** Verbs by the holders who may have them: `{ ASU: ['list'] }`. */
  verbs: Readonly<Partial<Record<'A' | 'AS' | 'ASU' | 'SU', readonly string[]>>>
  meaning: string
  /** Heading in the scopes picker. */
  group: ScopeGroup
}

export type ScopeGroup =
  | 'Inference'
  | 'Observability'
  | 'Model catalog'
  | 'Routing'
  | 'Prompts'
  | 'Keys'
  | 'Workspace'
  | 'Organisation'
  | 'Agents and MCP'

export interface Scope {
  id: string
  prefix: string
  verb: string
  holders: readonly KeyLetter[]
  meaning: string
  group: ScopeGroup
}

const CRUD = ['create', 'read', 'update', 'delete', 'list'] as const
const KEYS = [...CRUD, 'rotate'] as const
const ORGANISATION_SHARED = { A: ['create', 'read', 'update', 'delete'], ASU: ['list'] } as const

export const SCOPE_FAMILIES: readonly ScopeFamily[] = [
  { prefix: 'completions', verbs: { SU: ['write'] }, meaning: 'every inference route', group: 'Inference' },
  {
    prefix: 'logs',
    verbs: { ASU: ['export', 'list', 'view'], SU: ['write'] },
    meaning: 'logs and feedback',
    group: 'Observability',
  },
  {
    prefix: 'analytics',
    verbs: { ASU: ['view'] },
    meaning: 'graphs, groups and summaries',
    group: 'Observability',
  },
  { prefix: 'providers', verbs: { ASU: CRUD }, meaning: 'providers of a workspace', group: 'Model catalog' },
  {
    prefix: 'virtual_keys',
    verbs: { ASU: [...CRUD, 'duplicate', 'copy'] },
    meaning: 'providers, by their legacy name',
    group: 'Model catalog',
  },
  {
    prefix: 'workspace_integrations',
    verbs: { ASU: CRUD },
    meaning: 'credentials of a workspace',
    group: 'Model catalog',
  },
  {
    prefix: 'organisation_integrations',
    verbs: ORGANISATION_SHARED,
    meaning: 'credentials of the organisation',
    group: 'Model catalog',
  },
  {
    prefix: 'secret_references',
    verbs: { A: CRUD },
    meaning: 'pointers into a vault',
    group: 'Model catalog',
  },
  { prefix: 'configs', verbs: { ASU: CRUD }, meaning: 'routing configs', group: 'Routing' },
  { prefix: 'policies', verbs: { ASU: CRUD }, meaning: 'budget and rate policies', group: 'Routing' },
  {
    prefix: 'guardrails',
    verbs: { ASU: CRUD, SU: ['invoke'] },
    meaning: 'guardrails of a workspace',
    group: 'Routing',
  },
  {
    prefix: 'organisation_guardrails',
    verbs: { A: CRUD },
    meaning: 'guardrails of the organisation',
    group: 'Routing',
  },
  {
    prefix: 'organisation_exclusions',
    verbs: { A: ['update', 'list'] },
    meaning: 'workspaces exempt from organisation guardrails',
    group: 'Routing',
  },
  {
    prefix: 'plugins',
    verbs: { A: ['create', 'update', 'list'] },
    meaning: 'credentials of guardrail partners',
    group: 'Routing',
  },
  {
    prefix: 'prompts',
    verbs: { ASU: [...CRUD, 'publish'], SU: ['render'] },
    meaning: 'templates, partials, labels and collections',
    group: 'Prompts',
  },
  {
    prefix: 'workspace_service_api_keys',
    verbs: { AS: KEYS },
    meaning: 'service keys of a workspace',
    group: 'Keys',
  },
  {
    prefix: 'workspace_user_api_keys',
    verbs: { AS: KEYS },
    meaning: 'keys of people in a workspace',
    group: 'Keys',
  },
  {
    prefix: 'organisation_service_api_keys',
    verbs: { A: KEYS },
    meaning: 'keys of the organisation',
    group: 'Keys',
  },
  {
    prefix: 'workspaces',
    verbs: { A: ['create', 'delete'], ASU: ['read', 'update', 'list'] },
    meaning: 'workspaces',
    group: 'Workspace',
  },
  { prefix: 'workspace_users', verbs: { ASU: CRUD }, meaning: 'members of a workspace', group: 'Workspace' },
  { prefix: 'organisation_users', verbs: { A: CRUD }, meaning: 'people and invites', group: 'Organisation' },
  {
    prefix: 'organisation_settings',
    verbs: { A: ['read', 'update'] },
    meaning: 'settings, defaults and overrides',
    group: 'Organisation',
  },
  { prefix: 'audit_logs', verbs: { A: ['list'] }, meaning: 'the audit trail', group: 'Organisation' },
  { prefix: 'deployments', verbs: { A: CRUD }, meaning: 'registered gateways', group: 'Organisation' },
  {
    prefix: 'workspace_mcp_integrations',
    verbs: { ASU: CRUD },
    meaning: 'MCP of a workspace',
    group: 'Agents and MCP',
  },
  {
    prefix: 'organisation_mcp_integrations',
    verbs: ORGANISATION_SHARED,
    meaning: 'MCP of the organisation',
    group: 'Agents and MCP',
  },
  {
    prefix: 'workspace_agent_integrations',
    verbs: { ASU: CRUD },
    meaning: 'agents of a workspace',
    group: 'Agents and MCP',
  },
  {
    prefix: 'organisation_agent_integrations',
    verbs: ORGANISATION_SHARED,
    meaning: 'agents of the organisation',
    group: 'Agents and MCP',
  },
  { prefix: 'mcp_servers', verbs: { ASU: CRUD }, meaning: 'MCP servers', group: 'Agents and MCP' },
  { prefix: 'agent_servers', verbs: { ASU: CRUD }, meaning: 'agent servers', group: 'Agents and MCP' },
  { prefix: 'mcp', verbs: { SU: ['invoke'] }, meaning: 'calling MCP tools', group: 'Agents and MCP' },
  { prefix: 'agents', verbs: { SU: ['invoke'] }, meaning: 'calling agents', group: 'Agents and MCP' },
]

/** All scopes, in the order the picker shows them. */
export const SCOPES: readonly Scope[] = SCOPE_FAMILIES.flatMap((family) =>
  Object.entries(family.verbs).flatMap(([holders, verbs]) =>
    verbs.map((verb) => ({
      id: `${family.prefix}.${verb}`,
      prefix: family.prefix,
      verb,
      holders: holders.split('') as KeyLetter[],
      meaning: family.meaning,
      group: family.group,
    })),
  ),
)

/** Spellings that old callers use; accepted, and stored as what they mean. `completions.read` means nothing. */
export const SCOPE_ALIASES: Readonly<Record<string, string | null>> = {
  'logs.read': 'logs.view',
  'completions.read': null,
}

/** What a new workspace key may do when nobody said otherwise; organisation keys start empty (admin-contract §3.3). */
export const DEFAULT_WORKSPACE_SCOPES: readonly string[] = [
  'completions.write',
  'prompts.read',
  'prompts.list',
  'prompts.render',
]

/** The one scope beyond its own that an organisation key bound to a workspace may hold (admin-contract ruling 2). */
export const BOUND_EXTRA = 'completions.write'

/** Scopes a key of this type may hold, in picker order. `isBound`: an organisation key with a workspace. */
export function scopesFor(type: KeyType, isBound = false): readonly Scope[] {
  const letter = KEY_LETTERS[type]
  const hasExtra = type === 'organisation-service' && isBound
  return SCOPES.filter((scope) => scope.holders.includes(letter) || (hasExtra && scope.id === BOUND_EXTRA))
}
