import { Worker } from 'node:worker_threads'
import { deflateRawSync } from 'node:zlib'

/** Below this the bytes go out as one stored block: still raw deflate, at the price of a copy. */
const STORED_BYTES_MAX = 1_024
const LEVEL = 1
/** Log bodies are text of one call: a small window loses little and starts much faster. */
const WINDOW_BITS = 14

/** Compresses log bodies off the event loop. */
export interface Deflater {
  /** Raw deflate of each body, in order; null stays null. One call at a time; bodies must stay as they are until it resolves. */
  deflate(bodies: readonly (Buffer | null)[]): Promise<(Buffer | null)[]>
  close(): void
}

/**
 * One worker thread for all bodies of a batch. `zlib.deflateRaw` would run in the pool, but setting it up was measured
 * at 80-160 µs of the event loop a body, more than the compression of a typical one; a message a batch costs next to
 * nothing. A worker that dies takes no batch with it: the bodies are then compressed here.
 */
export function openDeflater(): Deflater {
  let worker: Worker | null = null
  let answer: (compressed: Uint8Array[] | null) => void = () => {}

  function start(): Worker {
    const started = new Worker(WORKER_SOURCE, { eval: true, workerData: { LEVEL, WINDOW_BITS }, env: {} })
    // What a worker that was given up still says must not be taken for the answer of the next one.
    const lose = () => {
      if (worker !== started) return
      worker = null
      answer(null)
    }
    started.on('error', lose)
    started.on('exit', lose)
    started.on('message', (compressed: Uint8Array[]) => {
      if (worker !== started) return
      started.unref()
      answer(compressed)
    })
    return started
  }

  /** Null when the worker died over it. */
  function ask(large: readonly Buffer[]): Promise<Uint8Array[] | null> {
    return new Promise((resolve) => {
      answer = resolve
      const packed = pack(large)
      worker ??= start()
      worker.ref()
      worker.postMessage({ packed, lengths: large.map((body) => body.length) }, [packed.buffer])
    })
  }

  async function deflate(bodies: readonly (Buffer | null)[]): Promise<(Buffer | null)[]> {
    const large = bodies.filter((body) => body !== null && body.length > STORED_BYTES_MAX) as Buffer[]
    const compressed =
      (large.length === 0 ? [] : await ask(large).catch(() => null)) ??
      large.map((body) => deflateRawSync(body, { level: LEVEL, windowBits: WINDOW_BITS }))
    let i = 0
    return bodies.map((body) => {
      if (body === null) return null
      if (body.length <= STORED_BYTES_MAX) return storedBlock(body)
      const view = compressed[i++] as Uint8Array
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
// On Linux this lowers the one thread that asks: under load, answering calls comes before storing what they said.
try { require('node:os').setPriority(10) } catch {}
parentPort.on('message', ({ packed, lengths }) => {
  let at = 0
  parentPort.postMessage(lengths.map((length) => deflateRawSync(packed.subarray(at, (at += length)), options)))
})
`

function pack(bodies: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(bodies.reduce((bytes, body) => bytes + body.length, 0))
  let at = 0
  for (const body of bodies) {
    packed.set(body, at)
    at += body.length
  }
  return packed
}

/** RFC 1951 §3.2.4: final block, no compression, length and its complement, the bytes. */
function storedBlock(body: Buffer): Buffer {
  const block = Buffer.allocUnsafe(5 + body.length)
  block[0] = 1
  block.writeUInt16LE(body.length, 1)
  block.writeUInt16LE(~body.length & 0xffff, 3)
  body.copy(block, 5)
  return block
}
