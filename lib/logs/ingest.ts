import type { z } from 'zod'
import type { ingestEntry } from '../contract/telemetry.ts'
import { uuidv7 } from '../ids.ts'
import type { CallBodies, CallRecord } from './record.ts'
import { maskHeaders, maskUrl } from './redact.ts'

export type IngestEntry = z.output<typeof ingestEntry>

/** Whose call it was, and what that caller's workspace keeps. */
export interface IngestCaller {
  organisationId: string
  workspaceId: string
  apiKeyId: string
  userId: string | null
  /** `full` stores bodies, `metrics_only` never does. */
  logging: 'full' | 'metrics_only'
  retentionDays: number
  bodiesRetentionDays: number
}

/** What an answer used and cost, as pricing sees it. */
export interface IngestMeter {
  usage: { input: number; output: number; reasoning: number; cacheRead: number; cacheWrite: number } | null
  /** Null when no price is known. */
  costNanos: number | null
  isUnpriced: boolean
}

export interface IngestWorld {
  nowMs: number
  /** Reads the usage out of a response body (parsed JSON, list of chunks, or stream text) and prices it. */
  meter(answer: {
    provider: string | null
    model: string | null
    response: unknown
    atMs: number
  }): IngestMeter
}

const METADATA_CHARS_MAX = 128
const LABEL_CHARS_MAX = 512

/**
 * The record of a call that went elsewhere (`POST /logs`), ready for the journal like any other. Trace members of the
 * metadata (`trace_id` or `traceId`, `span_id`, `span_name`, `parent_span_id`) become columns; the rest stays metadata,
 * as text of at most 128 characters. Source: admin-contract §2.5.
 */
export function ingestRecord(
  entry: IngestEntry,
  caller: IngestCaller,
  world: IngestWorld,
): { record: CallRecord; bodies: CallBodies | null } {
  const { request, response } = entry
  const id = uuidv7(world.nowMs)
  const asked = fieldsOf(request.body)
  const model = label(asked.model) ?? label(fieldsOf(response.body).model)
  const provider = label(request.provider)
  const { usage, costNanos, isUnpriced } = world.meter({
    provider,
    model,
    response: response.body,
    atMs: world.nowMs,
  })
  const { trace, metadata } = metadataOf(entry.metadata ?? {})
  const url = maskUrl(request.url ?? '')
  const path = pathOf(url)
  const isSuccess = response.status < 400
  const isLogged = caller.logging === 'full'
  const sent = bytesOf(request.body)
  const answered = bytesOf(response.body)
  const record: CallRecord = {
    id,
    created_at: new Date(world.nowMs).toISOString(),
    organisation_id: caller.organisationId,
    workspace_id: caller.workspaceId,
    api_key_id: caller.apiKeyId,
    user_id: caller.userId,
    user_label: metadata._user ?? label(asked.user),
    trace_id: trace.trace_id ?? id,
    span_id: trace.span_id ?? id,
    span_name: trace.span_name ?? null,
    parent_span_id: trace.parent_span_id ?? null,
    session_id: null,
    endpoint: endpointOf(path),
    method: request.method.toUpperCase(),
    path,
    provider_slug: null,
    integration_id: null,
    ai_org: provider,
    ai_model: model,
    requested_model: model,
    config_id: null,
    config_version_id: null,
    status: response.status,
    is_success: isSuccess,
    refusal: null,
    is_partial: false,
    is_stream: isStreamed(response),
    finish_reason: null,
    input_tokens: usage?.input ?? 0,
    output_tokens: usage?.output ?? 0,
    reasoning_tokens: usage?.reasoning ?? 0,
    cache_read_tokens: usage?.cacheRead ?? 0,
    cache_write_tokens: usage?.cacheWrite ?? 0,
    cost_nanos: costNanos,
    is_unpriced: isUnpriced,
    is_usage_estimated: false,
    response_ms: Math.round(response.response_time ?? 0),
    ttft_ms: null,
    upstream_ms: Math.round(response.response_time ?? 0),
    overhead_us: 0,
    cache_status: 'DISABLED',
    mode: 'single',
    retry_count: 0,
    attempts: [],
    metadata,
    source: 'ingest',
    runtime: null,
    runtime_version: null,
    sdk_version: null,
    upstream_id: label(fieldsOf(response.body).id),
    request_bytes: sent?.length ?? 0,
    response_bytes: answered?.length ?? 0,
    has_bodies: isLogged,
    retention_days: caller.retentionDays,
    bodies_retention_days: caller.bodiesRetentionDays,
  }
  if (!isLogged) return { record, bodies: null }
  const head = {
    request: { method: record.method, url, headers: headersOf(request.headers) },
    response: { status: response.status, headers: headersOf(response.headers) },
    final: null,
  }
  const bodies = {
    head: JSON.stringify(head),
    request: sent,
    response: answered,
    finalRequest: null,
    originalResponse: null,
  }
  return { record, bodies }
}

type Fields = Record<string, unknown>
type Trace = Partial<Record<'trace_id' | 'span_id' | 'span_name' | 'parent_span_id', string>>

const TRACE_MEMBERS: Record<string, keyof Trace> = {
  trace_id: 'trace_id',
  traceId: 'trace_id',
  span_id: 'span_id',
  spanId: 'span_id',
  span_name: 'span_name',
  spanName: 'span_name',
  parent_span_id: 'parent_span_id',
  parentSpanId: 'parent_span_id',
}

function metadataOf(said: Fields): { trace: Trace; metadata: Record<string, string> } {
  const trace: Trace = {}
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(said)) {
    if (value === null || value === undefined) continue
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const member = Object.hasOwn(TRACE_MEMBERS, name) ? TRACE_MEMBERS[name] : undefined
    if (member) trace[member] ??= text.slice(0, LABEL_CHARS_MAX)
    else metadata[name.slice(0, METADATA_CHARS_MAX)] = text.slice(0, METADATA_CHARS_MAX)
  }
  return { trace, metadata }
}

function isStreamed(response: IngestEntry['response']): boolean {
  const { streamingMode, body } = response
  if (streamingMode === undefined || streamingMode === null) return Array.isArray(body)
  return (
    streamingMode !== false && streamingMode !== 'false' && streamingMode !== 'none' && streamingMode !== 0
  )
}

function pathOf(url: string): string {
  const path = url.replace(/^\w+:\/\/[^/?#]*/, '').replace(/[?#].*$/, '')
  return path === '' ? '/' : path
}

const ENDPOINTS: readonly [ending: string, endpoint: string][] = [
  ['/chat/completions', 'chatComplete'],
  ['/completions', 'complete'],
  ['/embeddings', 'embed'],
  ['/messages', 'messages'],
]

function endpointOf(path: string): string {
  return ENDPOINTS.find(([ending]) => path.endsWith(ending))?.[1] ?? 'proxy'
}

function headersOf(headers: Fields | null | undefined): Record<string, string> {
  const pairs = Object.entries(headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return maskHeaders(Object.fromEntries(pairs))
}

function bytesOf(body: unknown): Buffer | null {
  if (body === undefined || body === null) return null
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function label(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, LABEL_CHARS_MAX) : null
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}
