import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { resource } from './contract/resource.ts'
import { ApiError, apiFetch, apiFile, apiLink, queries, signInPath } from './queries.ts'

const things = resource({
  path: 'things',
  noun: 'thing',
  object: 'thing',
  scopes: ['things'],
  id: 'slug',
  audit: 'things',
  workspace: 'required',
  row: z.object({ slug: z.string() }),
  create: z.object({ name: z.string() }),
  update: z.object({ name: z.string().optional() }),
  query: z.object({ search: z.string().optional() }),
  actions: {
    rotate: { method: 'POST', path: '{slug}/rotate', verb: 'rotate', input: z.object({}), audit: 'rotate' },
    show: { method: 'GET', path: '', verb: 'read', input: z.object({}), audit: null },
    history: { method: 'GET', path: '{slug}/history', verb: 'read', input: z.object({}), audit: null },
    part: { method: 'GET', path: '{slug}/parts/{part}', verb: 'read', input: z.object({}), audit: null },
    dropPart: {
      method: 'DELETE',
      path: '{slug}/parts/{part}',
      verb: 'update',
      input: z.object({}),
      audit: 'x',
    },
  },
})
const pieces = resource({ ...things, path: 'things/{thing_id}/pieces', actions: {} })

afterEach(() => vi.unstubAllGlobals())

describe('a refusal', () => {
  it('carries the field, the reasons and the request id of the envelope', async () => {
    answer(400, {
      success: false,
      message: 'name must have 1-100 characters',
      errorCode: 'AB01',
      data: { message: 'x', errorCode: 'AB01', details: [{ path: 'name', rule: 'length' }] },
      error: {
        message: 'name must have 1-100 characters',
        code: 'AB01',
        type: 'client_error',
        param: 'name',
      },
    })
    expect(await refusal(apiFetch('things'))).toMatchObject({
      status: 400,
      code: 'AB01',
      message: 'name must have 1-100 characters',
      param: 'name',
      details: [{ path: 'name', message: 'length' }],
      requestId: 'req-1',
    })
  })

  it('is readable even when the answer is not ours', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }))
    expect((await refusal(apiFetch('things'))).message).toBe('The server answered 502 without a reason.')
  })

  it('says so when nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    const error = await refusal(apiFetch('things'))
    expect(error.status).toBe(0)
    expect(error.message).toMatch(/did not answer/)
  })

  it('of an ended session leads to sign-in and back again, once', async () => {
    const assign = vi.fn()
    vi.stubGlobal('window', { location: { pathname: '/logs', search: '?open=1', hash: '', assign } })
    answer(401, { message: 'Sign in', errorCode: 'AB05' })
    await refusal(apiFetch('things'))
    await refusal(apiFetch('things'))
    expect(assign.mock.calls).toEqual([['/sign-in?next=%2Flogs%3Fopen%3D1']])
    expect(signInPath('/')).toBe('/sign-in')
  })
})

describe('the queries of a resource', () => {
  it('name the workspace in every key and every call', async () => {
    const calls = answer(200, { object: 'list', total: 0, data: [] })
    const client = new QueryClient()
    const here = queries(things, 'w1')
    const there = queries(things, 'w2')
    expect(here.list().queryKey).not.toEqual(there.list().queryKey)
    await client.fetchQuery(here.list({ search: 'a b' }))
    await client.fetchQuery(here.one('x/y'))
    await client.fetchQuery(here.read('show'))
    expect(calls.map(({ url }) => url)).toEqual([
      '/api/v1/things?workspace_id=w1&search=a+b',
      '/api/v1/things/x%2Fy?workspace_id=w1',
      '/api/v1/things?workspace_id=w1',
    ])
  })

  it('refresh everything of the resource after a change, and nothing else', async () => {
    const calls = answer(200, {})
    const client = new QueryClient()
    const query = queries(things, 'w1')
    client.setQueryData(query.list().queryKey, { object: 'list', total: 0, data: [] })
    client.setQueryData(['w1', 'others', 'list'], 'kept')
    const mutation = client.getMutationCache().build(client, query.act('rotate'))
    await mutation.execute({ id: 'x', input: { grace: 1 } })
    expect(calls).toEqual([
      { url: '/api/v1/things/x/rotate?workspace_id=w1', method: 'POST', body: '{"grace":1}' },
    ])
    expect(client.getQueryState(query.list().queryKey)?.isInvalidated).toBe(true)
    expect(client.getQueryState(['w1', 'others', 'list'])?.isInvalidated).toBe(false)
  })
})

describe('a change', () => {
  it('shows at once in the other things it names, in whichever workspace they are kept', async () => {
    answer(200, {})
    const client = new QueryClient()
    const query = queries(things, 'w1')
    const others = [
      [null, 'admin/users/me', 'show'],
      ['w2', 'others', 'list'],
      ['w2', 'kept', 'list'],
    ] as const
    for (const key of others) client.setQueryData(key, {})
    const also = { alsoRefresh: [{ path: 'admin/users/me' }, { path: 'others' }] }
    await client.getMutationCache().build(client, query.create(also)).execute({ name: 'x' })
    expect(others.map((key) => client.getQueryState(key)?.isInvalidated)).toEqual([true, true, false])
  })

  it('names each part of a longer path, and says what a deletion says', async () => {
    const calls = answer(200, {})
    const client = new QueryClient()
    const query = queries(things, 'w1')
    const run = <V>(options: object, input: V) =>
      client
        .getMutationCache()
        .build(client, options as { mutationFn: (input: V) => Promise<unknown> })
        .execute(input)
    await run(query.act('dropPart'), { id: { slug: 'a', part: 'b/c' } })
    await run(query.remove(), 'a')
    await run(query.remove(), { id: 'a', input: { name: 'A' } })
    await client.fetchQuery(query.read('part', {}, { slug: 'a', part: 'b' }))
    await client.fetchQuery(queries(pieces, null, 'a').list())
    expect(calls.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['DELETE', '/api/v1/things/a/parts/b%2Fc?workspace_id=w1', null],
      ['DELETE', '/api/v1/things/a?workspace_id=w1', null],
      ['DELETE', '/api/v1/things/a?workspace_id=w1', '{"name":"A"}'],
      ['GET', '/api/v1/things/a/parts/b?workspace_id=w1', null],
      ['GET', '/api/v1/things/a/pieces', null],
    ])
    await expect(client.fetchQuery(query.read('part', {}, 'a'))).rejects.toThrow('needs its parts by name')
    await expect(client.fetchQuery(query.read('part', {}, { slug: 'a' }))).rejects.toThrow('needs its part')
  })
})

describe('a deletion', () => {
  it('asks for the rest again, and for what is gone no more', async () => {
    const calls = answer(200, {})
    const client = new QueryClient()
    const query = queries(things, 'w1')
    const open = new QueryObserver(client, { ...query.one('a'), staleTime: 60_000 })
    const close = open.subscribe(() => {})
    const other = new QueryObserver(client, { ...query.one('b'), staleTime: 60_000 })
    const closeOther = other.subscribe(() => {})
    const part = new QueryObserver(client, { ...query.read('history', {}, 'a'), staleTime: 60_000 })
    const closePart = part.subscribe(() => {})
    await vi.waitFor(() => expect(calls).toHaveLength(3))
    calls.length = 0
    const remove = query.remove({ alsoRefresh: [things] })
    await client.getMutationCache().build(client, remove).execute('a')
    const asked = calls.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`)
    expect([...new Set(asked)]).toEqual(['DELETE /api/v1/things/a', 'GET /api/v1/things/b'])
    close()
    closeOther()
    closePart()
  })
})

describe('a file', () => {
  it('comes with the name the server gives it, from an address that can be linked', async () => {
    const headers = { 'content-disposition': 'attachment; filename="audit.csv"' }
    vi.stubGlobal('fetch', async () => new Response('a,b\n', { headers }))
    const file = await apiFile('audit-logs', { query: { format: 'csv' } })
    expect([file.name, await file.blob.text()]).toEqual(['audit.csv', 'a,b\n'])
    expect(apiLink('audit-logs', { format: 'csv', user_id: null, q: 'a b' })).toBe(
      '/api/v1/audit-logs?format=csv&q=a+b',
    )
  })

  it('that is refused is an error with its reason, not a saved file', async () => {
    answer(403, { message: 'That needs audit_logs.list', errorCode: 'AB03' })
    expect((await refusal(apiFile('audit-logs'))).message).toBe('That needs audit_logs.list')
  })
})

interface Seen {
  url: string
  method: string | undefined
  body: unknown
}

function answer(status: number, body: unknown): Seen[] {
  const seen: Seen[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    seen.push({ url, method: init.method, body: init.body })
    return Response.json(body, { status, headers: { 'x-portkey-request-id': 'req-1' } })
  })
  return seen
}

async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.catch((reason: unknown) => reason)
  if (!(error instanceof ApiError)) throw new Error('it was not refused')
  return error
}
