import type { z } from 'zod'
import type { logDetailRow, logRow } from '../contract/telemetry.ts'
import { nanosToCents } from '../units.ts'
import { conversationIn } from './conversation.ts'
import type { LogDetail, LogRow } from './query.ts'

export type LogRowOnWire = z.output<typeof logRow>

const PROXIED = 'proxy'

/** A row as lists, details and exports carry it: cost in cents, times in ms. Source: admin-contract §7.1. */
export function rowForWire(row: LogRow): LogRowOnWire {
  const keys = Object.keys(row.metadata)
  const values = Object.values(row.metadata)
  return {
    object: 'log',
    id: row.id,
    created_at: row.created_at.toISOString(),
    trace_id: row.trace_id,
    span_id: row.span_id,
    span_name: row.span_name,
    parent_span_id: row.parent_span_id,
    internal_trace_id: row.id,
    workspace_slug: row.workspace_slug ?? '',
    organisation_id: row.organisation_id,
    organisation_name: row.organisation_name ?? '',
    ai_org: row.ai_org,
    ai_model: row.ai_model,
    requested_model: row.requested_model,
    request_url: row.path,
    request_method: row.method,
    req_units: row.input_tokens,
    res_units: row.output_tokens,
    total_units: row.input_tokens + row.output_tokens,
    reasoning_units: row.reasoning_tokens,
    cache_read_units: row.cache_read_tokens,
    cache_write_units: row.cache_write_tokens,
    cost: nanosToCents(row.cost_nanos),
    cost_currency: 'USD',
    is_success: row.is_success,
    response_status_code: row.status,
    response_time: row.response_ms,
    upstream_response_time: row.upstream_ms,
    gateway_processing_time: row.overhead_us / 1000,
    request_parsing_time: null,
    pre_processing_time: null,
    cache_processing_time: null,
    response_parsing_time: null,
    cache_status: row.cache_status,
    cache_type: CACHE_TYPES[row.cache_status] ?? null,
    mode: row.mode,
    last_used_option_index: 0,
    retry_success_count: row.retry_count,
    stream_mode: row.is_stream ? 1 : 0,
    virtual_key: row.provider_slug,
    integration_id: row.integration_id,
    api_key_id: row.api_key_id,
    api_key_name: row.api_key_name,
    config: row.config_slug,
    config_id: row.config_id,
    config_version_id: row.config_version_id,
    prompt_id: null,
    prompt_slug: null,
    prompt_version_id: null,
    'metadata.key': keys,
    'metadata.value': values,
    metadata: { key: keys, value: values },
    metadata_map: row.metadata,
    source: row.source,
    runtime: row.runtime,
    runtime_version: row.runtime_version,
    sdk_version: row.sdk_version,
    is_proxy_call: row.endpoint === PROXIED,
    endpoint_type: row.endpoint,
    ttft_ms: row.ttft_ms,
    finish_reason: row.finish_reason,
    guardrail_verdict: null,
    feedback_count: 0,
    avg_weighted_feedback: null,
    usage_estimated: row.is_usage_estimated,
    unpriced: row.is_unpriced,
    refusal: row.refusal,
    is_partial: row.is_partial,
    session_id: row.session_id,
    user: row.user_label,
    user_id: row.user_id,
    upstream_id: row.upstream_id,
    request_bytes: row.request_bytes,
    response_bytes: row.response_bytes,
    log_store_file_path_format: null,
  }
}

const CACHE_TYPES: Record<string, string> = { HIT: 'simple', 'SEMANTIC HIT': 'semantic' }

export type LogDetailOnWire = z.output<typeof logDetailRow>

/**
 * One call as `GET /logs/{id}` answers it. JSON bodies leave parsed, text (event streams too) as text, other bytes as
 * `{encoding: "base64", data}`. `hidden` leaves bodies and headers out for viewers with metadata-only rights; `by` is the
 * security toggle that makes it so.
 * Source: admin-contract §7.3.
 */
export function detailForWire(
  detail: LogDetail,
  hidden: { by: string | null } | null = null,
): LogDetailOnWire {
  const { row } = detail
  const metrics = rowForWire(row)
  const bodies = hidden ? null : detail.bodies
  const head = headOf(bodies?.head)
  const request = bodyForWire(bodies?.request)
  const response = bodyForWire(bodies?.response)
  const portkeyHeaders = Object.entries(head.request.headers ?? {}).filter(([name]) =>
    CONTROL_HEADER.test(name),
  )
  return {
    _id: row.id,
    organisation_id: row.organisation_id,
    created_at: metrics.created_at,
    log_format: 'generation',
    request: {
      url: head.request.url ?? row.path,
      method: head.request.method ?? row.method,
      ...given('headers', head.request.headers),
      ...given('body', request),
      ...given('portkeyHeaders', head.request.headers && Object.fromEntries(portkeyHeaders)),
    },
    response: {
      status: row.status,
      ...given('headers', head.response.headers),
      ...given('body', response),
      responseTime: row.response_ms,
      lastUsedOptionJsonPath: null,
    },
    finalUntransformedRequest: null,
    transformedRequest: head.final && {
      ...head.final,
      body: bodyForWire(bodies?.finalRequest) ?? changed(request, head.changes),
    },
    originalResponse: bodies?.originalResponse
      ? { status: row.attempts.at(-1)?.status ?? undefined, body: bodyForWire(bodies.originalResponse) }
      : null,
    metrics,
    hook_results: { before_request_hooks: [], after_request_hooks: [] },
    feedbacks: [],
    attempts: row.attempts,
    bodies_absent: hidden ? 'hidden' : detail.bodiesAbsent,
    bodies_hidden_by: hidden?.by ?? null,
    conversation: bodies === null ? null : conversationIn(request, response),
  }
}

const CONTROL_HEADER = /^x-(?:portkey|tollgate)-/

interface Head {
  request: Exchange
  response: Exchange
  final: Exchange | null
  /** JSON texts by member, null for one left out: what made the final request of the caller's. */
  changes: Record<string, unknown>
}

interface Exchange {
  url?: string
  method?: string
  headers?: Record<string, string>
}

function headOf(head: unknown): Head {
  const { request, response, final } = objectOr(head)
  return {
    request: exchangeOf(request),
    response: exchangeOf(response),
    final: final ? exchangeOf(final) : null,
    changes: objectOr(objectOr(final).changes),
  }
}

function changed(request: unknown, changes: Record<string, unknown>): unknown {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return request
  const body: Record<string, unknown> = { ...request }
  for (const [name, text] of Object.entries(changes)) {
    if (typeof text === 'string') body[name] = JSON.parse(text)
    else delete body[name]
  }
  return body
}

function exchangeOf(value: unknown): Exchange {
  const { url, method, headers } = objectOr(value)
  const pairs = Object.entries(objectOr(headers)).map(([name, text]) => [name, String(text)])
  return {
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof method === 'string' ? { method } : {}),
    ...(headers === undefined ? {} : { headers: Object.fromEntries(pairs) }),
  }
}

function objectOr(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function bodyForWire(bytes: Buffer | null | undefined): unknown {
  if (!bytes) return undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { encoding: 'base64', data: bytes.toString('base64') }
  }
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
