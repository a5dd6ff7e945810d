import { Worker } from 'node:worker_threads'
import { deflateRawSync } from 'node:zlib'

/** Below this the bytes go out as one stored block: still raw deflate, at the price of a copy. */
const STORED_BYTES_MAX = 1_024
const LEVEL = 1
/** Log bodies are text of one call: a small window loses little and starts much faster. */
const WINDOW_BITS = 14

/** Compresses log bodies off the event loop. */
export interface Deflater {
  /** Raw deflate of each body, in order; null stays null. Bodies must stay as they are until this resolves. */
  deflate(bodies: readonly (Buffer | null)[]): Promise<(Buffer | null)[]>
  close(): void
}

/**
 * One worker thread for all bodies of a batch. `zlib.deflateRaw` would run in the pool, but setting it up was measured
 * at 80-160 µs of the event loop a body, more than the compression of a typical one; a message a batch costs next to
 * nothing. Bodies that lie in shared memory are not copied. A worker that dies takes no batch with it: the bodies are
 * then compressed here.
 */
export function openDeflater(): Deflater {
  let worker: Worker | null = null
  let waiting: ((answer: Uint8Array[] | null) => void) | null = null

  function answer(compressed: Uint8Array[] | null): void {
    const resolve = waiting
    waiting = null
    resolve?.(compressed)
  }

  function start(): Worker {
    const started = new Worker(WORKER_SOURCE, { eval: true, workerData: { LEVEL, WINDOW_BITS }, env: {} })
    const lose = () => {
      if (worker === started) worker = null
      answer(null)
    }
    started.on('message', (compressed: Uint8Array[]) => {
      started.unref()
      answer(compressed)
    })
    started.on('error', lose)
    started.on('exit', lose)
    return started
  }

  async function deflate(bodies: readonly (Buffer | null)[]): Promise<(Buffer | null)[]> {
    const large = bodies.filter((body) => body !== null && body.length > STORED_BYTES_MAX) as Buffer[]
    let compressed: Uint8Array[] | null = null
    if (large.length > 0) {
      compressed = await new Promise<Uint8Array[] | null>((resolve) => {
        waiting = resolve
        worker ??= start()
        worker.ref()
        worker.postMessage(large)
      })
      compressed ??= large.map((body) => deflateRawSync(body, { level: LEVEL, windowBits: WINDOW_BITS }))
    }
    let i = 0
    return bodies.map((body) => {
      if (body === null) return null
      if (body.length <= STORED_BYTES_MAX) return storedBlock(body)
      const view = (compressed as Uint8Array[])[i++] as Uint8Array
      return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    })
  }

  return {
    deflate,
    close() {
      const ending = worker
      worker = null
      void ending?.terminate()
    },
  }
}

/** Plain JavaScript in a string, so that it runs the same from source, from a bundle and under Next. */
const WORKER_SOURCE = `
const { parentPort, workerData } = require('node:worker_threads')
const { deflateRawSync } = require('node:zlib')
const options = { level: workerData.LEVEL, windowBits: workerData.WINDOW_BITS }
parentPort.on('message', (bodies) => {
  parentPort.postMessage(bodies.map((body) => deflateRawSync(body, options)))
})
`

/** RFC 1951 §3.2.4: final block, no compression, length and its complement, the bytes. */
function storedBlock(body: Buffer): Buffer {
  const block = Buffer.allocUnsafe(5 + body.length)
  block[0] = 1
  block.writeUInt16LE(body.length, 1)
  block.writeUInt16LE(~body.length & 0xffff, 3)
  body.copy(block, 5)
  return block
}
