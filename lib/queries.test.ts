import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { resource } from './contract/resource.ts'
import { ApiError, apiFetch, queries, signInPath } from './queries.ts'

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
  },
})

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
