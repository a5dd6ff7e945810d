import { z } from 'zod'
import { MISTAKEN_LIMITS, rateLimitRow, rateLimits, usageLimitRow, usageLimits } from './limits.ts'
import { csv, flag, metadata, name, nothing, paging, reference, resource, text } from './resource.ts'

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
  status: z.enum(['active', 'archived']),
  created_at: z.string(),
  last_updated_at: z.string(),
  created_by: z.string().nullable(),
  /** On a single read only. */
  users: z.array(workspaceMember).optional(),
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
  create: z.object({
    name,
    description: text(0, 500).nullish(),
    icon: text(0, 16).nullish(),
    defaults: z.strictObject({ metadata: metadata.nullish() }).nullish(),
    users: z.array(reference).max(1000).optional(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
  }),
  update: z.object({
    name: name.optional(),
    description: text(0, 500).nullish(),
    icon: text(0, 16).nullish(),
    defaults: z.strictObject({ metadata: metadata.nullish() }).nullish(),
    usage_limits: usageLimits.optional(),
    rate_limits: rateLimits.optional(),
    reset_usage: flag.optional(),
  }),
  query: z.object({
    ...paging(50),
    /** Substring, case-sensitive. */
    name: z.string().optional(),
    exact_name: z.string().optional(),
    status: csv.optional(),
    name_format: z.enum(['plain', 'display']).optional(),
  }),
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
    show: { method: 'GET', path: '', verb: 'read', isSessionOnly: true, input: nothing, audit: null },
    edit: { method: 'PUT', path: '', verb: 'update', isSessionOnly: true, input: meUpdate, audit: 'update' },
  },
})
