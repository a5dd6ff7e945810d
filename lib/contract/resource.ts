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
  row: Row
  create: Create
  update: Update
  query: Query
}

export function resource<R extends z.ZodType, C extends z.ZodType, U extends z.ZodType, Q extends z.ZodType>(
  definition: Resource<R, C, U, Q>,
): Resource<R, C, U, Q> {
  return definition
}

/** Rows of a resource as the wire carries them. */
export type RowOf<R extends Resource> = z.output<R['row']>
export type CreateOf<R extends Resource> = z.input<R['create']>
export type UpdateOf<R extends Resource> = z.input<R['update']>
export type QueryOf<R extends Resource> = z.input<R['query']>

export interface List<T> {
  object: 'list'
  total: number
  data: T[]
}

export const slug = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9_-]+$/, 'may hold letters, digits, - and _ only')
export const name = z.string().trim().min(1, 'must not be empty').max(255)
export const timestamp = z.iso.datetime({ offset: true })

/** Metadata maps: string values of at most 128 characters (gateway-contract §10). */
export const metadata = z.record(z.string().min(1).max(128), z.string().max(128))
