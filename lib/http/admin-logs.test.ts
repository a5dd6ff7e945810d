import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdminRuntime, ReplayCall } from '../admin/context.ts'
import { logVerbs, overviewVerbs } from '../admin/telemetry.ts'
import { logDetailRow, logRow, overviewRow } from '../contract/telemetry.ts'
import { uuidv7 } from '../ids.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'
import { type AdminWorld, type Ask, adminWorld } from '../testing/admin.ts'
import { sampleBodies, sampleRecord } from '../testing/calls.ts'
import { storeCalls } from '../testing/stored-calls.ts'
import { adminRoute, type RouteHandlers } from './admin.ts'

const DAY_MS = 86_400_000
const CANARY = 'sk-canary-0123456789abcdefghijklmnop'

let world: AdminWorld
let routes: RouteHandlers
let workspaceId: string
let appended: { record: CallRecord; bodies: CallBodies | null }[]
let replayed: ReplayCall[]

const journal: NonNullable<AdminRuntime['journal']> = {
  append: (record, bodies) => void appended.push({ record, bodies }),
}
const gateway: NonNullable<AdminRuntime['gateway']> = {
  replay: async (call) => {
    replayed.push(call)
    const body = new TextEncoder().encode('{"id":"again"}')
    return { logId: uuidv7(Date.now()), status: 200, headers: { 'content-type': 'application/json' }, body }
  },
}

beforeAll(async () => {
  // Rows have real times, since retention is judged by the database's clock.
  world = await adminWorld({ now: Date.now, newId: () => uuidv7(Date.now()), journal, gateway })
  routes = adminRoute(world.source, logVerbs, overviewVerbs)
  workspaceId = world.first.workspaceId
  appended = []
  replayed = []
})
afterAll(() => world.drop())

const get = (path: string, ask: Ask = {}) => world.call(routes, 'GET', path, { key: world.adminKey, ...ask })
const post = (path: string, body: unknown, ask: Ask) => world.call(routes, 'POST', path, { body, ...ask })

async function addCalls(calls: Partial<CallRecord>[], bodies: CallBodies | null = null): Promise<string[]> {
  const made = calls.map((fields, index) => ({
    record: sampleRecord({
      id: uuidv7(Date.now() - 60_000 + index),
      organisation_id: world.first.organisationId,
      workspace_id: workspaceId,
      has_bodies: bodies !== null,
      ...fields,
    }),
    bodies,
  }))
  await storeCalls(world.database.pool, made)
  return made.map(({ record }) => record.id)
}

describe('GET /logs', () => {
  test('200: rows of the workspace, newest first, by pages, with the total of the range', async () => {
    const { id } = await world.addWorkspace('Pages')
    const ids = await addCalls([{ workspace_id: id }, { workspace_id: id }, { workspace_id: id }])
    const first = await get(`logs?workspace_id=${id}&page_size=2`)
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({ object: 'list', total: 3, next_cursor: expect.any(String) })
    const rows = first.body.data as { id: string; workspace_slug: string }[]
    expect(rows.map((row) => row.id)).toEqual([ids[2], ids[1]])
    expect(logRow.parse(rows[0])).toMatchObject({
      cost: 0.00198,
      cost_currency: 'USD',
      workspace_slug: 'ws-pages',
      log_store_file_path_format: null,
    })
    const second = await get(`logs?workspace_id=${id}&page_size=2&cursor=${first.body.next_cursor}`)
    expect((second.body.data as { id: string }[]).map((row) => row.id)).toEqual([ids[0]])
    expect(second.body.next_cursor).toBeNull()
  })

  test('200: filters; a total only where the roll-ups can tell', async () => {
    const { id } = await world.addWorkspace('Filters')
    const [failed] = await addCalls([
      { workspace_id: id, status: 429, is_success: false, ai_model: 'gpt-4o' },
      { workspace_id: id, metadata: { team: 'blue' } },
    ])
    const bad = await get(`logs?workspace_id=${id}&status_code=4xx`)
    expect(bad.body).toMatchObject({ total: 1, data: [{ id: failed }] })
    const blue = await get(`logs?workspace_id=${id}&metadata=${encodeURIComponent('{"team":"blue"}')}`)
    expect(blue.body).toMatchObject({ total: null })
    expect(blue.body.data).toHaveLength(1)
    expect((await get(`logs?workspace_id=${id}&is_success=True`)).body.data).toHaveLength(1)
  })

  test('200: several workspaces by slug for who may read them; a bound key stays in its own', async () => {
    const [one, two] = [await world.addWorkspace('Several A'), await world.addWorkspace('Several B')]
    const ids = await addCalls([{ workspace_id: one.id }, { workspace_id: two.id }])
    const both = await get(`logs?workspace_slug=${one.slug},${two.slug}`)
    expect((both.body.data as { id: string }[]).map((row) => row.id).sort()).toEqual([...ids].sort())
    const bound = await world.addKey('workspace-service', ['logs.list'], { workspaceId: one.id })
    const own = await get(`logs?workspace_slug=${two.slug}`, { key: bound.secret })
    expect((own.body.data as { id: string }[]).map((row) => row.id)).toEqual([ids[0]])
    const unknown = await get('logs?workspace_slug=ws-nope')
    expect([unknown.status, unknown.body.errorCode]).toEqual([404, 'AB02'])
    const member = await world.addUser('member', { [one.id]: 'member' })
    const refused = await world.call(
      routes,
      'GET',
      `logs?workspace_id=${one.id}&workspace_slug=${two.slug}`,
      { userId: member },
    )
    expect([refused.status, refused.body.errorCode]).toEqual([404, 'AB02'])
  })

  test.each([
    'page_size=0',
    'page_size=101',
    'page_size=x',
    'cursor=%00',
    'cursor=nope',
    'metadata=nope',
    'metadata=[]',
    'order_by=cost',
    'time_of_generation_min=yesterday',
    'is_success=maybe',
    'cost_min=much',
    'status_code=99x',
  ])('400 AB01: %s', async (query) => {
    const { status, body } = await get(`logs?${query}`)
    expect([status, body.errorCode]).toEqual([400, 'AB01'])
  })

  test.each([
    'time_of_generation_min=0001-01-01T00:00:00Z&time_of_generation_max=9999-12-31T23:59:59Z',
    'time_of_generation_min=2026-02-01T00:00:00Z&time_of_generation_max=2026-01-01T00:00:00Z',
    'search=%25_%5C&page_size=1',
    'cost_min=-5&cost_max=1e300&total_units_min=1e300',
    'api_key_ids=nope&configs=nope&trace_id=,,,',
    'metadata=%7B%22__proto__%22%3A%22x%22%7D',
    `cursor=${'f'.repeat(8)}-ffff-7fff-bfff-${'f'.repeat(12)}`,
  ])('200 for an odd question: %s', async (query) => {
    const { status, body } = await get(`logs?${query}`)
    expect([status, body.message]).toEqual([200, undefined])
  })

  test('403 AB03 without logs.list', async () => {
    const key = await world.addKey('workspace-service', ['logs.view', 'completions.write'])
    expect((await get('logs', { key: key.secret })).status).toBe(403)
  })
})

describe('GET /logs/{id}', () => {
  test('200: the call with what it said, wherever its workspace is, to each scope that opens it', async () => {
    const { id: other } = await world.addWorkspace('Detail')
    const [id] = await addCalls([{ workspace_id: other }], sampleBodies())
    const { status, body } = await get(`logs/${id}`)
    expect(status).toBe(200)
    expect(logDetailRow.parse(body)).toMatchObject({
      _id: id,
      request: { body: { model: 'gpt-4o-mini' } },
      response: { status: 200, body: { choices: [{ message: { content: 'hello' } }] } },
      metrics: { id },
      bodies_absent: null,
    })
    for (const scope of ['logs.view', 'completions.write', 'logs.write']) {
      const key = await world.addKey('workspace-service', [scope], { workspaceId: other })
      expect((await get(`logs/${id}`, { key: key.secret })).status).toBe(200)
    }
  })

  test('200: a call logged without bodies says so', async () => {
    const [id] = await addCalls([{}])
    expect((await get(`logs/${id}`)).body).toMatchObject({ bodies_absent: 'off', metrics: { id } })
  })

  test('404 AB08: nobody’s, another workspace’s, another tenant’s, and what is no id, alike', async () => {
    const { id: other } = await world.addWorkspace('Not theirs')
    const [id] = await addCalls([{ workspace_id: other }])
    const tenant = await world.addOrganisation('logs-tenant')
    const neighbour = await world.addKey('workspace-service', ['logs.view'])
    const theirs = await world.addKey('organisation-service', ['logs.view'], { organisationId: tenant.id })
    for (const [path, key] of [
      [`logs/${id}`, neighbour.secret],
      [`logs/${id}`, theirs.secret],
      [`logs/${uuidv7(Date.now())}`, world.adminKey],
      ['logs/nope', world.adminKey],
    ] as const) {
      const { status, body } = await get(path, { key })
      expect([status, body.errorCode, body.message]).toEqual([404, 'AB08', 'No such log.'])
    }
  })

  test('403 AB03 for a key that may only list', async () => {
    const [id] = await addCalls([{}])
    const key = await world.addKey('workspace-service', ['logs.list'])
    expect((await get(`logs/${id}`, { key: key.secret })).status).toBe(403)
  })
})

describe('POST /logs', () => {
  const entry = {
    request: {
      url: 'https://api.openai.com/v1/chat/completions',
      provider: 'openai',
      method: 'post',
      headers: { authorization: `Bearer ${CANARY}` },
      body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] },
    },
    response: {
      status: 200,
      response_time: 250,
      headers: {},
      body: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        usage: { prompt_tokens: 1000, completion_tokens: 100 },
      },
    },
    metadata: { traceId: 'run-1', team: 'blue' },
  }
  const writer = () => world.addKey('workspace-service', ['completions.write', 'logs.write'])

  test('200: one entry is priced and in the journal before the reply, its secrets masked', async () => {
    const { id, secret } = await writer()
    appended = []
    const { status, body, text } = await post('logs', entry, { key: secret })
    expect([status, body]).toEqual([
      200,
      { status: 'success', message: 'Log accepted.', ids: [expect.any(String)] },
    ])
    expect(appended).toHaveLength(1)
    expect(appended[0]?.record).toMatchObject({
      id: (body.ids as string[])[0],
      workspace_id: workspaceId,
      api_key_id: id,
      source: 'ingest',
      trace_id: 'run-1',
      input_tokens: 1000,
      output_tokens: 100,
      cost_nanos: 210_000,
      is_unpriced: false,
      metadata: { team: 'blue' },
      response_ms: 250,
    })
    expect(appended[0]?.bodies?.head).not.toContain(CANARY)
    expect(text).not.toContain(CANARY)
  })

  test('200: a list, and Node’s numbered object, answer ids in order; they land in Postgres as rows', async () => {
    const { secret } = await writer()
    for (const body of [[entry, entry], { 0: entry, 1: entry }]) {
      appended = []
      const { status, body: answer } = await post('logs', body, { key: secret })
      expect([status, answer.message]).toEqual([200, '2 logs accepted.'])
      expect(answer.ids).toEqual(appended.map(({ record }) => record.id))
      await storeCalls(world.database.pool, appended)
      expect((await get(`logs/${(answer.ids as string[])[1]}`)).body).toMatchObject({
        metrics: { source: 'ingest', cost: 0.021 },
      })
    }
  })

  test('200: many large entries at once; 413 beyond what the data plane takes as well', async () => {
    const { secret } = await writer()
    const turn = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x'.repeat(120_000) }] }
    const large = { ...entry, request: { ...entry.request, body: turn } }
    appended = []
    expect((await post('logs', Array(20).fill(large), { key: secret })).status).toBe(200)
    expect(appended).toHaveLength(20)
    const { status, body } = await post('logs', Array(300).fill(large), { key: secret })
    expect([status, body.errorCode, body.message]).toEqual([413, 'AB01', 'A body here has at most 32 MB.'])
  })

  test('200: a failure costs nothing; an answer without usage, or of an unknown model, is unpriced and never 0', async () => {
    const { secret } = await writer()
    appended = []
    const { usage: _, ...bare } = entry.response.body
    await post(
      'logs',
      [
        { ...entry, response: { status: 500, body: { error: {} } } },
        { ...entry, response: { status: 200, body: bare } },
        { ...entry, request: { ...entry.request, body: { model: 'nobody-knows' } } },
      ],
      { key: secret },
    )
    expect(appended.map(({ record }) => [record.cost_nanos, record.is_unpriced])).toEqual([
      [0, false],
      [null, true],
      [null, true],
    ])
  })

  test('200: a workspace that keeps metrics only keeps no bodies', async () => {
    const { id } = await world.addWorkspace('Metrics only')
    await world.database.prisma.organisation.update({
      where: { id: world.first.organisationId },
      data: { settings: { allow_workspace_override: true } },
    })
    await world.database.prisma.workspace.update({
      where: { id },
      data: { settings: { request_logging: 'metrics_only', retention: { logs_days: 7 } } },
    })
    const { secret } = await world.addKey('workspace-service', ['completions.write', 'logs.write'], {
      workspaceId: id,
    })
    appended = []
    await post('logs', entry, { key: secret })
    expect(appended[0]).toMatchObject({ bodies: null, record: { has_bodies: false, retention_days: 7 } })
  })

  test.each([
    ['nothing', undefined],
    ['an empty list', []],
    ['text', '"x"'],
    ['no request', { response: {} }],
    ['no response', { request: {} }],
    ['a status out of range', { ...entry, response: { status: 42 } }],
    ['metadata that is a list', { ...entry, metadata: [] }],
    ['a time below zero', { ...entry, response: { status: 200, response_time: -1 } }],
    ['one bad among good', [entry, {}]],
  ])('400 AB01: %s; nothing is written', async (_, body) => {
    const { secret } = await writer()
    appended = []
    const answer = await post('logs', body, { key: secret })
    expect([answer.status, answer.body.errorCode, appended]).toEqual([400, 'AB01', []])
  })

  test('403 AB03: with one of the two scopes only, and for a person, whose row would belong to no key', async () => {
    for (const scope of ['completions.write', 'logs.write']) {
      const { secret } = await world.addKey('workspace-service', [scope])
      expect((await post('logs', entry, { key: secret })).status).toBe(403)
    }
    expect((await post('logs', entry, { userId: world.ownerId })).status).toBe(403)
  })

  test('503 when the journal takes no more: the caller is told to come back', async () => {
    const full = await adminWorldWithout()
    expect(full.status).toBe(503)
    expect(full.headers.get('x-portkey-request-id')).toBeTruthy()
  })

  async function adminWorldWithout() {
    const { journal: _, ...rest } = world.runtime
    const handlers = adminRoute(async () => ({ admin: rest }), logVerbs)
    const { secret } = await writer()
    return world.call(handlers, 'POST', 'logs', { key: secret, body: entry })
  }
})

describe('POST /logs/{id}/replay', () => {
  const head = JSON.stringify({
    request: {
      method: 'POST',
      url: '/v1/chat/completions',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer sk********nop',
        'x-portkey-trace-id': 't',
        'x-portkey-provider': '@prod',
        cookie: 'a=b',
      },
    },
  })

  test('200: the stored request goes through the data plane as the person’s own key', async () => {
    const person = await world.addUser('member', { [workspaceId]: 'member' })
    const own = await world.addKey('workspace-user', ['completions.write'], { userId: person })
    const [id] = await addCalls([{}], sampleBodies({ head }))
    replayed = []
    const { status, body } = await post(`logs/${id}/replay`, undefined, { userId: person })
    expect([status, body]).toEqual([
      200,
      {
        object: 'replay',
        log_id: expect.any(String),
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: { id: 'again' },
      },
    ])
    expect(replayed).toMatchObject([
      {
        keyId: own.id,
        method: 'POST',
        path: '/chat/completions',
        headers: { 'content-type': 'application/json', 'x-portkey-provider': '@prod' },
      },
    ])
    expect(Object.keys(replayed[0]?.headers ?? {}).sort()).toEqual(['content-type', 'x-portkey-provider'])
    expect(Buffer.from(replayed[0]?.body ?? []).toString()).toContain('gpt-4o-mini')
    const audit = await world.database.prisma.auditEvent.findFirst({
      where: { resourceType: 'logs', actorId: person },
    })
    expect(audit).toMatchObject({ action: 'manage', resourceId: id, responseStatusCode: 200 })
  })

  test('403 AB03: no key of one’s own that may infer; the message says to make one', async () => {
    const person = await world.addUser('admin')
    await world.addKey('workspace-user', ['logs.view'], { userId: person })
    const [id] = await addCalls([{}], sampleBodies({ head }))
    const { status, body } = await post(`logs/${id}/replay`, undefined, { userId: person })
    expect([status, body.errorCode]).toEqual([403, 'AB03'])
    expect(body.message).toContain('Create a user key under API keys')
  })

  test('403 AB03: never for keys, nor from a page of another host', async () => {
    const [id] = await addCalls([{}], sampleBodies({ head }))
    expect((await post(`logs/${id}/replay`, undefined, { key: world.adminKey })).status).toBe(403)
    expect(
      (
        await post(`logs/${id}/replay`, undefined, {
          userId: world.ownerId,
          headers: { origin: 'https://elsewhere.example' },
        })
      ).status,
    ).toBe(403)
  })

  test('404 AB08: a log of a workspace the person is not in', async () => {
    const { id: other } = await world.addWorkspace('Closed to them')
    const person = await world.addUser('member', { [workspaceId]: 'member' })
    const [id] = await addCalls([{ workspace_id: other }], sampleBodies({ head }))
    expect((await post(`logs/${id}/replay`, undefined, { userId: person })).status).toBe(404)
  })

  test('409 AB07: a call without a stored body, made elsewhere, or of another kind', async () => {
    const person = await world.addUser('admin')
    await world.addKey('workspace-user', ['completions.write'], { userId: person })
    const ids = [
      ...(await addCalls([{}])),
      ...(await addCalls(
        [{ source: 'ingest' }, { endpoint: 'createTranscription' }],
        sampleBodies({ head }),
      )),
    ]
    for (const id of ids) {
      const { status, body } = await post(`logs/${id}/replay`, undefined, { userId: person })
      expect([status, body.errorCode]).toEqual([409, 'AB07'])
    }
  })
})

describe('what later versions bring', () => {
  test.each([
    ['GET', 'logs/exports'],
    ['POST', 'logs/exports'],
    ['GET', 'logs/exports/1/download'],
    ['POST', 'logs/exports/1/start'],
  ])('501 %s %s', async (method, path) => {
    const { status, body } = await world.call(routes, method, path, { key: world.adminKey })
    expect([status, body.success]).toEqual([501, false])
  })
})

describe('GET /admin/overview', () => {
  test('200: figures in cents and ms, and a checklist that ticks itself', async () => {
    const { id } = await world.addWorkspace('Overview')
    const empty = await get(`admin/overview?workspace_id=${id}`)
    expect(overviewRow.parse(empty.body)).toMatchObject({
      range: '24h',
      bucket_seconds: 900,
      now: { requests: 0, cost: 0, p50_ms: null },
      checklist: { has_provider: false, has_key: false, has_request: false },
    })
    await addCalls([
      { workspace_id: id },
      { workspace_id: id, status: 500, is_success: false, cost_nanos: null, is_unpriced: true },
    ])
    await world.addKey('workspace-service', [], { workspaceId: id })
    const { body } = await get(`admin/overview?workspace_id=${id}&range=1h`)
    expect(overviewRow.parse(body)).toMatchObject({
      range: '1h',
      now: { requests: 2, errors: 1, unpriced: 1, cost: 0.00198, input_tokens: 24 },
      before: { requests: 0 },
      models: [{ name: 'gpt-4o-mini', requests: 2 }],
      providers: [{ name: 'openai-prod', requests: 2, errors: 1 }],
      checklist: { has_provider: false, has_key: true, has_request: true },
    })
    expect(Date.parse(String(body.to)) - Date.parse(String(body.from))).toBeLessThan(DAY_MS)
  })

  test('the sandbox and the key of the first start tick nothing', async () => {
    expect((await get(`admin/overview?workspace_id=${workspaceId}`)).body.checklist).toMatchObject({
      has_provider: false,
    })
  })

  test('400 AB01: an unknown range; 403 AB03 without analytics.view', async () => {
    expect((await get('admin/overview?range=5m')).status).toBe(400)
    const key = await world.addKey('workspace-service', ['logs.view'])
    expect((await get('admin/overview', { key: key.secret })).status).toBe(403)
  })
})
