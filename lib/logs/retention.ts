import type { Pool } from 'pg'

const EVERY_MS = 60 * 60 * 1000

/**
 * Frees what has outlived its retention, at the start and every hour: whole partitions of rows and of bodies, nothing
 * row by row. A failure is said and tried again an hour later. Source: architecture §6, admin-contract §7.8.
 */
export function keepRetention({ pool, log }: { pool: Pool; log: (line: string) => void }): { stop(): void } {
  const drop = () =>
    pool
      .query('SELECT drop_log_partitions(now())')
      .catch((error: Error) => log(`Old log partitions could not be dropped: ${error.message}`))
  void drop()
  const timer = setInterval(drop, EVERY_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
