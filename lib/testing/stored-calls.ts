import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { openJournal } from '../journal/append.ts'
import { startFlusher } from '../journal/flush.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'

/** Puts calls where a running gateway would have put them: rows, bodies and roll-ups, by way of a journal. */
export async function storeCalls(
  pool: Pool,
  calls: readonly { record: CallRecord; bodies?: CallBodies | null }[],
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'tollgate-calls-'))
  const refused: string[] = []
  const log = (message: string, details?: Record<string, unknown>) =>
    refused.push(`${message} ${JSON.stringify(details)}`)
  const journal = openJournal({ dir, now: Date.now, log })
  const flusher = startFlusher({ journal, pool, now: Date.now, log, intervalMs: 1_000_000 })
  for (const { record, bodies = null } of calls) journal.append(record, bodies)
  await flusher.flushNow()
  const { counts } = flusher.status()
  journal.close()
  await flusher.stop()
  rmSync(dir, { recursive: true, force: true })
  if (counts.stored !== calls.length)
    throw new Error(`${counts.stored} of ${calls.length} calls stored: ${refused}`)
}
