/**
 * Work that comes round again, once among all processes: each job runs under an advisory lock of its own, so of several
 * processes one works and the others pass. A job that fails is logged and comes round as usual.
 */
import type { Pool } from 'pg'

export interface Job {
  name: string
  everyMs: number
  run(): Promise<void>
}

export interface Jobs {
  /** Runs a job soon instead of at its next turn; calls while it waits or runs are one. */
  nudge(name: string): void
  /** Waits for what runs. */
  stop(): Promise<void>
}

const NUDGED_AFTER_MS = 20

/** Starts them; the first turn of each comes after its period. `log` gets one line a failure. */
export function startJobs(options: { pool: Pool; jobs: readonly Job[]; log: (line: string) => void }): Jobs {
  const { pool, jobs, log } = options
  const running = new Map<string, Promise<void>>()
  const nudged = new Map<string, NodeJS.Timeout>()
  let isStopped = false

  const turn = (job: Job): void => {
    if (isStopped || running.has(job.name)) return
    const work = runAlone(pool, job)
      .catch((error: unknown) => {
        if (!isStopped)
          log(`The job ${job.name} failed: ${error instanceof Error ? error.message : String(error)}`)
      })
      .finally(() => running.delete(job.name))
    running.set(job.name, work)
  }
  const timers = jobs.map((job) => setInterval(turn, job.everyMs, job).unref())

  return {
    nudge(name) {
      const job = jobs.find((one) => one.name === name)
      if (!job || isStopped || nudged.has(name)) return
      const after = async () => {
        await running.get(name)
        nudged.delete(name)
        turn(job)
      }
      nudged.set(name, setTimeout(after, NUDGED_AFTER_MS).unref())
    },
    async stop() {
      isStopped = true
      for (const timer of [...timers, ...nudged.values()]) clearTimeout(timer)
      await Promise.all(running.values())
    },
  }
}

/** The lock is the session's, so a process that dies lets go of it. */
async function runAlone(pool: Pool, { name, run }: Job): Promise<void> {
  const client = await pool.connect()
  let isBroken = false
  try {
    const lock = [`tollgate job ${name}`]
    const { rows } = await client.query<{ got: boolean }>(
      'SELECT pg_try_advisory_lock(hashtext($1)) AS got',
      lock,
    )
    if (!rows[0]?.got) return
    try {
      await run()
    } finally {
      await client.query('SELECT pg_advisory_unlock(hashtext($1))', lock).catch(() => {
        isBroken = true
      })
    }
  } finally {
    client.release(isBroken)
  }
}
