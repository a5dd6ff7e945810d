import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uuidTimeMs, uuidv7 } from '../ids.ts'
import type { CallRecord } from '../logs/record.ts'
import { sampleRecord } from '../testing/calls.ts'
import { type TestDatabase, testDatabase } from '../testing/postgres.ts'
import { storeCalls } from '../testing/stored-calls.ts'
import { blameOf } from './metrics.ts'
import { countRequests, type Figures, overview, resolutionOf } from './query.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, piecesOf } from './rollups.ts'
import { RELATIVE_ERROR_MAX } from './sketch.ts'

const now = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 30_000)

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

async function workspaceWith(calls: Partial<CallRecord>[]) {
  const workspaceId = uuidv7(Date.now())
  const records = calls.map((fields) => sampleRecord({ workspace_id: workspaceId, ...fields }))
  await storeCalls(
    database.pool,
    records.map((record) => ({ record })),
  )
  return { workspaceId, records }
}

const agoMs = (ms: number) => uuidv7(now.getTime() - ms)

/** Repeatable numbers in 0…1. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const OUTCOMES: Partial<CallRecord>[] = [
  {},
  {},
  {},
  { status: 429, is_success: false },
  { status: 502, is_success: false, refusal: 'upstream_unreachable' },
  { status: 500, is_success: false, refusal: null },
  { status: 503, is_success: false, refusal: 'unavailable' },
  { cost_nanos: null, is_unpriced: true },
  { is_stream: true, ttft_ms: 40 },
]

/** Calls of the last ten days, denser towards now. */
function manyCalls(count: number): Partial<CallRecord>[] {
  const next = dice(7)
  return Array.from({ length: count }, () => ({
    id: agoMs(Math.floor(10 * DAY_MS * next() ** 3)),
    ai_model: ['gpt-4o-mini', 'claude-sonnet-4-5', null][Math.floor(next() * 3)] as string | null,
    provider_slug: ['openai-prod', 'anthropic', null][Math.floor(next() * 3)] as string | null,
    api_key_id: `018f0000-0000-7000-8000-00000000000${Math.floor(next() * 3)}`,
    cost_nanos: Math.floor(next() * 1e6),
    response_ms: Math.floor(20 * Math.exp(next() * 6)),
    overhead_us: Math.floor(200 * Math.exp(next() * 3)),
    ...OUTCOMES[Math.floor(next() * OUTCOMES.length)],
  }))
}

const closeTo = (answer: number | null, values: number[], q: number) => {
  const sorted = [...values].sort((a, b) => a - b)
  const exact = Math.max(1, sorted[Math.floor(q * (sorted.length - 1))] as number)
  expect(Math.abs((answer as number) - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR_MAX + 1e-9)
}

function expectFigures(figures: Figures, records: CallRecord[]): void {
  const sum = (of: (record: CallRecord) => number | null) =>
    records.reduce((total, record) => total + (of(record) ?? 0), 0)
  const blamed = (blame: string) =>
    records.filter((record) => blameOf(record.status, record.refusal) === blame).length
  expect(figures).toMatchObject({
    requests: records.length,
    errors: records.filter((record) => record.status >= 400).length,
    blame: { caller: blamed('caller'), gateway: blamed('gateway'), provider: blamed('provider') },
    costNanos: sum((record) => record.cost_nanos),
    unpriced: records.filter((record) => record.is_unpriced).length,
    inputTokens: sum((record) => record.input_tokens),
    outputTokens: sum((record) => record.output_tokens),
    streams: records.filter((record) => record.is_stream).length,
  })
  if (records.length === 0) {
    expect([figures.latencyMeanMs, figures.latencyP50Ms, figures.overheadP99Ms]).toEqual([null, null, null])
    return
  }
  const latencies = records.map((record) => record.response_ms)
  expect(figures.latencyMeanMs).toBeCloseTo(sum((record) => record.response_ms) / records.length, 6)
  closeTo(figures.latencyP50Ms, latencies, 0.5)
  closeTo(figures.latencyP99Ms, latencies, 0.99)
  closeTo(
    (figures.overheadP99Ms as number) * 1000,
    records.map((record) => record.overhead_us),
    0.99,
  )
}

describe('the overview', () => {
  let workspaceId: string
  let records: CallRecord[]
  beforeAll(async () => {
    const made = await workspaceWith(manyCalls(600))
    workspaceId = made.workspaceId
    records = made.records
  })
  const within = (fromMs: number, toMs: number) =>
    records.filter((record) => {
      const minute = Math.floor(uuidTimeMs(record.id) / MINUTE_MS) * MINUTE_MS
      return minute >= fromMs && minute < toMs
    })

  test.each([
    ['an hour', HOUR_MS, MINUTE_MS],
    ['a day', DAY_MS, 15 * MINUTE_MS],
    ['a week', 7 * DAY_MS, HOUR_MS],
    ['thirty days', 30 * DAY_MS, DAY_MS],
    ['a year', 365 * DAY_MS, 7 * DAY_MS],
  ])(
    'over %s says what the rows say: totals, each bucket, and the span before',
    async (_, rangeMs, bucketMs) => {
      const to = Math.ceil(now.getTime() / MINUTE_MS) * MINUTE_MS
      const from = to - rangeMs
      const answer = await overview(database.prisma, {
        workspaceIds: [workspaceId],
        from: new Date(from),
        to: now,
        now,
      })
      expect(answer.bucketMs).toBe(bucketMs)
      // `to` is now, half a minute before the minute's end, and so is `from`'s distance to it.
      const start = Math.floor(answer.from.getTime() / MINUTE_MS) * MINUTE_MS
      expectFigures(answer.totals, within(start, to))
      const length = answer.to.getTime() - answer.from.getTime()
      expectFigures(
        answer.before,
        within(Math.floor((answer.from.getTime() - length) / MINUTE_MS) * MINUTE_MS, start),
      )
      for (const [i, bucket] of answer.series.entries()) {
        const at = bucket.at.getTime()
        if (i > 0) expect(at - (answer.series[i - 1]?.at.getTime() ?? 0)).toBe(bucketMs)
        expectFigures(bucket, within(Math.max(at, start), Math.min(at + bucketMs, to)))
      }
      expect(answer.series.length).toBeLessThanOrEqual(Math.ceil(rangeMs / bucketMs) + 1)
    },
  )

  test('names the models, providers and keys that cost most', async () => {
    const answer = await overview(database.prisma, {
      workspaceIds: [workspaceId],
      from: new Date(now.getTime() - 30 * DAY_MS),
      to: now,
      now,
    })
    for (const [movers, field] of [
      [answer.topModels, 'ai_model'],
      [answer.topProviders, 'provider_slug'],
      [answer.topKeys, 'api_key_id'],
    ] as const) {
      expect(movers).toHaveLength(3)
      expect(movers.map((mover) => mover.costNanos)).toEqual(
        movers.map((mover) => mover.costNanos).sort((a, b) => b - a),
      )
      for (const mover of movers) {
        const theirs = records.filter((record) => (record[field] ?? '') === mover.id)
        expect(mover.requests).toBe(theirs.length)
        expect(mover.costNanos).toBe(theirs.reduce((sum, record) => sum + (record.cost_nanos ?? 0), 0))
        expect(mover.errors).toBe(theirs.filter((record) => record.status >= 400).length)
      }
    }
    expect(answer.topModels.find((mover) => mover.id === '')?.name).toBeNull()
  })

  test('sees nothing of other workspaces', async () => {
    const from = new Date(now.getTime() - DAY_MS)
    for (const workspaceIds of [[], [uuidv7(Date.now())]]) {
      const answer = await overview(database.prisma, { workspaceIds, from, to: now, now })
      expectFigures(answer.totals, [])
      expect(answer.topKeys).toEqual([])
      expect(answer.live.requestsPerMinute).toBe(0)
      expect(answer.series).toHaveLength(97)
    }
  })

  test('of certain keys alone adds up to the whole when they are all, and to their part when they are not', async () => {
    const { workspaceId, records } = await workspaceWith(manyCalls(300))
    const range = { from: new Date(now.getTime() - 10 * DAY_MS), to: now, now }
    const keyIds = [...new Set(records.map((record) => record.api_key_id))]
    const of = (keyIds: string[]) => {
      const own = { workspaceIds: [workspaceId], keyIds }
      return overview(database.prisma, { workspaceIds: [workspaceId], own, ...range })
    }
    const whole = await overview(database.prisma, { workspaceIds: [workspaceId], ...range })
    expect(await of(keyIds)).toEqual(whole)
    const parts = await Promise.all(keyIds.map((id) => of([id])))
    const sum = (pick: (figures: Figures) => number) =>
      parts.reduce((total, { totals }) => total + pick(totals), 0)
    expect(sum(({ requests }) => requests)).toBe(whole.totals.requests)
    expect(sum(({ blame }) => blame.caller)).toBe(whole.totals.blame.caller)
    expect(sum(({ costNanos }) => costNanos)).toBe(whole.totals.costNanos)
    expect((await of([])).totals).toMatchObject({ requests: 0, latencyP50Ms: null })
  })

  test('an empty or reversed range is empty, an endless one is cut', async () => {
    const answer = await overview(database.prisma, {
      workspaceIds: [workspaceId],
      from: now,
      to: new Date(0),
      now,
    })
    expectFigures(answer.totals, [])
    const endless = await overview(database.prisma, {
      workspaceIds: [workspaceId],
      from: new Date(0),
      to: now,
      now,
    })
    expect(endless.series.length).toBeLessThan(60)
    expectFigures(endless.totals, records)
  })

  test('counts the log list from roll-ups, and says when that cannot be done', async () => {
    const count = (filter: object, rangeMs = 30 * DAY_MS) =>
      countRequests(database.prisma, {
        workspaceIds: [workspaceId],
        from: new Date(now.getTime() - rangeMs),
        to: now,
        now,
        filter,
      })
    const matching = (is: (record: CallRecord) => boolean) => records.filter(is).length
    expect(await count({})).toBe(records.length)
    expect(await count({ statuses: ['429', '5xx'] })).toBe(
      matching(({ status }) => status === 429 || status >= 500),
    )
    expect(await count({ statuses: ['nope'] })).toBe(0)
    expect(await count({ isSuccess: false })).toBe(matching(({ is_success }) => !is_success))
    expect(
      await count({
        models: ['gpt-4o-mini'],
        providerSlugs: ['anthropic'],
        users: undefined,
        search: undefined,
      }),
    ).toBe(
      matching(({ ai_model, provider_slug }) => ai_model === 'gpt-4o-mini' && provider_slug === 'anthropic'),
    )
    expect(await count({ users: ['ann'] })).toBeNull()
    expect(await count({ isImpossible: true })).toBeNull()
  })
})

test('the live figures are those of the last minutes', async () => {
  const { workspaceId } = await workspaceWith([
    { id: agoMs(31 * MINUTE_MS) },
    { id: agoMs(6 * MINUTE_MS) },
    { id: agoMs(5 * MINUTE_MS), status: 500, is_success: false },
    ...Array.from({ length: 9 }, () => ({ id: agoMs(MINUTE_MS) })),
    { id: agoMs(0) },
  ])
  const { live } = await overview(database.prisma, { workspaceIds: [workspaceId], from: now, to: now, now })
  expect(live.requestsPerMinute).toBe(2)
  expect(live.minutes).toHaveLength(30)
  expect(live.minutes.slice(-7).map(({ requests, errors }) => [requests, errors])).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
    [0, 0],
    [0, 0],
    [9, 0],
    [1, 0],
  ])
})

describe('a range in roll-up pieces', () => {
  test.each([
    [0, 10 * MINUTE_MS],
    [3 * MINUTE_MS, 7 * HOUR_MS + MINUTE_MS],
    [59 * MINUTE_MS, 61 * MINUTE_MS],
    [DAY_MS - MINUTE_MS, 40 * DAY_MS + 5 * HOUR_MS + 7 * MINUTE_MS],
    [DAY_MS, 2 * DAY_MS],
    [HOUR_MS, HOUR_MS],
  ])('from %i to %i is covered once, without a gap', (from, to) => {
    for (const coarsest of ['day', 'hour', 'minute'] as const) {
      const pieces = piecesOf(from, to, coarsest)
      let at = from
      for (const piece of pieces) {
        expect(piece.from).toBe(at)
        expect(piece.to).toBeGreaterThan(piece.from)
        at = piece.to
      }
      expect(at).toBe(to)
      expect(pieces.length).toBeLessThanOrEqual(5)
    }
  })
})

test('charts have at most a few hundred buckets', () => {
  for (const rangeMs of [1, HOUR_MS, 3 * HOUR_MS, DAY_MS, 7 * DAY_MS, 90 * DAY_MS, 400 * DAY_MS]) {
    expect(rangeMs / resolutionOf(rangeMs).bucketMs).toBeLessThanOrEqual(180)
  }
})

test.each([
  [200, null, null],
  [246, null, null],
  [429, null, 'caller'],
  [499, null, 'caller'],
  [500, null, 'provider'],
  [502, 'upstream_unreachable', 'provider'],
  [500, 'internal_error', 'gateway'],
  [503, 'unavailable', 'gateway'],
])('status %i with refusal %s is blamed on %s', (status, refusal, blame) => {
  expect(blameOf(status, refusal)).toBe(blame)
})
