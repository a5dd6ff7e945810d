import { sessionSeconds } from '@/lib/contract/organisation.ts'
import type { SecurityCategory, Toggle } from '@/lib/contract/security.ts'

const ROLES = { admin: 'Organisation admins', manager: 'Managers', member: 'Members' } as const

/** A toggle as a sentence: "Managers may see configs". */
export function toggleWords({ role, may }: Pick<Toggle, 'role' | 'may'>): string {
  return role === null ? may.charAt(0).toUpperCase() + may.slice(1) : `${ROLES[role]} may ${may}`
}

export const CATEGORY_WORDS: Readonly<Record<SecurityCategory, string>> = {
  api_keys: 'API keys',
  providers: 'Providers',
  integrations: 'Integrations',
  configs: 'Configs',
  prompts: 'Prompts',
  guardrails: 'Guardrails',
  logs: 'Logs',
  analytics: 'Analytics',
  data_visibility: 'Data of other people',
  workspace_management: 'Workspace management',
  data_plane_security_settings: 'Saved-only mode',
}

interface Setting {
  path: string
  label: string
  hint: string
  kind: 'text' | 'number' | 'switch' | 'select'
  /** Of a number: wire units in one of the field's. */
  scale?: number
  /** Stands in the empty field. */
  empty?: string
  options?: readonly { value: string | number; label: string }[]
}

const HOUR_SECONDS = 3600
const days = [1, 7, 30, 90, 180, 365].map((value) => ({
  value,
  label: value === 1 ? '1 day' : `${value} days`,
}))

/** The settings of the organisation by what they are about; their rules are the contract's. */
export const SETTINGS: readonly { title: string; why: string; settings: readonly Setting[] }[] = [
  {
    title: 'General',
    why: 'How the organisation is called.',
    settings: [
      { path: 'name', label: 'Name', hint: 'Shown in invites, mails and the console.', kind: 'text' },
      {
        path: 'settings.gateway_url',
        label: 'Gateway address',
        hint: 'For code snippets, where clients reach this gateway by another address.',
        kind: 'text',
        empty: 'https://gateway.example.com/v1',
      },
    ],
  },
  {
    title: 'Sign-in',
    why: 'How long people stay signed in.',
    settings: [
      {
        path: 'settings.session_settings.max_session_ttl',
        label: 'Session length in hours',
        hint: 'At least a quarter of an hour. A shorter length holds for sessions that stand already.',
        kind: 'number',
        scale: HOUR_SECONDS,
        empty: `${sessionSeconds({}) / HOUR_SECONDS} (30 days)`,
      },
    ],
  },
  {
    title: 'Keys of people',
    why: 'Rules for user keys. Service keys are not affected.',
    settings: [
      {
        path: 'settings.user_api_key_ttl.default_days',
        label: 'Lifetime when nobody says, in days',
        hint: 'A new user key expires after it, unless its maker says otherwise.',
        kind: 'number',
        empty: 'Never expires',
      },
      {
        path: 'settings.user_api_key_ttl.max_days',
        label: 'Longest lifetime in days',
        hint: 'A user key that should live longer is refused.',
        kind: 'number',
        empty: 'No limit',
      },
      {
        path: 'settings.user_api_key_rotation_period',
        label: 'Rotate every, in days',
        hint: 'From 1 to 365.',
        kind: 'number',
        empty: 'Not rotated by itself',
      },
      {
        path: 'settings.max_user_api_keys',
        label: 'Keys of one person in a workspace',
        hint: 'One more is refused.',
        kind: 'number',
        empty: 'No limit',
      },
      {
        path: 'settings.user_api_key_auto_create',
        label: 'Make a key for everybody who joins a workspace',
        hint: 'People find their key without asking for it.',
        kind: 'switch',
      },
      {
        path: 'settings.default_workspace_user_api_key_auto_create',
        label: 'In the default workspace, too',
        hint: 'Everybody of the organisation may be in it.',
        kind: 'switch',
      },
    ],
  },
  {
    title: 'Logging',
    why: 'What is kept of a call, and for how long.',
    settings: [
      {
        path: 'settings.request_logging',
        label: 'Keep of each call',
        hint: 'Figures alone leave out what was said.',
        kind: 'select',
        options: [
          { value: 'full', label: 'Everything' },
          { value: 'metrics_only', label: 'Figures alone' },
        ],
      },
      {
        path: 'settings.allow_workspace_override',
        label: 'Workspaces may decide what is kept',
        hint: 'Off, the choice above holds everywhere.',
        kind: 'switch',
      },
      {
        path: 'settings.retention.logs_days',
        label: 'Keep log rows for',
        hint: 'Older rows are deleted.',
        kind: 'select',
        options: days,
      },
      {
        path: 'settings.retention.bodies_days',
        label: 'Keep what was said for',
        hint: 'At most as long as the rows.',
        kind: 'select',
        options: days,
      },
    ],
  },
  {
    title: 'Defaults',
    why: 'What holds where a workspace, a config or a call says nothing.',
    settings: [
      {
        path: 'settings.unpriced_calls',
        label: 'Calls to a model without a price',
        hint: 'What a cost budget does with them.',
        kind: 'select',
        options: [
          { value: 'allow', label: 'Let through and mark' },
          { value: 'refuse', label: 'Refuse' },
        ],
      },
      {
        path: 'settings.cache_default_ttl',
        label: 'Cache lifetime in seconds',
        hint: 'From 60 to 25,923,000.',
        kind: 'number',
        empty: 'As the config says',
      },
      {
        path: 'settings.user_attribution.enabled',
        label: 'Attribute calls to people',
        hint: 'Names the owner of a user key on each of its calls.',
        kind: 'switch',
      },
    ],
  },
]
export type { Setting }
