import { randomBytes } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { afterEach, expect, test, vi } from 'vitest'
import { openDeflater } from './deflate.ts'

const state = vi.hoisted(() => ({ source: null as string | null }))

vi.mock('node:worker_threads', async (importActual) => {
  const actual = await importActual<typeof import('node:worker_threads')>()
  class Worker extends actual.Worker {
    constructor(source: string, options: object) {
      super(state.source ?? source, options)
    }
  }
  return { ...actual, Worker }
})

const deflaters: ReturnType<typeof openDeflater>[] = []
afterEach(() => {
  state.source = null
  for (const deflater of deflaters.splice(0)) deflater.close()
})

function opened() {
  const deflater = openDeflater()
  deflaters.push(deflater)
  return deflater
}

const inflated = (bodies: (Buffer | null)[]) =>
  bodies.map((body) => body && inflateRawSync(body).toString('latin1'))
const bodies = [0, 1, 1_024, 1_025, 70_000, 300_000].flatMap((size) => [
  Buffer.alloc(size, 'ab'),
  randomBytes(size),
  null,
])
const expected = bodies.map((body) => body?.toString('latin1') ?? null)

test('bodies of every size come back in order as raw deflate, absent ones absent', async () => {
  const deflater = opened()
  for (let round = 0; round < 3; round++) expect(inflated(await deflater.deflate(bodies))).toEqual(expected)
})

test('a worker that dies over a batch, or cannot start, costs time and nothing else', async () => {
  for (const source of ['process.exit(1)', 'throw new Error("no")', 'syntax error here']) {
    state.source = source
    const deflater = opened()
    expect(inflated(await deflater.deflate(bodies))).toEqual(expected)
    state.source = null
    expect(inflated(await deflater.deflate(bodies))).toEqual(expected)
  }
})
