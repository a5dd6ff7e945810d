import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 10 * 512
const pool = Buffer.allocUnsafe(POOL_BYTES)
let used = POOL_BYTES

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const hex = (byte: number) => HEX[byte] as string

/**
 * A UUIDv7 for the given epoch milliseconds: the time in the first 48 bits, 74 random bits after it.
 * It is the log row's id, so its time decides the row's partition (architecture §6).
 */
export function uuidv7(nowMs: number): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const high = Math.floor(nowMs / 0x10000)
  const r = used
  used += 10
  const at = (i: number) => pool[r + i] as number
  return (
    high.toString(16).padStart(8, '0') +
    '-' +
    (nowMs % 0x10000).toString(16).padStart(4, '0') +
    '-' +
    hex((at(0) & 0x0f) | 0x70) +
    hex(at(1)) +
    '-' +
    hex((at(2) & 0x3f) | 0x80) +
    hex(at(3)) +
    '-' +
    hex(at(4)) +
    hex(at(5)) +
    hex(at(6)) +
    hex(at(7)) +
    hex(at(8)) +
    hex(at(9))
  )
}

/** The epoch milliseconds inside a UUIDv7. */
export function uuidTimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
