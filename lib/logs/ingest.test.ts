import { describe, expect, test } from 'vitest'
import { ingestEntry } from '../contract/telemetry.ts'
import { type IngestCaller, type IngestWorld, ingestRecord } from './ingest.ts'

const caller: IngestCaller = {
  organisationId: 'o',
  workspaceId: 'w',
  apiKeyId: 'k',
  userId: null,
  logging: 'full',
  retentionDays: 90,
  bodiesRetentionDays: 30,
}
const metered: unknown[] = []
const world: IngestWorld = {
  nowMs: Date.UTC(2026, 2, 9, 12),
  meter: (answer) => {
    metered.push(answer)
    return {
      usage: { input: 9, output: 3, reasoning: 1, cacheRead: 2, cacheWrite: 0 },
      costNanos: 42,
      isUnpriced: false,
    }
  },
}
const ingested = (entry: unknown, from: Partial<IngestCaller> = {}) =>
  ingestRecord(ingestEntry.parse(entry), { ...caller, ...from }, world)

const entry = {
  request: {
    url: 'https://user:pw@api.example.com/v1/chat/completions?key=AIzaSy-secret-123456',
    provider: 'openai',
    headers: { Authorization: 'Bearer sk-THISMUSTNOTBESEEN0123', 'Content-Type': 'application/json' },
    body: { model: 'gpt-4o', user: 'ann', messages: [] },
  },
  response: { status: 200, body: { id: 'chatcmpl-1', usage: {} }, response_time: 412.4 },
  metadata: {
    traceId: 'run-7',
    span_name: 'plan',
    team: 'shop',
    deep: { a: 1 },
    long: 'x'.repeat(500),
    none: null,
  },
}

describe('a call ingested from elsewhere', () => {
  test('becomes a record like any other, metered and priced', () => {
    const { record } = ingested(entry)
    expect(record).toMatchObject({
      created_at: '2026-03-09T12:00:00.000Z',
      workspace_id: 'w',
      trace_id: 'run-7',
      span_name: 'plan',
      span_id: record.id,
      endpoint: 'chatComplete',
      method: 'POST',
      path: '/v1/chat/completions',
      ai_org: 'openai',
      ai_model: 'gpt-4o',
      user_label: 'ann',
      status: 200,
      is_success: true,
      input_tokens: 9,
      cost_nanos: 42,
      response_ms: 412,
      source: 'ingest',
      upstream_id: 'chatcmpl-1',
      has_bodies: true,
    })
    expect(record.metadata).toEqual({ team: 'shop', deep: '{"a":1}', long: 'x'.repeat(128) })
    expect(metered.at(-1)).toEqual({
      provider: 'openai',
      model: 'gpt-4o',
      response: entry.response.body,
      atMs: world.nowMs,
    })
  })

  test('shows no secret of its headers or its URL', () => {
    const { record, bodies } = ingested(entry)
    const kept = JSON.stringify(record) + bodies?.head
    expect(kept).not.toMatch(/THISMUSTNOTBESEEN|user:pw|AIzaSy-secret/)
    expect(JSON.parse(bodies?.head ?? '').request.headers['content-type']).toBe('application/json')
  })

  test('keeps no body when the workspace logs metrics only', () => {
    const { record, bodies } = ingested(entry, { logging: 'metrics_only' })
    expect(bodies).toBeNull()
    expect(record.has_bodies).toBe(false)
    expect(record.response_bytes).toBeGreaterThan(0)
  })

  test.each([
    [{ body: ['a', 'b'] }, true],
    [{ body: 'x', streamingMode: true }, true],
    [{ body: [], streamingMode: false }, false],
    [{ body: {} }, false],
  ])('with the response %j is a stream: %s', (response, isStream) => {
    expect(ingested({ request: { body: {} }, response }).record.is_stream).toBe(isStream)
  })

  test('needs no more than a body on either side', () => {
    const { record, bodies } = ingested({ request: { body: 'raw' }, response: { body: null, status: 503 } })
    expect(record).toMatchObject({
      path: '/',
      endpoint: 'proxy',
      ai_model: null,
      status: 503,
      is_success: false,
    })
    expect([bodies?.request?.toString(), bodies?.response]).toEqual(['raw', null])
  })

  test('never takes a trace from members every object has', () => {
    const { record } = ingested({ ...entry, metadata: { constructor: 'x', toString: 'y' } })
    expect(record.trace_id).toBe(record.id)
    expect(record.metadata).toEqual({ constructor: 'x', toString: 'y' })
  })
})
