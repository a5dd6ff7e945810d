import { GatewayError } from '../errors.ts'
import type { Egress, UpstreamHandler, UpstreamRequest } from './egress.ts'
import { type Reply, replyTo } from './sandbox-replies.ts'

/**
 * A practice upstream inside this process: OpenAI's chat, completions, embeddings and model list, without a socket.
 * It is deterministic. `echo` repeats the last user text; it calls a tool the text names and sums up the result it gets
 * back; asked for JSON it answers JSON. `embed` makes unit vectors. `slow` takes its time; `fail-<status>` answers that
 * status, and `fail-midway` breaks off in the middle. Source: architecture §9.
 */
export const sandboxUpstream: Egress = createSandbox({ now: Date.now })

/** The same with a clock of one's own. `send` never calls back before it returns, and says nothing after `abort`. */
export function createSandbox({ now }: { now: () => number }): Egress {
  return {
    send(request, handler) {
      const play = new Play(handler)
      void readBody(request.body).then(
        (bytes) => play.start(replyTo(request, bytes, now())),
        (cause: Error) => play.fail(new GatewayError('client_closed', 'The request broke off.', { cause })),
      )
      return play
    },
  }
}

/** Hands out one reply, a frame a turn of the event loop, and holds still while paused. */
class Play {
  readonly #handler: UpstreamHandler
  #reply: Reply | null = null
  #next = 0
  #isPaused = false
  #isOver = false
  #timer: NodeJS.Timeout | NodeJS.Immediate | null = null

  constructor(handler: UpstreamHandler) {
    this.#handler = handler
  }

  start(reply: Reply): void {
    if (this.#isOver) return
    this.#reply = reply
    this.#handler.onConnect?.()
    const exchange = { pause: () => this.#pause(), resume: () => this.#resume(), abort: () => this.abort() }
    this.#handler.onHeaders(reply.status, { ...reply.headers, 'x-request-id': 'req_sandbox' }, exchange)
    this.#schedule(reply.waitMs[0])
  }

  abort(): void {
    this.#isOver = true
    this.#clear()
  }

  #schedule(waitMs: number): void {
    if (this.#isOver || this.#isPaused || this.#timer) return
    this.#timer = waitMs > 0 ? setTimeout(() => this.#step(), waitMs) : setImmediate(() => this.#step())
  }

  #step(): void {
    this.#timer = null
    const reply = this.#reply as Reply
    const frame = reply.frames[this.#next++]
    if (frame === undefined) {
      this.#finish(reply)
      return
    }
    this.#handler.onData(Buffer.from(frame))
    this.#schedule(this.#next < reply.frames.length ? reply.waitMs[1] : 0)
  }

  fail(error: GatewayError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.onError(error)
  }

  #finish(reply: Reply): void {
    if (reply.breaksOff)
      this.fail(new GatewayError('upstream_stream_error', 'The provider broke off its answer.'))
    else {
      this.#isOver = true
      this.#handler.onEnd()
    }
  }

  #pause(): void {
    this.#isPaused = true
    this.#clear()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#schedule(0)
  }

  #clear(): void {
    if (this.#timer) {
      clearTimeout(this.#timer as NodeJS.Timeout)
      clearImmediate(this.#timer as NodeJS.Immediate)
    }
    this.#timer = null
  }
}

async function readBody(body: UpstreamRequest['body']): Promise<Buffer> {
  if (body === null || Buffer.isBuffer(body)) return body ?? Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
