/** Workspaces, who belongs to them, and the people of an organisation. Source: admin-contract §1.2, §1.3, §2.2. */
import { z } from 'zod'
import { isEmoji } from './emoji.ts'
import { MISTAKEN_LIMITS, rateLimitRow, rateLimits, usageLimitRow, usageLimits } from './limits.ts'
import { exportSettings } from './organisation.ts'
import {
  csv,
  flag,
  listOf,
  metadata,
  name,
  nothing,
  paging,
  reference,
  resource,
  slug,
  text,
} from './resource.ts'
import { workspaceSecurity } from './security.ts'
import { workspaceInForceRow } from './workspace-in-force.ts'

const ROLES = ['admin', 'manager', 'member'] as const
/** A role in a workspace; `ws-admin` and the like are an older spelling. */
export const workspaceRole = z
  .enum([...ROLES, 'ws-admin', 'ws-manager', 'ws-member'], 'must be admin, manager or member')
  .transform((said) => said.replace('ws-', '') as (typeof ROLES)[number])

/** A role in the organisation that can be given; owners are who began it. */
export const givenRole = z.enum(['admin', 'member'], 'must be admin or member')

/** E-mails are compared and kept in lower case. */
export const email = z
  .string('must be an e-mail address')
  .trim()
  .toLowerCase()
  .max(255, 'must have at most 255 characters')
  .pipe(z.email('must be an e-mail address'))

/** An e-mail to look for: whole, in any case. */
const emailSought = z.string().trim().toLowerCase().optional()
/** Part of a name or an e-mail, any case. */
const search = z.string().max(200, 'must have at most 200 characters').optional()

// ─────────────────────────── workspaces ───────────────────────────

export const workspaceMember = z.object({
  object: z.literal('workspace-user'),
  id: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  email: z.string(),
  org_role: z.enum(['owner', 'admin', 'member']),
  role: z.enum(['admin', 'manager', 'member']),
  status: z.string(),
  workspace_id: z.string(),
  /** What this person may do there. */
  scopes: z.array(z.string()),
  settings: z.record(z.string(), z.unknown()),
  created_at: z.string(),
})

export const workspaceRow = z.object({
  object: z.literal('workspace'),
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  icon: z.string().nullable(),
  description: z.string().nullable(),
  organisation_id: z.string(),
  is_default: z.union([z.literal(0), z.literal(1)]),
  defaults: z.record(z.string(), z.unknown()),
  usage_limits: z.array(usageLimitRow),
  rate_limits: z.array(rateLimitRow),
  settings: z.record(z.string(), z.unknown()),
  security_settings: z.record(z.string(), z.unknown()),
  last_reset_at: z.string().nullable(),
  status: z.enum(['active', 'archived']),
  created_at: z.string(),
  last_updated_at: z.string(),
  created_by: z.string().nullable(),
  /** On a single read only. */
  users: z.array(workspaceMember).optional(),
  /** What it holds; in lists and single reads, for whoever sees every workspace. */
  counts: z.object({ members: z.number(), providers: z.number(), api_keys: z.number() }).optional(),
})

const icon = z
  .string('must be one emoji')
  .trim()
  .refine((said) => said === '' || isEmoji(said), 'must be one emoji')

/** Of the workspace itself: both lists name guardrails in it. */
const guardrails = z
  .array(slug)
  .max(50, 'may name at most 50 guardrails')
  .transform((slugs) => [...new Set(slugs)])

const defaults = z.strictObject({
  metadata: metadata.nullish(),
  input_guardrails: guardrails.nullish(),
  output_guardrails: guardrails.nullish(),
  /** UUID or slug of a config in the workspace; kept as its slug. */
  user_api_key_config: reference.nullish(),
})

/** Each counts only where the organisation lets its workspaces say it. */
const settings = z.strictObject({
  request_logging: z.enum(['full', 'metrics_only']).nullish(),
  user_attribution: z.strictObject({ enabled: flag.nullish(), allow_override: flag.nullish() }).nullish(),
  export_settings: exportSettings.nullish(),
})

/** Things of one kind that stand in the way of a workspace's deletion. */
export const blockerRow = z.object({
  type: z.enum(['api_keys', 'integrations', 'providers', 'configs', 'guardrails', 'policies']),
  count: z.number(),
  /** The first of them. */
  items: z.array(z.object({ id: z.string(), slug: z.string().nullable(), name: z.string() })),
})

/** Admin-contract §1.2. */
export const workspaces = resource({
  path: 'admin/workspaces',
  noun: 'workspace',
  object: 'workspace',
  scopes: ['workspaces'],
  id: 'id',
  audit: 'workspaces',
  workspace: 'none',
  mistaken: MISTAKEN_LIMITS,
  row: workspaceRow,
  replies: {
    /** Members as text alone: the Python client reads no other. */
    create: workspaceRow.extend({ users: z.array(z.record(z.string(), z.string())) }),
    update: workspaceRow,
  },
  create: z.object({
    name,
    description: text(0, 500).nullish(),
    icon: icon.nullish(),
    defaults: defaults.nullish(),
    /** People of the organisation, who join as members. */
    users: z.array(reference).max(1000, 'may name at most 1000 people').nullish(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
  }),
  update: z.object({
    name: name.optional(),
    description: text(0, 500).nullish(),
    icon: icon.nullish(),
    defaults: defaults.nullish(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    reset_usage: flag.nullish(),
    settings: settings.nullish(),
    security_settings: workspaceSecurity.nullish(),
  }),
  query: z.object({
    ...paging(50),
    /** Substring, case-sensitive. */
    name: z.string().optional(),
    exact_name: z.string().optional(),
    status: csv.optional(),
    name_format: z.enum(['plain', 'display']).optional(),
  }),
  actions: {
    /** What a deletion without force would stop at. */
    blockers: {
      method: 'GET',
      path: '{id}/blockers',
      verb: 'delete',
      summary: 'List what keeps a workspace from being deleted',
      input: nothing,
      reply: listOf(blockerRow),
      audit: null,
    },
    inForce: {
      method: 'GET',
      path: '{id}/settings',
      verb: 'read',
      summary: 'Read what settings hold in a workspace, and who decided them',
      input: nothing,
      reply: workspaceInForceRow,
      audit: null,
    },
    remove: {
      method: 'DELETE',
      path: '{id}',
      verb: 'delete',
      summary: 'Delete a workspace',
      input: z.object({
        /** Its name, typed again. */
        name: z.string('must be the name of the workspace').max(300, 'must be the name of the workspace'),
        /** Ends what stands in its way, too. */
        force_delete: flag.nullish(),
      }),
      audit: 'delete',
    },
  },
})

// ──────────────────────────── members ─────────────────────────────

const memberUpdate = z.object({ role: workspaceRole })

/** Who belongs to a workspace. `{id}` is the workspace, `{user_id}` the person. */
export const members = resource({
  path: 'admin/workspaces/{id}/users',
  noun: 'member',
  object: 'workspace-user',
  scopes: ['workspace_users'],
  id: 'id',
  audit: 'users',
  workspace: 'none',
  mistaken: { user: 'users', members: 'users', user_ids: 'users' },
  row: workspaceMember,
  create: z.object({
    users: z
      .array(z.strictObject({ id: reference, role: workspaceRole }))
      .min(1, 'must name somebody')
      .max(100, 'may name at most 100 people'),
  }),
  update: memberUpdate,
  query: z.object({ ...paging(50), role: workspaceRole.optional(), email: emailSought, search }),
  actions: {
    show: {
      method: 'GET',
      path: '{user_id}',
      verb: 'read',
      summary: 'Read a member',
      input: nothing,
      reply: workspaceMember,
      audit: null,
    },
    edit: {
      method: 'PUT',
      path: '{user_id}',
      verb: 'update',
      summary: 'Change the role of a member',
      input: memberUpdate,
      audit: 'update',
    },
    remove: { method: 'DELETE', path: '{user_id}', verb: 'delete', input: nothing, audit: 'delete' },
  },
})

// ───────────────────────────── people ─────────────────────────────

export const userRow = z.object({
  object: z.literal('user'),
  id: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  email: z.string(),
  role: z.enum(['owner', 'admin', 'member']),
  status: z.enum(['active', 'archived', 'pending']),
  workspace_ids: z.array(z.string()),
  provisioned_by: z.string(),
  created_at: z.string(),
  last_updated_at: z.string(),
})

export const personRow = userRow.extend({
  /** When a session of theirs was last in use; null: they never signed in. */
  last_seen_at: z.string().nullable(),
  /** On a single read only, as is the next: where they were put, beside what their role opens. `id` is the slug. */
  workspaces: z
    .array(
      z.object({
        id: z.string(),
        workspace_id: z.string(),
        name: z.string(),
        role: z.enum(['admin', 'manager', 'member']),
      }),
    )
    .optional(),
  /** What would end with them, beside their places. */
  holds: z.object({ sessions: z.number(), api_keys: z.number() }).optional(),
})

/** Everybody of the organisation. */
export const users = resource({
  path: 'admin/users',
  noun: 'user',
  object: 'user',
  scopes: ['organisation_users'],
  id: 'id',
  audit: 'users',
  workspace: 'none',
  row: personRow,
  create: nothing,
  update: z.object({ role: givenRole }),
  query: z.object({
    ...paging(50),
    role: z.enum(['owner', 'admin', 'member']).optional(),
    email: emailSought,
    /** active alone when nobody says; a list with commas. */
    status: csv.optional(),
    search,
  }),
})

export const meRow = userRow.extend({
  organisation: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  workspaces: z.array(
    z.object({
      id: z.string(),
      slug: z.string(),
      name: z.string(),
      icon: z.string().nullable(),
      is_default: z.union([z.literal(0), z.literal(1)]),
      role: z.enum(['admin', 'manager', 'member']),
      /** What this person may do there. */
      scopes: z.array(z.string()),
      /** Reads what was said in a call. */
      sees_payloads: z.boolean(),
      /** Sees the calls of other people. */
      sees_all_data: z.boolean(),
    }),
  ),
  /** What this person may do without a workspace. */
  scopes: z.array(z.string()),
  /** Kept by the console: dismissed checklist, theme, last workspace. */
  preferences: z.record(z.string(), z.unknown()),
})

const meUpdate = z.object({
  first_name: text(0, 100).optional(),
  last_name: text(0, 100).optional(),
  /** Merged one level deep; a null member is removed. */
  preferences: z.record(z.string().max(64, 'must have at most 64 characters'), z.unknown()).optional(),
})

/** The signed-in person: `GET` and `PUT /admin/users/me`. Sessions only. */
export const me = resource({
  path: 'admin/users/me',
  noun: 'user',
  object: 'user',
  scopes: [],
  id: 'id',
  audit: 'users',
  workspace: 'none',
  row: meRow,
  create: nothing,
  update: meUpdate,
  query: nothing,
  actions: {
    show: {
      method: 'GET',
      path: '',
      verb: 'read',
      summary: 'Read who you are and what you may do',
      isSessionOnly: true,
      input: nothing,
      reply: meRow,
      audit: null,
    },
    edit: {
      method: 'PUT',
      path: '',
      verb: 'update',
      summary: 'Change your name and preferences',
      isSessionOnly: true,
      input: meUpdate,
      reply: meRow,
      audit: 'update',
    },
  },
})
