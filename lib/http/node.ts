import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, type CallBody, isStream, type Sink } from '../gateway/call.ts'
import type { Ports } from '../gateway/ports.ts'
import { serve } from '../gateway/serve.ts'
import { corsHeaders, preflight } from './cors.ts'
import { encodingOf, inflated } from './inflate.ts'
import { brokenOff, callOf, edgeRefusal, type HeaderBag, tooLarge } from './wire.ts'

/** A body left unread is drained up to this size to keep the connection; past it the connection is closed. */
const DRAIN_BYTES_MAX = 1024 * 1024
/** How long a refused upload may go on before the connection is cut. */
const LINGER_MS = 5_000

/**
 * The node edge: one data-plane request answered straight from `node:http`. `path` is below `/api/v1`. Resolves when
 * the answer has been handed over; never rejects. Source: architecture §2.
 */
export async function answerNode(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  ports: Ports,
): Promise<void> {
  const headers = req.headers as HeaderBag
  const { cors } = ports.settings
  const permission = preflight(req.method ?? 'GET', headers, cors)
  if (permission) {
    res.writeHead(204, permission).end()
    return
  }
  let gone: (() => void) | null = null
  let isGone = false
  res.on('close', () => {
    if (res.writableFinished) return
    isGone = true
    gone?.()
  })
  const body = new NodeBody(req, headers)
  const call = callOf(req.method ?? 'GET', path, req.url ?? '/', headers, body, (fn) => {
    gone = fn
    if (isGone) fn()
  })
  try {
    const answer = await serve(call, ports)
    if (headers.origin !== undefined) Object.assign(answer.headers, corsHeaders(headers, cors))
    write(res, answer, body)
  } catch (error) {
    console.error(`call ${call.id} failed at the edge:`, error)
    if (res.headersSent) res.destroy()
    else write(res, edgeRefusal(error, call.style, call.id), body)
  }
}

function write(res: ServerResponse, answer: Answer, read: NodeBody): void {
  const { status, headers, body } = answer
  if (res.destroyed) return
  const isCutShort = !read.isOver && read.mayBeLong
  if (isCutShort) headers.connection = 'close'
  if (body !== null && isStream(body)) {
    const writtenBytes = res.socket?.bytesWritten
    res.writeHead(status, headers)
    body.start(sinkOf(res))
    // Nothing to say yet, but the status is known.
    if (!res.destroyed && res.socket?.bytesWritten === writtenBytes) res.flushHeaders()
    return
  }
  if (status === 204 || status === 304) delete headers['content-length']
  else if (body !== null) headers['content-length'] = String(body.length)
  res.writeHead(status, headers)
  if (!isCutShort) {
    res.end(body ?? undefined)
    if (!read.isOver) read.discard()
    return
  }
  // Closing on a client that is still sending resets the connection, and the answer is lost with it.
  res.write(body ?? '')
  const timer = setTimeout(() => res.end(), LINGER_MS)
  read.discard(() => {
    clearTimeout(timer)
    res.end()
  })
}

function sinkOf(res: ServerResponse): Sink {
  let isCorked = false
  const uncork = () => {
    if (!isCorked) return
    isCorked = false
    res.uncork()
  }
  return {
    // Events that came in one read of the upstream leave in one write: no later, and for one system call.
    write: (chunk) => {
      if (!isCorked) {
        isCorked = true
        res.cork()
        process.nextTick(uncork)
      }
      return res.write(chunk)
    },
    end: (last) => {
      res.end(last)
    },
    // What was written still goes out; then the connection ends where the closing chunk should have come.
    destroy: () => {
      uncork()
      const { socket } = res
      if (socket) socket.destroySoon()
      else res.destroy()
    },
    onDrain: (fn) => {
      res.on('drain', fn)
    },
  }
}

class NodeBody implements CallBody {
  readonly length: number | null
  readonly mayBeLong: boolean
  readonly #req: IncomingMessage
  readonly #encoding: string | undefined

  constructor(req: IncomingMessage, headers: HeaderBag) {
    this.#req = req
    this.#encoding = headers['content-encoding']
    const length = headers['content-length']
    const isChunked = headers['transfer-encoding'] !== undefined
    this.length = isChunked ? null : Number(length ?? 0)
    this.mayBeLong = isChunked || Number(length ?? 0) > DRAIN_BYTES_MAX
  }

  get isOver(): boolean {
    return this.#req.complete
  }

  async bytes(limit: number): Promise<Buffer> {
    const encoding = encodingOf(this.#encoding)
    if (this.length !== null && this.length > limit) throw tooLarge(limit)
    const raw = await this.#collect(limit)
    return encoding ? inflated(raw, encoding, limit) : raw
  }

  async *stream(): AsyncIterable<Uint8Array> {
    try {
      // Whoever stops reading early still answers: destroying the request would take the connection with it.
      yield* this.#req.iterator({ destroyOnReturn: false })
    } catch (cause) {
      throw brokenOff(cause)
    }
  }

  /** Reads on without keeping anything, so that the connection is free again; `done` runs when nothing more comes. */
  discard(done: () => void = () => {}): void {
    this.#req.once('end', done).once('close', done).resume()
  }

  #collect(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const req = this.#req
      const chunks: Buffer[] = []
      let size = 0
      req.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= limit) chunks.push(chunk)
        else {
          req.removeAllListeners('data')
          req.pause()
          reject(tooLarge(limit))
        }
      })
      req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)))
      req.on('error', (cause) => reject(brokenOff(cause)))
    })
  }
}
