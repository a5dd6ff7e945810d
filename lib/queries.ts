/**
 * The console's way to the admin REST: one fetch, one error, and per resource the query and mutation options that
 * screens share. Runs in the browser; the session cookie signs the calls in. Source: house-style §6.
 */
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import type { Action, CreateOf, List, QueryOf, Resource, RowOf, UpdateOf } from './contract/resource.ts'

/** Why the admin REST refused, as its envelope says (admin-contract §0.2). */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** `AB01`…; empty when the answer was not ours. */
  readonly code: string
  /** The field at fault, as the wire spells it. */
  readonly param: string | null
  readonly details: readonly { path: string; message: string }[]
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
export async function apiFetch<T>(
  path: string,
  { method = 'GET', query = {}, body, signal }: ApiRequest = {},
): Promise<T> {
  const response = await fetch(`/api/v1/${path}${search(query)}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
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
  const payload: unknown = await response.json().catch(() => null)
  if (response.ok) return payload as T
  const error = readError(response, payload)
  if (error.status === 401) leaveForSignIn()
  throw error
}

/**
 * Query and mutation options of one resource in one workspace. `list`, `one` and `read` are `queryOptions`; `create`,
 * `update`, `remove` and `act` are mutations that refresh everything of the resource. The workspace is part of every
 * key and of every call, so switching it never shows stale rows.
 */
export function queries<R extends Resource>(of: R, workspaceId: string | null) {
  const root = [workspaceId, of.path] as const
  const scoped = (query: Filter = {}): Filter =>
    of.workspace === 'none' || workspaceId === null ? query : { workspace_id: workspaceId, ...query }
  const at = (id: string, rest = '') => `${of.path}/${encodeURIComponent(id)}${rest}`
  const action = (name: keyof ActionsOf<R> & string): Action => {
    const found = of.actions?.[name]
    if (!found) throw new Error(`${of.path} has no action ${name}`)
    return found
  }
  const refresh = (_: unknown, __: unknown, ___: unknown, context: { client: Invalidator }) =>
    context.client.invalidateQueries({ queryKey: root })

  return {
    /** Prefix of every key of this resource here. */
    key: root,

    list: (filter: Partial<QueryOf<R>> = {}) =>
      queryOptions({
        queryKey: [...root, 'list', filter],
        queryFn: ({ signal }) =>
          apiFetch<List<RowOf<R>>>(of.path, { query: scoped(filter as Filter), signal }),
      }),

    one: (id: string) =>
      queryOptions({
        queryKey: [...root, 'one', id],
        queryFn: ({ signal }) => apiFetch<RowOf<R>>(at(id), { query: scoped(), signal }),
      }),

    /** A GET action of the contract, e.g. `versions`; `id` fills the `{id}` or `{slug}` of its path. */
    read: <Reply>(name: keyof ActionsOf<R> & string, filter: Filter = {}, id?: string) =>
      queryOptions({
        queryKey: [...root, name, id ?? null, filter],
        queryFn: ({ signal }) =>
          apiFetch<Reply>(actionPath(of.path, action(name), id), { query: scoped(filter), signal }),
      }),

    /** The reply is what the wire says: often less than a row, sometimes with a secret shown once. */
    create: <Reply = RowOf<R>>() =>
      mutationOptions({
        mutationKey: [...root, 'create'],
        mutationFn: (input: CreateOf<R>) =>
          apiFetch<Reply>(of.path, { method: 'POST', query: scoped(), body: input }),
        onSuccess: refresh,
      }),

    update: <Reply = RowOf<R>>() =>
      mutationOptions({
        mutationKey: [...root, 'update'],
        mutationFn: ({ id, input }: { id: string; input: UpdateOf<R> }) =>
          apiFetch<Reply>(at(id), { method: 'PUT', query: scoped(), body: input }),
        onSuccess: refresh,
      }),

    remove: () =>
      mutationOptions({
        mutationKey: [...root, 'remove'],
        mutationFn: (id: string) => apiFetch<object>(at(id), { method: 'DELETE', query: scoped() }),
        onSuccess: refresh,
      }),

    /** A writing action of the contract, e.g. `rotate`. */
    act: <Reply = object>(name: keyof ActionsOf<R> & string) =>
      mutationOptions({
        mutationKey: [...root, name],
        mutationFn: ({ id, input }: { id?: string; input?: Filter }) => {
          const { method } = action(name)
          const path = actionPath(of.path, action(name), id)
          return method === 'GET'
            ? apiFetch<Reply>(path, { query: scoped(input) })
            : apiFetch<Reply>(path, { method, query: scoped(), body: input ?? {} })
        },
        onSuccess: refresh,
      }),
  }
}

/** Where sign-in is, with the way back: a path and query of this console. */
export function signInPath(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}

type ActionsOf<R extends Resource> = NonNullable<R['actions']>

interface Invalidator {
  invalidateQueries: (filters: { queryKey: readonly unknown[] }) => Promise<void>
}

function actionPath(root: string, { path }: Action, id: string | undefined): string {
  if (/\{\w+\}/.test(path) && id === undefined) throw new Error(`${root}/${path} needs an id`)
  const below = path.replace(/\{\w+\}/, encodeURIComponent(id ?? ''))
  return below ? `${root}/${below}` : root
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
