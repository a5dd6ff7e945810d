import { randomBytes } from 'node:crypto'
import { brotliDecompressSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { CallRecord } from '../logs/record.ts'
import { sampleBodies, sampleRecord } from '../testing/calls.ts'
import { type Frame, FrameEncoder, readFrame } from './frame.ts'
import { openPacker, type Packed } from './pack.ts'
import { RECORD_COLUMNS } from './store.ts'

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

const packers: ReturnType<typeof openPacker>[] = []
afterEach(() => {
  state.source = null
  for (const packer of packers.splice(0)) packer.close()
})

function opened() {
  const packer = openPacker(RECORD_COLUMNS)
  packers.push(packer)
  return packer
}

const encoder = new FrameEncoder()
function frameOf(record: Partial<CallRecord> = {}, bodies = null as ReturnType<typeof sampleBodies> | null) {
  const bytes = Buffer.concat(encoder.encode(sampleRecord(record), bodies) as Buffer[])
  return (readFrame(bytes, 0) as { frame: Frame }).frame
}

/** The elements of a one-dimensional array in Postgres's binary form. */
function elements(array: Buffer): (Buffer | null)[] {
  if (array.readInt32BE(0) === 0) return []
  let at = 20
  return Array.from({ length: array.readInt32BE(12) }, () => {
    const length = array.readInt32BE(at)
    at += 4 + Math.max(length, 0)
    return length < 0 ? null : array.subarray(at - length, at)
  })
}
const column = (packed: Packed, name: string) =>
  elements(packed.rows[RECORD_COLUMNS.findIndex(([of]) => of === name)] as Buffer)
const unpacked = (array: Buffer | undefined) =>
  elements(array as Buffer).map((body) => body && brotliDecompressSync(body).toString('latin1'))

const sizes = [0, 1, 1_024, 1_025, 70_000, 300_000]
const frames = sizes.flatMap((size) => [
  frameOf({}, sampleBodies({ request: Buffer.alloc(size, 'ab'), response: randomBytes(size) })),
  frameOf({ metadata: { κ: '🙂' } }),
])
const requests = sizes.map((size) => Buffer.alloc(size, 'ab').toString('latin1'))

describe('a batch', () => {
  test('has a column a member, and its bodies in order as brotli, absent ones absent', async () => {
    const packer = opened()
    for (let round = 0; round < 3; round++) {
      const packed = await packer.pack(frames, () => true)
      expect([packed.rowCount, packed.bodyCount]).toEqual([frames.length, sizes.length])
      expect(packed.rows).toHaveLength(RECORD_COLUMNS.length)
      expect(column(packed, 'method').map(String)).toEqual(frames.map(() => 'POST'))
      expect(column(packed, 'metadata')[1]?.subarray(1).toString()).toBe('{"κ":"🙂"}')
      expect(column(packed, 'user_id')).toEqual(frames.map(() => null))
      expect(unpacked(packed.bodies[4])).toEqual(requests)
      expect(unpacked(packed.bodies[6])).toEqual(sizes.map(() => null))
    }
  })

  test('leaves bodies out that are not kept', async () => {
    const packed = await opened().pack(frames, (frame) => frame === frames[2])
    expect(packed.bodyCount).toBe(1)
    expect(unpacked(packed.bodies[4])).toEqual(['a'])
  })

  test('leaves a record out whose members are not what its columns hold, and says which', async () => {
    const bad = [
      frameOf({ organisation_id: 'no id' }),
      frameOf({ created_at: 'yesterday' }),
      frameOf({ cost_nanos: 'much' as never }, sampleBodies()),
    ]
    const packed = await opened().pack([...bad, frameOf({ path: '/only' }, sampleBodies())], () => true)
    expect(packed.unreadable).toEqual([0, 1, 2])
    expect([packed.rowCount, packed.bodyCount]).toEqual([1, 1])
    for (const array of packed.rows) expect(elements(array)).toHaveLength(1)
    expect(String(column(packed, 'path')[0])).toBe('/only')
  })
})

test('a worker that dies over a batch, or cannot start, costs time and nothing else', async () => {
  for (const source of ['process.exit(1)', 'throw new Error("no")', 'syntax error here']) {
    state.source = source
    const packer = opened()
    expect(unpacked((await packer.pack(frames, () => true)).bodies[4])).toEqual(requests)
    state.source = null
    expect(unpacked((await packer.pack(frames, () => true)).bodies[4])).toEqual(requests)
  }
})
