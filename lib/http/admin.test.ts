import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { apiKeyVerbs } from '../admin/access.ts'
import { workspaceVerbs } from '../admin/workspaces.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { adminRoute, handOver, notBuilt, type RouteHandlers } from './admin.ts'

let world: AdminWorld
let routes: RouteHandlers

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, apiKeyVerbs, workspaceVerbs)
})
afterAll(() => world.drop())

describe('every reply', () => {
  test('200 is a JSON object with the request id, for reads and for deletes', async () => {
    const made = await world.call(routes, 'POST', 'api-keys/organisation/service', {
      key: world.adminKey,
      body: { name: 'one' },
    })
    expect(made.status).toBe(200)
    const gone = await world.call(routes, 'DELETE', `api-keys/${made.body.id}`, { key: world.adminKey })
    expect(gone.text).toBe('{}')
    expect(gone.headers.get('content-type')).toContain('application/json')
    expect(gone.headers.get('x-portkey-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a refusal is the superset envelope', async () => {
    const { status, body, headers } = await world.call(routes, 'POST', 'api-keys/organisation', {
      key: world.adminKey,
      body: { name: 'x'.repeat(101) },
    })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      success: false,
      status: 'failure',
      message: 'name must have 1-100 characters',
      errorCode: 'AB01',
      data: {
        message: 'name must have 1-100 characters',
        errorCode: 'AB01',
        details: [{ path: 'name', rule: 'length' }],
      },
      error: {
        message: 'name must have 1-100 characters',
        code: 'AB01',
        type: 'client_error',
        param: 'name',
      },
    })
    expect(headers.get('x-portkey-request-id')).toBe(body.request_id)
  })
})

describe('400 AB01', () => {
  const post = (body: unknown) =>
    world.call(routes, 'POST', 'api-keys/organisation', { key: world.adminKey, body })

  test.each([
    ['no JSON', '{"name":', 'body must be valid JSON'],
    ['a list', [], 'body must be a JSON object'],
    ['text', '"x"', 'body must be a JSON object'],
    ['nothing', undefined, 'name is required'],
    ['a number for a name', { name: 5 }, 'name must be a string'],
    [
      'too deep',
      `{"name":${'['.repeat(200)}${']'.repeat(200)}}`,
      'body may be nested at most 128 levels deep',
    ],
    ['a NUL', { name: 'a\0b' }, 'body holds a character that cannot be kept'],
    ['half a surrogate pair', '{"name":"\\ud800"}', 'body holds a character that cannot be kept'],
    [
      'an unknown scope',
      { name: 'n', scopes: ['nope'] },
      'scopes has a member at 0 that cannot be used: "nope" is not a scope',
    ],
    [
      'a scope of another type',
      { name: 'n', scopes: ['logs.view', 'completions.write'] },
      'scopes has a member at 1 that cannot be used: "completions.write" is not for organisation-service keys without a workspace_id',
    ],
    ['a past expiry', { name: 'n', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at must lie in the future'],
    [
      'an odd expiry',
      { name: 'n', expires_at: 'tomorrow' },
      'expires_at must be a date and time such as 2026-03-01T09:00:00Z',
    ],
    [
      'a small budget',
      { name: 'n', usage_limits: { credit_limit: 0.5 } },
      'usage_limits.credit_limit must be 1 or more for cost',
    ],
    [
      'two budgets of a type',
      { name: 'n', usage_limits: [{ credit_limit: 5 }, { credit_limit: 6 }] },
      'usage_limits may hold one budget of each type',
    ],
    [
      'a second budget that is wrong',
      { name: 'n', usage_limits: [{ credit_limit: 5 }, { type: 'tokens', credit_limit: 6 }] },
      'usage_limits.1.credit_limit must be 100 or more for tokens',
    ],
    [
      'a stray budget field',
      { name: 'n', usage_limits: { credit_limit: 5, reset: 'daily' } },
      'usage_limits.reset is not a field of this object',
    ],
    [
      'a rate without unit',
      { name: 'n', rate_limits: [{ type: 'requests', value: 5 }] },
      'rate_limits.0.unit is required: rps, rpm, rph, rpd or rpw',
    ],
    ['a rate that is text', { name: 'n', rate_limits: 'many' }, 'rate_limits must be a list or an object'],
    [
      'a stray default',
      { name: 'n', defaults: { colour: 1 } },
      'defaults.colour is not a field of this object',
    ],
    [
      'long metadata',
      { name: 'n', defaults: { metadata: { a: 'x'.repeat(129) } } },
      'defaults.metadata.a must have at most 128 characters',
    ],
    [
      'a config without a workspace',
      { name: 'n', defaults: { config_id: 'pc-1' } },
      'defaults.config_id needs a key with a workspace_id',
    ],
    [
      'both rotation periods',
      { name: 'n', rotation_policy: { rotation_period: 'weekly', rotation_period_days: 3 } },
      'rotation_policy.rotation_period_days may not stand beside rotation_period',
    ],
    [
      'an e-mail that is none',
      { name: 'n', alert_emails: ['x'] },
      'alert_emails.0 must be an e-mail address',
    ],
  ])('%s', async (_, body, message) => {
    const answer = await post(body)
    expect(answer.body.message).toBe(message)
    expect(answer.status).toBe(400)
    expect(answer.body.errorCode).toBe('AB01')
  })

  test.each([
    ['usage_limit', 'usage_limits'],
    ['budget', 'usage_limits'],
    ['ratelimits', 'rate_limits'],
    ['rateLimit', 'rate_limits'],
    ['metadata', 'defaults.metadata'],
    ['config_id', 'defaults.config_id'],
  ])('%s is refused, and %s is offered', async (wrote, meant) => {
    const { status, body } = await post({ name: 'n', [wrote]: {} })
    expect(status).toBe(400)
    expect(body.message).toContain(`did you mean ${meant}?`)
  })

  test('what is merely unknown at the top is ignored', async () => {
    expect((await post({ name: 'n', whatever: 1, type: 'organisation', 'sub-type': 'service' })).status).toBe(
      200,
    )
  })

  test.each(['page_size=0', 'page_size=101', 'current_page=-1', 'pageSize=x'])(
    'a page of %s',
    async (query) => {
      expect((await world.call(routes, 'GET', `api-keys?${query}`, { key: world.adminKey })).status).toBe(400)
    },
  )

  test('a body beyond 1 MB is 413, with or without its length', async () => {
    const big = JSON.stringify({ name: 'n', description: 'x'.repeat(1024 * 1024) })
    const answer = await post(big)
    expect(answer.status).toBe(413)
    expect(answer.body.errorCode).toBe('AB01')
  })
})

describe('401 AB05', () => {
  test.each([
    ['nothing', {}],
    ['an unknown key', { key: 'tg_s-unknown' }],
    ['an empty key', { key: '' }],
    ['a very long key', { key: 'k'.repeat(5000) }],
    ['a cookie of nobody', { userId: '00000000-0000-7000-8000-000000000000' }],
  ])('%s', async (_, ask) => {
    const { status, body } = await world.call(routes, 'GET', 'api-keys', ask)
    expect(status).toBe(401)
    expect(body.errorCode).toBe('AB05')
  })

  test('a disabled key, an expired key, and a key whose owner was archived', async () => {
    const { prisma } = world.database
    const disabled = await world.addKey('workspace-service', ['workspaces.list'])
    await prisma.apiKey.update({ where: { id: disabled.id }, data: { status: 'disabled' } })
    const expired = await world.addKey('workspace-service', ['workspaces.list'])
    await prisma.apiKey.update({
      where: { id: expired.id },
      data: { expiresAt: new Date(world.runtime.now()) },
    })
    const userId = await world.addUser('member', { [world.first.workspaceId]: 'member' })
    const owned = await world.addKey('workspace-user', ['workspaces.list'], { userId })
    expect((await world.call(routes, 'GET', 'admin/workspaces', { key: owned.secret })).status).toBe(200)
    await prisma.user.update({ where: { id: userId }, data: { status: 'archived' } })
    for (const key of [disabled.secret, expired.secret, owned.secret]) {
      expect((await world.call(routes, 'GET', 'admin/workspaces', { key })).status).toBe(401)
    }
  })

  test('a user key ends with the membership', async () => {
    const userId = await world.addUser('member')
    const key = await world.addKey('workspace-user', ['workspaces.list'], { userId })
    expect((await world.call(routes, 'GET', 'admin/workspaces', { key: key.secret })).status).toBe(401)
  })
})

describe('how a call is signed in', () => {
  test('x-portkey-api-key wins over Authorization, and x-tollgate-api-key stands between', async () => {
    const bearer = { authorization: `Bearer ${world.adminKey}` }
    expect((await world.call(routes, 'GET', 'api-keys', { headers: bearer })).status).toBe(200)
    expect(
      (await world.call(routes, 'GET', 'api-keys', { headers: { 'x-tollgate-api-key': world.adminKey } }))
        .status,
    ).toBe(200)
    expect(
      (await world.call(routes, 'GET', 'api-keys', { headers: { ...bearer, 'x-portkey-api-key': 'wrong' } }))
        .status,
    ).toBe(401)
  })

  test('a header that says nothing is no key', async () => {
    const bearer = { authorization: `Bearer ${world.adminKey}` }
    for (const blank of ['', ' ', 'Bearer '])
      expect(
        (await world.call(routes, 'GET', 'api-keys', { headers: { ...bearer, 'x-portkey-api-key': blank } }))
          .status,
      ).toBe(200)
    expect(
      (await world.call(routes, 'GET', 'api-keys', { headers: { authorization: 'Bearer ' } })).status,
    ).toBe(401)
  })

  test('a cookie writes only from a page of its own host', async () => {
    const write = (origin: string | undefined) => {
      const headers: Record<string, string> = { cookie: `session=${world.ownerId}` }
      if (origin !== undefined) headers.origin = origin
      return world.call(routes, 'POST', 'api-keys/organisation', { headers, body: { name: 'by cookie' } })
    }
    expect((await write('http://gate.test')).status).toBe(200)
    for (const foreign of [
      undefined,
      'null',
      'http://evil.test',
      'http://gate.test.evil.test',
      'http://gate.test:81',
    ]) {
      const { status, body } = await write(foreign)
      expect(status).toBe(403)
      expect(body.errorCode).toBe('AB03')
    }
    const read = await world.call(routes, 'GET', 'api-keys', {
      headers: { cookie: `session=${world.ownerId}` },
    })
    expect(read.status).toBe(200)
  })

  test('a key beside a foreign cookie speaks for itself', async () => {
    const answer = await world.call(routes, 'POST', 'api-keys/organisation', {
      key: world.adminKey,
      headers: { cookie: 'session=x', origin: 'http://evil.test' },
      body: { name: 'by key' },
    })
    expect(answer.status).toBe(200)
  })
})

describe('paths', () => {
  test('404 AB08 for one nobody has, 405 with allow for a method it has not, 501 for what is to come', async () => {
    const ask = { key: world.adminKey }
    const unknown = await world.call(routes, 'GET', 'api-keys/a/b/c', ask)
    expect([unknown.status, unknown.body.errorCode]).toEqual([404, 'AB08'])
    const wrong = await world.call(routes, 'PATCH', 'api-keys', ask)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST'])
    for (const [method, path] of [
      ['POST', 'logs/exports'],
      ['GET', 'logs/exports/x'],
    ] as const) {
      const later = await world.call(routes, method, path, ask)
      expect([method, path, later.status]).toEqual([method, path, 501])
      expect(later.body.success).toBe(false)
    }
  })

  test('a family that is not built answers 501 in the envelope', async () => {
    const answer = await world.call(notBuilt, 'POST', 'guardrails', { body: {} })
    expect(answer.status).toBe(501)
    expect(answer.body.message).toContain('guardrails')
    expect(answer.headers.get('x-portkey-request-id')).toBeTruthy()
  })

  test('prompt completions are handed to the data plane, the rest of prompts is not', async () => {
    const handlers = handOver(notBuilt, async () => Response.json({ plane: 'data' }))
    expect((await world.call(handlers, 'POST', 'prompts/pp-1/completions')).body).toEqual({ plane: 'data' })
    expect((await world.call(handlers, 'GET', 'prompts/pp-1')).status).toBe(501)
  })

  test('HEAD is read as GET, also where paths are handed over', async () => {
    expect((await world.call(routes, 'HEAD', 'api-keys', { key: world.adminKey })).status).toBe(200)
    expect(
      (
        await world.call(
          handOver(notBuilt, async () => Response.json({})),
          'HEAD',
          'prompts',
        )
      ).status,
    ).toBe(501)
  })

  test('a malformed escape is a 404, not a crash', async () => {
    expect((await world.call(routes, 'GET', 'api-keys/%E0%A4%A', { key: world.adminKey })).status).toBe(404)
    expect((await world.call(routes, 'GET', 'api-keys/%00', { key: world.adminKey })).status).toBe(404)
  })
})

describe('429 AB06', () => {
  test('a key makes 600 calls a minute, then waits, and other keys do not', async () => {
    const busy = await world.addKey('organisation-service', ['workspaces.list'])
    world.pass(60_000)
    for (let i = 0; i < 600; i++) {
      const { status } = await world.call(routes, 'GET', 'api-keys/x/y/z/w', { key: busy.secret })
      if (status !== 404) throw new Error(String(status))
    }
    // Unknown paths are answered before sign-in and cost nothing.
    for (let i = 0; i < 600; i++)
      await world.call(routes, 'GET', 'admin/workspaces?page_size=x', { key: busy.secret })
    const refused = await world.call(routes, 'GET', 'admin/workspaces', { key: busy.secret })
    expect([refused.status, refused.body.errorCode]).toEqual([429, 'AB06'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await world.call(routes, 'GET', 'admin/workspaces', { key: world.adminKey })).status).toBe(200)
    world.pass(60_000)
    expect((await world.call(routes, 'GET', 'admin/workspaces', { key: busy.secret })).status).toBe(200)
  })
})

test('503 with retry-after when the database is away, without its words', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const broken = adminRoute(
    async () => ({
      admin: {
        ...world.runtime,
        readSession: () =>
          Promise.reject(Object.assign(new Error('connect 10.1.2.3'), { code: 'ECONNREFUSED' })),
      },
    }),
    workspaceVerbs,
  )
  const answer = await world.call(broken, 'GET', 'admin/workspaces', { userId: world.ownerId })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(answer.text + log.mock.calls.join()).not.toContain('10.1.2.3')
  expect(log.mock.calls.join()).toContain(answer.headers.get('x-portkey-request-id'))
  log.mockRestore()
})

test('500 says nothing but the request id', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const broken = adminRoute(() => Promise.reject(new Error('secret detail')), workspaceVerbs)
  const answer = await world.call(broken, 'GET', 'admin/workspaces')
  expect(answer.status).toBe(500)
  expect(answer.text + log.mock.calls.join()).not.toContain('secret detail')
  log.mockRestore()
  expect(answer.headers.get('x-portkey-request-id')).toBeTruthy()
})

test('an unknown key costs one query, however often it is tried', async () => {
  let queries = 0
  const prisma = new Proxy(world.database.prisma, {
    get: (target, name, receiver) => {
      if (name === 'apiKeySecret') queries++
      return Reflect.get(target, name, receiver)
    },
  })
  const counted = adminRoute(async () => ({ admin: counting }), workspaceVerbs)
  const counting = { ...world.runtime, database: { prisma } }
  for (let i = 0; i < 20; i++) await world.call(counted, 'GET', 'admin/workspaces', { key: 'tg_unknown' })
  expect(queries).toBe(1)
})
