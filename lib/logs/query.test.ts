import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logDetailRow, logRow, logsQuery } from '../contract/telemetry.ts'
import { uuidv7 } from '../ids.ts'
import { sampleBodies, sampleRecord } from '../testing/calls.ts'
import { type TestDatabase, testDatabase } from '../testing/postgres.ts'
import { storeCalls } from '../testing/stored-calls.ts'
import { type LogFilter, logFilterOf } from './filter.ts'
import { type LogListOptions, listLogs, readLog } from './query.ts'
import type { CallBodies, CallRecord } from './record.ts'
import { detailForWire, rowForWire } from './wire.ts'

const HOUR_MS = 3_600_000
const now = new Date()

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** A workspace of this test alone, with these calls in it, `agoMs` before now and 1 ms apart. */
async function workspaceWith(calls: (Partial<CallRecord> & { agoMs?: number; bodies?: CallBodies })[]) {
  const workspaceId = uuidv7(Date.now())
  const records = calls.map(({ agoMs = 0, bodies, ...fields }, i) => ({
    record: sampleRecord({
      id: uuidv7(now.getTime() - agoMs - calls.length + i),
      workspace_id: workspaceId,
      ...fields,
    }),
    bodies: bodies ?? null,
  }))
  await storeCalls(database.pool, records)
  return { workspaceId, ids: records.map(({ record }) => record.id) }
}

const list = (workspaceId: string, options: Partial<LogListOptions> = {}) =>
  listLogs(database.prisma, {
    workspaceIds: [workspaceId],
    filter: {},
    cursor: null,
    pageSize: 100,
    order: 'desc',
    now,
    ...options,
  })

async function allPages(workspaceId: string, options: Partial<LogListOptions>) {
  const pages: string[][] = []
  let cursor: string | null = null
  do {
    const page = await list(workspaceId, { ...options, cursor })
    pages.push(page.rows.map((row) => row.id))
    cursor = page.nextCursor
  } while (cursor !== null && pages.length < 100)
  return pages
}

describe('a list of logs', () => {
  test('is newest first, oldest first on request, and pages meet without a gap or a double', async () => {
    const { workspaceId, ids } = await workspaceWith(
      Array.from({ length: 23 }, (_, i) => ({ agoMs: (22 - i) * 5 * HOUR_MS })),
    )
    for (const filter of [{}, { isSuccess: true }] satisfies LogFilter[]) {
      const descending = await allPages(workspaceId, { filter, pageSize: 10 })
      expect(descending.flat()).toEqual([...ids].reverse())
      expect(descending.map((page) => page.length)).toEqual([10, 10, 3])
      const from = new Date(now.getTime() - 200 * HOUR_MS)
      expect(
        (await allPages(workspaceId, { filter: { ...filter, from }, pageSize: 7, order: 'asc' })).flat(),
      ).toEqual(ids)
    }
  })

  test('that is handed out short goes on where it stopped, both ways', async () => {
    const { workspaceId, ids } = await workspaceWith(
      Array.from({ length: 12 }, (_, i) => ({
        agoMs: (11 - i) * 7 * HOUR_MS,
        status: i % 3 === 0 ? 500 : 200,
      })),
    )
    const failed = ids.filter((_, i) => i % 3 === 0)
    const options = {
      filter: { statuses: ['500'], from: new Date(now.getTime() - 100 * HOUR_MS) },
      scanMsMax: -1,
    }
    const descending = await allPages(workspaceId, options)
    expect(descending.length).toBeGreaterThan(3)
    expect(descending.flat()).toEqual([...failed].reverse())
    expect((await allPages(workspaceId, { ...options, order: 'asc' })).flat()).toEqual(failed)
  })

  test('shows nothing of other workspaces, and several at once in one order', async () => {
    const [one, two, other] = [
      await workspaceWith([{ agoMs: 30 }, { agoMs: 10 }]),
      await workspaceWith([{ agoMs: 20 }]),
      await workspaceWith([{}]),
    ]
    const page = await list(one.workspaceId, { workspaceIds: [one.workspaceId, two.workspaceId] })
    expect(page.rows.map((row) => row.id)).toEqual([one.ids[1], two.ids[0], one.ids[0]])
    expect((await list(one.workspaceId, { workspaceIds: [] })).rows).toEqual([])
    expect((await list(one.workspaceId, { filter: { search: other.ids[0] } })).rows).toEqual([])
  })

  test('keeps to its time range, and looks back 90 days without one', async () => {
    const { workspaceId, ids } = await workspaceWith([
      { agoMs: 100 * 24 * HOUR_MS, retention_days: 365 },
      { agoMs: 3 * HOUR_MS },
      { agoMs: 1 * HOUR_MS },
    ])
    const at = (agoHours: number) => new Date(now.getTime() - agoHours * HOUR_MS)
    const idsOf = async (filter: LogFilter) => (await list(workspaceId, { filter })).rows.map((row) => row.id)
    expect(await idsOf({})).toEqual([ids[2], ids[1]])
    expect(await idsOf({ from: at(4), to: at(2) })).toEqual([ids[1]])
    expect(await idsOf({ from: at(200 * 24) })).toEqual([ids[2], ids[1], ids[0]])
    expect(await idsOf({ from: at(1), to: at(2) })).toEqual([])
  })

  test.each<[string, LogFilter, Partial<CallRecord>]>([
    ['status', { statuses: ['429'] }, { status: 429 }],
    ['status class', { statuses: ['4xx', '503'] }, { status: 404 }],
    ['failure', { isSuccess: false }, { is_success: false }],
    ['model', { models: ['claude-sonnet-4-5', 'none'] }, { ai_model: 'claude-sonnet-4-5' }],
    ['provider and model', { providerModels: ['anthropic__m'] }, { ai_org: 'anthropic', ai_model: 'm' }],
    ['provider slug', { providerSlugs: ['other'] }, { provider_slug: 'other' }],
    [
      'key',
      { apiKeyIds: ['018f0000-0000-7000-8000-00000000aaaa'] },
      { api_key_id: '018f0000-0000-7000-8000-00000000aaaa' },
    ],
    ['trace', { traceIds: ['run-7'] }, { trace_id: 'run-7' }],
    ['span', { spanIds: ['s'] }, { span_id: 's' }],
    ['cost', { costNanosMin: 50_000, costNanosMax: 60_000 }, { cost_nanos: 55_000 }],
    ['tokens', { tokensMin: 1_000 }, { input_tokens: 2_000_000_000, output_tokens: 2_000_000_000 }],
    ['input tokens', { inputTokensMin: 0, inputTokensMax: 5 }, { input_tokens: 5 }],
    ['output tokens', { outputTokensMax: 7 }, { output_tokens: 7 }],
    ['cache status', { cacheStatuses: ['HIT'] }, { cache_status: 'HIT' }],
    [
      'metadata',
      { metadata: { team: 'shop', env: 'p"\\q' } },
      { metadata: { team: 'shop', env: 'p"\\q', x: 'y' } },
    ],
    ['user', { users: ['bob'] }, { user_label: 'bob' }],
    ['session', { sessionIds: ['f00d'] }, { session_id: 'f00d' }],
    ['endpoint', { endpoints: ['embed'] }, { endpoint: 'embed' }],
    ['search for a trace', { search: 'run-7' }, { trace_id: 'run-7' }],
    ['search for part of a user', { search: 'b_b%' }, { user_label: 'xb_b%x' }],
    ['search for part of a model', { search: 'SONNET' }, { ai_model: 'claude-sonnet-4-5' }],
  ])('filtered by %s holds the calls that match and no other', async (_, filter, fields) => {
    const { workspaceId, ids } = await workspaceWith([{}, fields, {}])
    expect((await list(workspaceId, { filter })).rows.map((row) => row.id)).toEqual([ids[1]])
  })

  test('searched by a log id finds it whatever its age', async () => {
    const { workspaceId, ids } = await workspaceWith([{ agoMs: 95 * 24 * HOUR_MS, retention_days: 180 }, {}])
    const page = await list(workspaceId, { filter: { search: ids[0] } })
    expect(page.rows.map((row) => row.id)).toEqual([ids[0]])
  })

  test('refuses a cursor it never gave out', async () => {
    await expect(list(uuidv7(Date.now()), { cursor: 'x' })).rejects.toMatchObject({
      code: 'validation',
      param: 'cursor',
    })
  })
})

describe('the query string', () => {
  const filterOf = (query: Record<string, string>) => logFilterOf(logsQuery.parse(query))

  test('spells a filter: cents become nanos, a slug loses its @', () => {
    expect(
      filterOf({
        cost_min: '0.5',
        virtual_keys: '@openai-prod,backup',
        status_code: '4xx,500',
        metadata: '{"team":"shop"}',
        cache_status: 'hit',
        is_success: 'True',
        time_of_generation_min: '2026-03-08T00:00:00+01:00',
      }),
    ).toMatchObject({
      costNanosMin: 5_000_000,
      providerSlugs: ['openai-prod', 'backup'],
      statuses: ['4xx', '500'],
      metadata: { team: 'shop' },
      cacheStatuses: ['HIT'],
      isSuccess: true,
      from: new Date('2026-03-07T23:00:00Z'),
    })
  })

  test.each(['nope', '[]', '"x"', '{"a":1}', 'null'])('refuses %s as metadata', (metadata) => {
    expect(() => filterOf({ metadata })).toThrow('metadata must be a JSON object of strings')
  })

  test('asking for what no row has yet matches nothing, instead of everything', async () => {
    const { workspaceId } = await workspaceWith([{}])
    expect((await list(workspaceId, { filter: filterOf({ prompt_slug: 'greeting' }) })).rows).toEqual([])
    expect((await list(workspaceId, { filter: filterOf({ weighted_feedback_min: '1' }) })).rows).toEqual([])
  })
})

describe('a log row on the wire', () => {
  test('is the contract shape, with cost in cents and unpriced as null', async () => {
    const { workspaceId } = await workspaceWith([
      { cost_nanos: 12_345_678, overhead_us: 420, is_stream: true },
      { cost_nanos: null, is_unpriced: true },
    ])
    const [unpriced, priced] = (await list(workspaceId)).rows.map(rowForWire)
    expect(logRow.parse(priced)).toMatchObject({
      cost: 1.2345678,
      total_units: 42,
      gateway_processing_time: 0.42,
      stream_mode: 1,
      virtual_key: 'openai-prod',
      'metadata.key': ['env', '_user'],
      'metadata.value': ['prod', 'ann'],
      user: 'ann',
    })
    expect(priced?.metadata_map).toEqual({ env: 'prod', _user: 'ann' })
    expect(logRow.parse(unpriced)).toMatchObject({ cost: null, unpriced: true })
  })
})

describe('one log', () => {
  const head = JSON.stringify({
    request: {
      method: 'POST',
      url: '/v1/chat/completions?x=1',
      headers: { 'x-portkey-trace-id': 't', accept: '*/*' },
    },
    response: { status: 200, headers: { 'content-type': 'application/json' } },
    final: {
      method: 'POST',
      url: 'https://api.example.com/chat',
      headers: { authorization: 'Bearer sk********wAA' },
    },
    clamped: [],
    dropped: [],
  })

  test('has its request, response and what the upstream was sent, parsed, and reads as a conversation', async () => {
    const { workspaceId, ids } = await workspaceWith([{ has_bodies: true, bodies: sampleBodies({ head }) }])
    const detail = await readLog(database.prisma, ids[0] as string, { workspaceIds: [workspaceId] })
    const wire = detailForWire(detail as NonNullable<typeof detail>)
    expect(logDetailRow.parse(wire)).toMatchObject({
      _id: ids[0],
      request: {
        url: '/v1/chat/completions?x=1',
        method: 'POST',
        headers: { accept: '*/*' },
        portkeyHeaders: { 'x-portkey-trace-id': 't' },
        body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] },
      },
      response: { status: 200, body: { choices: [{ message: { content: 'hello' } }] }, responseTime: 123 },
      transformedRequest: { url: 'https://api.example.com/chat', body: { model: 'gpt-4o-mini' } },
      attempts: [{ provider: 'openai-prod', status: 200 }],
      bodies_absent: null,
    })
    expect(wire.conversation?.messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'hi'],
      ['assistant', 'hello'],
    ])
  })

  test('keeps an event stream as text and other bytes whole', async () => {
    const stream = 'data: {"choices":[{"delta":{"content":"hé"}}]}\n\ndata: [DONE]\n\n'
    const bodies = sampleBodies({ request: Buffer.from([0xff, 0xfe, 0]), response: Buffer.from(stream) })
    const { workspaceId, ids } = await workspaceWith([{ has_bodies: true, bodies }])
    const detail = await readLog(database.prisma, ids[0] as string, { workspaceIds: [workspaceId] })
    const wire = detailForWire(detail as NonNullable<typeof detail>)
    expect(wire.request.body).toEqual({ encoding: 'base64', data: '//4A' })
    expect(wire.response.body).toBe(stream)
    expect(wire.conversation?.messages[0]?.text).toBe('hé')
  })

  test('without bodies says why: never kept, or hidden from this viewer', async () => {
    const { workspaceId, ids } = await workspaceWith([
      {},
      { has_bodies: true, bodies: sampleBodies({ head }) },
    ])
    const read = async (i: number) => {
      const detail = await readLog(database.prisma, ids[i] as string, { workspaceIds: [workspaceId] })
      return detail as NonNullable<typeof detail>
    }
    expect(detailForWire(await read(0))).toMatchObject({ bodies_absent: 'off', conversation: null })
    const hidden = detailForWire(await read(1), { by: 'membersViewLogs' })
    expect(hidden).toMatchObject({ bodies_absent: 'hidden', conversation: null, transformedRequest: null })
    expect([hidden.request, hidden.response].flatMap(Object.keys)).not.toContain('body')
    expect([hidden.request, hidden.response].flatMap(Object.keys)).not.toContain('headers')
  })

  test('of another workspace, or with a made-up id, is not there', async () => {
    const { ids } = await workspaceWith([{}])
    const scope = { workspaceIds: [uuidv7(Date.now())] }
    expect(await readLog(database.prisma, ids[0] as string, scope)).toBeNull()
    expect(await readLog(database.prisma, "' OR 1=1 --", scope)).toBeNull()
  })
})
