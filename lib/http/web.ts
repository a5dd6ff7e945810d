import { type Answer, type AnswerStream, type CallBody, isStream } from '../gateway/call.ts'
import type { Ports } from '../gateway/ports.ts'
import { serve } from '../gateway/serve.ts'
import { corsHeaders, preflight } from './cors.ts'
import { encodingOf, inflated } from './inflate.ts'
import {
  BASE_ANSWER,
  brokenOff,
  callOf,
  edgeRefusal,
  type HeaderBag,
  probeAnswer,
  routeOf,
  tooLarge,
} from './wire.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const QUEUED_BYTES_MAX = 64 * 1024
/** What the host was handed last is still on its way when the stream breaks. */
const CUT_AFTER_MS = 50

/**
 * The web edge: one data-plane request as `Request` and `Response`, on any host that runs Next. The same story as the
 * node edge, and the same conformance suite. Source: architecture §2.
 */
export function dataPlane(ports: () => Promise<Ports>) {
  return async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    const target = url.pathname + url.search
    const route = routeOf(request.method, target)
    if (route.plane === 'base') return new Response(BASE_ANSWER, { headers: JSON_TYPE })
    if (route.plane !== 'data') return responseOf(probeAnswer(), () => {})
    const headers = Object.fromEntries(request.headers) as HeaderBag
    const { cors } = (await ports()).settings
    const permission = preflight(request.method, headers, cors)
    if (permission) return new Response(null, { status: 204, headers: permission })
    let gone: () => void = () => {}
    const call = callOf(request.method, route.path, target, headers, new WebBody(request), (fn) => {
      gone = fn
      if (request.signal.aborted) fn()
      else request.signal.addEventListener('abort', fn, { once: true })
    })
    try {
      const answer = await serve(call, await ports())
      Object.assign(answer.headers, corsHeaders(headers, cors))
      return responseOf(answer, () => gone())
    } catch (error) {
      console.error(`call ${call.id} failed at the edge:`, error)
      return responseOf(edgeRefusal(error, call.style, call.id), () => {})
    }
  }
}

/** Statuses whose answer may not have a body, not even an empty one. */
const BODILESS = new Set([204, 205, 304])

function responseOf({ status, headers, body }: Answer, gone: () => void): Response {
  if (BODILESS.has(status)) return new Response(null, { status, headers })
  if (body !== null && isStream(body)) return new Response(readable(body, gone), { status, headers })
  return new Response(body === null ? null : new Uint8Array(body), { status, headers })
}

/**
 * A pushed answer as a Web stream: a full queue asks the upstream to pause, a dropped answer errors the stream, and a
 * reader that cancels has gone.
 */
function readable(body: AnswerStream, gone: () => void): ReadableStream<Uint8Array> {
  let drained: () => void = () => {}
  let isOver = false
  let isCutting = false
  const cut = (controller: ReadableStreamDefaultController) => {
    if (isOver || controller.desiredSize !== QUEUED_BYTES_MAX) return
    isOver = true
    setTimeout(() => controller.error(new Error('The upstream was lost.')), CUT_AFTER_MS)
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const enqueue = (chunk: Buffer | string) => {
          if (isOver) return true
          controller.enqueue(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
          return (controller.desiredSize ?? 0) > 0
        }
        body.start({
          write: enqueue,
          end: (last) => {
            if (isOver) return
            if (last && last.length > 0) enqueue(last)
            isOver = true
            controller.close()
          },
          // What is queued goes out first: an error would throw it away.
          destroy: () => {
            isCutting = true
            cut(controller)
          },
          onDrain: (fn) => {
            drained = fn
          },
        })
      },
      pull(controller) {
        if (isCutting) cut(controller)
        else drained()
      },
      cancel() {
        isOver = true
        gone()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: QUEUED_BYTES_MAX }),
  )
}

class WebBody implements CallBody {
  readonly length: number | null
  readonly #request: Request

  constructor(request: Request) {
    this.#request = request
    const length = request.headers.get('content-length')
    this.length = length === null ? (request.body ? null : 0) : Number(length)
  }

  async bytes(limit: number): Promise<Buffer> {
    const encoding = encodingOf(this.#request.headers.get('content-encoding') ?? undefined)
    if (this.length !== null && this.length > limit) throw tooLarge(limit)
    const chunks: Uint8Array[] = []
    let size = 0
    const reader = this.#request.body?.getReader()
    while (reader) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw brokenOff(cause)
      })
      if (done) break
      size += value.length
      if (size > limit) {
        // Not cancelled: the host would reset the connection, and the refusal would be lost with it.
        reader.releaseLock()
        throw tooLarge(limit)
      }
      chunks.push(value)
    }
    const raw = Buffer.concat(chunks, size)
    return encoding ? inflated(raw, encoding, limit) : raw
  }

  async *stream(): AsyncIterable<Uint8Array> {
    const { body } = this.#request
    if (!body) return
    try {
      yield* body.values({ preventCancel: true }) as unknown as AsyncIterable<Uint8Array>
    } catch (cause) {
      throw brokenOff(cause)
    }
  }
}
