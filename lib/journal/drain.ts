import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PoolClient } from 'pg'
import type { FlusherCounts, FlusherOptions } from './flush.ts'
import type { Frame } from './frame.ts'
import { takeOver } from './owner.ts'
import { openPacker, type Packer } from './pack.ts'
import {
  listSegments,
  readCursor,
  removeSegment,
  removeStrayCursors,
  SegmentReader,
  writeCursor,
} from './segments.ts'
import { RECORD_COLUMNS, storeBatch } from './store.ts'

const TAKE_OVER_INTERVAL_MS = 5_000
const DAY_MS = 86_400_000
const PARTITIONED = ['log', 'body'] as const
/** More than there are retention classes, so that a day and a class make one number. */
const CLASSES = 65_536

/** What a flusher does, one pass at a time, and what it knows between passes. */
export class Drain {
  lastFlushAt: number | null = null
  lastError: string | null = null
  /** Arrival of the first record that waits; null when none is known to. */
  oldestMs: number | null = null
  readonly counts: FlusherCounts = {
    stored: 0,
    repeated: 0,
    expired: 0,
    rejected: 0,
    damaged: 0,
    takenOver: 0,
  }
  readonly #options: FlusherOptions
  readonly #reader = new SegmentReader()
  readonly #packer: Packer = openPacker(RECORD_COLUMNS)
  /** Bytes flushed of each segment that is still there. */
  readonly #offsets = new Map<string, number>()
  /** Partitions known to exist. */
  readonly #partitions = { log: new Set<number>(), body: new Set<number>() }
  #tookOverAt = Number.NEGATIVE_INFINITY
  #inheritedBytes = 0
  #doneBytes = 0

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  pendingBytes(): number {
    return Math.max(0, this.#options.journal.appendedBytes() + this.#inheritedBytes - this.#doneBytes)
  }

  close(): void {
    this.#packer.close()
  }

  /** Stores everything that is in the journal now, oldest segment first. */
  async pass(): Promise<void> {
    const { journal, pool, now, log } = this.#options
    let client: PoolClient | null = null
    const connect = async () => {
      if (client === null) {
        client = await pool.connect()
        client.on('error', ignore)
      }
      return client
    }
    const release = (isBroken: boolean) => {
      client?.off('error', ignore)
      client?.release(isBroken)
    }
    try {
      await this.#inherit()
      const names = await listSegments(journal.directory)
      for (const name of names) await this.#meet(name)
      for (const name of names) await this.#flush(connect, name)
      release(false)
      this.#noteSuccess()
      this.oldestMs = null
      this.lastFlushAt = now()
    } catch (error) {
      // A connection that failed may be half-way through a statement.
      release(true)
      const message = error instanceof Error ? error.message : String(error)
      if (this.lastError === null) log('journal: records wait, Postgres cannot take them', { error: message })
      this.lastError = message
      throw error
    }
  }

  #noteSuccess(): void {
    if (this.lastError !== null)
      this.#options.log('journal: flushing again', { pendingBytes: this.pendingBytes() })
    this.lastError = null
  }

  async #inherit(): Promise<void> {
    const { journal, now, log } = this.#options
    if (now() - this.#tookOverAt < TAKE_OVER_INTERVAL_MS) return
    this.#tookOverAt = now()
    const taken = await takeOver(journal.root, journal.directory, now())
    if (taken === 0) return
    await removeStrayCursors(journal.directory)
    this.counts.takenOver += taken
    log('journal: took over what a dead process left behind', { segments: taken })
  }

  /** Learns of a segment: how far it was flushed, and, if another process wrote it, how much it adds. */
  async #meet(name: string): Promise<void> {
    if (this.#offsets.has(name)) return
    const { journal } = this.#options
    const offset = await readCursor(journal.directory, name)
    this.#offsets.set(name, offset)
    if (!journal.isOwn(name)) this.#inheritedBytes += Math.max(0, (await this.#size(name)) - offset)
  }

  async #size(name: string): Promise<number> {
    const seen = await stat(join(this.#options.journal.directory, name)).catch(() => null)
    return seen?.size ?? 0
  }

  async #flush(connect: () => Promise<PoolClient>, name: string): Promise<void> {
    const { journal, log } = this.#options
    const path = join(journal.directory, name)
    for (;;) {
      const live = journal.live()
      const isSealed = live?.name !== name
      const end = isSealed ? await this.#size(name) : live.bytes
      const offset = this.#offsets.get(name) ?? 0
      if (offset >= end) {
        if (isSealed) {
          await removeSegment(journal.directory, name)
          this.#offsets.delete(name)
        }
        return
      }
      const client = await connect()
      const batch = await this.#reader.read(path, offset, end, isSealed)
      this.oldestMs = batch.frames[0]?.timeMs ?? this.oldestMs
      if (batch.damaged > 0 || batch.lostBytes > 0) {
        this.counts.damaged += batch.damaged + (batch.lostBytes > 0 ? 1 : 0)
        log('journal: unreadable records were skipped', {
          segment: name,
          frames: batch.damaged,
          bytes: batch.lostBytes,
        })
      }
      await this.#storeFrames(client, batch.frames)
      this.#noteSuccess()
      this.#offsets.set(name, batch.next)
      this.#doneBytes += batch.next - offset
      writeCursor(journal.directory, name, batch.next)
      if (batch.next === offset) return
    }
  }

  async #storeFrames(client: PoolClient, frames: readonly Frame[]): Promise<void> {
    const nowMs = this.#options.now()
    const kept = frames.filter((frame) => frame.timeMs + frame.retentionDays * DAY_MS > nowMs)
    this.counts.expired += frames.length - kept.length
    if (kept.length === 0) return
    await this.#store(client, kept, (frame) => frame.timeMs + frame.bodiesRetentionDays * DAY_MS > nowMs)
  }

  /** Stores frames; when Postgres refuses what is in them, halves them until the culprits stand alone. */
  async #store(client: PoolClient, frames: readonly Frame[], keepsBodies: KeepsBodies): Promise<void> {
    try {
      await this.#ensurePartitions(client, frames, keepsBodies)
      await this.#storeOnce(client, frames, keepsBodies)
    } catch (error) {
      if (!isPoison(error)) throw error
      const [first] = frames as [Frame]
      if (frames.length > 1) {
        const half = frames.length >> 1
        await this.#store(client, frames.slice(0, half), keepsBodies)
        await this.#store(client, frames.slice(half), keepsBodies)
      } else {
        await this.#reject(first, error)
        if (first.hasBodies && keepsBodies(first)) await this.#storeRowAlone(client, first)
      }
    }
  }

  /** Refused bodies do not take their row along: it carries the money. */
  async #storeRowAlone(client: PoolClient, frame: Frame): Promise<void> {
    try {
      await this.#storeOnce(client, [frame], () => false)
    } catch (error) {
      if (!isPoison(error)) throw error
    }
  }

  async #storeOnce(client: PoolClient, frames: readonly Frame[], keepsBodies: KeepsBodies): Promise<void> {
    const batch = await this.#packer.pack(frames, keepsBodies)
    const store = () => (batch.rowCount === 0 ? 0 : storeBatch(client, batch))
    let stored: number
    try {
      stored = await store()
    } catch (error) {
      if (!isPartitionMissing(error)) throw error
      for (const of of PARTITIONED) this.#partitions[of].clear()
      await this.#ensurePartitions(client, frames, keepsBodies)
      stored = await store()
    }
    this.counts.stored += stored
    this.counts.repeated += batch.rowCount - stored
    for (const i of batch.unreadable) await this.#reject(frames[i] as Frame, 'a member has the wrong type')
  }

  async #ensurePartitions(
    client: PoolClient,
    frames: readonly Frame[],
    keepsBodies: KeepsBodies,
  ): Promise<void> {
    for (const frame of frames) {
      const day = Math.floor(frame.timeMs / DAY_MS)
      for (const of of PARTITIONED) {
        if (of === 'body' && !(frame.hasBodies && keepsBodies(frame))) continue
        const days = of === 'log' ? frame.retentionDays : frame.bodiesRetentionDays
        const key = day * CLASSES + days
        if (this.#partitions[of].has(key)) continue
        const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
        await client.query(`SELECT ensure_${of}_partition($1::date, $2::int)`, [date, days])
        this.#partitions[of].add(key)
      }
    }
  }

  /** Keeps a frame Postgres refuses, as it is, beside the journal. */
  async #reject(frame: Frame, error: unknown): Promise<void> {
    const { journal, log } = this.#options
    const path = join(journal.root, `rejected-${journal.token}.journal`)
    const file = await open(path, 'a', 0o600)
    try {
      await file.writeFile(frame.bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
    this.counts.rejected += 1
    log('journal: Postgres refuses a record; it was put aside', {
      id: frame.id,
      file: path,
      error: error instanceof Error ? error.message : String(error),
    })
  }
}

type KeepsBodies = (frame: Frame) => boolean

/** A borrowed connection that breaks between two statements says so here, and the process ends if nobody listens; the next statement fails anyway. */
function ignore(): void {}

/** SQLSTATE classes that blame the data: cardinality, data exception, integrity, program limits. All else may pass by itself. */
function isPoison(error: unknown): boolean {
  return /^(21|22|23|54)/.test(sqlState(error))
}

/** Retention may drop a partition between the look and the write. */
function isPartitionMissing(error: unknown): boolean {
  return sqlState(error) === '23514' && /no partition/.test((error as Error).message)
}

function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && code.length === 5 ? code : ''
}
