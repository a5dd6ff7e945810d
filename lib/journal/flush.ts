import type { Pool } from 'pg'
import type { Log, OpenJournal } from './append.ts'
import { Drain } from './drain.ts'
import { releaseDirectory } from './owner.ts'

const INTERVAL_MS = 500
const BACKOFF_MS = { first: 1_000, most: 5_000 } as const
const BEHIND_MS = 5_000

export interface FlusherOptions {
  journal: OpenJournal
  pool: Pool
  /** Epoch ms. */
  now: () => number
  log: Log
  /** Pause between two looks at the journal, at most a second. */
  intervalMs?: number
}

/** How far the rows are behind the calls, for `/api/health` and the console. */
export interface FlusherStatus {
  pendingBytes: number
  /** Age of the oldest record that is not in Postgres; 0 when all are. */
  oldestPendingMs: number
  /** Epoch ms of the last time everything was stored; null before the first. */
  lastFlushAt: number | null
  /** What the last attempt failed with; null when it did not. */
  lastError: string | null
  isBehind: boolean
  /** Records since the start. */
  counts: Readonly<FlusherCounts>
}

export interface FlusherCounts {
  stored: number
  /** Were there already: a replay. */
  repeated: number
  /** Older than their retention when their turn came. */
  expired: number
  /** Refused by Postgres, kept in `rejected-*.journal`. */
  rejected: number
  /** Torn or damaged, unreadable. */
  damaged: number
  /** Segments that a dead process left behind. */
  takenOver: number
}

export interface Flusher {
  /** Stores all that was appended before the call. Rejects when Postgres cannot take it. */
  flushNow(): Promise<void>
  status(): FlusherStatus
  /** Stores what is left (call it after `journal.close()`) and gives the journal up; what Postgres cannot take stays for the next start. */
  stop(): Promise<void>
}

/**
 * Moves journalled calls to Postgres at least once a second, and those of dead processes too. Nothing leaves the
 * journal before its transaction is committed, and a row that is there already is not written again, so a crash at any
 * point costs nothing and repeats nothing. While Postgres is away it waits and tries on. A record Postgres refuses is
 * put aside and the rest goes on. Source: architecture §5.
 */
export function startFlusher(options: FlusherOptions): Flusher {
  const { journal, now } = options
  const drain = new Drain(options)
  const startedMs = now()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let backoffMs = 0
  let isStopped = false

  /** One pass after the other; a pass that starts after this call sees everything appended before it. */
  function pass(): Promise<void> {
    const next = running.then(() => drain.pass())
    running = next.catch(() => {})
    return next
  }

  function schedule(delayMs: number): void {
    clearTimeout(timer)
    if (isStopped) return
    timer = setTimeout(async () => {
      try {
        await pass()
        backoffMs = 0
        schedule(options.intervalMs ?? INTERVAL_MS)
      } catch {
        backoffMs = Math.min(Math.max(BACKOFF_MS.first, backoffMs * 2), BACKOFF_MS.most)
        schedule(backoffMs)
      }
    }, delayMs)
    timer.unref()
  }
  schedule(0)

  return {
    flushNow: pass,
    status() {
      const pendingBytes = drain.pendingBytes()
      const oldestPendingMs =
        pendingBytes === 0 ? 0 : Math.max(0, now() - (drain.oldestMs ?? drain.lastFlushAt ?? startedMs))
      return {
        pendingBytes,
        oldestPendingMs,
        lastFlushAt: drain.lastFlushAt,
        lastError: drain.lastError,
        isBehind: oldestPendingMs > BEHIND_MS,
        counts: drain.counts,
      }
    },
    async stop() {
      if (isStopped) return
      isStopped = true
      clearTimeout(timer)
      await pass().catch(() => {})
      drain.close()
      await releaseDirectory(journal.directory)
    },
  }
}
