/**
 * One request on its way and its answer, on a connection it has to itself. Source: gateway-contract §5.3, §5.4, §12.2–12.4.
 */
import type { Client, Dispatcher } from 'undici'
import { type ErrorCode, GatewayError } from '../errors.ts'
import type { UpstreamExchange, UpstreamHandler, UpstreamRequest } from './egress.ts'
import { type Inflater, inflater } from './inflate.ts'

/** One connection to an upstream. */
export interface Link {
  readonly client: Client
  exchange: Exchange | null
  /** Exchanges begun on the socket that is open now. */
  begun: number
}

/** What an exchange asks of the pool its connection belongs to. */
export interface Connections {
  /** The exchange ended well: the connection is free. */
  release(link: Link): void
  /** The connection is lost or to be cut. */
  discard(link: Link): void
  /** As `discard`, with a new connection for the exchange to go on with. */
  replace(link: Link): Link
  /** The exchange no longer waits for a connection. */
  leave(exchange: Exchange): void
}

/** A request on its way and its answer. It is undici's handler, the caller's handle and the timer's subject in one object. */
export class Exchange implements Dispatcher.DispatchHandler, UpstreamExchange {
  origin: Connections | null = null
  path = '/'
  private readonly request: UpstreamRequest
  private readonly handler: UpstreamHandler
  private readonly inflatedBytesMax: number
  private link: Link | null = null
  private controller: Dispatcher.DispatchController | null = null
  private inflater: Inflater | null = null
  private timer: NodeJS.Timeout | null = null
  private begunAtMs = 0
  private isDone = false
  private isDispatching = false
  private isReused = false
  private hasRetried = false
  /** The upstream answered at least one byte. */
  private hasAnswer = false
  private hasHeaders = false

  constructor(request: UpstreamRequest, handler: UpstreamHandler, inflatedBytesMax: number) {
    this.request = request
    this.handler = handler
    this.inflatedBytesMax = inflatedBytesMax
  }

  startTimer(): void {
    const { headersTimeoutMs } = this.request
    if (headersTimeoutMs === 0) return
    this.timer = setTimeout(onHeadersTimeout, headersTimeoutMs, this, headersTimeoutMs)
  }

  run(link: Link): void {
    this.link = link
    link.exchange = this
    const { method, headers, body } = this.request
    this.isDispatching = true
    link.client.dispatch(
      {
        path: this.path,
        method,
        headers: wireHeaders(headers, body),
        body: (body === null || Buffer.isBuffer(body) ? body : this.uploaded(body)) as Buffer | null,
        blocking: false,
      },
      this,
    )
    this.isDispatching = false
  }

  /** The provider's time to answer begins when the caller's last byte has come. */
  private async *uploaded(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of body) {
      if (!this.isDone && !this.hasHeaders) this.timer?.refresh()
      yield chunk
    }
  }

  pause(): void {
    if (this.isDone) return
    if (this.inflater) this.inflater.pause()
    else this.controller?.pause()
  }

  resume(): void {
    if (this.isDone) return
    if (this.inflater) this.inflater.resume()
    else this.controller?.resume()
  }

  /** Closes the connection at once; the handler hears nothing more. */
  abort(): void {
    if (this.isDone) return
    this.finish()
    this.cut()
  }

  /** Closes the connection, if there is one, and tells the handler why. */
  fail(error: Error): void {
    if (this.isDone) return
    this.finish()
    this.cut()
    this.handler.onError(error instanceof GatewayError ? error : translated(error, this.hasHeaders))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    this.isReused = this.link!.begun++ > 0
    this.begunAtMs = performance.now()
    this.handler.onConnect?.()
  }

  onResponseStarted(): void {
    this.hasAnswer = true
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
  ): void {
    if (this.isDone || status < 200) return
    this.hasHeaders = true
    if (this.timer) clearTimeout(this.timer)
    const coding = headers['content-encoding']
    if (coding !== undefined && coding !== 'identity') this.inflate(String(coding), headers)
    this.handler.onHeaders(status, headers, this)
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isDone) return
    if (this.inflater) this.inflater.write(chunk)
    else this.handler.onData(chunk)
  }

  onResponseEnd(): void {
    if (this.isDone) return
    if (this.inflater) this.inflater.end()
    else this.complete()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.isDone) return
    if (this.isStale(error)) {
      this.hasRetried = true
      this.run(this.origin!.replace(this.link!))
    } else if (this.isDispatching) {
      queueMicrotask(() => this.fail(error))
    } else {
      this.fail(error)
    }
  }

  /**
   * An upstream may close a kept-alive connection in the moment we write to it; the request was then never seen, and one
   * try on a new connection is what HTTP clients do (RFC 9112 §9.3.1). Only so when the connection had served before, no
   * byte of an answer came, the body can be sent again, and the loss came as fast as that race does: an upstream that
   * worked for a while and died may have billed for it.
   */
  private isStale(error: Error): boolean {
    const { body } = this.request
    return (
      this.isReused &&
      !this.hasRetried &&
      !this.hasAnswer &&
      (body === null || Buffer.isBuffer(body)) &&
      SOCKET_CLOSED.has(codeOf(error)) &&
      performance.now() - this.begunAtMs < STALE_RACE_MS
    )
  }

  private inflate(coding: string, headers: Record<string, string | string[]>): void {
    const found = inflater(coding, this.inflatedBytesMax, {
      onData: (chunk) => {
        if (!this.isDone) this.handler.onData(chunk)
      },
      onEnd: () => {
        if (!this.isDone) this.complete()
      },
      onError: (error) => this.fail(error),
      onFull: () => this.controller?.pause(),
      onDrain: () => this.controller?.resume(),
    })
    if (!found) return
    this.inflater = found
    delete headers['content-encoding']
    delete headers['content-length']
  }

  private complete(): void {
    this.finish()
    const link = this.link!
    this.link = null
    link.exchange = null
    this.origin!.release(link)
    try {
      this.handler.onEnd()
    } catch (error) {
      // undici would swallow this; a call whose end failed still has to be told, or its caller waits for ever.
      this.handler.onError(translated(error as Error, true))
    }
  }

  private finish(): void {
    this.isDone = true
    if (this.timer) clearTimeout(this.timer)
  }

  private cut(): void {
    this.inflater?.destroy()
    const { link, origin } = this
    this.link = null
    if (link) {
      link.exchange = null
      origin!.discard(link)
    } else {
      origin?.leave(this)
    }
  }
}

function onHeadersTimeout(exchange: Exchange, timeoutMs: number): void {
  exchange.fail(timedOut(timeoutMs, 'response headers'))
}

/** `request_timeout`, in the words of gateway-contract §5.3. */
export function timedOut(timeoutMs: number, what: string): GatewayError {
  return new GatewayError('request_timeout', `No ${what} within ${timeoutMs}ms`)
}

/** Long enough for a round trip to the far side of the world, too short for a model to have answered. */
const STALE_RACE_MS = 1_000
const SOCKET_CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
const CONNECT_TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name does not resolve for now',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
}

/** Ours to set, or about one connection only (gateway-contract §12.2). `host` would also rename the TLS server. */
const DROPPED_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** undici's flat list. A streamed body keeps its stated length, so that an upstream which wants one gets one. */
function wireHeaders(headers: Record<string, string>, body: UpstreamRequest['body']): string[] {
  const list = ['accept-encoding', 'identity']
  for (const name in headers) {
    if (!DROPPED_HEADERS.has(name.toLowerCase())) list.push(name, headers[name]!)
  }
  const length = headers['content-length']
  if (length !== undefined && body !== null && !Buffer.isBuffer(body)) list.push('content-length', length)
  return list
}

/** What a failure of socket, parser or request means to the caller (gateway-contract §5.4). */
function translated(error: Error, hasHeaders: boolean): GatewayError {
  const code = codeOf(error)
  const made = (name: ErrorCode, message: string) => new GatewayError(name, message, { cause: error })
  if (code === '' || /^ERR_(?!TLS|SSL)/.test(code))
    return made('internal_error', 'The exchange with the provider failed.')
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return made('invalid_header', 'The request holds a header or path that cannot be sent.')
  }
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    return made('invalid_body', 'The body is not as long as its content-length says.')
  }
  if (hasHeaders) return made('upstream_stream_error', 'The provider broke off its answer.')
  if (CONNECT_TIMEOUTS.has(code)) return made('connect_timeout', 'No connection to the provider in time.')
  if (code === 'HPE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return made('invalid_provider_response', 'The provider did not answer in HTTP.')
  }
  return made('upstream_unreachable', `The provider could not be reached: ${reasonOf(code)}.`)
}

function reasonOf(code: string): string {
  if (/^ERR_(TLS|SSL)|CERT|SIGNATURE|EPROTO/.test(code)) return 'its TLS certificate or handshake failed'
  return REASONS[code] ?? 'the connection was lost'
}

function codeOf(error: Error): string {
  // undici's parser errors carry their reason in the message only.
  if (error.name === 'HTTPParserError') return 'HPE'
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : ''
}
