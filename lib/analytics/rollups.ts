import { type OwnCalls, ownConditions } from '../logs/own.ts'
import { TALLY, WHOLE } from './sketch.ts'

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

/** Whose calls a statement is about. */
export interface Reach {
  workspaceIds: readonly string[]
  /** In some of these workspaces, only those of certain keys. */
  own?: OwnCalls | undefined
}

/** Adds a value to a statement and returns the name it goes by there. */
export type Bind = (value: unknown) => string

/** The rows of keys, models and statuses over these pieces, as a sub-select. */
export function partsSql(pieces: readonly Piece[], { workspaceIds, own }: Reach, bind: Bind): string {
  const columns =
    'at, api_key_id, provider_slug, ai_model, status, requests, errors, input_tokens, output_tokens, cost_nanos'
  const conditions = [
    `r.workspace_id = ANY(${bind([...workspaceIds])}::uuid[])`,
    IS_PART,
    ...ownConditions(own, 'r', bind),
  ]
  return unionSql(pieces, columns, conditions)
}

/**
 * The rows that stand for these workspaces as a whole over these pieces: `at` and tallies. Where only calls of certain
 * keys count, no row stands for them: theirs are added up, with the same tallies.
 */
export function wholesSql(pieces: readonly Piece[], { workspaceIds, own }: Reach, bind: Bind): string {
  const isOwn = new Set(own?.workspaceIds)
  const all = unionSql(pieces, 'at, latency', [
    `r.workspace_id = ANY(${bind(workspaceIds.filter((id) => !isOwn.has(id)))}::uuid[])`,
    IS_WHOLE,
  ])
  const theirs = workspaceIds.filter((id) => isOwn.has(id))
  if (!own || theirs.length === 0) return all
  const some = unionSql(pieces, `at, latency || ${TALLIES} AS latency`, [
    `r.workspace_id = ANY(${bind(theirs)}::uuid[])`,
    IS_PART,
    `r.api_key_id = ANY(${bind([...own.keyIds])}::uuid[])`,
  ])
  return `${all}\nUNION ALL ${some}`
}

const IS_PART = `r.status <> ${WHOLE.status}`
const IS_WHOLE = `r.api_key_id = '${WHOLE.apiKeyId}' AND r.provider_slug = '' AND r.ai_model = '' AND r.status = ${WHOLE.status}`

/** The columns of a part, tallied as in the row of a whole workspace. */
const TALLIES = `jsonb_build_object(${[
  ...[
    'requests',
    'errors',
    'input_tokens',
    'output_tokens',
    'reasoning_tokens',
    'cache_read_tokens',
    'cache_write_tokens',
    'cost_nanos',
    'unpriced',
    'streams',
    'response_ms',
    'overhead_us',
  ].map((column) => `'${TALLY.sum}${column}', ${column}`),
  `'${TALLY.sum}caller_errors', CASE WHEN status BETWEEN 400 AND 499 THEN requests ELSE 0 END`,
].join(', ')})`

function unionSql(pieces: readonly Piece[], columns: string, conditions: readonly string[]): string {
  const condition = conditions.join(' AND ')
  const parts = pieces.map(
    ({ grain, from, to }) =>
      `SELECT ${columns} FROM ${TABLES[grain]} AS r WHERE ${condition}` +
      ` AND r.at >= '${new Date(from).toISOString()}' AND r.at < '${new Date(to).toISOString()}'`,
  )
  return parts.length === 0
    ? `SELECT ${columns} FROM rollup_minutes AS r WHERE ${condition} AND false`
    : parts.join('\nUNION ALL ')
}
