/** What each role may do, for people who wonder. Source: admin-contract §5.1. */
import { z } from 'zod'
import { nothing, reference, resource } from './resource.ts'
import { ALL_DATA, PAYLOADS } from './security.ts'

export interface RoleColumn {
  id: string
  name: string
  level: 'organisation' | 'workspace'
  description: string
  organisationRole: 'owner' | 'admin' | 'member'
  workspaceRole: 'admin' | 'manager' | 'member' | null
}

export const ROLE_COLUMNS = [
  {
    id: 'owner',
    name: 'Organisation owner',
    level: 'organisation',
    description: 'Everything, everywhere. No setting takes anything from an owner, and one must remain.',
    organisationRole: 'owner',
    workspaceRole: null,
  },
  {
    id: 'admin',
    name: 'Organisation admin',
    level: 'organisation',
    description: 'Runs the organisation and is at home in every workspace.',
    organisationRole: 'admin',
    workspaceRole: null,
  },
  {
    id: 'workspace_admin',
    name: 'Workspace admin',
    level: 'workspace',
    description: 'Everything in the workspaces they are admin of.',
    organisationRole: 'member',
    workspaceRole: 'admin',
  },
  {
    id: 'manager',
    name: 'Workspace manager',
    level: 'workspace',
    description: 'Runs a workspace, as far as the security settings let managers.',
    organisationRole: 'member',
    workspaceRole: 'manager',
  },
  {
    id: 'member',
    name: 'Workspace member',
    level: 'workspace',
    description: 'Makes calls with keys of their own, and sees what the security settings let members see.',
    organisationRole: 'member',
    workspaceRole: 'member',
  },
  {
    id: 'organisation_member',
    name: 'Organisation member without a workspace',
    level: 'organisation',
    description: 'Has joined, and waits for somebody to add them to a workspace.',
    organisationRole: 'member',
    workspaceRole: null,
  },
] as const satisfies readonly RoleColumn[]
export type RoleId = (typeof ROLE_COLUMNS)[number]['id']

export interface RoleAction {
  /** Finishes "May …". */
  name: string
  /** Scopes and rights, every one of which it takes. */
  needs: readonly string[]
  /** What a role that may do it may not do all the same. */
  notes?: Readonly<Partial<Record<RoleId, string>>>
}

const ORGANISATION_KEYS = 'organisation_service_api_keys'
const SERVICE_KEYS = 'workspace_service_api_keys'
const USER_KEYS = 'workspace_user_api_keys'
const each = (family: string, ...verbs: string[]) => verbs.map((verb) => `${family}.${verb}`)
const write = (family: string) => each(family, 'create', 'update', 'delete')
const seeAndWrite = (family: string, what: string): RoleAction[] => [
  { name: `see ${what}`, needs: each(family, 'list', 'read') },
  { name: `add, change and delete ${what}`, needs: write(family) },
]

/** The matrix of admin-contract §5.1 by its rows; its cells follow from roles and toggles. */
export const ROLE_AREAS: readonly { id: string; name: string; actions: readonly RoleAction[] }[] = [
  {
    id: 'organisation',
    name: 'Organisation',
    actions: [
      {
        name: 'change settings, security and metadata schemas',
        needs: ['organisation_settings.read', 'organisation_settings.update'],
      },
      {
        name: 'invite people, change their roles and remove them',
        needs: write('organisation_users'),
        notes: { admin: 'not owners' },
      },
      { name: 'manage admin keys', needs: [...write(ORGANISATION_KEYS), `${ORGANISATION_KEYS}.rotate`] },
      { name: 'read the audit log', needs: ['audit_logs.list'] },
      {
        name: 'manage integrations of the organisation and what they are shared with',
        needs: write('organisation_integrations'),
      },
      { name: 'manage secret references', needs: write('secret_references') },
      { name: 'manage guardrails of the organisation', needs: write('organisation_guardrails') },
    ],
  },
  {
    id: 'workspaces',
    name: 'Workspaces and members',
    actions: [
      { name: 'create and delete workspaces', needs: ['workspaces.create', 'workspaces.delete'] },
      { name: 'change settings and budgets of a workspace', needs: ['workspaces.update'] },
      {
        name: 'add and remove members and set their roles',
        needs: write('workspace_users'),
        notes: { manager: 'no role above manager' },
      },
    ],
  },
  {
    id: 'api_keys',
    name: 'API keys',
    actions: [
      { name: 'see their own keys', needs: each(USER_KEYS, 'list', 'read') },
      {
        name: 'make, change, rotate and delete their own keys',
        needs: [...write(USER_KEYS), `${USER_KEYS}.rotate`],
      },
      { name: 'see service keys and keys of others', needs: each(SERVICE_KEYS, 'list', 'read') },
      {
        name: 'make, change, rotate and delete service keys and keys of others',
        needs: [...write(SERVICE_KEYS), `${SERVICE_KEYS}.rotate`],
      },
    ],
  },
  {
    id: 'catalog',
    name: 'Providers and models',
    actions: [
      { name: 'see providers and models', needs: each('providers', 'list', 'read') },
      { name: 'add, change and delete providers', needs: write('providers') },
      { name: 'add, change and delete credentials of a workspace', needs: write('workspace_integrations') },
    ],
  },
  { id: 'configs', name: 'Configs', actions: seeAndWrite('configs', 'configs') },
  { id: 'guardrails', name: 'Guardrails', actions: seeAndWrite('guardrails', 'guardrails') },
  {
    id: 'prompts',
    name: 'Prompts',
    actions: [
      ...seeAndWrite('prompts', 'prompts'),
      { name: 'publish prompts', needs: ['prompts.publish'] },
      { name: 'use prompts in calls', needs: ['prompts.render'] },
    ],
  },
  { id: 'policies', name: 'Budget and rate policies', actions: seeAndWrite('policies', 'policies') },
  {
    id: 'observability',
    name: 'Logs and analytics',
    actions: [
      { name: 'see the log of calls', needs: ['logs.list', 'logs.view'] },
      { name: 'read what was said in a call', needs: ['logs.view', PAYLOADS] },
      { name: 'see analytics', needs: ['analytics.view'] },
      { name: "see other people's calls and figures", needs: [ALL_DATA] },
      { name: 'export logs', needs: ['logs.export'] },
      { name: 'give feedback', needs: ['logs.write'] },
    ],
  },
  {
    id: 'inference',
    name: 'Calls',
    actions: [{ name: 'call models with a key of their own', needs: ['completions.write'] }],
  },
]

export const roleCell = z.object({
  /** Whatever the security settings say, as they say, or whatever they say not. */
  allowed: z.enum(['always', 'toggle', 'never']),
  /** As the settings stand now. */
  is_allowed: z.boolean(),
  /** The settings that decide it; all of them must be on. */
  toggles: z.array(z.object({ key: z.string(), category: z.string(), is_on: z.boolean() })),
  note: z.string().nullable(),
})

export const rolesRow = z.object({
  object: z.literal('roles'),
  /** Whose settings these are; null for those of the organisation. */
  workspace_id: z.string().nullable(),
  roles: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      level: z.enum(['organisation', 'workspace']),
      description: z.string(),
      scopes: z.array(z.string()),
      sees_payloads: z.boolean(),
      sees_all_data: z.boolean(),
    }),
  ),
  areas: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      actions: z.array(
        z.object({
          name: z.string(),
          needs: z.array(z.string()),
          /** By the ids of `roles`. */
          roles: z.record(z.string(), roleCell),
        }),
      ),
    }),
  ),
})

const rolesQuery = z.object({ workspace_id: reference.optional() })

/** `GET /admin/roles` ▲: open to whoever is signed in, person or key. */
export const roles = resource({
  path: 'admin/roles',
  noun: 'role',
  object: 'roles',
  scopes: [],
  id: 'id',
  audit: 'organisation',
  workspace: 'optional',
  row: rolesRow,
  create: nothing,
  update: nothing,
  query: rolesQuery,
  actions: {
    show: {
      method: 'GET',
      path: '',
      verb: 'read',
      input: rolesQuery,
      reply: rolesRow,
      summary: 'Read what each role may do',
      audit: null,
    },
  },
})
