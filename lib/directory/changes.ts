import type { Pool } from 'pg'
import { listen } from '../db/client.ts'

const POLL_MS = 1_000
const KEEP_MINUTES = 60

/**
 * Tells `onChange` of every row that changed, whoever changed it: by NOTIFY at once, and by a poll every second as the
 * net below it. The poll goes by transaction id, so a change that committed late is never skipped; a change may be told
 * twice. Source: architecture §4.
 */
export function watchChanges(options: {
  pool: Pool
  directUrl: string
  onChange: (relation: string, rowId: string) => void
  log: (line: string) => void
}): { ready: Promise<void>; close(): Promise<void> } {
  const { pool, directUrl, onChange, log } = options
  let horizon: string | null = null
  let isClosed = false
  let isPolling = false
  let pollsSincePrune = 0

  const listener = listen(
    directUrl,
    'tollgate_changes',
    (payload) => {
      const [relation, rowId] = payload.split(':')
      if (relation) onChange(relation, rowId ?? '')
    },
    () => log('The change feed lost its connection; polling goes on.'),
    () => log('The change feed is back.'),
  )

  const poll = async () => {
    if (isPolling || isClosed) return
    isPolling = true
    try {
      const { rows: now } = await pool.query<{ xmin: string }>(
        'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin',
      )
      if (horizon !== null) {
        const { rows } = await pool.query<{ relation: string; row_id: string }>(
          'SELECT relation, row_id FROM change_events WHERE xid >= $1::bigint',
          [horizon],
        )
        for (const { relation, row_id } of rows) onChange(relation, row_id)
      }
      horizon = now[0]?.xmin ?? horizon
      if (++pollsSincePrune >= KEEP_MINUTES * 10) {
        pollsSincePrune = 0
        await pool.query(`DELETE FROM change_events WHERE at < now() - interval '${KEEP_MINUTES} minutes'`)
      }
    } catch {
      // Postgres is away; the horizon stays, so nothing is missed when it is back.
    } finally {
      isPolling = false
    }
  }
  const timer = setInterval(poll, POLL_MS)
  timer.unref()

  return {
    ready: Promise.all([listener.ready, poll()]).then(() => {}),
    async close() {
      isClosed = true
      clearInterval(timer)
      await listener.close()
    },
  }
}
