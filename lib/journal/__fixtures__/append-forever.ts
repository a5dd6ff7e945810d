/**
 * Appends calls as fast as it can and says the id and cost of each once it is appended, until it is killed.
 * Arguments: journal directory, and a database URL when it should flush at the same time.
 */
import { writeSync } from 'node:fs'
import { createDatabase } from '../../db/client.ts'
import { uuidv7 } from '../../ids.ts'
import { sampleBodies, sampleRecord } from '../../testing/calls.ts'
import { openJournal } from '../append.ts'
import { startFlusher } from '../flush.ts'

const [dir, url] = process.argv.slice(2) as [string, string | undefined]
const journal = openJournal({ dir, now: Date.now, log: () => {}, segmentBytesMax: 2_000_000, segmentAgeMsMax: 100 })
if (url) startFlusher({ journal, pool: createDatabase(url).pool, now: Date.now, log: () => {}, intervalMs: 10 })

let count = 0
function appendSome(): void {
  for (let i = 0; i < 20; i++) {
    count += 1
    const record = sampleRecord({ id: uuidv7(Date.now()), cost_nanos: count })
    const request = Buffer.alloc((count * 7919) % 60_000, 'x')
    journal.append(record, count % 3 === 0 ? null : sampleBodies({ request }))
    writeSync(1, `${record.id} ${count}\n`)
  }
  setImmediate(appendSome)
}
appendSome()
