import { WHOLE } from './sketch.ts'

/** Whatever runs a statement: Prisma's client, or one of its transactions. */
export interface RawDatabase {
  $queryRawUnsafe<T>(query: string, ...values: unknown[]): PromiseLike<T>
}

export type Grain = 'minute' | 'hour' | 'day'

/** A stretch of time that one roll-up table covers exactly; epoch ms, `to` exclusive. */
export interface Piece {
  grain: Grain
  from: number
  to: number
}

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

const GRAIN_MS: Record<Grain, number> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS }
const FINER: Record<Grain, Grain | null> = { day: 'hour', hour: 'minute', minute: null }
const TABLES: Record<Grain, string> = {
  minute: 'rollup_minutes',
  hour: 'rollup_hours',
  day: 'rollup_days',
}

/**
 * The range as the fewest roll-up rows that cover it to the minute: whole days from the day table, what sticks out on
 * either side from hours, what sticks out of those from minutes. `coarsest` keeps pieces inside a chart's buckets.
 * Ends are widened to whole minutes.
 */
export function piecesOf(fromMs: number, toMs: number, coarsest: Grain = 'day'): Piece[] {
  const from = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS
  const to = Math.ceil(toMs / MINUTE_MS) * MINUTE_MS
  return split(from, to, coarsest)
}

function split(from: number, to: number, grain: Grain): Piece[] {
  if (from >= to) return []
  const finer = FINER[grain]
  if (finer === null) return [{ grain, from, to }]
  const step = GRAIN_MS[grain]
  const first = Math.ceil(from / step) * step
  const last = Math.floor(to / step) * step
  if (first >= last) return split(from, to, finer)
  return [...split(from, first, finer), { grain, from: first, to: last }, ...split(last, to, finer)]
}

/** The rows of keys, models and statuses over these pieces, as a sub-select; `workspaces` names a bound uuid array. */
export function partsSql(pieces: readonly Piece[], workspaces: string): string {
  const columns =
    'at, api_key_id, provider_slug, ai_model, status, requests, errors, input_tokens, output_tokens, cost_nanos'
  return unionSql(pieces, columns, `workspace_id = ANY(${workspaces}::uuid[]) AND status <> ${WHOLE.status}`)
}

/** The rows that stand for these workspaces as a whole over these pieces: `at` and tallies. */
export function wholesSql(pieces: readonly Piece[], workspaces: string): string {
  const isWhole = `api_key_id = '${WHOLE.apiKeyId}' AND provider_slug = '' AND ai_model = '' AND status = ${WHOLE.status}`
  return unionSql(pieces, 'at, latency', `workspace_id = ANY(${workspaces}::uuid[]) AND ${isWhole}`)
}

function unionSql(pieces: readonly Piece[], columns: string, condition: string): string {
  const parts = pieces.map(
    ({ grain, from, to }) =>
      `SELECT ${columns} FROM ${TABLES[grain]} WHERE ${condition}` +
      ` AND at >= '${new Date(from).toISOString()}' AND at < '${new Date(to).toISOString()}'`,
  )
  return parts.length === 0
    ? `SELECT ${columns} FROM rollup_minutes WHERE ${condition} AND false`
    : parts.join('\nUNION ALL ')
}
