import { hash } from 'node:crypto'
import { type ErrorCode, GatewayError } from '../errors.ts'
import type { CallAttempt, CallRecord } from '../logs/record.ts'
import { costNanos } from '../pricing.ts'
import { NO_USAGE, type Usage } from '../providers/adapter.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoints.ts'
import type { Caller, Ports } from './ports.ts'
import type { Target } from './resolve.ts'
import type { Rewrites } from './scan.ts'
import { control, mergedMetadata, requestMetadata, type Trace, traceOf } from './signals.ts'

/** How a call ended, as far as its row is concerned. */
export interface Outcome {
  status: number
  /** Our own code when the gateway refused or failed it. */
  refusal: ErrorCode | null
  /** Cut after its first byte. */
  isPartial?: boolean
  usage?: Usage | null
  isUsageEstimated?: boolean
  finishReason?: string | null
  /** What the client was sent, as far as it got. */
  response: Buffer | null
  /** Its length, when `response` holds only the beginning. */
  responseBytes?: number
  /** What the upstream sent, when that is something else. */
  originalResponse?: Buffer | null
  responseHeaders?: Record<string, string>
}

const SUCCESS_BELOW = 400

/**
 * The one row of one call. Opened after sign-in, told what happens on the way, settled exactly once: at the last byte,
 * before it leaves. A second `settle` does nothing.
 */
export class Ledger {
  readonly trace: Trace
  requested: string | null = null
  target: Target | null = null
  isStream = false
  sessionId: string | null = null
  requestBytes = 0
  request: Buffer | null = null
  finalRequest: { url: string; method: string; headers: Record<string, string>; body: Buffer | null } | null =
    null
  /** What was done to the caller's body on its way, when that can be said in a few members: it is not stored twice. */
  changes: Rewrites | null = null
  clamped: string[] = []
  dropped: string[] = []
  attempt: CallAttempt | null = null
  upstreamId: string | null = null
  /** Monotonic ms. */
  sentMs = 0
  upstreamDoneMs = 0
  firstByteMs = 0
  isSettled = false
  /** Bodies are stored, unless the key or the call says otherwise. */
  readonly keepsBodies: boolean
  #metadata: Record<string, string> = {}
  #user: string | null = null

  constructor(
    readonly call: Call,
    readonly caller: Caller,
    readonly endpoint: Endpoint,
    readonly ports: Ports,
  ) {
    this.trace = traceOf(call)
    this.keepsBodies = caller.logging === 'full' && control(call, 'debug')?.toLowerCase() !== 'false'
  }

  /** Reads the metadata that headers bring. Throws `invalid_metadata`. */
  noteHeaders(): void {
    this.#metadata = requestMetadata(this.call, this.ports.settings.headersToMetadata)
  }

  /** Metadata found in the body, weaker than the header's; `user` names the person when no metadata does. */
  noteBody(metadata: Record<string, string>, user: string | null): void {
    for (const [name, value] of Object.entries(metadata)) this.#metadata[name] ??= value
    this.#user = user
  }

  /** Fingerprint of key, system text and first user text: what makes calls of one agent session alike. */
  noteSession(text: string | Buffer): void {
    this.sessionId = hash(
      'sha256',
      Buffer.concat([Buffer.from(this.caller.keyId), Buffer.from(text)]),
      'hex',
    ).slice(0, 32)
  }

  /** A try of a target begins. */
  begin(target: Target): CallAttempt {
    this.target = target
    this.sentMs = performance.now()
    this.attempt = {
      provider: target.provider.slug,
      model: target.model,
      status: null,
      error: null,
      start_ms: this.#sinceStart(this.sentMs),
      connect_ms: null,
      headers_ms: null,
      first_ms: null,
      end_ms: 0,
    }
    return this.attempt
  }

  /** Milliseconds spent in the gateway so far, upstream wait excluded. */
  overheadMs(): number {
    const now = performance.now()
    const upstream = this.sentMs === 0 ? 0 : (this.upstreamDoneMs || this.firstByteMs || now) - this.sentMs
    return Math.max(0, now - this.call.startedMs - upstream)
  }

  /** Cost of the call so far, for the row and for whoever asks. */
  price(usage: Usage | null | undefined): { costNanos: number | null; isUnpriced: boolean } {
    if (!this.target || !this.endpoint.isMetered) return FREE
    if (!usage) return this.endpoint.dialect === 'raw' && this.call.method === 'POST' ? UNPRICED : FREE
    return costNanos(usage, this.target.card, this.call.arrivedAtMs)
  }

  /** Appends the row to the journal. Throws `unavailable` when it cannot: the answer must then not be finished. */
  settle(outcome: Outcome): void {
    if (this.isSettled) return
    this.isSettled = true
    const record = this.#record(outcome)
    // Vectors say nothing to a reader and are most of such an answer (admin-contract §7.3).
    const isVectors = this.endpoint.dialect === 'embeddings' && outcome.status < SUCCESS_BELOW
    const bodies = this.keepsBodies
      ? {
          head: this.#head(outcome),
          request: this.request,
          response: isVectors ? null : outcome.response,
          finalRequest: this.changes ? null : (this.finalRequest?.body ?? null),
          originalResponse: isVectors ? null : (outcome.originalResponse ?? null),
        }
      : null
    try {
      this.ports.journal.append(record, bodies)
    } catch (error) {
      if (error instanceof GatewayError) throw error
      throw new GatewayError('unavailable', 'The call could not be recorded, so it was not answered.', {
        cause: error,
      })
    }
  }

  #record(outcome: Outcome): CallRecord {
    const { call, caller, target, attempt } = this
    const usage = (this.endpoint.isMetered && outcome.usage) || NO_USAGE
    const isFailure = outcome.status >= SUCCESS_BELOW
    const price = isFailure && !outcome.usage ? FREE : this.price(outcome.usage)
    const endedMs = performance.now()
    if (attempt) {
      attempt.end_ms = this.#sinceStart(this.upstreamDoneMs || endedMs)
      attempt.error = outcome.refusal
    }
    const metadata = mergedMetadata(this.#metadata, caller)
    const user = metadata._user ?? this.#user ?? caller.userEmail
    if (user !== null) metadata._user = user
    const upstreamMs = this.sentMs === 0 ? 0 : (this.upstreamDoneMs || endedMs) - this.sentMs
    const { headers } = call
    return {
      id: call.id,
      created_at: new Date(call.arrivedAtMs).toISOString(),
      organisation_id: caller.organisationId,
      workspace_id: caller.workspaceId ?? '',
      api_key_id: caller.keyId,
      user_id: caller.userId,
      user_label: user,
      trace_id: this.trace.traceId,
      span_id: this.trace.spanId,
      span_name: this.trace.spanName,
      parent_span_id: this.trace.parentSpanId,
      session_id: this.sessionId,
      endpoint: this.endpoint.name,
      method: call.method,
      path: `/v1${call.path}`,
      provider_slug: target?.provider.slug ?? null,
      integration_id: target?.provider.integrationId || null,
      ai_org: target?.provider.spec.id ?? null,
      ai_model: target?.model ?? null,
      requested_model: this.requested?.slice(0, 512) ?? null,
      config_id: null,
      config_version_id: null,
      status: outcome.status,
      is_success: !isFailure,
      refusal: outcome.refusal,
      is_partial: outcome.isPartial ?? false,
      is_stream: this.isStream,
      finish_reason: outcome.finishReason ?? null,
      input_tokens: usage.input,
      output_tokens: usage.output,
      reasoning_tokens: usage.reasoning,
      cache_read_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite,
      cost_nanos: price.costNanos,
      is_unpriced: price.isUnpriced,
      is_usage_estimated: outcome.isUsageEstimated ?? false,
      response_ms: Math.round(endedMs - call.startedMs),
      ttft_ms: this.firstByteMs === 0 ? null : Math.round(this.firstByteMs - call.startedMs),
      upstream_ms: Math.round(upstreamMs),
      overhead_us: Math.round(Math.max(0, endedMs - call.startedMs - upstreamMs) * 1000),
      cache_status: 'DISABLED',
      mode: 'single',
      retry_count: 0,
      attempts: attempt ? [attempt] : [],
      metadata,
      source: call.keyId ? 'replay' : 'api',
      runtime: headers['x-stainless-runtime'] ?? headers['x-portkey-runtime'] ?? null,
      runtime_version: headers['x-stainless-runtime-version'] ?? headers['x-portkey-runtime-version'] ?? null,
      sdk_version: headers['x-portkey-package-version'] ?? headers['user-agent']?.slice(0, 128) ?? null,
      upstream_id: this.upstreamId,
      request_bytes: this.requestBytes,
      response_bytes: outcome.responseBytes ?? outcome.response?.length ?? 0,
      has_bodies: this.keepsBodies,
      retention_days: caller.retentionDays,
      bodies_retention_days: caller.bodiesRetentionDays,
    }
  }

  #head(outcome: Outcome): string {
    const { call, finalRequest, ports } = this
    return JSON.stringify({
      request: {
        method: call.method,
        url: ports.maskUrl(`/v1${call.path}${call.query}`),
        headers: ports.maskHeaders(call.headers, control(call, 'sensitive-headers')),
      },
      response: { status: outcome.status, headers: ports.maskHeaders(outcome.responseHeaders ?? {}) },
      final: finalRequest && {
        method: finalRequest.method,
        url: ports.maskUrl(finalRequest.url),
        headers: ports.maskHeaders(finalRequest.headers),
        changes: this.changes && Object.fromEntries(this.changes),
      },
      clamped: this.clamped,
      dropped: this.dropped,
    })
  }

  #sinceStart(atMs: number): number {
    return Math.max(0, Math.round((atMs - this.call.startedMs) * 100) / 100)
  }
}

const FREE = { costNanos: 0, isUnpriced: false } as const
const UNPRICED = { costNanos: null, isUnpriced: true } as const
