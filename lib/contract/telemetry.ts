import { z } from 'zod'
import { csv, flag, nothing, queryNumber, reference, resource, timestamp } from './resource.ts'

// ────────────────────────────── logs ──────────────────────────────

/** Where an attempt went and when, in ms from the call's arrival. */
export const attemptRow = z.object({
  provider: z.string(),
  model: z.string().nullable(),
  status: z.number().nullable(),
  error: z.string().nullable(),
  start_ms: z.number(),
  connect_ms: z.number().nullable(),
  headers_ms: z.number().nullable(),
  first_ms: z.number().nullable(),
  end_ms: z.number(),
})

/** A call, as lists and exports carry it. Admin-contract §7.1. Times in ms, cost in cents. */
export const logRow = z.object({
  object: z.literal('log'),
  id: z.string(),
  created_at: z.string(),
  trace_id: z.string(),
  span_id: z.string(),
  span_name: z.string().nullable(),
  parent_span_id: z.string().nullable(),
  internal_trace_id: z.string(),
  workspace_slug: z.string(),
  organisation_id: z.string(),
  organisation_name: z.string(),
  /** Provider id (`openai`). */
  ai_org: z.string().nullable(),
  ai_model: z.string().nullable(),
  requested_model: z.string().nullable(),
  request_url: z.string(),
  request_method: z.string(),
  /** Tokens in, out, and their sum. */
  req_units: z.number(),
  res_units: z.number(),
  total_units: z.number(),
  reasoning_units: z.number(),
  cache_read_units: z.number(),
  cache_write_units: z.number(),
  /** Cents; null when unpriced. */
  cost: z.number().nullable(),
  cost_currency: z.literal('USD'),
  is_success: z.boolean(),
  response_status_code: z.number(),
  response_time: z.number(),
  upstream_response_time: z.number(),
  gateway_processing_time: z.number(),
  /** Null where it was not measured apart. */
  request_parsing_time: z.number().nullable(),
  pre_processing_time: z.number().nullable(),
  cache_processing_time: z.number().nullable(),
  response_parsing_time: z.number().nullable(),
  cache_status: z.string(),
  cache_type: z.string().nullable(),
  mode: z.string(),
  last_used_option_index: z.number(),
  retry_success_count: z.number(),
  stream_mode: z.union([z.literal(0), z.literal(1)]),
  /** Provider slug. */
  virtual_key: z.string().nullable(),
  integration_id: z.string().nullable(),
  api_key_id: z.string(),
  /** Name of that key, where it still exists. */
  api_key_name: z.string().nullable(),
  config: z.string().nullable(),
  config_id: z.string().nullable(),
  config_version_id: z.string().nullable(),
  prompt_id: z.string().nullable(),
  prompt_slug: z.string().nullable(),
  prompt_version_id: z.string().nullable(),
  'metadata.key': z.array(z.string()),
  'metadata.value': z.array(z.string()),
  source: z.string(),
  runtime: z.string().nullable(),
  runtime_version: z.string().nullable(),
  sdk_version: z.string().nullable(),
  is_proxy_call: z.boolean(),
  endpoint_type: z.string(),
  ttft_ms: z.number().nullable(),
  finish_reason: z.string().nullable(),
  guardrail_verdict: z.boolean().nullable(),
  feedback_count: z.number(),
  avg_weighted_feedback: z.number().nullable(),
  usage_estimated: z.boolean(),
  unpriced: z.boolean(),
  /** Our error code; null when the upstream answered. */
  refusal: z.string().nullable(),
  is_partial: z.boolean(),
  session_id: z.string().nullable(),
  user: z.string().nullable(),
  user_id: z.string().nullable(),
  upstream_id: z.string().nullable(),
  request_bytes: z.number(),
  response_bytes: z.number(),
  /** Always null: what a call said lies in the database, not in files. */
  log_store_file_path_format: z.string().nullable(),
  /** Pair by pair: the n-th value is the n-th key's. */
  metadata: z.object({ key: z.array(z.string()), value: z.array(z.string()) }),
  metadata_map: z.record(z.string(), z.string()),
})

const exchange = z.object({
  url: z.string().optional(),
  method: z.string().optional(),
  status: z.number().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
})

export const conversation = z.object({
  messages: z.array(
    z.object({
      role: z.enum(['system', 'user', 'assistant', 'tool']),
      text: z.string(),
      reasoning: z.string().nullable(),
      /** `arguments` is JSON text as it was written, whole or not. */
      toolCalls: z.array(z.object({ id: z.string().nullable(), name: z.string(), arguments: z.string() })),
      /** Id of the tool call this answers. */
      toolResultOf: z.string().nullable(),
      /** URLs, `data:` ones included. */
      images: z.array(z.string()),
    }),
  ),
  /** As the provider said it; null when it never did, as in a stream that broke off. */
  finishReason: z.string().nullable(),
})

/** `GET /logs/{id}`; bodies and headers are absent when they were not kept or may not be seen. Admin-contract §7.3. */
export const logDetailRow = z.object({
  _id: z.string(),
  organisation_id: z.string(),
  created_at: z.string(),
  log_format: z.string(),
  request: exchange.extend({ portkeyHeaders: z.record(z.string(), z.string()).optional() }),
  response: exchange.extend({ responseTime: z.number(), lastUsedOptionJsonPath: z.string().nullable() }),
  finalUntransformedRequest: exchange.nullable(),
  transformedRequest: exchange.nullable(),
  originalResponse: exchange.nullable(),
  metrics: logRow,
  hook_results: z.object({
    before_request_hooks: z.array(z.unknown()),
    after_request_hooks: z.array(z.unknown()),
  }),
  feedbacks: z.array(z.unknown()),
  attempts: z.array(attemptRow),
  /** Why bodies are absent: `off`, `expired`, `hidden`; null when they are here. */
  bodies_absent: z.enum(['off', 'expired', 'hidden']).nullable(),
  /** The security toggle that hides them. */
  bodies_hidden_by: z.string().nullable(),
  /** The exchange as a conversation, for people; null for calls that are none, and without bodies. */
  conversation: conversation.nullable(),
})

/** The filters of logs, analytics and exports. Admin-contract §7.2. */
export const logFilter = {
  time_of_generation_min: timestamp.optional(),
  time_of_generation_max: timestamp.optional(),
  workspace_slug: csv.optional(),
  /** `provider__model`. */
  ai_org_model: csv.optional(),
  ai_model: csv.optional(),
  virtual_keys: csv.optional(),
  configs: csv.optional(),
  api_key_ids: csv.optional(),
  prompt_slug: csv.optional(),
  trace_id: csv.optional(),
  span_id: csv.optional(),
  /** Statuses; `4xx` and `5xx` too. */
  status_code: csv
    .refine(
      (all) => all.every((one) => /^[1-5](\d\d|xx)$/i.test(one)),
      'must list statuses such as 429 or 5xx',
    )
    .optional(),
  /** Cents. */
  cost_min: queryNumber.optional(),
  cost_max: queryNumber.optional(),
  total_units_min: queryNumber.optional(),
  total_units_max: queryNumber.optional(),
  prompt_token_min: queryNumber.optional(),
  prompt_token_max: queryNumber.optional(),
  completion_token_min: queryNumber.optional(),
  completion_token_max: queryNumber.optional(),
  weighted_feedback_min: queryNumber.optional(),
  weighted_feedback_max: queryNumber.optional(),
  cache_status: csv.optional(),
  /** JSON object; all pairs must match. */
  metadata: z.string().max(8192, 'must have at most 8192 characters').optional(),
  user: csv.optional(),
  session_id: csv.optional(),
  endpoint_type: csv.optional(),
  guardrail_verdict: flag.optional(),
  is_success: flag.optional(),
  /** A log id, a trace id, or text. */
  search: z.string().max(500, 'must have at most 500 characters').optional(),
} as const

export const logsQuery = z.object({
  ...logFilter,
  /** Of the page before; opaque. */
  cursor: z.string().max(200, 'must have at most 200 characters').optional(),
  page_size: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1-100')
    .max(100, 'must be 1-100')
    .default(50),
  order_by: z.enum(['created_at']).optional(),
  order_by_type: z.enum(['asc', 'desc']).default('desc'),
})

export const logList = z.object({
  object: z.literal('list'),
  /** From the roll-ups; null where a filter needs rows. */
  total: z.number().nullable(),
  data: z.array(logRow),
  next_cursor: z.string().nullable(),
  /** The security toggle that leaves only the caller's own calls to see; null when all are here. */
  restricted_by: z.string().nullable(),
})

const said = z.object({
  headers: z.record(z.string(), z.unknown()).nullish(),
  body: z.unknown(),
})

/** One call that went elsewhere (`POST /logs`). Unknown members are kept out, not refused. */
export const ingestEntry = z.object({
  request: said.extend({
    url: z.string().max(4096, 'must have at most 4096 characters').nullish(),
    provider: z.string().max(255, 'must have at most 255 characters').nullish(),
    method: z.string().max(16, 'must have at most 16 characters').default('post'),
  }),
  response: said.extend({
    status: z
      .number()
      .int('must be a whole number')
      .min(100, 'must be 100-599')
      .max(599, 'must be 100-599')
      .default(200),
    /** ms */
    response_time: z.number().min(0, 'must be 0 or more').nullish(),
    streamingMode: z.unknown().optional(),
  }),
  metadata: z.record(z.string(), z.unknown()).nullish(),
})

/** One entry or several; parsed, always several. An array body arrives here as `entries`. */
export const logIngest = z.object({
  entries: z
    .array(ingestEntry)
    .min(1, 'must hold at least one entry')
    .max(1000, 'may hold at most 1000 entries'),
})

export const replayRow = z.object({
  object: z.literal('replay'),
  /** Of the new call. */
  log_id: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  /** Parsed when it was JSON, else text. */
  body: z.unknown(),
})

/** Admin-contract §2.5, §7. `POST /logs` takes entries made elsewhere; replay sends a stored request again. */
export const logs = resource({
  path: 'logs',
  noun: 'log',
  object: 'log',
  scopes: ['logs'],
  id: 'id',
  audit: 'logs',
  workspace: 'default',
  row: logRow,
  replies: { list: logList },
  create: nothing,
  update: nothing,
  query: logsQuery,
  actions: {
    ingest: {
      method: 'POST',
      path: '',
      verb: 'write',
      summary: 'Store logs of calls made elsewhere',
      scopes: ['completions.write', 'logs.write'],
      needsAllScopes: true,
      input: logIngest,
      reply: z.object({ status: z.literal('success'), message: z.string(), ids: z.array(z.string()) }),
      audit: null,
      isBulk: true,
      isUnbound: true,
    },
    view: {
      method: 'GET',
      path: '{id}',
      verb: 'view',
      summary: 'Read a call with its bodies',
      scopes: ['logs.view', 'completions.write', 'logs.write'],
      workspace: 'optional',
      input: nothing,
      reply: logDetailRow,
      audit: null,
    },
    replay: {
      method: 'POST',
      path: '{id}/replay',
      verb: 'view',
      summary: 'Send a call again',
      scopes: ['logs.view'],
      workspace: 'optional',
      isSessionOnly: true,
      isUnbound: true,
      input: nothing,
      reply: replayRow,
      audit: 'manage',
    },
  },
})

// ──────────────────────────── overview ────────────────────────────

export const OVERVIEW_RANGES = ['1h', '24h', '7d', '30d'] as const

const figures = z.object({
  requests: z.number(),
  errors: z.number(),
  /** Cents, over priced calls. */
  cost: z.number(),
  unpriced: z.number(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  /** ms; null without calls. */
  p50_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  /** Median ms spent in the gateway itself; null without calls. */
  overhead_ms: z.number().nullable(),
})

const mover = z.object({ name: z.string(), requests: z.number(), errors: z.number(), cost: z.number() })

export const overviewRow = z.object({
  object: z.literal('overview'),
  range: z.enum(OVERVIEW_RANGES),
  from: z.string(),
  to: z.string(),
  bucket_seconds: z.number(),
  now: figures,
  /** The span just before, of equal length. */
  before: figures,
  series: z.array(
    z.object({
      at: z.string(),
      requests: z.number(),
      errors: z.number(),
      cost: z.number(),
      p50_ms: z.number().nullable(),
    }),
  ),
  /** Errors by who is to blame. */
  blame: z.object({ caller: z.number(), gateway: z.number(), provider: z.number() }),
  providers: z.array(mover),
  models: z.array(mover),
  /** The security toggle that leaves only the caller's own calls to see; null when all are here. */
  restricted_by: z.string().nullable(),
  /** The checklist of a first day; each ticks itself. */
  checklist: z.object({
    has_provider: z.boolean(),
    has_key: z.boolean(),
    has_request: z.boolean(),
  }),
})

const overviewQuery = z.object({
  range: z.enum(OVERVIEW_RANGES).default('24h'),
  workspace_id: reference.optional(),
})

/** `GET /admin/overview`: what the first page of the console shows, from the roll-ups. */
export const overview = resource({
  path: 'admin/overview',
  noun: 'overview',
  object: 'overview',
  scopes: ['analytics'],
  id: 'id',
  audit: 'analytics',
  workspace: 'default',
  row: overviewRow,
  create: nothing,
  update: nothing,
  query: overviewQuery,
  actions: {
    show: {
      method: 'GET',
      path: '',
      verb: 'view',
      summary: 'Read the figures of the overview',
      input: overviewQuery,
      reply: overviewRow,
      audit: null,
    },
  },
})
