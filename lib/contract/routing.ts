import { z } from 'zod'
import { csv, flag, listOf, name, paging, reference, resource } from './resource.ts'

export const configRow = z.object({
  object: z.literal('config'),
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  workspace_id: z.string(),
  organisation_id: z.string(),
  is_default: z.union([z.literal(0), z.literal(1)]),
  status: z.enum(['active', 'archived']),
  type: z.literal('ORG_CONFIG'),
  format: z.literal('json'),
  version_id: z.string(),
  /** JSON text, secrets masked; on a single read only. */
  config: z.string().optional(),
  /** What it does, in words: `Fallback over 2 targets, cache simple`. */
  summary: z.string(),
  /** Keys and workspaces that name it as their default. */
  used_by: z.number(),
  /** As `created_by`, by the name the official clients read. */
  owner_id: z.string().nullable(),
  created_by: z.string().nullable(),
  updated_by: z.string().nullable(),
  created_at: z.string(),
  last_updated_at: z.string(),
})

/** A version of a config in its history, newest first. */
export const configVersionRow = z.object({
  object: z.literal('config-version'),
  id: z.string(),
  version_id: z.string(),
  /** JSON text, secrets masked. */
  config: z.string(),
  format: z.literal('json'),
  is_current: z.boolean(),
  /** Null: a key did it. */
  created_by: z.string().nullable(),
  created_at: z.string(),
})

/** Who names a config as the default of their calls. */
export const configDependentRow = z.object({
  object: z.literal('config-dependent'),
  kind: z.enum(['api_keys', 'workspaces']),
  id: z.string(),
  name: z.string(),
})

const configSaved = z.object({
  id: z.string(),
  version_id: z.string(),
  slug: z.string(),
  object: z.literal('config'),
})

/** Flat, and wrapped as well: documents say the one, clients read the other (ruling 7). */
const wrapped = <T extends z.ZodObject>(row: T) => row.extend({ success: z.literal(true), data: row })
const listed = (row: z.ZodType) => listOf(row).extend({ success: z.literal(true) })

/** An object as `routingConfig` reads it, or the same as JSON text. A secret that stands masked stays what it was. */
const configBody = z.union([
  z.record(z.string(), z.unknown()),
  z.string().max(512_000, 'must have at most 512000 characters'),
])

/**
 * Stored and judged; what they say is run by the routing feature. Clients name a workspace on create alone, so elsewhere
 * the slug does when it can. Admin-contract §1.7, §2.6.
 */
export const configs = resource({
  path: 'configs',
  noun: 'config',
  object: 'config',
  scopes: ['configs'],
  id: 'slug',
  audit: 'configs',
  workspace: 'optional',
  row: configRow,
  replies: {
    list: listed(configRow),
    read: wrapped(configRow),
    create: wrapped(configSaved),
    update: wrapped(configSaved),
  },
  create: z.object({
    name,
    config: configBody,
    is_default: flag.nullish(),
    workspace_id: reference.nullish(),
  }),
  update: z.object({
    name: name.optional(),
    config: configBody.optional(),
    is_default: flag.nullish(),
    status: z.enum(['active', 'archived']).optional(),
  }),
  query: z.object({ ...paging(100), status: csv.optional(), search: z.string().optional() }),
  actions: {
    versions: {
      method: 'GET',
      path: '{slug}/versions',
      verb: 'read',
      summary: 'List the versions of a config',
      input: z.object(paging(50)),
      reply: listed(configVersionRow),
      audit: null,
    },
    /** What a deletion would stop at. */
    dependents: {
      method: 'GET',
      path: '{slug}/dependents',
      verb: 'read',
      summary: 'List the keys and workspaces that use a config',
      input: z.object({}),
      reply: listed(configDependentRow),
      audit: null,
    },
    restore: {
      method: 'POST',
      path: '{slug}/versions/{version_id}/restore',
      verb: 'update',
      summary: 'Make an earlier version of a config the current one',
      input: z.object({}),
      reply: wrapped(configSaved),
      audit: 'update',
    },
  },
})
