import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { GatewayError } from '../errors.ts'
import { uuidTimeMs } from '../ids.ts'
import { type Bind, conditionsOf, type LogFilter } from './filter.ts'
import { type OwnCalls, ownConditions } from './own.ts'
import type { CallRecord } from './record.ts'

/** Whatever runs a statement: Prisma's client, or one of its transactions. */
export interface RawDatabase {
  $queryRawUnsafe<T>(query: string, ...values: unknown[]): PromiseLike<T>
}

/** A row of `request_logs` with the names that its ids stand for; a name is null when its owner is gone. */
export interface LogRow extends Omit<CallRecord, 'created_at'> {
  created_at: Date
  workspace_slug: string | null
  organisation_name: string | null
  api_key_name: string | null
  config_slug: string | null
}

export interface LogPage {
  rows: LogRow[]
  /** Hand it to the next call; null when the range is exhausted. A page may be short, even empty, and still have one. */
  nextCursor: string | null
}

export interface LogListOptions {
  /** Rows of other workspaces do not exist for this question. */
  workspaceIds: readonly string[]
  /** Nor do, in some of them, calls of other keys. */
  own?: OwnCalls | undefined
  filter: LogFilter
  /** Where the page before ended. */
  cursor: string | null
  /** At most 100. */
  pageSize: number
  order: 'asc' | 'desc'
  now: Date
  /** A filter that matches little answers after this long with what it found, and a cursor to go on from; a second by default. */
  scanMsMax?: number
}

const PAGE_SIZE_MAX = 100
const RANGE_MS_DEFAULT = 90 * 86_400_000
const RANGE_MS_MAX = 400 * 86_400_000
/** Text is looked for in rows, not in an index. */
const SEARCH_RANGE_MS_DEFAULT = 7 * 86_400_000
const FIRST_WINDOW_MS = 3_600_000
const WINDOW_GROWTH = 4
/** A window that took less is followed by a longer one. */
const QUICK_MS = 100
const SCAN_MS_MAX = 1_000

/**
 * Calls of some workspaces by time, newest first unless `order` says otherwise: keyset paging on the id, whose time
 * also names the partitions to look at. Without `from` it looks back 90 days (7 for a search). With a filter, time is
 * walked in growing windows and the page is handed out short after a second, so no question runs away.
 * Refuses `validation` for a cursor it never gave out. Source: architecture §6, admin-contract §7.2.
 */
export async function listLogs(db: RawDatabase, options: LogListOptions): Promise<LogPage> {
  const { workspaceIds, own, cursor } = options
  if (cursor !== null && !UUID.test(cursor)) throw strangeCursor()
  if (workspaceIds.length === 0) return { rows: [], nextCursor: null }
  const { search } = options.filter
  if (search === undefined) return walk(db, options)

  if (cursor === null && UUID_V7.test(search)) {
    const found = await rowOf(db, search, { workspaceIds, own })
    if (found) return { rows: [found], nextCursor: null }
  }
  // Indexes know whole ids; only when none is meant are rows read for the text.
  const exact = { ...options.filter, search: undefined, traceOrSession: search }
  const known = await walk(db, { ...options, filter: exact, cursor: null, pageSize: 1 })
  return walk(db, known.rows.length > 0 ? { ...options, filter: exact } : options)
}

async function walk(db: RawDatabase, options: LogListOptions): Promise<LogPage> {
  const { filter, own, order, now } = options
  const pageSize = Math.min(Math.max(1, Math.trunc(options.pageSize)), PAGE_SIZE_MAX)
  const range = rangeOf(filter, now)
  const cursor = options.cursor?.toLowerCase() ?? null
  let low = uuidFloor(range.fromMs)
  let high = uuidFloor(range.toMs)
  if (cursor !== null && order === 'desc' && cursor < high) high = cursor
  if (cursor !== null && order === 'asc' && cursor >= low) low = `${cursor}+`

  const rows: LogRow[] = []
  const isScan =
    own !== undefined || (filter.traceOrSession === undefined && conditionsOf(filter, () => '').length > 0)
  const startedMs = performance.now()
  let windowMs = FIRST_WINDOW_MS
  for (;;) {
    const window = isScan ? windowOf(low, high, order, windowMs) : { low, high, isLast: true }
    const beganMs = performance.now()
    rows.push(...(await readPage(db, options, window, pageSize + 1 - rows.length)))
    if (rows.length > pageSize) {
      rows.length = pageSize
      return { rows, nextCursor: rows[pageSize - 1]?.id ?? null }
    }
    if (window.isLast) return { rows, nextCursor: null }
    if (order === 'desc') high = window.low
    else low = window.high
    // As a cursor, the edge stands for a row before the first one that was not looked at.
    const nowMs = performance.now()
    if (nowMs - startedMs > (options.scanMsMax ?? SCAN_MS_MAX))
      return { rows, nextCursor: order === 'desc' ? high : before(low) }
    const tookMs = nowMs - beganMs
    windowMs *= tookMs < QUICK_MS ? WINDOW_GROWTH : tookMs > 4 * QUICK_MS ? 0.5 : 1
  }
}

/** What a call said, decompressed. Null members were not stored. */
export interface LogBodies {
  /** As the data plane wrote it; shapes are checked by whoever reads it. */
  head: unknown
  request: Buffer | null
  response: Buffer | null
  finalRequest: Buffer | null
  originalResponse: Buffer | null
}

export interface LogDetail {
  row: LogRow
  bodies: LogBodies | null
  /** Why there are none: the call was not logged in full, or they outlived their retention. */
  bodiesAbsent: 'off' | 'expired' | null
}

type Reach = Pick<LogListOptions, 'workspaceIds' | 'own'>

/** One call with all it said; null when there is no such call in these workspaces, or it is another's where only own ones are seen. */
export async function readLog(db: RawDatabase, id: string, reach: Reach): Promise<LogDetail | null> {
  const row = await rowOf(db, id, reach)
  if (row === null) return null
  const stored = await db.$queryRawUnsafe<StoredBodies[]>(
    `SELECT head, request, response, final_request, original_response
     FROM request_bodies WHERE id = $1::uuid AND workspace_id = $2::uuid`,
    row.id,
    row.workspace_id,
  )
  const [bodies] = stored
  if (!bodies) return { row, bodies: null, bodiesAbsent: row.has_bodies ? 'expired' : 'off' }
  const [request, response, finalRequest, originalResponse] = await Promise.all(
    [bodies.request, bodies.response, bodies.final_request, bodies.original_response].map(decompressed),
  )
  return {
    row,
    bodies: {
      head: parsed(bodies.head),
      request: request ?? null,
      response: response ?? null,
      finalRequest: finalRequest ?? null,
      originalResponse: originalResponse ?? null,
    },
    bodiesAbsent: null,
  }
}

/** A head that is no JSON says nothing, but must not keep the bodies from being read. */
function parsed(head: string): unknown {
  try {
    return JSON.parse(head)
  } catch {
    return null
  }
}

interface StoredBodies {
  head: string
  request: Uint8Array | null
  response: Uint8Array | null
  final_request: Uint8Array | null
  original_response: Uint8Array | null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const BODY_BYTES_MAX = 256 * 1024 * 1024
const decompress = promisify(brotliDecompress) as (bytes: Uint8Array, options: object) => Promise<Buffer>

async function decompressed(bytes: Uint8Array | null): Promise<Buffer | null> {
  return bytes === null ? null : decompress(bytes, { maxOutputLength: BODY_BYTES_MAX })
}

function strangeCursor(): GatewayError {
  return new GatewayError('validation', 'cursor is none that this list gave out', {
    param: 'cursor',
    details: [{ path: 'cursor', rule: 'cursor' }],
  })
}

function rangeOf({ from, to, search }: LogFilter, now: Date): { fromMs: number; toMs: number } {
  // A call that arrives while we look, by a clock a little ahead of ours, still belongs to "now".
  const toMs = to?.getTime() ?? now.getTime() + 60_000
  const back = search === undefined ? RANGE_MS_DEFAULT : SEARCH_RANGE_MS_DEFAULT
  const fromMs = Math.max(from?.getTime() ?? toMs - back, toMs - RANGE_MS_MAX, 0)
  return { fromMs, toMs: Math.max(fromMs, toMs) }
}

/** The smallest UUIDv7 of a moment, as `uuid_floor` in the migrations. */
function uuidFloor(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

interface Window {
  /** Inclusive, or exclusive with a trailing `+`. */
  low: string
  /** Exclusive. */
  high: string
  isLast: boolean
}

function windowOf(low: string, high: string, order: 'asc' | 'desc', windowMs: number): Window {
  if (order === 'desc') {
    const edge = uuidFloor(uuidTimeMs(high) - windowMs)
    return edge <= low ? { low, high, isLast: true } : { low: edge, high, isLast: false }
  }
  const edge = uuidFloor(uuidTimeMs(low) + windowMs)
  return edge >= high ? { low, high, isLast: true } : { low, high: edge, isLast: false }
}

/** The largest id below the smallest id of a moment. */
function before(floor: string): string {
  return `${uuidFloor(uuidTimeMs(floor) - 1).slice(0, 13)}-ffff-ffff-ffffffffffff`
}

async function readPage(
  db: RawDatabase,
  { workspaceIds, own, filter, order }: LogListOptions,
  { low, high }: Window,
  limit: number,
): Promise<LogRow[]> {
  const values: unknown[] = []
  const bind: Bind = (value) => `$${values.push(value)}`
  const direction = order === 'asc' ? 'ASC' : 'DESC'
  const bounds = [
    low.endsWith('+') ? `l.id > ${bind(low.slice(0, -1))}::uuid` : `l.id >= ${bind(low)}::uuid`,
    `l.id < ${bind(high)}::uuid`,
  ]
  const conditions = [...bounds, ...ownConditions(own, 'l', bind), ...conditionsOf(filter, bind)]
  // A workspace at a time: only then does the index give rows in their order, and a limit end the work.
  const sql = `
    SELECT l.* FROM unnest(${bind([...workspaceIds])}::uuid[]) AS w (id) CROSS JOIN LATERAL (
      SELECT l.* FROM request_logs AS l WHERE l.workspace_id = w.id AND ${conditions.join(' AND ')}
      ORDER BY l.id ${direction} LIMIT ${limit}
    ) AS l ORDER BY l.id ${direction} LIMIT ${limit}`
  return named(db, sql, values, direction)
}

async function rowOf(db: RawDatabase, id: string, { workspaceIds, own }: Reach): Promise<LogRow | null> {
  if (!UUID.test(id)) return null
  const values: unknown[] = [id, [...workspaceIds]]
  const bind: Bind = (value) => `$${values.push(value)}`
  const conditions = ['l.id = $1::uuid', 'l.workspace_id = ANY($2::uuid[])', ...ownConditions(own, 'l', bind)]
  const sql = `SELECT l.* FROM request_logs AS l WHERE ${conditions.join(' AND ')}`
  const [row] = await named(db, sql, values, 'DESC')
  return row ?? null
}

async function named(db: RawDatabase, page: string, values: unknown[], direction: string): Promise<LogRow[]> {
  const rows = await db.$queryRawUnsafe<(Omit<LogRow, 'cost_nanos'> & { cost_nanos: bigint | null })[]>(
    `SELECT page.*, workspaces.slug AS workspace_slug, organisations.name AS organisation_name,
       api_keys.name AS api_key_name, configs.slug AS config_slug
     FROM (${page}) AS page
     LEFT JOIN workspaces ON workspaces.id = page.workspace_id
     LEFT JOIN organisations ON organisations.id = page.organisation_id
     LEFT JOIN api_keys ON api_keys.id = page.api_key_id
     LEFT JOIN configs ON configs.id = page.config_id
     ORDER BY page.id ${direction}`,
    ...values,
  )
  return rows.map((row) => ({ ...row, cost_nanos: row.cost_nanos === null ? null : Number(row.cost_nanos) }))
}
