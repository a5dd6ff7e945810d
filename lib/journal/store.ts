import type { PoolClient } from 'pg'
import { GATEWAY_REFUSALS } from '../analytics/metrics.ts'
import { bucketSql, TALLY, WHOLE } from '../analytics/sketch.ts'
import type { Column, Kind, Packed } from './pack.ts'

/**
 * Writes a batch in one statement, and so in one transaction: rows, the roll-ups of those rows that were new, when each
 * key was last used, and bodies. A row that is there already changes nothing, so the same batch may be stored again.
 * Returns how many rows were new. Throws what Postgres says, with nothing written. The partitions must exist.
 */
export async function storeBatch(client: PoolClient, batch: Packed): Promise<number> {
  const hasBodies = batch.bodyCount > 0
  const { rows } = await client.query<{ inserted: number }>(
    hasBodies ? ROWS_AND_BODIES_SQL : ROWS_SQL,
    hasBodies ? [...batch.rows, ...batch.bodies] : batch.rows,
  )
  return rows[0]?.inserted ?? 0
}

// ── rows and roll-ups ──

/** Columns of `request_logs`, named as in `CallRecord`. */
export const RECORD_COLUMNS = Object.entries({
  id: 'uuid',
  created_at: 'time',
  organisation_id: 'uuid',
  workspace_id: 'uuid',
  api_key_id: 'uuid',
  user_id: 'uuid',
  user_label: 'text',
  trace_id: 'text',
  span_id: 'text',
  span_name: 'text',
  parent_span_id: 'text',
  session_id: 'text',
  endpoint: 'text',
  method: 'text',
  path: 'text',
  provider_slug: 'text',
  integration_id: 'uuid',
  ai_org: 'text',
  ai_model: 'text',
  requested_model: 'text',
  config_id: 'uuid',
  config_version_id: 'uuid',
  status: 'smallint',
  is_success: 'bool',
  refusal: 'text',
  is_partial: 'bool',
  is_stream: 'bool',
  finish_reason: 'text',
  input_tokens: 'int',
  output_tokens: 'int',
  reasoning_tokens: 'int',
  cache_read_tokens: 'int',
  cache_write_tokens: 'int',
  cost_nanos: 'bigint',
  is_unpriced: 'bool',
  is_usage_estimated: 'bool',
  response_ms: 'int',
  ttft_ms: 'int',
  upstream_ms: 'int',
  overhead_us: 'int',
  cache_status: 'text',
  mode: 'text',
  retry_count: 'smallint',
  attempts: 'jsonb',
  metadata: 'jsonb',
  source: 'text',
  runtime: 'text',
  runtime_version: 'text',
  sdk_version: 'text',
  upstream_id: 'text',
  request_bytes: 'int',
  response_bytes: 'int',
  has_bodies: 'bool',
  retention_days: 'smallint',
  bodies_retention_days: 'smallint',
} satisfies Record<string, Kind>) as readonly Column[]

const TYPES: Record<Kind, string> = {
  uuid: 'uuid',
  text: 'text',
  bool: 'bool',
  jsonb: 'jsonb',
  time: 'timestamptz',
  int: 'int4',
  smallint: 'int2',
  bigint: 'int8',
}

const columnNames = RECORD_COLUMNS.map(([name]) => name).join(', ')
const columnArrays = RECORD_COLUMNS.map(([, kind], i) => `$${i + 1}::${TYPES[kind]}[]`).join(', ')

const DIMENSIONS = 'workspace_id, api_key_id, provider_slug, ai_model, status'

/** Sums of a roll-up and what one row adds to them. */
const SUMS: Record<string, string> = {
  requests: 'count(*)',
  errors: 'count(*) FILTER (WHERE status >= 400)',
  input_tokens: 'sum(input_tokens)',
  output_tokens: 'sum(output_tokens)',
  reasoning_tokens: 'sum(reasoning_tokens)',
  cache_read_tokens: 'sum(cache_read_tokens)',
  cache_write_tokens: 'sum(cache_write_tokens)',
  cost_nanos: 'coalesce(sum(cost_nanos), 0)',
  unpriced: 'count(*) FILTER (WHERE is_unpriced)',
  streams: 'count(*) FILTER (WHERE is_stream)',
  response_ms: 'sum(response_ms)',
  overhead_us: 'sum(overhead_us)',
}

const sumNames = Object.keys(SUMS)

/** The dimensions of the row that stands for a whole workspace. */
const WHOLE_DIMENSIONS = `workspace_id, '${WHOLE.apiKeyId}'::uuid, '', '', ${WHOLE.status}::smallint`

/** What that row tallies of each sum. */
const TALLIED_SUMS = [
  ...sumNames.map((name) => `('${TALLY.sum}${name}', ${name})`),
  `('${TALLY.sum}caller_errors', CASE WHEN status BETWEEN 400 AND 499 THEN requests ELSE 0 END)`,
].join(', ')

/** `blameOf(status, refusal) === 'gateway'`. */
const GATEWAY_FAULT = `status >= 500 AND refusal IN (${GATEWAY_REFUSALS.map((code) => `'${code}'`).join(', ')})`

const STORING = `
WITH inserted AS (
  INSERT INTO request_logs (${columnNames})
  SELECT ${columnNames} FROM unnest(${columnArrays}) AS r (${columnNames})
  ON CONFLICT DO NOTHING
  RETURNING date_trunc('minute', created_at, 'UTC') AS minute, created_at, organisation_id, workspace_id, api_key_id,
    coalesce(provider_slug, '') AS provider_slug, coalesce(ai_model, '') AS ai_model, status, refusal, is_stream,
    is_unpriced, input_tokens, output_tokens, reasoning_tokens, cache_read_tokens, cache_write_tokens, cost_nanos,
    response_ms, ttft_ms, overhead_us
), parts AS MATERIALIZED (
  SELECT minute, ${DIMENSIONS}, (array_agg(organisation_id))[1] AS organisation_id,
    ${sumNames.map((name) => `${SUMS[name]} AS ${name}`).join(', ')}
  FROM inserted GROUP BY minute, ${DIMENSIONS}
), part_tallies AS MATERIALIZED (
  SELECT minute, ${DIMENSIONS}, key, count(*) AS n
  FROM inserted CROSS JOIN LATERAL (VALUES
    ('${TALLY.response}' || ${bucketSql('response_ms')}),
    ('${TALLY.overhead}' || ${bucketSql('overhead_us')}),
    (CASE WHEN is_stream AND ttft_ms IS NOT NULL THEN '${TALLY.firstByte}' || ${bucketSql('ttft_ms')} END),
    (CASE WHEN ${GATEWAY_FAULT} THEN '${TALLY.gateway}' END)
  ) AS tally (key)
  WHERE key IS NOT NULL
  GROUP BY minute, ${DIMENSIONS}, key
), sums AS MATERIALIZED (
  SELECT minute, ${DIMENSIONS}, organisation_id, ${sumNames.join(', ')} FROM parts
  UNION ALL
  SELECT minute, ${WHOLE_DIMENSIONS}, (array_agg(organisation_id))[1], ${sumNames.map(() => '0').join(', ')}
  FROM parts GROUP BY minute, workspace_id
), tallies AS MATERIALIZED (
  SELECT minute, ${DIMENSIONS}, key, n FROM part_tallies
  UNION ALL
  SELECT minute, ${WHOLE_DIMENSIONS}, key, sum(n)
  FROM (
    SELECT minute, workspace_id, key, n FROM part_tallies
    UNION ALL
    SELECT minute, workspace_id, key, n FROM parts CROSS JOIN LATERAL (VALUES ${TALLIED_SUMS}) AS tally (key, n)
    WHERE n <> 0
  ) AS whole GROUP BY minute, workspace_id, key
), minutes AS (${rollupSql('rollup_minutes', 'minute')}
), hours AS (${rollupSql('rollup_hours', 'hour')}
), days AS (${rollupSql('rollup_days', 'day')}
), living AS (
  SELECT id FROM api_keys WHERE id IN (SELECT api_key_id FROM parts) ORDER BY id FOR KEY SHARE SKIP LOCKED
), uses AS (
  INSERT INTO api_key_uses AS u (api_key_id, last_used_at)
  SELECT living.id, max(inserted.created_at) FROM living JOIN inserted ON inserted.api_key_id = living.id
  GROUP BY living.id ORDER BY living.id
  ON CONFLICT (api_key_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at)
)`
const STORED = 'SELECT count(*)::int AS inserted FROM inserted'
const ROWS_SQL = `${STORING}\n${STORED}`

/** Rows are written in one order everywhere, so that two flushers wait for each other instead of dead-locking. */
function rollupSql(table: string, span: 'minute' | 'hour' | 'day'): string {
  const at = `date_trunc('${span}', minute, 'UTC') AS at`
  return `
  INSERT INTO ${table} AS r (at, organisation_id, ${DIMENSIONS}, ${sumNames.join(', ')}, latency)
  SELECT at, organisation_id, ${DIMENSIONS}, ${sumNames.join(', ')}, latency
  FROM (
    SELECT ${at}, ${DIMENSIONS}, (array_agg(organisation_id))[1] AS organisation_id,
      ${sumNames.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')}
    FROM sums GROUP BY 1, ${DIMENSIONS}
  ) AS s JOIN (
    SELECT at, ${DIMENSIONS}, jsonb_object_agg(key, n) AS latency
    FROM (
      SELECT ${at}, ${DIMENSIONS}, key, sum(n)::bigint AS n FROM tallies GROUP BY 1, ${DIMENSIONS}, key
    ) AS k GROUP BY at, ${DIMENSIONS}
  ) AS t USING (at, ${DIMENSIONS})
  ORDER BY at, ${DIMENSIONS}
  ON CONFLICT (at, ${DIMENSIONS}) DO UPDATE SET
    ${sumNames.map((name) => `${name} = r.${name} + excluded.${name}`).join(', ')},
    latency = (
      SELECT jsonb_object_agg(key, n) FROM (
        SELECT key, sum(value::bigint)::bigint AS n
        FROM (SELECT * FROM jsonb_each_text(r.latency) UNION ALL SELECT * FROM jsonb_each_text(excluded.latency)) AS both_sides
        GROUP BY key
      ) AS merged
    )`
}

// ── bodies ──

const BODY_COLUMNS =
  'id, retention_days, workspace_id, head, request, response, final_request, original_response'

const BODY_TYPES = ['uuid', 'int2', 'uuid', 'text', 'bytea', 'bytea', 'bytea', 'bytea']
const bodyArrays = BODY_TYPES.map((type, i) => `$${RECORD_COLUMNS.length + i + 1}::${type}[]`).join(', ')

const ROWS_AND_BODIES_SQL = `${STORING}, bodies AS (
  INSERT INTO request_bodies (${BODY_COLUMNS})
  SELECT ${BODY_COLUMNS} FROM unnest(${bodyArrays}) AS b (${BODY_COLUMNS})
  ON CONFLICT DO NOTHING
)
${STORED}`
