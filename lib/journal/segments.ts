import { closeSync, openSync, read as readFd, renameSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SEGMENT_SUFFIX } from './append.ts'
import { type Frame, readFrame } from './frame.ts'

const CURSOR_SUFFIX = '.cursor'
const CHUNK_BYTES = 16 * 1024 * 1024
const ROWS_MAX = 1_000
/** Slicing this many frames takes about a millisecond of the event loop. */
const FRAMES_A_SLICE = 400

/** Frames read in one go; they are views of the reader's memory and die with its next `read`. */
export interface Batch {
  frames: Frame[]
  /** Where the next read starts. */
  next: number
  /** Frames whose checksum was wrong; they are stepped over. */
  damaged: number
  /** Bytes at the end in which no frame can be found; the segment is then done. */
  lostBytes: number
}

/** Names of the segments in `directory`, oldest first. */
export async function listSegments(directory: string): Promise<string[]> {
  const names = await readdir(directory)
  return names.filter((name) => name.endsWith(SEGMENT_SUFFIX)).sort()
}

/** How far a segment was flushed, in bytes; 0 when nobody wrote it down. */
export async function readCursor(directory: string, name: string): Promise<number> {
  const text = await readFile(join(directory, name + CURSOR_SUFFIX), 'utf8').catch(() => '0')
  const offset = Number(text)
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0
}

/**
 * Writes down how far a segment was flushed, whole or not at all. A lost cursor costs a replay, never a row. Four short
 * system calls, made at once: a turn of a busy event loop for each would be what holds the flusher up.
 */
export function writeCursor(directory: string, name: string, offset: number): void {
  const path = join(directory, name + CURSOR_SUFFIX)
  writeFileSync(`${path}.new`, String(offset), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Removes a segment and what belongs to it. */
export async function removeSegment(directory: string, name: string): Promise<void> {
  await rm(join(directory, name), { force: true })
  await rm(join(directory, name + CURSOR_SUFFIX), { force: true })
}

/** Removes cursors whose segment is gone: a take-over may be killed between the two. */
export async function removeStrayCursors(directory: string): Promise<void> {
  const names = new Set(await readdir(directory))
  for (const name of names) {
    const at = name.indexOf(CURSOR_SUFFIX)
    if (at > 0 && !names.has(name.slice(0, at))) await rm(join(directory, name), { force: true })
  }
}

/** Reads batches into one piece of memory, again and again; the packer's worker sees the same memory. */
export class SegmentReader {
  #chunk = shared(CHUNK_BYTES)

  /**
   * Whole frames of the segment at `path` between `from` and `end` (bytes), as many as fit: 1,000 rows or 16 MB, and
   * always at least one. `isSealed` says that nobody writes it any more, so a frame that passes `end` is torn.
   */
  async read(path: string, from: number, end: number, isSealed: boolean): Promise<Batch> {
    const batch: Batch = { frames: [], next: from, damaged: 0, lostBytes: 0 }
    const file = openSync(path, 'r')
    try {
      let chunk = await fill(file, this.#chunk, from, end)
      let at = 0
      while (at < chunk.length && batch.frames.length < ROWS_MAX) {
        const read = readFrame(chunk, at)
        if (read.kind === 'frame') {
          batch.frames.push(read.frame)
          at = read.next
          if (batch.frames.length % FRAMES_A_SLICE === 0) await breathe()
        } else if (read.kind === 'damaged') {
          batch.damaged += 1
          at = read.next
        } else if (read.kind === 'short' && from + at + read.bytes <= end) {
          if (at > 0) break
          chunk = await fill(file, shared(read.bytes), from, end)
        } else {
          if (isSealed) batch.lostBytes = end - from - at
          break
        }
      }
      batch.next = from + at + batch.lostBytes
      return batch
    } finally {
      closeSync(file)
    }
  }
}

const read = promisify(readFd)

const shared = (bytes: number) => Buffer.from(new SharedArrayBuffer(bytes))

async function fill(file: number, memory: Buffer, from: number, end: number): Promise<Buffer> {
  const wanted = Math.min(memory.length, end - from)
  let filled = 0
  while (filled < wanted) {
    const { bytesRead } = await read(file, memory, filled, wanted - filled, from + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return memory.subarray(0, filled)
}
