import { crc32 } from 'node:zlib'
import { uuidTimeMs } from '../ids.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'

/*
 * One call in a journal segment, little-endian:
 *
 *   0 u32 magic   4 u32 bytes of the whole frame   8 u32 crc-32 of bytes 12 up to the end of the head
 *  12 f64 arrival, epoch ms   20 u16 retention days of the row   22 u16 of its bodies
 *  24 u32 bytes of the record   28 i32 bytes of head, request, response, final request, original response; -1 = none
 *  48 id, as 36 characters
 *  84 record JSON, head JSON, then the four bodies
 *
 * The bodies are outside the checksum: at 120 KB a call it would cost as much as writing them, and a cut body is
 * already known by the frame's length.
 */
const MAGIC = 0x314a4754
/** Where a frame keeps the lengths of its parts (record, head, four bodies) and where the first of them begins. */
export const LAYOUT = { lengthsAt: 24, partsAt: 84 } as const
const HEADER_BYTES = LAYOUT.partsAt
const PARTS = 6
const PREFIX_BYTES = 8
const FRAME_BYTES_MAX = 1 << 30
const SCRATCH_BYTES = 64 * 1024
/** Below this a copy is cheaper than a second entry in the system call. */
const COPY_BYTES_MAX = 16 * 1024

/** A frame as it lies in the buffer it was read into: views only, made when asked for, and nothing is parsed. */
export class Frame {
  readonly timeMs: number
  readonly retentionDays: number
  readonly bodiesRetentionDays: number
  /** The call was logged with its bodies. */
  readonly hasBodies: boolean

  constructor(readonly bytes: Buffer) {
    this.timeMs = bytes.readDoubleLE(12)
    this.retentionDays = bytes.readUInt16LE(20)
    this.bodiesRetentionDays = bytes.readUInt16LE(22)
    this.hasBodies = bytes.readInt32LE(28) >= 0
  }

  get id(): string {
    return this.bytes.toString('latin1', 48, 84)
  }

  /** Record JSON, head JSON, request, response, final request, original response; null = none. */
  parts(): (Buffer | null)[] {
    let at = HEADER_BYTES
    return Array.from({ length: PARTS }, (_, n) => {
      const length = this.bytes.readInt32LE(LAYOUT.lengthsAt + 4 * n)
      if (length < 0) return null
      at += length
      return this.bytes.subarray(at - length, at)
    })
  }
}

/**
 * Turns a call into the parts of its frame, in order. The array and the first part are reused by the next `encode`,
 * so they must be written before it. Text Postgres cannot hold (NUL, half a surrogate pair) becomes U+FFFD.
 */
export class FrameEncoder {
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  readonly #parts: Buffer[] = []

  encode(record: CallRecord, bodies: CallBodies | null): readonly Buffer[] {
    const json = storable(JSON.stringify(record))
    const head = bodies === null ? '' : storable(bodies.head)
    let at = HEADER_BYTES
    const needed = at + 3 * (json.length + head.length) + COPY_BYTES_MAX
    if (needed > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(2 * needed)
    const scratch = this.#scratch
    const parts = this.#parts
    parts.length = 0

    const recordBytes = scratch.write(json, at)
    at += recordBytes
    const headBytes = bodies === null ? -1 : scratch.write(head, at)
    at += Math.max(headBytes, 0)
    const checked = at

    let total = at
    if (bodies !== null) total += bodyBytes(bodies)
    const isCopied = total - at <= COPY_BYTES_MAX
    for (let i = 0; i < 4; i++) {
      const body = bodies === null ? null : bodyAt(bodies, i)
      scratch.writeInt32LE(body === null ? -1 : body.length, 32 + 4 * i)
      if (body === null || body.length === 0) continue
      if (isCopied) at += body.copy(scratch, at)
      else parts.push(body)
    }

    scratch.writeUInt32LE(MAGIC, 0)
    scratch.writeUInt32LE(total, 4)
    scratch.writeDoubleLE(uuidTimeMs(record.id), 12)
    scratch.writeUInt16LE(record.retention_days, 20)
    scratch.writeUInt16LE(record.bodies_retention_days, 22)
    scratch.writeUInt32LE(recordBytes, 24)
    scratch.writeInt32LE(headBytes, 28)
    scratch.write(record.id, 48, 36, 'latin1')
    scratch.writeUInt32LE(crc32(scratch.subarray(12, checked)), 8)
    parts.unshift(scratch.subarray(0, at))
    return parts
  }
}

/**
 * What stands at `offset`: a frame; the start of one that needs `bytes` to be whole; a frame whose checksum is wrong
 * and that ends at `next`; or bytes that are no frame, after which nothing can be found.
 */
export type FrameRead =
  | { kind: 'frame'; frame: Frame; next: number }
  | { kind: 'short'; bytes: number }
  | { kind: 'damaged'; next: number }
  | { kind: 'lost' }

/** Reads the frame at `offset`. Never throws. A damaged frame is stepped over by its length, never searched past: bodies may hold anything, frames included. */
export function readFrame(buffer: Buffer, offset: number): FrameRead {
  const left = buffer.length - offset
  if (left < PREFIX_BYTES) return { kind: 'short', bytes: HEADER_BYTES }
  const total = buffer.readUInt32LE(offset + 4)
  if (buffer.readUInt32LE(offset) !== MAGIC || total < HEADER_BYTES || total > FRAME_BYTES_MAX)
    return { kind: 'lost' }
  if (left < total) return { kind: 'short', bytes: total }

  const next = offset + total
  let end = HEADER_BYTES
  let checkedEnd = 0
  for (let n = 0; n < PARTS; n++) {
    end += Math.max(buffer.readInt32LE(offset + LAYOUT.lengthsAt + 4 * n), 0)
    if (n === 1) checkedEnd = end
  }
  if (end !== total) return { kind: 'damaged', next }
  const bytes = buffer.subarray(offset, next)
  if (crc32(bytes.subarray(12, checkedEnd)) !== bytes.readUInt32LE(8)) return { kind: 'damaged', next }
  return { kind: 'frame', frame: new Frame(bytes), next }
}

function bodyAt(bodies: CallBodies, i: number): Buffer | null {
  return i === 0
    ? bodies.request
    : i === 1
      ? bodies.response
      : i === 2
        ? bodies.finalRequest
        : bodies.originalResponse
}

function bodyBytes(bodies: CallBodies): number {
  let bytes = 0
  for (let i = 0; i < 4; i++) bytes += bodyAt(bodies, i)?.length ?? 0
  return bytes
}

/** JSON escapes control characters and lone surrogates, so text without `\u` needs no closer look. */
function storable(json: string): string {
  return json.includes('\\u') ? json.replace(UNSTORABLE, '$1\\ufffd') : json
}

const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi
