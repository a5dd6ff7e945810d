import { z } from 'zod'

/**
 * A noun of the admin API, made once: the path, the scopes, the shapes. Route handlers, the console's queries and
 * forms, and the OpenAPI document are drawn from it. What differs between resources is data here, never a branch.
 */
export interface Resource<
  Row extends z.ZodType = z.ZodType,
  Create extends z.ZodType = z.ZodType,
  Update extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Actions extends Record<string, Action> = Record<string, Action>,
> {
  /** Below `/api/v1/`, e.g. `providers`, `admin/workspaces`. */
  path: string
  /** Singular, for messages: "provider". */
  noun: string
  /** `object` in replies: `provider`. */
  object: string
  /** Scope families that open it; any one of them suffices (`['providers', 'virtual_keys']`). */
  scopes: readonly string[]
  /** The path part that names a row. */
  id: 'id' | 'slug'
  /** `resource_type` of its audit rows (admin-contract §8). */
  audit: string
  workspace: WorkspaceRule
  /** Top-level names people write when they mean another: refused on create and update, with the likely one named. */
  mistaken?: Readonly<Record<string, string>>
  row: Row
  create: Create
  update: Update
  query: Query
  /** What a verb answers, where it is not the usual: a list of rows, a row, or for those that write `{}`. */
  replies?: Partial<Record<'list' | 'create' | 'read' | 'update' | 'delete', z.ZodType>>
  /** What it can do beside list, create, read, update and delete, by verb name. */
  actions?: Actions
}

/**
 * What a call that names no workspace means, for callers that are not pinned to one: a refusal, the default
 * workspace, all workspaces the caller may see, or nothing since workspaces do not matter here.
 */
export type WorkspaceRule = 'required' | 'default' | 'optional' | 'none'

/** A route of a resource beside the usual five. */
export interface Action {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the resource's path: `{id}/rotate`, `test`. */
  path: string
  /** Verb of the scope, prefixed by each family of the resource: `rotate`. */
  verb: string
  /** Whole scopes that open it, instead of families × verb. */
  scopes?: readonly string[]
  /** With `scopes`: every one is needed, instead of any. */
  needsAllScopes?: boolean
  /** Only a signed-in person, never a key. */
  isSessionOnly?: boolean
  /** Body and query together, as the wire carries them. */
  input: z.ZodType
  /** What it answers, where it is more than `{}`. */
  reply?: z.ZodType
  /** What it does, for the reference: "Rotate a key". */
  summary?: string
  /** As of the resource: names people write when they mean another. */
  mistaken?: Readonly<Record<string, string>>
  /** Audit action; null writes no row (reads, tests, replays). */
  audit: string | null
  workspace?: WorkspaceRule
  /** Waits for something far away, so no transaction is held open: `ctx.db` is the client itself. */
  isUnbound?: boolean
  /** Takes one entry or many: an object, an array, or Node's `{"0": …}`; parsed as `{entries: […]}`. */
  isBulk?: boolean
  /** Answers without sign-in. */
  isOpen?: boolean
}

export function resource<
  R extends z.ZodType,
  C extends z.ZodType,
  U extends z.ZodType,
  Q extends z.ZodType,
  const A extends Record<string, Action> = Record<never, Action>,
>(definition: Resource<R, C, U, Q, A>): Resource<R, C, U, Q, A> & { actions: A } {
  return { ...definition, actions: definition.actions ?? ({} as A) }
}

/** Rows of a resource as the wire carries them. */
export type RowOf<R extends Pick<Resource, 'row'>> = z.output<R['row']>
export type CreateOf<R extends Pick<Resource, 'create'>> = z.input<R['create']>
export type UpdateOf<R extends Pick<Resource, 'update'>> = z.input<R['update']>
export type QueryOf<R extends Pick<Resource, 'query'>> = z.input<R['query']>

export interface List<T> {
  object: 'list'
  total: number
  data: T[]
}

export const listOf = (row: z.ZodType) =>
  z.object({ object: z.literal('list'), total: z.number(), data: z.array(row) })

/** Text of bounded length; the refusal reads "name must have 1-100 characters". Messages here finish a sentence whose subject is the field. */
export const text = (min: number, max: number) => {
  const rule = min === 0 ? `must have at most ${max} characters` : `must have ${min}-${max} characters`
  return z.string().trim().min(min, rule).max(max, rule)
}

export const slug = z
  .string()
  .min(1, 'must have 1-255 characters')
  .max(255, 'must have 1-255 characters')
  .regex(/^[a-zA-Z0-9_-]+$/, 'may hold letters, digits, - and _ only')
export const name = text(1, 255)
export const timestamp = z.iso.datetime({
  offset: true,
  error: 'must be a date and time such as 2026-03-01T09:00:00Z',
})

/** What a `workspace_id`, `integration_id` and the like accept: a UUID or a slug. */
export const reference = z.string().trim().min(1, 'must name one').max(255, 'must have 1-255 characters')

/** Metadata maps: string values of at most 128 characters (gateway-contract §10). */
export const metadata = z.record(
  z.string().min(1, 'must have 1-128 characters').max(128, 'must have 1-128 characters'),
  z.string().max(128, 'must have at most 128 characters'),
)

/** Free labels on integrations and providers. */
export const tags = z.record(text(1, 128), z.string().max(255, 'must have at most 255 characters'))

/** A switch in a body: `true`, `false`, 0, 1 and their spellings in any case. */
export const flag = z.union([z.boolean(), z.number(), z.string()]).transform((value, context) => {
  const said = String(value).toLowerCase()
  if (said === 'true' || said === '1') return true
  if (said === 'false' || said === '0') return false
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
})

/** A comma list in a query; empty members are dropped. */
export const csv = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

/** A number in a query. */
export const queryNumber = z.coerce.number('must be a number')

/** Zero-based paging, `pageSizeMax` 100 unless the contract states more (admin-contract §0.1). */
export const paging = (pageSizeDefault: number, pageSizeMax = 100) => ({
  current_page: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .max(1_000_000, 'must be at most 1000000')
    .default(0),
  page_size: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, `must be 1-${pageSizeMax}`)
    .max(pageSizeMax, `must be 1-${pageSizeMax}`)
    .default(pageSizeDefault),
})

/** Lists ask nothing more than a page. */
export const pageQuery = z.object(paging(50))

/** For routes that take no body, or ignore it. */
export const nothing = z.object({})
