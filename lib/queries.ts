/**
 * The console's way to the admin REST: one fetch, one error, and per resource the query and mutation options that
 * screens share. Runs in the browser; the session cookie signs the calls in. Source: house-style §6.
 */
import {
  type MutationFunctionContext,
  mutationOptions,
  type QueryClient,
  type QueryKey,
  queryOptions,
} from '@tanstack/react-query'
import type { Action, CreateOf, List, QueryOf, Resource, RowOf, UpdateOf } from './contract/resource.ts'

/** Why the admin REST refused, as its envelope says (admin-contract §0.2). */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** `AB01`…; empty when the answer was not ours. */
  readonly code: string
  /** The field at fault, as the wire spells it. */
  readonly param: string | null
  readonly details: readonly { path: string; rule?: string; message: string }[]
  readonly requestId: string | null

  constructor(
    status: number,
    message: string,
    rest: Partial<Pick<ApiError, 'code' | 'param' | 'details' | 'requestId'>> = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = rest.code ?? ''
    this.param = rest.param ?? null
    this.details = rest.details ?? []
    this.requestId = rest.requestId ?? null
  }
}

type Filter = Readonly<Record<string, unknown>>

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  query?: Filter
  body?: unknown
  signal?: AbortSignal
}

/**
 * Calls `/api/v1/<path>` and returns its JSON. Query values that are null, undefined or '' are left out; objects go as
 * JSON. Throws `ApiError`. When the session has ended the browser goes to sign-in, keeping the present address.
 */
export async function apiFetch<T>(path: string, request: ApiRequest = {}): Promise<T> {
  const response = await answered(path, request, 'application/json')
  return (await response.json().catch(() => null)) as T
}

/**
 * A reply that is a file (`format=csv`, `jsonl`), whole, with the name the server gives it. Throws like `apiFetch`.
 * What may be very long is better a plain link to `apiLink`, which the browser writes to disk as it comes.
 */
export async function apiFile(
  path: string,
  request: ApiRequest = {},
): Promise<{ name: string | null; blob: Blob }> {
  const response = await answered(path, request, '*/*')
  const said = response.headers.get('content-disposition') ?? ''
  return { name: /filename="?([^";]+)"?/i.exec(said)?.[1] ?? null, blob: await response.blob() }
}

/** The address `apiFetch` asks, for links and downloads; the session cookie goes with them. */
export function apiLink(path: string, query: Filter = {}): string {
  return `/api/v1/${path}${search(query)}`
}

/** What fills the `{…}` of a path: the one value, or each by its name (`{ id, user_id }`). */
export type Address = string | Readonly<Record<string, string>>

interface Also {
  /** Further nouns a change shows in, wherever they are cached: `{ alsoRefresh: [me] }`. */
  alsoRefresh?: readonly Pick<Resource, 'path'>[]
}

/**
 * Query and mutation options of one resource in one workspace. `list`, `one` and `read` are `queryOptions`; `create`,
 * `update`, `remove` and `act` are mutations that refresh everything of the resource. The workspace is part of every
 * key and of every call, so switching it never shows stale rows. `under` fills the `{…}` of the resource's own path.
 */
export function queries<R extends Resource>(of: R, workspaceId: string | null, under?: Address) {
  const path = filled(of.path, under)
  const root = [workspaceId, of.path, ...(under === undefined ? [] : [under])] as const
  const scoped = (query: Filter = {}): Filter =>
    of.workspace === 'none' || workspaceId === null ? query : { workspace_id: workspaceId, ...query }
  const at = (id: string) => `${path}/${encodeURIComponent(id)}`
  const action = (name: keyof ActionsOf<R> & string, id: Address | undefined) => {
    const found: Action | undefined = of.actions?.[name]
    if (!found) throw new Error(`${of.path} has no action ${name}`)
    return { method: found.method, path: found.path ? `${path}/${filled(found.path, id)}` : path }
  }
  /** `one` and `read` have the id in fourth place. */
  const isAbout = (id: string | undefined, queryKey: QueryKey) =>
    id !== undefined && queryKey[1] === of.path && queryKey[3] === id
  const refreshed = (client: QueryClient, { alsoRefresh = [] }: Also, gone?: string) =>
    Promise.all([
      client.invalidateQueries({ queryKey: root, predicate: ({ queryKey }) => !isAbout(gone, queryKey) }),
      ...alsoRefresh.map((other) =>
        client.invalidateQueries({
          predicate: ({ queryKey }) => queryKey[1] === other.path && !isAbout(gone, queryKey),
        }),
      ),
    ])
  const refresh =
    (also: Also) =>
    (_: unknown, __: unknown, ___: unknown, { client }: MutationFunctionContext) =>
      refreshed(client, also)

  return {
    /** Prefix of every key of this resource here. */
    key: root,

    list: (filter: Partial<QueryOf<R>> = {}) =>
      queryOptions({
        queryKey: [...root, 'list', filter],
        queryFn: ({ signal }) => apiFetch<List<RowOf<R>>>(path, { query: scoped(filter as Filter), signal }),
      }),

    one: (id: string) =>
      queryOptions({
        queryKey: [...root, 'one', id],
        queryFn: ({ signal }) => apiFetch<RowOf<R>>(at(id), { query: scoped(), signal }),
      }),

    /** A GET action of the contract, e.g. `versions`; `id` fills the `{id}` or `{slug}` of its path. */
    read: <Reply>(name: keyof ActionsOf<R> & string, filter: Filter = {}, id?: Address) =>
      queryOptions({
        queryKey: [...root, name, id ?? null, filter],
        queryFn: ({ signal }) => apiFetch<Reply>(action(name, id).path, { query: scoped(filter), signal }),
      }),

    /** The reply is what the wire says: often less than a row, sometimes with a secret shown once. */
    create: <Reply = RowOf<R>>(also: Also = {}) =>
      mutationOptions({
        mutationKey: [...root, 'create'],
        mutationFn: (input: CreateOf<R>) =>
          apiFetch<Reply>(path, { method: 'POST', query: scoped(), body: input }),
        onSuccess: refresh(also),
      }),

    update: <Reply = RowOf<R>>(also: Also = {}) =>
      mutationOptions({
        mutationKey: [...root, 'update'],
        mutationFn: ({ id, input }: { id: string; input: UpdateOf<R> }) =>
          apiFetch<Reply>(at(id), { method: 'PUT', query: scoped(), body: input }),
        onSuccess: refresh(also),
      }),

    /**
     * Takes the id, or `{ id, input }` where the deletion itself says something (a typed name). What is gone is not
     * asked for again, though its details may still be open.
     */
    remove: (also: Also = {}) =>
      mutationOptions({
        mutationKey: [...root, 'remove'],
        mutationFn: (target: string | { id: string; input?: Filter }) => {
          const { id, input }: { id: string; input?: Filter } =
            typeof target === 'string' ? { id: target } : target
          return apiFetch<object>(at(id), {
            method: 'DELETE',
            query: scoped(),
            ...(input ? { body: input } : {}),
          })
        },
        onSuccess: async (_, target, __, { client }) => {
          const gone = typeof target === 'string' ? target : target.id
          await refreshed(client, also, gone)
          client.removeQueries({ type: 'inactive', predicate: ({ queryKey }) => isAbout(gone, queryKey) })
        },
      }),

    /** A writing action of the contract, e.g. `rotate`. A DELETE sends a body only when there is one. */
    act: <Reply = object>(name: keyof ActionsOf<R> & string, also: Also = {}) =>
      mutationOptions({
        mutationKey: [...root, name],
        mutationFn: ({ id, input }: { id?: Address; input?: Filter }) => {
          const { method, path: to } = action(name, id)
          if (method === 'GET') return apiFetch<Reply>(to, { query: scoped(input) })
          const body = input ?? (method === 'DELETE' ? undefined : {})
          return apiFetch<Reply>(to, { method, query: scoped(), body })
        },
        onSuccess: refresh(also),
      }),
  }
}

/** Where sign-in is, with the way back: a path and query of this console. */
export function signInPath(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}

type ActionsOf<R extends Resource> = NonNullable<R['actions']>

function filled(path: string, address: Address | undefined): string {
  const parts = path.match(/\{\w+\}/g) ?? []
  if (typeof address === 'string' && parts.length > 1) throw new Error(`${path} needs its parts by name`)
  return path.replace(/\{(\w+)\}/g, (_, part: string) => {
    const value = typeof address === 'string' ? address : address?.[part]
    if (value === undefined) throw new Error(`${path} needs its ${part}`)
    return encodeURIComponent(value)
  })
}

async function answered(
  path: string,
  { method = 'GET', query = {}, body, signal }: ApiRequest,
  accept: string,
): Promise<Response> {
  const response = await fetch(apiLink(path, query), {
    method,
    headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(
      0,
      'The server did not answer. Check that Tollgate is running and that you are online.',
    )
  })
  if (response.ok) return response
  const error = readError(response, await response.json().catch(() => null))
  if (error.status === 401) leaveForSignIn()
  throw error
}

function search(query: Filter): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    params.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  const text = params.toString()
  return text && `?${text}`
}

function readError(response: Response, payload: unknown): ApiError {
  const envelope = (payload ?? {}) as {
    message?: string
    errorCode?: string
    data?: { message?: string; details?: { path: string; rule?: string; message?: string }[] }
    error?: { message?: string; param?: string | null }
  }
  const message =
    envelope.error?.message ?? envelope.message ?? `The server answered ${response.status} without a reason.`
  return new ApiError(response.status, message, {
    code: envelope.errorCode ?? '',
    param: envelope.error?.param ?? null,
    details: (envelope.data?.details ?? []).map(({ path, rule, message }) => ({
      path,
      ...(rule === undefined ? {} : { rule }),
      message: message ?? rule ?? '',
    })),
    requestId: response.headers.get('x-portkey-request-id') ?? response.headers.get('x-request-id'),
  })
}

let isLeaving = false

function leaveForSignIn(): void {
  if (isLeaving || typeof window === 'undefined') return
  isLeaving = true
  const { pathname, search, hash } = window.location
  window.location.assign(signInPath(`${pathname}${search}${hash}`))
}
