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
const HEADER_BYTES = 84
const PREFIX_BYTES = 8
const FRAME_BYTES_MAX = 1 << 30
const SCRATCH_BYTES = 64 * 1024
/** Below this a copy is cheaper than a second entry in the system call. */
const COPY_BYTES_MAX = 16 * 1024

/** A frame as it lies in the buffer it was read into: every Buffer is a view, nothing is parsed. */
export interface Frame {
  /** The whole frame. */
  bytes: Buffer
  id: Buffer
  timeMs: number
  retentionDays: number
  bodiesRetentionDays: number
  /** `CallRecord` as JSON. */
  record: Buffer
  /** Head JSON and raw bodies; null when the call was logged without them. */
  bodies: FrameBodies | null
}

export interface FrameBodies {
  head: Buffer
  request: Buffer | null
  response: Buffer | null
  finalRequest: Buffer | null
  originalResponse: Buffer | null
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

  const bytes = buffer.subarray(offset, offset + total)
  const next = offset + total
  const recordEnd = HEADER_BYTES + bytes.readUInt32LE(24)
  const headBytes = bytes.readInt32LE(28)
  const headEnd = recordEnd + Math.max(headBytes, 0)
  if (headEnd > total || crc32(bytes.subarray(12, headEnd)) !== bytes.readUInt32LE(8))
    return { kind: 'damaged', next }

  let at = headEnd
  const take = (field: number) => {
    const length = bytes.readInt32LE(field)
    if (length < 0) return null
    at += length
    return bytes.subarray(at - length, at)
  }
  const bodies =
    headBytes < 0
      ? null
      : {
          head: bytes.subarray(recordEnd, headEnd),
          request: take(32),
          response: take(36),
          finalRequest: take(40),
          originalResponse: take(44),
        }
  if (at !== total) return { kind: 'damaged', next }
  const frame = {
    bytes,
    id: bytes.subarray(48, 84),
    timeMs: bytes.readDoubleLE(12),
    retentionDays: bytes.readUInt16LE(20),
    bodiesRetentionDays: bytes.readUInt16LE(22),
    record: bytes.subarray(HEADER_BYTES, recordEnd),
    bodies,
  }
  return { kind: 'frame', frame, next }
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
