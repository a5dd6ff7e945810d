/**
 * The one place that opens sockets to providers: address checks, pooling, timeouts, header stripping and the translation
 * of socket failures live here. Source: architecture §3.4, §7; gateway-contract §5.3, §5.4, §12.2–12.5.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector, Client } from 'undici'
import { GatewayError } from '../errors.ts'
import { checkHostUrl, isPrivateAllowed, judgeAddress, refusedAddress } from './address.ts'
import { type Connections, Exchange, type Link, timedOut } from './exchange.ts'

export { checkHostUrl } from './address.ts'

/** One exchange with an upstream. Every callback arrives on the event loop, in order, and never after `onEnd`/`onError`. */
export interface UpstreamHandler {
  /** Connected (or a warm connection was taken) and the request is being written. Again when a stale connection is replaced. */
  onConnect?(): void
  onHeaders(status: number, headers: Record<string, string | string[]>, exchange: UpstreamExchange): void
  /** A piece of the body, already inflated; the chunk may be kept. One more may arrive after `pause`. */
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: Error): void
}

export interface UpstreamExchange {
  pause(): void
  resume(): void
  abort(): void
}

export interface UpstreamRequest {
  method: string
  /** Absolute URL. */
  url: string
  headers: Record<string, string>
  body: Buffer | AsyncIterable<Uint8Array> | null
  isStoredHost: boolean
  /** For the wait in line, connection and response headers together, in ms, after the last piece of a streamed body; 0 = none. */
  headersTimeoutMs: number
}

export interface Egress {
  /**
   * Starts the exchange; errors arrive at `handler.onError` as GatewayError, never before `send` has returned. `abort`
   * closes the connection at once, and the handler hears nothing more.
   */
  send(request: UpstreamRequest, handler: UpstreamHandler): { abort(): void }
}

/** Every address of a name, the way `dns.promises.lookup(name, { all: true })` answers. */
export type Lookup = (hostname: string) => Promise<LookupAddress[]>

export interface EgressOptions {
  /** `host` or `host:port` that integrations may use although private. */
  allowPrivateHosts: Iterable<string>
  /** Default: the system resolver. */
  lookup?: Lookup
  /** Name resolution, TCP and TLS together, in ms; measured to half a second. */
  connectTimeoutMs: number
  maxConnectionsPerOrigin: number
  /** Requests that may wait for a connection of their origin; the next one is answered `upstream_busy`. */
  maxPendingPerOrigin: number
  /** Origins with warm connections; the least recently used idle one makes room. Default 256. */
  originsMax?: number
  /** How long an unused connection is kept, in ms, unless the upstream's `keep-alive` header says less. Default 30,000. */
  keepAliveMs?: number
  /** Bound on one inflated body, when an upstream compresses although told not to. Default 64 MB. */
  inflatedBytesMax?: number
}

/**
 * The pool of every upstream connection. One undici `Client` is one connection, and an exchange has it to itself: so an
 * abort or a timeout closes exactly one socket, and a retry is on a new connection for certain (`Pool` promises neither).
 * Redirects are not followed: a 3xx is the upstream's answer. Source: architecture §3.4, §7.
 */
export function createEgress(options: EgressOptions): Egress & { close(): Promise<void> } {
  return new Pools(options)
}

/** Refuses new exchanges, aborts running ones and closes every socket; resolves when all are closed. */
export async function closeEgress(egress: { close(): Promise<void> }): Promise<void> {
  await egress.close()
}

export interface FetchOptions {
  method?: string
  headers?: Record<string, string>
  body?: Buffer | null
  /** For the whole answer, in ms. */
  timeoutMs: number
  isStoredHost: boolean
  /** A longer body is refused with `invalid_provider_response`. */
  bytesMax: number
}

/**
 * One whole answer in memory, for connection tests and model lists; the hot path uses `send`. Any status resolves.
 * Rejects with the GatewayError of `send`, or `request_timeout` when the answer takes longer than `timeoutMs`.
 */
export function egressFetch(
  egress: Egress,
  url: string,
  options: FetchOptions,
): Promise<{ status: number; headers: Record<string, string | string[]>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    let headers: Record<string, string | string[]> = {}
    const { method = 'GET', headers: sent = {}, body = null, timeoutMs, isStoredHost, bytesMax } = options
    const stop = (error: GatewayError) => {
      clearTimeout(timer)
      exchange.abort()
      reject(error)
    }
    const timer = setTimeout(() => stop(timedOut(timeoutMs, 'complete answer')), timeoutMs)
    const exchange = egress.send(
      { method, url, headers: sent, body, isStoredHost, headersTimeoutMs: 0 },
      {
        onHeaders(gotStatus, gotHeaders) {
          status = gotStatus
          headers = gotHeaders
        },
        onData(chunk) {
          size += chunk.length
          if (size <= bytesMax) chunks.push(chunk)
          else {
            stop(
              new GatewayError('invalid_provider_response', `The answer is longer than ${bytesMax} bytes.`),
            )
          }
        },
        onEnd() {
          clearTimeout(timer)
          resolve({ status, headers, body: Buffer.concat(chunks) })
        },
        onError(error) {
          clearTimeout(timer)
          reject(error)
        },
      },
    )
  })
}

class Pools implements Egress {
  readonly options: Required<EgressOptions>
  // A pool that may reach private addresses is never shared with a request that may not, though the URL be the same.
  private readonly stored = new Map<string, Origin>()
  private readonly brought = new Map<string, Origin>()
  private useCount = 0
  private isClosed = false

  constructor(options: EgressOptions) {
    this.options = {
      ...options,
      allowPrivateHosts: [...options.allowPrivateHosts],
      lookup: options.lookup ?? systemLookup,
      originsMax: options.originsMax ?? 256,
      keepAliveMs: options.keepAliveMs ?? 30_000,
      inflatedBytesMax: options.inflatedBytesMax ?? 64 * 1024 * 1024,
    }
  }

  send(request: UpstreamRequest, handler: UpstreamHandler): { abort(): void } {
    const exchange = new Exchange(request, handler, this.options.inflatedBytesMax)
    try {
      if (this.isClosed) throw shuttingDown()
      const pathAt = pathStart(request.url)
      const origin = this.origin(request.url.slice(0, pathAt), request.isStoredHost)
      exchange.path = request.url.slice(pathAt) || '/'
      origin.usedAt = ++this.useCount
      origin.start(exchange)
    } catch (error) {
      queueMicrotask(() => exchange.fail(error as Error))
    }
    return exchange
  }

  async close(): Promise<void> {
    this.isClosed = true
    const origins = [...this.stored.values(), ...this.brought.values()]
    await Promise.all(origins.map((origin) => origin.close()))
  }

  private origin(text: string, isStoredHost: boolean): Origin {
    const pools = isStoredHost ? this.stored : this.brought
    const known = pools.get(text)
    if (known) return known
    const rules = { isStoredHost, allowPrivateHosts: this.options.allowPrivateHosts }
    const url = checkHostUrl(text, rules)
    if (url.search)
      throw new GatewayError('invalid_custom_host', 'A URL with a query has a path, `/` at least.')
    if (pools.size >= this.options.originsMax) evictIdle(pools)
    const origin: Origin = new Origin(url, isPrivateAllowed(url, rules), this.options, () => {
      if (pools.get(text) === origin) pools.delete(text)
    })
    pools.set(text, origin)
    return origin
  }
}

/** The connections of one scheme, host and port, and the exchanges that wait for one. */
class Origin implements Connections {
  usedAt = 0
  private readonly links = new Set<Link>()
  /** A stack: the warmest connection is taken first, so the others may time out. */
  private readonly idle: Link[] = []
  private readonly waiting = new Set<Exchange>()
  private readonly url: URL
  private readonly options: Required<EgressOptions>
  private readonly connect: buildConnector.connector
  private readonly onUnused: () => void

  constructor(url: URL, mayBePrivate: boolean, options: Required<EgressOptions>, onUnused: () => void) {
    this.url = url
    this.options = options
    this.onUnused = onUnused
    this.connect = checkedConnector(mayBePrivate, options)
  }

  get isIdle(): boolean {
    return this.idle.length === this.links.size && this.waiting.size === 0
  }

  /** Throws `upstream_busy` when every connection is taken and the line is full. */
  start(exchange: Exchange): void {
    exchange.origin = this
    const link = this.idle.pop()
    if (link) exchange.run(link)
    else if (this.links.size < this.options.maxConnectionsPerOrigin) exchange.run(this.open())
    else if (this.waiting.size < this.options.maxPendingPerOrigin) this.waiting.add(exchange)
    else {
      throw new GatewayError('upstream_busy', 'Too many requests are waiting for this provider.', {
        headers: { 'retry-after': '1' },
      })
    }
    exchange.startTimer()
  }

  /** A connection of its own for an exchange that goes on, in place of `link`. */
  replace(link: Link): Link {
    this.drop(link)
    return this.open()
  }

  leave(exchange: Exchange): void {
    this.waiting.delete(exchange)
  }

  /** The exchange on `link` ended well: the next in line has it, or it stays warm. */
  release(link: Link): void {
    const next = this.shift()
    if (next) next.run(link)
    else this.idle.push(link)
  }

  /** The connection of `link` is lost or cut: the next in line gets a new one. */
  discard(link: Link): void {
    this.drop(link)
    const next = this.shift()
    if (next) next.run(this.open())
    else if (this.links.size === 0) this.onUnused()
  }

  /** An unused connection was closed, by time or by the upstream. */
  forget(link: Link): void {
    const at = this.idle.indexOf(link)
    if (at === -1) return
    this.idle.splice(at, 1)
    this.discard(link)
  }

  async close(): Promise<void> {
    for (const exchange of this.waiting) exchange.fail(shuttingDown())
    const links = [...this.links]
    for (const link of links) link.exchange?.fail(shuttingDown())
    this.idle.length = 0
    this.links.clear()
    this.onUnused()
    await Promise.all(links.map((link) => link.client.destroy()))
  }

  private open(): Link {
    const link = new Connection(this, this.url, this.connect, this.options)
    this.links.add(link)
    return link
  }

  private drop(link: Link): void {
    this.links.delete(link)
    link.client.destroy(null, nothing)
  }

  private shift(): Exchange | null {
    for (const exchange of this.waiting) {
      this.waiting.delete(exchange)
      return exchange
    }
    return null
  }
}

/** One connection. */
class Connection implements Link {
  readonly client: Client
  exchange: Exchange | null = null
  /** Exchanges begun on the socket that is open now. */
  begun = 0

  constructor(origin: Origin, url: URL, connect: buildConnector.connector, options: Required<EgressOptions>) {
    this.client = new Client(url, {
      connect,
      // Each exchange keeps its own time from `send` on (undici's clock starts at the write and is half a second coarse).
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
    })
    this.client.on('connect', () => {
      this.begun = 0
    })
    this.client.on('disconnect', () => origin.forget(this))
  }
}

/**
 * Connects only to addresses that were judged. A name is resolved once, every address it has is judged, and the socket is
 * handed exactly those: no second resolution can answer otherwise (DNS rebinding). TLS still names the host.
 */
function checkedConnector(mayBePrivate: boolean, options: Required<EgressOptions>): buildConnector.connector {
  const isAllowed = (address: string) => {
    const verdict = judgeAddress(address)
    return verdict === 'public' || (verdict === 'private' && mayBePrivate)
  }
  // Connections that open together share one answer of the resolver.
  let resolving: Promise<LookupAddress[]> | null = null
  const resolve = async (hostname: string) => {
    resolving ??= options.lookup(hostname).finally(() => {
      resolving = null
    })
    const addresses = await resolving
    if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' })
    if (!addresses.every(({ address }) => isAllowed(address))) throw refusedAddress()
    return addresses
  }
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        if (all) callback(null, addresses)
        else callback(null, addresses[0]!.address, addresses[0]!.family)
      },
      (error) => callback(error, []),
    )
  }
  const connect = buildConnector({ lookup, autoSelectFamily: true, timeout: options.connectTimeoutMs })
  return (target, callback) => {
    // A literal address skips the lookup, so it is judged here.
    if (isIP(target.hostname) && !isAllowed(target.hostname)) callback(refusedAddress(), null)
    else connect(target, callback)
  }
}

/** Where the path begins in an absolute URL: at the first `/` behind the host. */
function pathStart(url: string): number {
  const hostAt = url.indexOf('://') + 3
  const slash = url.indexOf('/', hostAt)
  return slash === -1 ? url.length : slash
}

const RESPONSE_HEADER_BYTES_MAX = 64 * 1024

function evictIdle(pools: Map<string, Origin>): void {
  let oldest: Origin | null = null
  for (const origin of pools.values()) {
    if (origin.isIdle && (oldest === null || origin.usedAt < oldest.usedAt)) oldest = origin
  }
  void oldest?.close()
}

function systemLookup(hostname: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })
}

function shuttingDown(): GatewayError {
  return new GatewayError('unavailable', 'The gateway is shutting down.')
}

function nothing(): void {}
