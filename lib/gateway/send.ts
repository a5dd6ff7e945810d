import { GatewayError } from '../errors.ts'
import { NO_USAGE, type Usage } from '../providers/adapter.ts'
import { anthropicError, anthropicStreamReader } from '../providers/anthropic.ts'
import type { UpstreamExchange, UpstreamHandler, UpstreamRequest } from '../providers/egress.ts'
import { openAiError } from '../providers/openai-usage.ts'
import type { Answer, AnswerStream, Call, Sink } from './call.ts'
import { maskCredential, scrubbed, withoutCredential } from './credential.ts'
import { estimatedInput } from './estimate.ts'
import { answerHeaders } from './headers.ts'
import type { Ledger } from './ledger.ts'
import type { Outbound } from './outbound.ts'
import type { Ports, StreamPace } from './ports.ts'
import { type Refusal, refusalBody, refusalFrame, refusalOf, upstreamRefusal } from './refusal.ts'
import {
  AnthropicTap,
  OpenAiTap,
  RawTap,
  ResponsesTap,
  type StreamFailure,
  type StreamTap,
  TranslatedTap,
} from './stream.ts'
import { type Asked, readWhole, UpstreamFailure } from './whole.ts'

/** How a silent stream is kept alive, unless the settings say otherwise (architecture §2, hermes-client §3). */
export const PACE: StreamPace = { commitAfterMs: 10_000, heartbeatMs: 12_000, lifeSignMs: 60_000 }
const LINGER_MS = 5_000
const WHOLE_BYTES_MAX = 64 * 1024 * 1024
const ERROR_BYTES_MAX = 256 * 1024
const LOGGED_BYTES_MAX = 4 * 1024 * 1024

/** Everything one try needs to know; all decided before the socket is opened. */
export interface Try extends Asked {
  call: Call
  ledger: Ledger
  ports: Ports
  request: UpstreamRequest
}

/**
 * Sends one try and answers with what came back: a whole body, or a stream that commits at the upstream's first event.
 * The ledger is settled before the last byte leaves, whatever the end. Rejects with GatewayError while nothing has been
 * sent to the client; the ledger is then still open. Source: architecture §2, §3.2, §5; gateway-contract §5.4, §5.5.
 */
export function send(attempt: Try): Promise<Answer> {
  return new Promise((resolve, reject) => new Exchange(attempt, resolve, reject).start())
}

class Exchange implements UpstreamHandler, AnswerStream {
  readonly #t: Try
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: unknown) => void
  readonly #pace: StreamPace
  /** What was sent, to be aborted; null until it is. */
  #sending: { abort(): void } | null = null
  #exchange: UpstreamExchange | null = null
  #status = 0
  #headers: Record<string, string | string[]> = {}
  #answerHeaders: Record<string, string> = {}
  #tap: StreamTap | null = null
  readonly #chunks: Buffer[] = []
  #bytes = 0
  /** Bytes for the client that no sink has taken yet. */
  #queue: Buffer[] = []
  readonly #sent: Buffer[] = []
  #sentBytes = 0
  #sink: Sink | null = null
  #isCommitted = false
  #isDone = false
  #afterStart: ((sink: Sink) => void) | null = null
  #timer: NodeJS.Timeout | null = null
  #lingering: NodeJS.Timeout | null = null
  #lastSentMs = 0
  #lastLifeMs = 0
  #silencesSeen = 0

  constructor(attempt: Try, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    this.#t = attempt
    this.#pace = attempt.ports.settings.pace ?? PACE
    this.#resolve = resolve
    this.#reject = reject
  }

  start(sink?: Sink): void {
    if (sink) {
      this.#attach(sink)
      return
    }
    const { call, ledger, ports, request, target } = this.#t
    ledger.begin(target)
    call.onClientGone(() => this.#clientGone())
    // Gone before anything was sent: then nothing is.
    if (this.#isDone) return
    const upstream = target.provider.spec.isLocal ? ports.sandbox : ports.egress
    this.#sending = upstream.send(request, this)
    // A passed-through body is cut anywhere, so a comment could land inside an event.
    if (this.#t.wantsStream && this.#t.endpoint.dialect !== 'raw')
      this.#timer = setTimeout(() => this.#commitEarly(), this.#pace.commitAfterMs)
  }

  onConnect(): void {
    const { attempt } = this.#t.ledger
    if (attempt) attempt.connect_ms = this.#now()
  }

  onHeaders(status: number, headers: Record<string, string | string[]>, exchange: UpstreamExchange): void {
    const { ledger, endpoint, outbound, wantsStream, target } = this.#t
    this.#status = status
    this.#headers = withoutCredential(headers, target.provider.headers)
    this.#exchange = exchange
    const id = headers['x-request-id'] ?? headers['request-id'] ?? headers['cf-ray']
    ledger.upstreamId = typeof id === 'string' ? id.slice(0, 255) : null
    if (ledger.attempt) {
      ledger.attempt.headers_ms = this.#now()
      ledger.attempt.status = status
    }
    const isOk = status >= 200 && status < 300
    const type = String(headers['content-type'] ?? '')
    if (!isOk) return
    if (endpoint.dialect === 'raw') {
      const isEvents = type.includes('text/event-stream')
      if (isEvents && endpoint.name === 'createModelResponse')
        this.#tap = new ResponsesTap(target.provider.spec.id)
      else if (!type.includes('application/json')) this.#tap = new RawTap(target.provider.spec.id, isEvents)
    } else if (type.includes('text/event-stream')) {
      const asked = outbound as Outbound
      this.#tap = asked.translation
        ? new TranslatedTap(asked.translation.with.stream(asked.translation.context))
        : target.provider.spec.dialect === 'anthropic'
          ? new AnthropicTap(anthropicStreamReader())
          : new OpenAiTap(target.provider.spec.id, asked.hasAskedUsage)
    }
    if (this.#tap && !wantsStream) ledger.isStream = true
  }

  onData(chunk: Buffer): void {
    if (this.#isDone) return
    const { ledger } = this.#t
    if (ledger.firstByteMs === 0) {
      ledger.firstByteMs = performance.now()
      if (ledger.attempt) ledger.attempt.first_ms = this.#now()
    }
    const tap = this.#tap
    if (!tap) {
      this.#bytes += chunk.length
      const limit = this.#status < 300 ? WHOLE_BYTES_MAX : ERROR_BYTES_MAX
      if (this.#bytes <= limit) this.#chunks.push(chunk)
      else if (this.#status < 300)
        this.#giveUp(
          new GatewayError(
            'invalid_provider_response',
            'The provider sent a larger answer than the gateway can hold (64 MB).',
          ),
        )
      return
    }
    const silences = tap.silences()
    try {
      this.#emit(tap.push(chunk))
    } catch (error) {
      this.#giveUp(error)
      return
    }
    // Comments pass too, but agents do not take them for life.
    if (tap.silences() === silences) this.#lastLifeMs = performance.now()
    this.#advance(tap)
  }

  onEnd(): void {
    if (this.#lingering) clearTimeout(this.#lingering)
    if (this.#isDone) return
    const { ledger } = this.#t
    ledger.upstreamDoneMs = performance.now()
    const tap = this.#tap
    if (!tap) {
      this.#whole()
      return
    }
    try {
      this.#emit(tap.end())
    } catch (error) {
      this.#giveUp(error)
      return
    }
    if (tap.failure()) this.#streamFailed(tap.failure() as StreamFailure)
    else if (tap.isComplete()) this.#finish()
    else this.#giveUp(lost(this.#t, 'The provider ended its answer early.'))
  }

  onError(error: Error): void {
    if (this.#lingering) clearTimeout(this.#lingering)
    if (this.#isDone) return
    const { ledger } = this.#t
    ledger.upstreamDoneMs = performance.now()
    const isBeforeFirstByte =
      ledger.firstByteMs === 0 && error instanceof GatewayError && error.code === 'upstream_stream_error'
    this.#giveUp(isBeforeFirstByte ? lost(this.#t, 'The provider broke off before its answer began.') : error)
  }

  // ── whole answers ──

  #whole(): void {
    const { call, ledger, endpoint, target } = this.#t
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    const status = this.#status
    if (status >= 400 && status < 600) {
      this.#refuseUpstream(status, bytes)
      return
    }
    const isNotModified = status === 304 && endpoint.dialect === 'raw'
    if (status >= 300 && !isNotModified) {
      this.#giveUp(
        new GatewayError(
          'invalid_provider_response',
          `The provider @${target.provider.slug} answered with status ${status}, which is no answer: redirects are not followed.`,
        ),
      )
      return
    }
    maskCredential(bytes, target.provider.headers)
    try {
      const answer = readWhole(bytes, this.#t)
      const headers = answerHeaders(call, ledger, this.#headers)
      if (answer.contentType) headers['content-type'] = answer.contentType
      const usage = answer.usage ?? this.#estimated(answer.text)
      this.#isDone = true
      this.#stopTimer()
      ledger.settle({
        status: this.#status,
        refusal: null,
        usage,
        isUsageEstimated: !answer.usage && usage !== null,
        finishReason: answer.finishReason,
        response: answer.body,
        originalResponse: answer.body === bytes ? null : bytes,
        responseHeaders: headers,
      })
      if (this.#isCommitted) this.#whenStarted((sink) => sink.end(answer.body))
      else this.#resolve({ status: this.#status, headers, body: answer.body })
    } catch (error) {
      this.#isDone = false
      this.#giveUp(error)
    }
  }

  // ── streams ──

  #advance(tap: StreamTap): void {
    const failure = tap.failure()
    if (failure) {
      this.#streamFailed(failure)
      return
    }
    if (tap.isOver()) {
      this.#finish()
      return
    }
    if (!this.#isCommitted && tap.hasBegun()) this.#commit()
  }

  #commit(): void {
    const { call, ledger, endpoint } = this.#t
    this.#isCommitted = true
    this.#stopTimer()
    const headers = answerHeaders(call, ledger, this.#headers)
    if (endpoint.dialect !== 'raw') Object.assign(headers, STREAM_HEADERS)
    this.#answerHeaders = headers
    this.#lastSentMs = this.#lastLifeMs = performance.now()
    this.#resolve({ status: this.#status || 200, headers, body: this })
    if (endpoint.dialect !== 'raw')
      this.#timer = setInterval(() => this.#heartbeat(), this.#pace.heartbeatMs / 4)
  }

  /** Ten seconds of silence: the 200 goes out with a comment, and keeps the client's socket alive. */
  #commitEarly(): void {
    if (this.#isDone || this.#isCommitted) return
    this.#emit(': waiting for the provider\n\n', true)
    this.#commit()
  }

  #heartbeat(): void {
    const now = performance.now()
    const tap = this.#tap
    const silences = tap?.silences() ?? 0
    const isAlive = silences > this.#silencesSeen
    const isWithinDeadline = now - this.#t.ledger.sentMs < this.#t.ports.settings.requestTimeoutMs
    if (
      isAlive &&
      isWithinDeadline &&
      now - this.#lastLifeMs >= this.#pace.lifeSignMs &&
      this.#t.endpoint.dialect === 'chat'
    ) {
      this.#silencesSeen = silences
      this.#lastLifeMs = now
      const { call, target } = this.#t
      const chunk = {
        id: `chatcmpl-${call.id}`,
        object: 'chat.completion.chunk',
        created: Math.floor(call.arrivedAtMs / 1000),
        model: target.model,
        choices: [],
      }
      this.#emit(`data: ${JSON.stringify(chunk)}\n\n`, true)
    } else if (now - this.#lastSentMs >= this.#pace.heartbeatMs) {
      this.#emit(': still waiting\n\n', true)
    }
  }

  #emit(out: Buffer | string | null, isHeartbeat = false): void {
    if (out === null) return
    const bytes = typeof out === 'string' ? Buffer.from(out) : out
    if (bytes.length === 0) return
    this.#lastSentMs = performance.now()
    if (!isHeartbeat) this.#keep(maskCredential(bytes, this.#t.target.provider.headers))
    if (!this.#sink) this.#queue.push(bytes)
    else if (!this.#sink.write(bytes)) this.#exchange?.pause()
  }

  #keep(bytes: Buffer): void {
    this.#sentBytes += bytes.length
    if (this.#t.ledger.keepsBodies && this.#sentBytes <= LOGGED_BYTES_MAX) this.#sent.push(bytes)
  }

  #finish(): void {
    const { call, ledger, endpoint } = this.#t
    const tap = this.#tap as StreamTap
    if (ledger.upstreamDoneMs === 0) {
      ledger.upstreamDoneMs = performance.now()
      this.#linger()
    }
    this.#stopTimer()
    let closing = tap.closing()
    if (endpoint.dialect === 'chat' || endpoint.dialect === 'completions') closing = withDone(closing)
    this.#keep(maskCredential(closing, this.#t.target.provider.headers))
    if (!this.#isCommitted) {
      this.#answerHeaders = answerHeaders(call, ledger, this.#headers)
      if (endpoint.dialect !== 'raw') Object.assign(this.#answerHeaders, STREAM_HEADERS)
    }
    try {
      this.#settleStream(this.#status || 200, null, false)
    } catch (error) {
      this.#giveUp(error)
      return
    }
    this.#isDone = true
    // A sink that has ended drains no more: a paused upstream would hold its connection until it is cut.
    this.#exchange?.resume()
    if (this.#isCommitted) this.#whenStarted((sink) => sink.end(closing))
    else
      this.#resolve({
        status: this.#status,
        headers: this.#answerHeaders,
        body: Buffer.concat([...this.#queue, closing]),
      })
  }

  /** The upstream said all it had to; its connection may still be closing, and is cut if it never does. */
  #linger(): void {
    this.#lingering = setTimeout(() => this.#sending?.abort(), LINGER_MS)
    this.#lingering.unref()
  }

  #settleStream(status: number, error: unknown, isPartial: boolean): void {
    const { ledger, call } = this.#t
    const tap = this.#tap
    const reported = tap?.usage() ?? null
    const estimated = tap && (reported === null || isPartial) ? this.#estimated(tap.text(), reported) : null
    ledger.settle({
      status,
      refusal: error === null ? null : (refusalOf(error, call.style).cause ?? null),
      isPartial,
      usage: estimated ?? reported,
      isUsageEstimated: estimated !== null,
      finishReason: tap?.finishReason() ?? null,
      response: this.#sent.length > 0 ? Buffer.concat(this.#sent) : null,
      responseBytes: this.#sentBytes,
      responseHeaders: this.#answerHeaders,
    })
  }

  // ── endings that are no answer ──

  #streamFailed(failure: StreamFailure): void {
    this.#sending?.abort()
    if (this.#isCommitted) this.#giveUp(new UpstreamFailure(failure, null))
    else
      this.#refuseUpstream(
        failure.status,
        Buffer.from(
          JSON.stringify({
            error: { message: failure.message, type: failure.type, code: failure.code, param: failure.param },
          }),
        ),
      )
  }

  /** The upstream refused before anything was sent: the caller hears it in its own dialect. */
  #refuseUpstream(status: number, bytes: Buffer): void {
    const { call, ledger, target } = this.#t
    const { provider } = target
    const text = scrubbed(bytes.toString('utf8'), provider.headers)
    const error =
      provider.spec.dialect === 'anthropic'
        ? anthropicError(status, text)
        : openAiError(status, text, provider.spec.id)
    const refusal = upstreamRefusal(status, error, provider, target.isCallerCredential, call.style)
    this.#refuse(refusal, Buffer.from(text), ledger)
  }

  #refuse(refusal: Refusal, original: Buffer | null, ledger: Ledger): void {
    const { call } = this.#t
    this.#isDone = true
    this.#stopTimer()
    const { status, cause } = refusal
    if (this.#isCommitted) {
      const frame = refusalFrame(refusal, call.style, this.#tap?.hasBegun() ?? false)
      try {
        ledger.settle({
          status,
          refusal: cause,
          isPartial: true,
          response: Buffer.from(frame ?? ''),
          originalResponse: original,
        })
      } catch {
        // The journal is full: the client hears of the failure either way.
      }
      this.#whenStarted((sink) => {
        if (frame) sink.write(frame)
        sink.destroy()
      })
      return
    }
    const body = Buffer.from(refusalBody(refusal, call.style, call.id))
    const headers = {
      ...answerHeaders(call, ledger, this.#headers),
      ...refusal.headers,
      'content-type': 'application/json',
    }
    try {
      ledger.settle({
        status,
        refusal: cause,
        response: body,
        originalResponse: original,
        responseHeaders: headers,
      })
    } catch (error) {
      this.#reject(error)
      return
    }
    this.#resolve({ status, headers, body })
  }

  #giveUp(error: unknown): void {
    if (this.#isDone) return
    const { call, ledger } = this.#t
    this.#sending?.abort()
    this.#stopTimer()
    if (error instanceof UpstreamFailure && !this.#isCommitted) {
      this.#refuseUpstream(
        error.failure.status,
        error.bytes ?? Buffer.from(JSON.stringify({ error: error.failure })),
      )
      return
    }
    this.#isDone = true
    if (!this.#isCommitted) {
      this.#reject(error)
      return
    }
    const refusal =
      error instanceof UpstreamFailure
        ? upstreamRefusal(
            error.failure.status,
            { ...error.failure, message: scrubbed(error.failure.message, this.#t.target.provider.headers) },
            this.#t.target.provider,
            this.#t.target.isCallerCredential,
            call.style,
          )
        : refusalOf(error, call.style)
    const hasBegun = this.#tap?.hasBegun() ?? false
    const frame =
      this.#t.endpoint.dialect === 'raw'
        ? null
        : refusalFrame(
            hasBegun
              ? { ...refusal, type: call.style.isPortkey ? 'upstream_stream_error' : refusal.type }
              : refusal,
            call.style,
            hasBegun,
          )
    if (frame) this.#keep(Buffer.from(frame))
    try {
      this.#settleStream(
        refusal.status,
        error instanceof GatewayError
          ? error
          : new GatewayError('upstream_stream_error', 'The provider was lost.'),
        true,
      )
    } catch {
      // The journal is full: the client sees a cut answer either way.
    }
    ledger.isSettled = true
    this.#whenStarted((sink) => {
      if (frame) sink.write(frame)
      sink.destroy()
    })
  }

  #clientGone(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#stopTimer()
    this.#sending?.abort()
    const gone = new GatewayError('client_closed', 'The client closed the connection.')
    this.#t.ledger.upstreamDoneMs ||= performance.now()
    try {
      this.#settleStream(499, gone, this.#sentBytes > 0)
    } catch {
      // Nobody is left to tell.
    }
    if (!this.#isCommitted) this.#reject(gone)
  }

  #attach(sink: Sink): void {
    this.#sink = sink
    sink.onDrain(() => this.#exchange?.resume())
    const queued = this.#queue
    this.#queue = []
    if (queued.length > 0 && !sink.write(queued.length === 1 ? (queued[0] as Buffer) : Buffer.concat(queued)))
      this.#exchange?.pause()
    this.#afterStart?.(sink)
  }

  #whenStarted(fn: (sink: Sink) => void): void {
    if (this.#sink) fn(this.#sink)
    else this.#afterStart = fn
  }

  /** Usage nobody reported, counted from the text; what was reported so far is a floor. Null where tokens mean nothing. */
  #estimated(text: string, reported: Usage | null = null): Usage | null {
    const { endpoint, ledger, ports } = this.#t
    if (!endpoint.isMetered || (endpoint.dialect === 'raw' && !text)) return null
    const input = reported?.input || estimatedInput(ledger.request, ports.countTokens)
    const output = Math.max(reported?.output ?? 0, text ? ports.countTokens(text) : 0)
    return { ...NO_USAGE, ...reported, input, output }
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  #now(): number {
    return Math.round((performance.now() - this.#t.call.startedMs) * 100) / 100
  }
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}
const DONE = Buffer.from('data: [DONE]\n\n')

const withDone = (closing: Buffer) => (closing.includes('[DONE]') ? closing : Buffer.concat([closing, DONE]))

function lost(attempt: Try, message: string): GatewayError {
  const hasBytes = attempt.ledger.firstByteMs !== 0
  return new GatewayError(hasBytes ? 'upstream_stream_error' : 'upstream_unreachable', message)
}
