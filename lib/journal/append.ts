import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  utimes,
  writeSync,
  writevSync,
} from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../errors.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'
import { FrameEncoder } from './frame.ts'
import { claimDirectory, ownerPath, writeOwner } from './owner.ts'

const SEGMENT_BYTES_MAX = 64 * 1024 * 1024
const SEGMENT_AGE_MS_MAX = 5_000
const SYNC_INTERVAL_MS = 1_000
export const SEGMENT_SUFFIX = '.journal'

/** One line about the journal's own health, for the server log. Holds no customer data. */
export type Log = (message: string, details?: Record<string, unknown>) => void

export interface JournalOptions {
  /** Holds one directory a process; made when absent. */
  dir: string
  /** Epoch ms. */
  now: () => number
  log: Log
  segmentBytesMax?: number
  segmentAgeMsMax?: number
}

/** This process's part of the journal: written here, emptied by the flusher. */
export interface OpenJournal {
  /** Parent of every process's directory. */
  root: string
  directory: string
  /** Makes names of this process's files unlike any other's. */
  token: string
  /** True for segments begun by this journal, false for those taken over. */
  isOwn(segment: string): boolean
  /**
   * Hands one record to the kernel in one system call before returning; it then survives the process. Throws
   * `unavailable` when the disk refuses it, and leaves no trace of it.
   */
  append(record: CallRecord, bodies: CallBodies | null): void
  /** The segment being written and how many of its bytes are whole frames; null when none is. */
  live(): { name: string; bytes: number } | null
  /** Bytes appended since the start. */
  appendedBytes(): number
  /** Syncs and ends the live segment. Later appends throw. */
  close(): void
}

interface Segment {
  name: string
  fd: number
  bytes: number
  openedMs: number
}

/**
 * Opens a journal of its own for this process under `dir`. Segments are named by their time, so names sort by age,
 * and end at 64 MB or 5 s; a timer syncs what was written to the disk once a second. Source: architecture §5.
 */
export function openJournal(options: JournalOptions): OpenJournal {
  const { dir, now, log } = options
  const bytesMax = options.segmentBytesMax ?? SEGMENT_BYTES_MAX
  const ageMsMax = options.segmentAgeMsMax ?? SEGMENT_AGE_MS_MAX
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const { directory, token } = claimDirectory(dir)
  const directoryFd = openSync(directory, 'r')
  const encoder = new FrameEncoder()
  let segment: Segment | null = null
  let count = 0
  let appendedBytes = 0
  let isClosed = false
  let isDirty = false
  let isDirectoryDirty = false
  let isSyncing = false

  function append(record: CallRecord, bodies: CallBodies | null): void {
    if (isClosed) throw new GatewayError('unavailable', 'The server is shutting down.')
    const nowMs = now()
    try {
      if (segment === null || segment.bytes >= bytesMax || nowMs - segment.openedMs >= ageMsMax) begin(nowMs)
      appendedBytes += write(segment as Segment, encoder.encode(record, bodies))
      isDirty = true
    } catch (error) {
      throw new GatewayError('unavailable', 'The call could not be recorded, so it was not answered.', {
        cause: error,
      })
    }
  }

  function begin(nowMs: number): void {
    end()
    const name = `${String(nowMs).padStart(14, '0')}-${token}-${count++}${SEGMENT_SUFFIX}`
    segment = { name, fd: openSync(join(directory, name), 'ax', 0o600), bytes: 0, openedMs: nowMs }
    isDirectoryDirty = true
  }

  function end(): void {
    if (segment === null) return
    const { fd } = segment
    segment = null
    fdatasync(fd, (error) => {
      if (error) log('journal: a segment could not be synced', { error: error.message })
      close(fd, () => {})
    })
  }

  function write(into: Segment, parts: readonly Buffer[]): number {
    const total = sizeOf(parts)
    try {
      let written =
        parts.length === 1 ? writeSync(into.fd, parts[0] as Buffer) : writevSync(into.fd, parts as Buffer[])
      while (written < total) {
        const more = writeRest(into.fd, parts, written)
        if (more === 0) throw new Error('the disk takes no more bytes')
        written += more
      }
    } catch (error) {
      undo(into)
      throw error
    }
    into.bytes += total
    return total
  }

  /** Cuts a half-written frame off; when even that fails the segment ends here, its tail to be found torn. */
  function undo(torn: Segment): void {
    try {
      ftruncateSync(torn.fd, torn.bytes)
    } catch (error) {
      log('journal: a half-written record could not be removed', { error: String(error) })
      end()
    }
  }

  function tick(): void {
    const at = now() / 1000
    utimes(ownerPath(directory), at, at, (error) => {
      if (error?.code === 'ENOENT') restore()
    })
    if (isDirectoryDirty) {
      isDirectoryDirty = false
      fsync(directoryFd, () => {})
    }
    if (!isDirty || isSyncing || segment === null) return
    isDirty = false
    isSyncing = true
    const { fd } = segment
    fdatasync(fd, (error) => {
      isSyncing = false
      // A segment that ended meanwhile is synced by `end`, and its descriptor may be gone.
      if (error && segment?.fd === fd) log('journal: sync failed', { error: error.message })
    })
  }

  /** Someone removed the directory under a running process: what is still open in it can never be read again. */
  function restore(): void {
    if (isClosed) return
    log('journal: its directory was removed while in use; starting a new segment', { directory })
    end()
    writeOwner(directory)
  }

  const timer = setInterval(tick, SYNC_INTERVAL_MS)
  timer.unref()

  return {
    root: dir,
    directory,
    token,
    isOwn: (segment) => segment.includes(`-${token}-`),
    append,
    live: () => (segment === null ? null : { name: segment.name, bytes: segment.bytes }),
    appendedBytes: () => appendedBytes,
    close() {
      if (isClosed) return
      isClosed = true
      clearInterval(timer)
      closeSync(directoryFd)
      if (segment === null) return
      fdatasyncSync(segment.fd)
      closeSync(segment.fd)
      segment = null
    },
  }
}

function sizeOf(parts: readonly Buffer[]): number {
  let bytes = 0
  for (const part of parts) bytes += part.length
  return bytes
}

/** After a short write: what is left of the part the write stopped in. */
function writeRest(fd: number, parts: readonly Buffer[], written: number): number {
  let skipped = written
  for (const part of parts) {
    if (skipped < part.length) return writeSync(fd, part, skipped)
    skipped -= part.length
  }
  return 0
}
