import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rateLimitPolicyVerbs } from '../admin/policies-rates.ts'
import { usageLimitPolicyVerbs } from '../admin/policies-usage.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const NOBODY = '00000000-0000-7000-8000-000000000000'
const USAGE = 'policies/usage-limits'
const RATES = 'policies/rate-limits'
const ALL = ['create', 'read', 'update', 'delete', 'list'].map((verb) => `policies.${verb}`)
const BY_USER = {
  conditions: [{ key: 'metadata._user', value: '*' }],
  group_by: [{ key: 'metadata._user' }],
}
const BUDGET = { ...BY_USER, type: 'cost', credit_limit: 50, periodic_reset: 'monthly' }
const RATE = { ...BY_USER, type: 'requests', unit: 'rpm', value: 500 }

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string
let organisationId: string
let elsewhere: { id: string; slug: string }

beforeAll(async () => {
  world = await adminWorld()
  routes = adminRoute(world.source, usageLimitPolicyVerbs, rateLimitPolicyVerbs)
  workspaceId = world.first.workspaceId
  organisationId = world.first.organisationId
  elsewhere = await world.addWorkspace('Elsewhere')
})
afterAll(() => world.drop())

const as = (method: string, path: string, ask: Ask = {}) => {
  world.pass(1)
  return world.call(routes, method, path, { key: world.adminKey, ...ask })
}
const post = (path: string, body: object, ask: Ask = {}) =>
  as('POST', path, { body: { workspace_id: workspaceId, ...body }, ...ask })
const put = (path: string, id: string, body: unknown, ask: Ask = {}) =>
  as('PUT', `${path}/${id}`, { body, ...ask })
const read = async (path: string, id: string) => (await as('GET', `${path}/${id}`)).body

async function add(path: string, more: object = {}): Promise<string> {
  const { status, body } = await post(path, { ...(path === USAGE ? BUDGET : RATE), ...more })
  expect([status, body.message]).toEqual([200, undefined])
  return String(body.id)
}
const ids = (body: Record<string, unknown>) => (body.data as { id: string }[]).map(({ id }) => id)

describe('POST /policies', () => {
  test('200: a budget as the guide writes it; one value stays one value, a list a list', async () => {
    const said = {
      name: 'Free plan cap',
      type: 'requests',
      credit_limit: 1000,
      periodic_reset: 'monthly',
      conditions: [
        { key: 'metadata.plan', value: 'free' },
        { key: 'model', value: '@openai-prod/*', excludes: '@openai-prod/gpt-4o-mini' },
        { key: 'metadata.tier', value: ['a', 'b'] },
      ],
      group_by: [{ key: 'metadata._user' }],
    }
    const made = await post(USAGE, said)
    expect(made.body).toEqual({ id: expect.any(String), object: 'policy_usage_limits' })
    expect(await read(USAGE, String(made.body.id))).toMatchObject({
      ...said,
      object: 'policy_usage_limits',
      description: null,
      workspace_id: workspaceId,
      organisation_id: organisationId,
      target: 'llm',
      alert_threshold: null,
      periodic_reset_days: null,
      next_usage_reset_at: '2026-04-01T00:00:00.000Z',
      last_reset_at: null,
      status: 'active',
      is_enforced: false,
    })
  })

  test('200: a rate; without a name one is made of what it limits', async () => {
    const made = await post(RATES, { ...RATE, organisation_id: organisationId })
    expect(made.body).toEqual({ id: expect.any(String), object: 'policy_rate_limits' })
    expect(await read(RATES, String(made.body.id))).toMatchObject({
      ...RATE,
      name: 'requests by metadata._user',
      is_enforced: false,
    })
  })

  test('200: a week begins on Monday; N days count from the day it was made, or from the one that is said', async () => {
    const next = async (more: object) =>
      (await read(USAGE, await add(USAGE, { periodic_reset: null, ...more }))).next_usage_reset_at
    expect(await next({ periodic_reset: 'weekly' })).toBe('2026-03-16T00:00:00.000Z')
    expect(await next({ periodic_reset_days: 10 })).toBe('2026-03-19T00:00:00.000Z')
    expect(await next({ next_usage_reset_at: '2026-03-12T17:00:00+02:00' })).toBe('2026-03-12T00:00:00.000Z')
    expect(await next({})).toBeNull()
  })

  test.each([
    ['each user and model', { group_by: [{ key: 'metadata._user' }, { key: 'model' }] }],
    [
      'a provider for the workspace',
      { conditions: [{ key: 'provider', value: 'openai' }], group_by: [{ key: 'workspace_id' }] },
    ],
    [
      'all models of a provider but one',
      { conditions: [{ key: 'model', value: '@openai/*', excludes: ['@openai/gpt-5'] }] },
    ],
    ['all keys but some', { conditions: [{ key: 'api_key', value: '*', excludes: [NOBODY] }] }],
    [
      'a prompt’s tokens',
      { type: 'tokens', credit_limit: 100, conditions: [{ key: 'prompt', value: 'pp-1' }] },
    ],
    ['a session', { group_by: [{ key: 'session' }] }],
    ['cents', { credit_limit: 1.25, alert_threshold: 1.1 }],
    ['as many requests as one can write', { type: 'requests', credit_limit: 999_999_999_999_999 }],
  ])('200: a budget on %s', async (_, more) => {
    expect(await read(USAGE, await add(USAGE, more))).toMatchObject(more)
  })

  test.each([
    ['no conditions', { conditions: [] }, 'conditions', 'at least one'],
    ['no groups', { group_by: [] }, 'group_by', 'at least one'],
    [
      'a key nearly right',
      { conditions: [{ key: 'api_keys', value: 'x' }] },
      'conditions.0.key',
      'did you mean api_key?',
    ],
    [
      'metadata without its key',
      { conditions: [{ key: 'metadata.', value: 'x' }] },
      'conditions.0.key',
      'nothing a call is told by',
    ],
    [
      'an endpoint, which is for rates',
      { group_by: [{ key: 'endpoint_type' }] },
      'group_by.0.key',
      'nothing a call is told by',
    ],
    ['a condition without a value', { conditions: [{ key: 'model' }] }, 'conditions.0.value', 'is required'],
    [
      'a member nearly right',
      { conditions: [{ key: 'provider', value: 'a', exclude: 'b' }] },
      'conditions.0.exclude',
      'did you mean excludes?',
    ],
    [
      'a model without its provider',
      { conditions: [{ key: 'model', value: 'gpt-4o' }] },
      'conditions.0.value',
      '@provider-slug/model',
    ],
    [
      'a star where none is read',
      { conditions: [{ key: 'provider', value: 'open*' }] },
      'conditions.0.value',
      'for a model only',
    ],
    [
      'a star that excludes all',
      { conditions: [{ key: 'provider', value: 'a', excludes: '*' }] },
      'conditions.0.excludes',
      'everything',
    ],
    ['a group twice', { group_by: [{ key: 'model' }, { key: 'model' }] }, 'group_by', 'names a key twice'],
    ['a budget under its least', { type: 'tokens', credit_limit: 99 }, 'credit_limit', '100 or more'],
    ['half a request', { type: 'requests', credit_limit: 1.5 }, 'credit_limit', 'whole number of requests'],
    ['more than is counted exactly', { credit_limit: 9_000_001 }, 'credit_limit', 'at most 9000000'],
    ['more than is kept', { type: 'requests', credit_limit: 1e15 }, 'credit_limit', 'at most'],
    ['a threshold at the limit', { alert_threshold: 50 }, 'alert_threshold', 'below credit_limit'],
    ['two ways of beginning anew', { periodic_reset_days: 3 }, 'periodic_reset_days', 'may not stand beside'],
    ['a year and a day', { periodic_reset: null, periodic_reset_days: 366 }, 'periodic_reset_days', '1-365'],
    [
      'a beginning in the past',
      { next_usage_reset_at: '2026-03-09T07:00:00Z' },
      'next_usage_reset_at',
      'after today',
    ],
    ['MCP tools', { target: 'mcp_tools' }, 'target', 'not part of this version'],
    ['a budget by another name', { budget: 5 }, 'budget', 'did you mean credit_limit?'],
    ['a description too long', { description: 'x'.repeat(501) }, 'description', 'at most 500'],
    ['no workspace', { workspace_id: undefined }, 'workspace_id', 'is required'],
  ])('400: a budget with %s', async (_, more, param, message) => {
    const { status, body } = await post(USAGE, { ...BUDGET, ...more })
    expect([status, body.errorCode, (body.error as { param: string }).param]).toEqual([400, 'AB01', param])
    expect(body.message).toContain(message)
  })

  test.each([
    ['a value of 0', { value: 0 }, 'value'],
    ['half a request', { value: 1.5 }, 'value'],
    ['an unknown unit', { unit: 'rpy' }, 'unit'],
    ['cost', { type: 'cost' }, 'type'],
    ['no unit', { unit: undefined }, 'unit'],
  ])('400: a rate with %s', async (_, more, param) => {
    const { status, body } = await post(RATES, { ...RATE, ...more })
    expect([status, (body.error as { param: string }).param]).toEqual([400, param])
  })

  test('200: a rate may tell calls by their endpoint', async () => {
    await add(RATES, { conditions: [{ key: 'endpoint_type', value: 'chat' }] })
  })

  test('404: another organisation; 403: a read-only key', async () => {
    for (const [path, said] of [
      [USAGE, BUDGET],
      [RATES, RATE],
    ] as const) {
      expect((await post(path, { ...said, organisation_id: NOBODY })).status).toBe(404)
      const key = await world.addKey('workspace-service', ['policies.read', 'policies.list'])
      expect((await post(path, said, { key: key.secret })).status).toBe(403)
      const id = await add(path)
      expect((await put(path, id, { name: 'x' }, { key: key.secret })).status).toBe(403)
      expect((await as('DELETE', `${path}/${id}`, { key: key.secret })).status).toBe(403)
      expect((await as('GET', `${path}/${id}`, { key: key.secret })).status).toBe(200)
    }
  })

  test('200 and 403: managers write, members look', async () => {
    const member = await world.addUser('member', { [workspaceId]: 'member' })
    const manager = await world.addUser('member', { [workspaceId]: 'manager' })
    const person = (userId: string): Ask => ({ key: undefined as never, userId })
    expect((await post(USAGE, BUDGET, person(member))).status).toBe(403)
    const made = await post(USAGE, BUDGET, person(manager))
    const { body } = await as('GET', `${USAGE}/${made.body.id}`, person(member))
    expect(body).toMatchObject({ created_by: manager, updated_by: manager })
  })
})

describe('GET /policies', () => {
  test('200: those of the workspace, or of all the key may see; filters', async () => {
    const tokens = await add(USAGE, { type: 'tokens', credit_limit: 500, name: 'Tokens 100% sure' })
    const there = await add(USAGE, { workspace_id: elsewhere.slug })
    const list = async (query: string, ask: Ask = {}) =>
      ids((await as('GET', `${USAGE}?page_size=100&${query}`, ask)).body)
    expect(await list(`workspace_id=${elsewhere.id}`)).toEqual([there])
    expect(await list('')).toEqual(expect.arrayContaining([tokens, there]))
    expect(await list('type=tokens&search=100%25')).toEqual([tokens])
    expect(await list('status=archived')).not.toContain(tokens)
    const key = await world.addKey('workspace-service', ['policies.list'])
    expect(await list('', { key: key.secret })).not.toContain(there)
    const daily = await add(RATES, { unit: 'rpd' })
    expect(ids((await as('GET', `${RATES}?unit=rpd`)).body)).toEqual([daily])
    expect((await as('GET', `${USAGE}?type=energy`)).status).toBe(400)
  })

  test('200: no counters exist, since nothing is counted yet', async () => {
    const id = await add(USAGE)
    const { body } = await as('GET', `${USAGE}/${id}?include_usage=True`)
    expect(body.value_key_usage_map).toEqual({})
    const entities = await as('GET', `${USAGE}/${id}/entities?status=exhausted&search=ana&page_size=100`)
    expect([entities.status, entities.body]).toEqual([200, { object: 'list', total: 0, data: [] }])
    expect((await as('GET', `${USAGE}/${id}/entities?page_size=101`)).status).toBe(400)
    expect((await as('GET', `${USAGE}/${NOBODY}/entities`)).status).toBe(404)
  })

  test('404: a counter nobody has is not reset, and no value is either', async () => {
    const id = await add(USAGE)
    const entity = await as('PUT', `${USAGE}/${id}/entities/${NOBODY}/reset`, { body: {} })
    expect([entity.status, entity.body.message]).toEqual([404, 'No such entity of this policy.'])
    const value = await put(USAGE, id, { reset_usage_for_value: 'metadata._user:ana' })
    expect([value.status, value.body.message]).toEqual([
      404,
      'reset_usage_for_value names no value this policy has counted: nothing is counted by policies yet.',
    ])
    expect((await put(USAGE, id, { reset_usage_for_value: null })).status).toBe(200)
  })

  test('404: another tenant’s and another workspace’s are answered like one nobody has', async () => {
    const other = await world.addOrganisation('tenant')
    const keys = [
      await world.addKey('workspace-service', ALL, { workspaceId: elsewhere.id }),
      await world.addKey('organisation-service', ALL, { organisationId: other.id }),
    ]
    for (const path of [USAGE, RATES]) {
      const id = await add(path)
      for (const { secret: key } of keys) {
        for (const method of ['GET', 'PUT', 'DELETE']) {
          const ask = { key, ...(method === 'PUT' ? { body: {} } : {}) }
          const none = await as(method, `${path}/${NOBODY}`, ask)
          const { status, body } = await as(method, `${path}/${id}`, ask)
          expect([status, body.message]).toEqual([404, none.body.message])
          expect((await as(method, `${path}/no-uuid`, ask)).status).toBe(404)
        }
      }
      expect((await as('GET', `${path}/${id}?workspace_id=${elsewhere.id}`)).status).toBe(404)
    }
  })
})

describe('PUT /policies/{id}', () => {
  test('200: absent stays, null clears, one way of beginning anew takes the place of the other', async () => {
    const id = await add(USAGE, { alert_threshold: 40, description: 'd' })
    const { body } = await put(USAGE, id, { periodic_reset_days: 5, description: null })
    expect(body).toEqual({})
    expect(await read(USAGE, id)).toMatchObject({
      periodic_reset: null,
      periodic_reset_days: 5,
      description: null,
      alert_threshold: 40,
      credit_limit: 50,
    })
    await put(USAGE, id, { periodic_reset: 'weekly' })
    expect(await read(USAGE, id)).toMatchObject({ periodic_reset: 'weekly', periodic_reset_days: null })
    await put(USAGE, id, { periodic_reset: null, alert_threshold: null, credit_limit: 10 })
    expect(await read(USAGE, id)).toMatchObject({
      periodic_reset: null,
      next_usage_reset_at: null,
      alert_threshold: null,
      credit_limit: 10,
    })
  })

  test('200: what was read can be sent back whole', async () => {
    for (const path of [USAGE, RATES]) {
      const id = await add(path)
      const before = await read(path, id)
      const { status, body } = await put(path, id, before)
      expect([status, body.message]).toEqual([200, undefined])
      expect(await read(path, id)).toEqual({ ...before, last_updated_at: expect.any(String) })
    }
  })

  test('200: a rate and its conditions', async () => {
    const id = await add(RATES)
    const changed = { unit: 'rph', value: 7, name: 'New', conditions: [{ key: 'config', value: ['pc-1'] }] }
    await put(RATES, id, changed)
    expect(await read(RATES, id)).toMatchObject(changed)
  })

  test('400: a threshold above the limit that stands, and what never changes', async () => {
    const id = await add(USAGE)
    for (const [said, param] of [
      [{ alert_threshold: 60 }, 'alert_threshold'],
      [{ type: 'tokens' }, 'type'],
      [{ group_by: [{ key: 'model' }] }, 'group_by'],
      [{ credit_limit: 0 }, 'credit_limit'],
    ] as const) {
      const { status, body } = await put(USAGE, id, said)
      expect([status, (body.error as { param: string }).param]).toEqual([400, param])
    }
    const rate = await add(RATES)
    expect((await put(RATES, rate, { type: 'tokens' })).body.message).toContain('never changes')
  })

  test('200: archived by status or by DELETE, read with its status, and back', async () => {
    for (const path of [USAGE, RATES]) {
      const id = await add(path)
      expect((await as('DELETE', `${path}/${id}`)).body).toEqual({})
      expect((await as('GET', `${path}/${id}`)).status).toBe(404)
      expect((await as('GET', `${path}/${id}?status=archived`)).body.status).toBe('archived')
      expect((await put(path, id, { name: 'x' })).status).toBe(404)
      expect((await put(path, id, { status: 'active' })).status).toBe(200)
      await put(path, id, { status: 'archived' })
      expect((await as('GET', `${path}/${id}`)).status).toBe(404)
    }
  })

  test('200: the trail tells before and after, once; a failed change tells nothing', async () => {
    const { prisma } = world.database
    for (const path of [USAGE, RATES]) {
      const id = await add(path)
      await put(path, id, { name: 'After' })
      await put(path, id, { type: 'nonsense' })
      await as('DELETE', `${path}/${id}`)
      const rows = await prisma.auditEvent.findMany({ where: { resourceId: id }, orderBy: { at: 'asc' } })
      expect(rows.map(({ action, resourceType }) => [action, resourceType])).toEqual([
        ['create', 'policies'],
        ['update', 'policies'],
        ['delete', 'policies'],
      ])
      expect(rows[1]).toMatchObject({
        workspaceId,
        before: { id, name: expect.stringContaining(' by ') },
        after: { id, name: 'After' },
      })
      expect([rows[0]?.before, rows[2]?.after]).toEqual([null, null])
    }
  })

  test('200: changes at once are one after the other', async () => {
    const id = await add(USAGE, { alert_threshold: 40 })
    const answers = await Promise.all([
      put(USAGE, id, { credit_limit: 30, alert_threshold: 20 }),
      put(USAGE, id, { alert_threshold: 45 }),
    ])
    const { credit_limit, alert_threshold } = await read(USAGE, id)
    expect(Number(alert_threshold)).toBeLessThan(Number(credit_limit))
    expect(answers.map(({ status }) => status)).toContain(200)
  })
})
