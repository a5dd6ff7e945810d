/**
 * Work that comes round again, once among all processes: each job runs under an advisory lock of its own, so of several
 * processes one works and the others pass. A job that fails is logged and comes round as usual.
 */
import type { Locks } from './db/locks.ts'

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

/** Starts them; the first turn of each comes after its period. `log` gets one line a failure. `locks` are closed with them. */
export function startJobs(options: {
  locks: Locks
  jobs: readonly Job[]
  log: (line: string) => void
}): Jobs {
  const { locks, jobs, log } = options
  const running = new Map<string, Promise<unknown>>()
  const nudged = new Map<string, NodeJS.Timeout>()
  let isStopped = false

  const turn = (job: Job): void => {
    if (isStopped || running.has(job.name)) return
    const work = locks
      .alone(`tollgate job ${job.name}`, job.run)
      .catch((error: unknown) => {
        if (isStopped) return
        const why = error instanceof Error ? error.message.trim() : String(error)
        log(`The job ${job.name} failed, and comes round again in ${job.everyMs / 1000} s: ${why}`)
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
      await locks.close()
    },
  }
}
