import {
  type Bind,
  DAY_MS,
  type Grain,
  HOUR_MS,
  MINUTE_MS,
  partsSql,
  piecesOf,
  type RawDatabase,
  type Reach,
  wholesSql,
} from './rollups.ts'
import { mergeSketches, quantile, type Sketch, sketchOf, TALLY, type Tallies } from './sketch.ts'

/** Calls of other workspaces do not exist for this question. */
export interface OverviewOptions extends Reach {
  from: Date
  to: Date
  now: Date
}

/** The figures of a span of time. Units trail the names; null where there was nothing to measure. */
export interface Figures {
  requests: number
  errors: number
  /** Errors by whose they are. */
  blame: { caller: number; gateway: number; provider: number }
  /** Over priced calls. */
  costNanos: number
  unpriced: number
  inputTokens: number
  outputTokens: number
  reasoningTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  streams: number
  latencyMeanMs: number | null
  latencyP50Ms: number | null
  latencyP99Ms: number | null
  overheadMeanMs: number | null
  overheadP50Ms: number | null
  overheadP99Ms: number | null
  firstByteP50Ms: number | null
}

/** A provider, model or key with what it took; `name` is null for calls that reached none. */
export interface Mover {
  /** Slug, model id or key id. */
  id: string
  name: string | null
  requests: number
  errors: number
  costNanos: number
  tokens: number
}

export interface Overview {
  from: Date
  to: Date
  bucketMs: number
  totals: Figures
  /** The span just before, of equal length. */
  before: Figures
  /** One entry a bucket, empty ones included; the first and the last may be cut by the range. */
  series: (Figures & { at: Date })[]
  /** By cost, then requests. */
  topModels: Mover[]
  topProviders: Mover[]
  topKeys: Mover[]
  live: Live
}

export interface Live {
  /** Of the last five full minutes. */
  requestsPerMinute: number
  /** The last thirty minutes, the running one included; silent ones too. */
  minutes: { at: Date; requests: number; errors: number }[]
}

const MOVERS_MAX = 8
const LIVE_MINUTES = 30
const RATE_MINUTES = 5
/** Weeks begin on Mondays, and every shorter bucket at its own round time, as counted from one. */
const ORIGIN_MS = Date.UTC(2001, 0, 1)
const RANGE_MS_MAX = 400 * DAY_MS

/** Chart resolution of admin-contract §7.6: the first row whose range is not exceeded. */
const RESOLUTIONS: readonly { rangeMs: number; bucketMs: number; grain: Grain }[] = [
  { rangeMs: 3 * HOUR_MS, bucketMs: MINUTE_MS, grain: 'minute' },
  { rangeMs: DAY_MS, bucketMs: 15 * MINUTE_MS, grain: 'minute' },
  { rangeMs: 7 * DAY_MS, bucketMs: HOUR_MS, grain: 'hour' },
  { rangeMs: 90 * DAY_MS, bucketMs: DAY_MS, grain: 'day' },
  { rangeMs: Number.POSITIVE_INFINITY, bucketMs: 7 * DAY_MS, grain: 'day' },
]

/**
 * What the first page of the console shows, from roll-ups alone, exact to the minute. Percentiles are within 2 %.
 * Ranges over 400 days are cut at their start. Source: admin-contract §7.6, §7.7, interface.md "Overview".
 */
export async function overview(db: RawDatabase, options: OverviewOptions): Promise<Overview> {
  const { now } = options
  const toMs = Math.min(options.to.getTime(), Math.ceil(now.getTime() / MINUTE_MS) * MINUTE_MS)
  const fromMs = Math.min(Math.max(options.from.getTime(), toMs - RANGE_MS_MAX), toMs)
  const { bucketMs, grain } = resolutionOf(toMs - fromMs)
  const beforeMs = fromMs - (toMs - fromMs)
  // One after the other: a page of the console is not worth three of the pool's connections.
  const buckets = await readBuckets(db, options, fromMs, toMs, bucketMs, grain)
  const before = await readBuckets(db, options, beforeMs, fromMs, null, 'day')
  const movers = await readMovers(db, options, fromMs, toMs)
  return {
    from: new Date(fromMs),
    to: new Date(toMs),
    bucketMs,
    totals: figuresOf(buckets.values()),
    before: figuresOf(before.values()),
    series: bucketStarts(fromMs, toMs, bucketMs).map((at) => ({
      at: new Date(at),
      ...figuresOf([buckets.get(at) ?? []].flat()),
    })),
    ...movers,
    live: await readLive(db, options, now),
  }
}

/** A filter on what roll-ups keep apart. Lists match any member; `statuses` are codes (`429`) and classes (`5xx`). */
export interface RollupFilter {
  models?: readonly string[]
  providerSlugs?: readonly string[]
  apiKeyIds?: readonly string[]
  statuses?: readonly string[]
  isSuccess?: boolean
}

/**
 * How many calls a list of logs is about, from the roll-ups; null when `filter` holds anything they do not keep apart,
 * so the count would need rows. `filter` may be any log filter: members beside those of `RollupFilter`, `from` and
 * `to` are what makes it null. Source: admin-contract §2.5.
 */
export async function countRequests(
  db: RawDatabase,
  options: OverviewOptions & { filter: RollupFilter },
): Promise<number | null> {
  const { filter, from, to } = options
  const isAsked = (value: unknown) =>
    value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
  const asked = Object.entries(filter).filter(([name, value]) => isAsked(value) && !RANGE.has(name))
  if (asked.some(([name]) => !COUNTED.has(name))) return null
  const { values, bind } = binding()
  const anyOf = (column: string, list: readonly string[] | undefined) =>
    list && list.length > 0 ? [`${column} = ANY(${bind([...list])}::text[])`] : []
  const codes = filter.statuses?.filter((status) => /^\d{3}$/.test(status))
  const classes = filter.statuses
    ?.filter((status) => /^[1-5]xx$/i.test(status))
    .map((status) => status.slice(0, 1))
  const conditions = [
    ...anyOf('ai_model', filter.models),
    ...anyOf('provider_slug', filter.providerSlugs),
    ...anyOf('api_key_id::text', filter.apiKeyIds),
    ...(filter.statuses && filter.statuses.length > 0
      ? [
          `(${[...anyOf('status::text', codes), ...anyOf('(status / 100)::text', classes), 'false'].join(' OR ')})`,
        ]
      : []),
    ...(filter.isSuccess === undefined ? [] : [filter.isSuccess ? 'status < 400' : 'status >= 400']),
  ]
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const [row] = await db.$queryRawUnsafe<{ n: string }[]>(
    `SELECT coalesce(sum(requests), 0)::text AS n FROM (${partsSql(piecesOf(from.getTime(), to.getTime()), options, bind)}) AS r ${where}`,
    ...values,
  )
  return Number(row?.n ?? 0)
}

/** The values of a statement, and what adds to them. */
function binding(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = []
  return { values, bind: (value) => `$${values.push(value)}` }
}

const RANGE = new Set(['from', 'to'])
const COUNTED = new Set(['models', 'providerSlugs', 'apiKeyIds', 'statuses', 'isSuccess'])

/** Start and length of the buckets a chart of this range has. */
export function resolutionOf(rangeMs: number): { bucketMs: number; grain: Grain } {
  const found = RESOLUTIONS.find((resolution) => rangeMs <= resolution.rangeMs)
  return found ?? { bucketMs: 7 * DAY_MS, grain: 'day' }
}

function bucketStarts(fromMs: number, toMs: number, bucketMs: number): number[] {
  const starts: number[] = []
  const first = ORIGIN_MS + Math.floor((fromMs - ORIGIN_MS) / bucketMs) * bucketMs
  for (let at = first; at < toMs; at += bucketMs) starts.push(at)
  return starts
}

// ── figures ──

/** Buckets that hold anything, as tallies by their start; with `bucketMs` null the whole range is one, at 0. */
async function readBuckets(
  db: RawDatabase,
  reach: Reach,
  fromMs: number,
  toMs: number,
  bucketMs: number | null,
  grain: Grain,
): Promise<Map<number, Tallies>> {
  const bucket =
    bucketMs === null
      ? `to_timestamp(0)`
      : `date_bin('${bucketMs} milliseconds', at, '${new Date(ORIGIN_MS).toISOString()}')`
  const { values, bind } = binding()
  const rows = await db.$queryRawUnsafe<{ at: Date; tallies: Tallies }[]>(
    `SELECT bucket AS at, jsonb_object_agg(key, n) AS tallies FROM (
       SELECT ${bucket} AS bucket, key, sum(value::bigint)::bigint AS n
       FROM (${wholesSql(piecesOf(fromMs, toMs, grain), reach, bind)}) AS r, jsonb_each_text(latency)
       GROUP BY 1, key
     ) AS counted GROUP BY bucket`,
    ...values,
  )
  return new Map(rows.map((row) => [row.at.getTime(), row.tallies]))
}

function figuresOf(buckets: Iterable<Tallies>): Figures {
  const all = [...buckets]
  const count = (key: string) => all.reduce((total, tallies) => total + Number(tallies[key] ?? 0), 0)
  const sum = (column: string) => count(TALLY.sum + column)
  const sketch = (prefix: string) =>
    all.reduce<Sketch>((merged, tallies) => mergeSketches(merged, sketchOf(tallies, prefix)), new Map())
  const requests = sum('requests')
  const errors = sum('errors')
  const caller = sum('caller_errors')
  const gateway = count(TALLY.gateway)
  const response = sketch(TALLY.response)
  const overhead = sketch(TALLY.overhead)
  return {
    requests,
    errors,
    blame: { caller, gateway, provider: errors - caller - gateway },
    costNanos: sum('cost_nanos'),
    unpriced: sum('unpriced'),
    inputTokens: sum('input_tokens'),
    outputTokens: sum('output_tokens'),
    reasoningTokens: sum('reasoning_tokens'),
    cacheReadTokens: sum('cache_read_tokens'),
    cacheWriteTokens: sum('cache_write_tokens'),
    streams: sum('streams'),
    latencyMeanMs: requests === 0 ? null : sum('response_ms') / requests,
    latencyP50Ms: quantile(response, 0.5),
    latencyP99Ms: quantile(response, 0.99),
    overheadMeanMs: requests === 0 ? null : sum('overhead_us') / requests / 1000,
    overheadP50Ms: microsToMs(quantile(overhead, 0.5)),
    overheadP99Ms: microsToMs(quantile(overhead, 0.99)),
    firstByteP50Ms: quantile(sketch(TALLY.firstByte), 0.5),
  }
}

function microsToMs(micros: number | null): number | null {
  return micros === null ? null : micros / 1000
}

// ── movers ──

interface MoverRow {
  kind: 'model' | 'provider' | 'key'
  id: string
  key_name: string | null
  requests: string
  errors: string
  cost_nanos: string
  tokens: string
}

async function readMovers(
  db: RawDatabase,
  reach: Reach,
  fromMs: number,
  toMs: number,
): Promise<Pick<Overview, 'topModels' | 'topProviders' | 'topKeys'>> {
  const { values, bind } = binding()
  const rows = await db.$queryRawUnsafe<MoverRow[]>(
    `WITH grouped AS (
       SELECT CASE WHEN GROUPING(ai_model) = 0 THEN 'model' WHEN GROUPING(provider_slug) = 0 THEN 'provider' ELSE 'key' END AS kind,
         coalesce(ai_model, provider_slug, api_key_id::text) AS id, api_key_id,
         sum(requests) AS requests, sum(errors) AS errors, sum(cost_nanos) AS cost_nanos,
         sum(input_tokens + output_tokens) AS tokens
       FROM (${partsSql(piecesOf(fromMs, toMs), reach, bind)}) AS r
       GROUP BY GROUPING SETS ((ai_model), (provider_slug), (api_key_id))
     ), ranked AS (
       SELECT *, row_number() OVER (PARTITION BY kind ORDER BY cost_nanos DESC, requests DESC, id) AS place FROM grouped
     )
     SELECT kind, ranked.id, api_keys.name AS key_name, requests::text, errors::text, cost_nanos::text, tokens::text
     FROM ranked LEFT JOIN api_keys ON api_keys.id = ranked.api_key_id
     WHERE place <= ${MOVERS_MAX} ORDER BY kind, place`,
    ...values,
  )
  const of = (kind: MoverRow['kind']) => rows.filter((row) => row.kind === kind).map(moverOf)
  return { topModels: of('model'), topProviders: of('provider'), topKeys: of('key') }
}

function moverOf(row: MoverRow): Mover {
  return {
    id: row.id,
    name: row.kind === 'key' ? row.key_name : row.id || null,
    requests: Number(row.requests),
    errors: Number(row.errors),
    costNanos: Number(row.cost_nanos),
    tokens: Number(row.tokens),
  }
}

// ── live ──

async function readLive(db: RawDatabase, reach: Reach, now: Date): Promise<Live> {
  const current = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS
  const first = current - (LIVE_MINUTES - 1) * MINUTE_MS
  const { values, bind } = binding()
  const rows = await db.$queryRawUnsafe<{ at: Date; requests: string; errors: string }[]>(
    `SELECT at, sum(requests)::text AS requests, sum(errors)::text AS errors
     FROM (${partsSql([{ grain: 'minute', from: first, to: current + MINUTE_MS }], reach, bind)}) AS r GROUP BY at`,
    ...values,
  )
  const byMinute = new Map(rows.map((row) => [row.at.getTime(), row]))
  const minutes = Array.from({ length: LIVE_MINUTES }, (_, i) => {
    const at = first + i * MINUTE_MS
    const row = byMinute.get(at)
    return { at: new Date(at), requests: Number(row?.requests ?? 0), errors: Number(row?.errors ?? 0) }
  })
  const full = minutes.slice(-1 - RATE_MINUTES, -1)
  const requestsPerMinute = full.reduce((total, minute) => total + minute.requests, 0) / RATE_MINUTES
  return { requestsPerMinute, minutes }
}
