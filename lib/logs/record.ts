/**
 * The row of one call, as the journal carries it: JSON whose keys are the columns of `request_logs`, so the flusher
 * hands it to Postgres without rebuilding it. Money in integer nano-dollars, times in the unit each name ends with.
 * Null means "not known", never zero. Source: admin-contract §7.1.
 */
export interface CallRecord {
  /** UUIDv7; its time is when the call arrived and decides the partition. */
  id: string
  created_at: string
  organisation_id: string
  workspace_id: string
  api_key_id: string
  user_id: string | null
  /** `_user` metadata or the body's `user`. */
  user_label: string | null
  trace_id: string
  span_id: string
  span_name: string | null
  parent_span_id: string | null
  /** Fingerprint of key, system text and first user text; null for paths without a conversation. */
  session_id: string | null
  /** Internal endpoint name: `chatComplete`, `messages`, `embed`, `proxy`, … */
  endpoint: string
  method: string
  path: string
  /** Slug of the provider that was called last; null when none was reached. */
  provider_slug: string | null
  integration_id: string | null
  /** Provider id (`openai`). */
  ai_org: string | null
  /** Model as priced and sent, without its `@slug/`. */
  ai_model: string | null
  requested_model: string | null
  config_id: string | null
  config_version_id: string | null
  /** What the client got; 499 when it went away. */
  status: number
  is_success: boolean
  /** Our error code when the gateway refused or failed the call; null when the upstream answered. */
  refusal: string | null
  /** The answer was cut: upstream lost or client gone after the first byte. */
  is_partial: boolean
  is_stream: boolean
  finish_reason: string | null
  input_tokens: number
  output_tokens: number
  reasoning_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
  /** Null when unpriced. */
  cost_nanos: number | null
  is_unpriced: boolean
  is_usage_estimated: boolean
  /** Arrival to last byte. */
  response_ms: number
  /** Arrival to the first byte of the answer's body. */
  ttft_ms: number | null
  /** Waiting for and reading from the upstream. */
  upstream_ms: number
  /** Time spent in the gateway itself, upstream wait excluded. */
  overhead_us: number
  cache_status: string
  mode: string
  retry_count: number
  /** One entry an attempt: provider, model, status, and ms offsets from arrival. */
  attempts: CallAttempt[]
  metadata: Record<string, string>
  /** `api`, `ingest` or `replay`. */
  source: string
  runtime: string | null
  runtime_version: string | null
  sdk_version: string | null
  /** The upstream's own request id. */
  upstream_id: string | null
  request_bytes: number
  response_bytes: number
  has_bodies: boolean
  /** Retention class of the row and of its bodies, stamped when the call ends. */
  retention_days: number
  bodies_retention_days: number
}

export interface CallAttempt {
  provider: string
  model: string | null
  status: number | null
  error: string | null
  start_ms: number
  connect_ms: number | null
  headers_ms: number | null
  first_ms: number | null
  end_ms: number
}

/** What a call said, kept apart from its row. Buffers are raw bytes as they crossed the wire. */
export interface CallBodies {
  /** Headers (secrets masked), urls and statuses, as JSON text. */
  head: string
  request: Buffer | null
  response: Buffer | null
  /** Null when the upstream was sent what the caller sent, but for the members named in the head's `final.changes`. */
  finalRequest: Buffer | null
  originalResponse: Buffer | null
}
