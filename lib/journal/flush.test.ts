import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bucketOf, TALLY, WHOLE } from '../analytics/sketch.ts'
import { createDatabase } from '../db/client.ts'
import { uuidTimeMs, uuidv7 } from '../ids.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'
import { sampleBodies, sampleRecord } from '../testing/calls.ts'
import { type TestDatabase, testDatabase } from '../testing/postgres.ts'
import { type OpenJournal, openJournal } from './append.ts'
import { type Flusher, startFlusher } from './flush.ts'
import { readFrame } from './frame.ts'

const DAY_MS = 86_400_000
const FIXTURE = join(import.meta.dirname, '__fixtures__/append-forever.ts')

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const ended: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

function newDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tollgate-journal-'))
  ended.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

interface Opened {
  dir: string
  journal: OpenJournal
  flusher: Flusher
  log: string[]
}

/** A journal and its flusher; the flusher's own timer is out of the way, tests say when. */
function opened(options: { dir?: string; pool?: Pool; now?: () => number } = {}): Opened {
  const { dir = newDirectory(), pool = database.pool, now = Date.now } = options
  const log: string[] = []
  const note = (message: string, details?: Record<string, unknown>) =>
    log.push(`${message} ${JSON.stringify(details ?? {})}`)
  const journal = openJournal({ dir, now, log: note })
  const flusher = startFlusher({ journal, pool, now, log: note, intervalMs: 1_000_000 })
  ended.push(async () => {
    journal.close()
    await flusher.stop()
  })
  return { dir, journal, flusher, log }
}

/** A call of a workspace of its own, so that tests do not see each other's. */
const workspaceId = () => uuidv7(Date.now())
const call = (workspace: string, fields: Partial<CallRecord> = {}) =>
  sampleRecord({ workspace_id: workspace, ...fields })

const rowsOf = async (workspace: string) =>
  (await database.pool.query('SELECT * FROM request_logs WHERE workspace_id = $1 ORDER BY id', [workspace]))
    .rows
const rollup = async (table: string, workspace: string) =>
  (
    await database.pool.query(
      `SELECT * FROM ${table} WHERE workspace_id = $1 AND status <> 0 ORDER BY at, status`,
      [workspace],
    )
  ).rows

describe('what was appended', () => {
  test('is a row with every field as recorded', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const record = call(workspace, {
      metadata: { team: 'a"b\\c', κ: '🙂' },
      ttft_ms: null,
      cost_nanos: 9_007_199_254_740_991,
    })
    journal.append(record, null)
    await flusher.flushNow()
    const [row] = await rowsOf(workspace)
    const wire = { ...row, cost_nanos: Number(row.cost_nanos), created_at: row.created_at.toISOString() }
    expect(wire).toEqual(record)
  })

  test('keeps its row when a duration has a fraction or a count passes what a column holds', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    journal.append(call(workspace, { response_ms: 12.6, overhead_us: 0.4, response_bytes: 9e12 }), null)
    await flusher.flushNow()
    const [row] = await rowsOf(workspace)
    expect([row.response_ms, row.overhead_us, row.response_bytes]).toEqual([13, 0, 2_147_483_647])
  })

  test('of no workspace is a row of the nil one', async () => {
    const { journal, flusher } = opened()
    const record = call('')
    journal.append(record, sampleBodies())
    await flusher.flushNow()
    const { rows } = await database.pool.query(
      'SELECT l.workspace_id AS row, b.workspace_id AS bodies FROM request_logs l JOIN request_bodies b USING (id) WHERE id = $1',
      [record.id],
    )
    const nil = '00000000-0000-0000-0000-000000000000'
    expect(rows).toEqual([{ row: nil, bodies: nil }])
  })

  test('has its bodies beside it, compressed, however large', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const bodies: CallBodies[] = [
      sampleBodies(),
      sampleBodies({ request: Buffer.alloc(0), response: null }),
      sampleBodies({ request: Buffer.alloc(120_000, 'tokens '), finalRequest: Buffer.alloc(1_025, 'é') }),
      sampleBodies({
        request: Buffer.alloc(9_000_000, 'long '),
        originalResponse: Buffer.from([0, 255, 10]),
      }),
    ]
    const ids = bodies.map((body) => {
      const record = call(workspace, { has_bodies: true })
      journal.append(record, body)
      return record.id
    })
    await flusher.flushNow()
    for (const [i, id] of ids.entries()) {
      const { rows } = await database.pool.query('SELECT * FROM request_bodies WHERE id = $1', [id])
      const [row] = rows
      const body = bodies[i] as CallBodies
      const isSame = (stored: Buffer | null, sent: Buffer | null) =>
        stored === null || sent === null ? stored === sent : brotliDecompressSync(stored).equals(sent)
      expect(rows).toHaveLength(1)
      expect([row.workspace_id, row.retention_days, row.head]).toEqual([workspace, 30, body.head])
      expect(isSame(row.request, body.request)).toBe(true)
      expect(isSame(row.response, body.response)).toBe(true)
      expect(isSame(row.final_request, body.finalRequest)).toBe(true)
      expect(isSame(row.original_response, body.originalResponse)).toBe(true)
    }
  })

  test('is counted by minute, hour and day, with latency that can be merged', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000 - DAY_MS
    const at = [hour, hour + 59_999, hour + 60_000, hour + 3_600_000]
    for (const [i, ms] of at.entries()) {
      journal.append(
        call(workspace, { id: uuidv7(ms), response_ms: 100 + 10 * i, is_stream: i === 0, cost_nanos: 7 }),
        null,
      )
    }
    journal.append(
      call(workspace, {
        id: uuidv7(hour),
        status: 500,
        is_success: false,
        refusal: 'internal_error',
        cost_nanos: null,
        is_unpriced: true,
      }),
      null,
    )
    await flusher.flushNow()
    journal.append(call(workspace, { id: uuidv7(hour), response_ms: 100, cost_nanos: 7 }), null)
    await flusher.flushNow()

    const minutes = await rollup('rollup_minutes', workspace)
    expect(minutes.map((row) => [row.at.getTime(), row.status, Number(row.requests)])).toEqual([
      [hour, 200, 3],
      [hour, 500, 1],
      [hour + 60_000, 200, 1],
      [hour + 3_600_000, 200, 1],
    ])
    const [first, failed] = minutes
    expect(first.latency).toEqual({
      [TALLY.response + bucketOf(100)]: 2,
      [TALLY.response + bucketOf(110)]: 1,
      [TALLY.overhead + bucketOf(350)]: 3,
      [TALLY.firstByte + bucketOf(100)]: 1,
    })
    expect([failed.errors, failed.unpriced, failed.cost_nanos, failed.latency[TALLY.gateway]]).toEqual([
      '1',
      '1',
      '0',
      1,
    ])
    const hours = await rollup('rollup_hours', workspace)
    expect(hours.map((row) => [row.at.getTime(), row.status, row.requests, row.cost_nanos])).toEqual([
      [hour, 200, '4', '28'],
      [hour, 500, '1', '0'],
      [hour + 3_600_000, 200, '1', '7'],
    ])
    const days = await rollup('rollup_days', workspace)
    const total = days.reduce((sum, row) => sum + Number(row.requests), 0)
    expect(total).toBe(6)
    expect(new Set(days.map((row) => row.at.getTime() % DAY_MS))).toEqual(new Set([0]))
  })

  test('has one row a span that stands for the whole workspace, and adds nothing to sums over rows', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const at = Math.floor(Date.now() / 3_600_000) * 3_600_000 - DAY_MS
    const id = () => uuidv7(at)
    journal.append(call(workspace, { id: id(), cost_nanos: 7, ai_model: 'a', response_ms: 100 }), null)
    journal.append(call(workspace, { id: id(), cost_nanos: 8, ai_model: 'b', response_ms: 100 }), null)
    await flusher.flushNow()
    journal.append(call(workspace, { id: id(), status: 429, cost_nanos: 0, response_ms: 1 }), null)
    await flusher.flushNow()
    for (const table of ['rollup_minutes', 'rollup_hours', 'rollup_days']) {
      const { rows } = await database.pool.query(`SELECT * FROM ${table} WHERE workspace_id = $1`, [
        workspace,
      ])
      expect(rows.reduce((sum, row) => sum + Number(row.requests), 0)).toBe(3)
      const [whole, ...others] = rows.filter((row) => row.status === WHOLE.status)
      expect(others).toEqual([])
      expect([whole.api_key_id, whole.requests, whole.cost_nanos]).toEqual([WHOLE.apiKeyId, '0', '0'])
      expect(whole.latency).toMatchObject({
        '#requests': 3,
        '#errors': 1,
        '#caller_errors': 1,
        '#cost_nanos': 15,
        '#response_ms': 201,
        [TALLY.response + bucketOf(100)]: 2,
        [TALLY.response + bucketOf(1)]: 1,
      })
    }
  })

  test('counts latency in the same buckets as the code that reads them', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const values = Array.from({ length: 300 }, (_, i) => Math.floor(1.055 ** i) % 2_000_000)
    const expected: Record<string, number> = {}
    for (const value of values) {
      journal.append(call(workspace, { response_ms: value, overhead_us: 1 }), null)
      const key = TALLY.response + bucketOf(value)
      expected[key] = (expected[key] ?? 0) + 1
    }
    await flusher.flushNow()
    const merged: Record<string, number> = {}
    for (const row of await rollup('rollup_days', workspace)) {
      for (const [key, count] of Object.entries(row.latency)) merged[key] = (merged[key] ?? 0) + Number(count)
    }
    delete merged[TALLY.overhead + bucketOf(1)]
    expect(merged).toEqual(expected)
  })

  test('says when its key was last used, and a deleted key does not hold anything up', async () => {
    const { journal, flusher } = opened()
    const [workspace, organisation, key] = [workspaceId(), workspaceId(), workspaceId()]
    await database.pool.query(
      `INSERT INTO organisations (id, slug, name, last_updated_at) VALUES ($1, $2, 'o', now())`,
      [organisation, organisation],
    )
    await database.pool.query(
      `INSERT INTO api_keys (id, organisation_id, type, name, mask, last_updated_at)
       VALUES ($1, $2, 'organisation-service', 'k', 'tg_a…', now())`,
      [key, organisation],
    )
    const last = Date.now() - 1_000
    journal.append(call(workspace, { id: uuidv7(last), api_key_id: key }), null)
    journal.append(call(workspace, { id: uuidv7(last - 5_000), api_key_id: key }), null)
    journal.append(call(workspace, { api_key_id: workspaceId() }), null)
    await flusher.flushNow()
    const { rows } = await database.pool.query(
      'SELECT last_used_at FROM api_key_uses WHERE api_key_id = $1',
      [key],
    )
    expect(rows.map((row) => row.last_used_at.getTime())).toEqual([last])
    expect(await rowsOf(workspace)).toHaveLength(3)
  })
})

describe('a replay', () => {
  test('of everything, as after a crash before the trim, changes no row and no sum', async () => {
    const { dir, journal, flusher } = opened()
    const workspace = workspaceId()
    for (let i = 0; i < 50; i++)
      journal.append(call(workspace, { cost_nanos: 3 }), i % 2 ? sampleBodies() : null)
    await flusher.flushNow()
    const [segment] = readdirSync(journal.directory).filter((name) => name.endsWith('.journal'))
    const left = join(dir, 'left-behind')
    mkdirSync(left)
    copyFileSync(join(journal.directory, segment as string), join(left, `0-elsewhere-${segment}`))

    const second = opened({ dir })
    await second.flusher.flushNow()
    expect(second.flusher.status().counts).toMatchObject({ stored: 0, repeated: 50, takenOver: 1 })
    expect(await rowsOf(workspace)).toHaveLength(50)
    for (const table of ['rollup_minutes', 'rollup_hours', 'rollup_days']) {
      const rows = await rollup(table, workspace)
      expect(rows.reduce((sum, row) => sum + Number(row.requests), 0)).toBe(50)
      expect(rows.reduce((sum, row) => sum + Number(row.cost_nanos), 0)).toBe(150)
    }
  })

  test('after a commit whose answer was lost counts once', async () => {
    const workspace = workspaceId()
    let losses = 1
    const flaky = {
      connect: async () => {
        const client = await database.pool.connect()
        const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
        const losing = async (...args: unknown[]) => {
          const answer = await query(...args)
          if (String(args[0]).includes('INSERT INTO request_logs') && losses-- > 0)
            throw Object.assign(new Error('Connection terminated'), { code: '08006' })
          return answer
        }
        const [on, off] = [client.on.bind(client), client.off.bind(client)]
        return { query: losing, on, off, release: (isBroken: boolean) => client.release(isBroken) }
      },
    } as unknown as Pool
    const { journal, flusher } = opened({ pool: flaky })
    journal.append(call(workspace, { cost_nanos: 5 }), sampleBodies())
    await expect(flusher.flushNow()).rejects.toThrow('Connection terminated')
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(1)
    expect((await rollup('rollup_days', workspace)).map((row) => [row.requests, row.cost_nanos])).toEqual([
      ['1', '5'],
    ])
  })
})

describe('a flushed segment', () => {
  test('is removed once it is sealed, and a clean stop leaves nothing', async () => {
    const { dir, journal, flusher } = opened()
    for (let i = 0; i < 10; i++) journal.append(call(workspaceId()), sampleBodies())
    journal.close()
    await flusher.stop()
    expect(readdirSync(dir)).toEqual([])
    expect(() => journal.append(call(workspaceId()), null)).toThrow('shutting down')
  })

  test('that is still being written is not read twice', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    for (let i = 0; i < 5; i++) {
      journal.append(call(workspace), null)
      await flusher.flushNow()
    }
    expect(flusher.status()).toMatchObject({
      pendingBytes: 0,
      oldestPendingMs: 0,
      isBehind: false,
      lastError: null,
    })
    expect(flusher.status().counts).toMatchObject({ stored: 5, repeated: 0 })
  })
})

describe('a record Postgres refuses', () => {
  test('is put aside whole while all around it are stored', async () => {
    const { dir, journal, flusher, log } = opened()
    const workspace = workspaceId()
    const bad = call(workspace, { organisation_id: 'not an id' })
    for (let i = 0; i < 30; i++)
      journal.append(i === 11 ? bad : call(workspace), i % 3 ? null : sampleBodies())
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(29)
    expect(flusher.status().counts).toMatchObject({ stored: 29, rejected: 1 })
    const [file] = readdirSync(dir).filter((name) => name.startsWith('rejected-'))
    const read = readFrame(readFileSync(join(dir, file as string)), 0)
    expect(read.kind === 'frame' && JSON.parse(String(read.frame.parts()[0]))).toEqual(bad)
    expect(log.some((line) => line.includes('put aside') && line.includes(bad.id))).toBe(true)
    journal.append(call(workspace), null)
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(30)
  })

  test('for its bodies alone still has its row', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const record = call(workspace, { has_bodies: true, cost_nanos: 77 })
    journal.append(record, sampleBodies({ head: '{"nul":"\0"}' }))
    await flusher.flushNow()
    expect((await rowsOf(workspace)).map((row) => row.cost_nanos)).toEqual(['77'])
    expect(flusher.status().counts).toMatchObject({ stored: 1, rejected: 1 })
  })
})

describe('retention', () => {
  test('drops and counts a record that outlived it, and makes no partition for its day', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const old = Date.now() - 400 * DAY_MS
    journal.append(call(workspace, { id: uuidv7(old) }), null)
    journal.append(call(workspace), null)
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(1)
    expect(flusher.status().counts).toMatchObject({ stored: 1, expired: 1 })
    const day = new Date(old).toISOString().slice(0, 10).replaceAll('-', '')
    const { rows } = await database.pool.query(`SELECT to_regclass('request_logs_${day}') AS name`)
    expect(rows[0].name).toBeNull()
  })

  test('keeps a row whose bodies outlived theirs', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    const record = call(workspace, {
      id: uuidv7(Date.now() - 10 * DAY_MS),
      has_bodies: true,
      bodies_retention_days: 7,
    })
    journal.append(record, sampleBodies())
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(1)
    const { rows } = await database.pool.query('SELECT id FROM request_bodies WHERE id = $1', [record.id])
    expect(rows).toEqual([])
  })

  test('dropping a partition under a running flusher loses no record that is still due', async () => {
    const { journal, flusher } = opened()
    const workspace = workspaceId()
    journal.append(call(workspace, { retention_days: 180 }), null)
    await flusher.flushNow()
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    await database.pool.query(`DROP TABLE request_logs_${day}_180`)
    journal.append(call(workspace, { retention_days: 180 }), null)
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(1)
    expect(flusher.status().counts.rejected).toBe(0)
  })
})

describe('while Postgres is away', () => {
  test('records wait, the status says how long, and all arrive once when it is back', async () => {
    const gate = await openGate(database.url)
    const away = createDatabase(gate.url)
    ended.push(() => away.close(), gate.close)
    let time = Date.now()
    const { journal, flusher, log } = opened({ pool: away.pool, now: () => time })
    const workspace = workspaceId()
    journal.append(call(workspace, { id: uuidv7(time) }), sampleBodies())
    expect(flusher.status()).toMatchObject({ isBehind: false, lastFlushAt: null })
    time += 6_000
    expect(flusher.status()).toMatchObject({ isBehind: true, oldestPendingMs: 6_000 })
    await flusher.flushNow()

    await gate.shut()
    for (let i = 0; i < 100; i++) journal.append(call(workspace, { id: uuidv7(time) }), sampleBodies())
    await expect(flusher.flushNow()).rejects.toThrow()
    time += 60_000
    await expect(flusher.flushNow()).rejects.toThrow()
    const status = flusher.status()
    expect(status.isBehind).toBe(true)
    expect(status.pendingBytes).toBeGreaterThan(100_000)
    expect(status.oldestPendingMs).toBeGreaterThanOrEqual(60_000)
    expect(status.lastError).toBeTruthy()
    expect(log.filter((line) => line.includes('records wait'))).toHaveLength(1)

    await gate.open()
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(101)
    expect(flusher.status()).toMatchObject({ isBehind: false, pendingBytes: 0, lastError: null })
    expect((await rollup('rollup_days', workspace)).map((row) => row.requests)).toEqual(['101'])
  })
})

test('a connection that breaks between two statements ends no process', async () => {
  const breaking = {
    connect: async () => {
      const client = await database.pool.connect()
      setImmediate(() => client.emit('error', new Error('Connection terminated unexpectedly')))
      return client
    },
  } as unknown as Pool
  const { journal, flusher } = opened({ pool: breaking })
  const workspace = workspaceId()
  journal.append(call(workspace), sampleBodies())
  await flusher.flushNow().catch(() => flusher.flushNow())
  expect(await rowsOf(workspace)).toHaveLength(1)
})

describe('a process that died', () => {
  test('with a torn tail leaves everything before the tear', async () => {
    const dir = newDirectory()
    const workspace = workspaceId()
    const dead = openJournal({ dir, now: Date.now, log: () => {} })
    for (let i = 0; i < 7; i++) dead.append(call(workspace), sampleBodies())
    const { name, bytes } = dead.live() as { name: string; bytes: number }
    dead.close()
    const path = join(dead.directory, name)
    appendFileSync(path, readFileSync(path).subarray(0, Math.floor(bytes / 7) - 3))
    die(dead)

    const { flusher, log } = opened({ dir })
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(7)
    expect(flusher.status()).toMatchObject({
      pendingBytes: 0,
      counts: { stored: 7, damaged: 1, takenOver: 1 },
    })
    expect(log.some((line) => line.includes('unreadable records were skipped'))).toBe(true)
    expect(readdirSync(dir)).toHaveLength(1)
  })

  test('is told from a living one and from a later one with its pid', async () => {
    const dir = newDirectory()
    const workspace = workspaceId()
    const living = openJournal({ dir, now: Date.now, log: () => {} })
    ended.push(() => living.close())
    living.append(call(workspace), null)
    const { flusher } = opened({ dir })
    await flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(0)
    die(living)
    const later = opened({ dir })
    await later.flusher.flushNow()
    expect(await rowsOf(workspace)).toHaveLength(1)
  })

  test.each([
    ['appending', false],
    ['appending and flushing', true],
  ])(
    'by kill -9 while %s: every call that was answered is one row at its own cost',
    { timeout: 60_000 },
    async (_, isFlushing) => {
      const fresh = await testDatabase()
      ended.push(() => fresh.drop())
      const dir = newDirectory()
      const answered = new Map<string, number>()
      for (const [round, lines] of [50, 333, 900].entries()) {
        const child = startChild(isFlushing && round !== 1 ? [dir, fresh.url] : [dir])
        for (const [id, cost] of await killAfter(child, lines)) answered.set(id, cost)
      }
      const { flusher } = opened({ dir, pool: fresh.pool })
      await flusher.flushNow()

      const { rows } = await fresh.pool.query('SELECT id, cost_nanos, created_at FROM request_logs')
      const stored = new Map(rows.map((row) => [row.id, Number(row.cost_nanos)]))
      expect(stored.size).toBe(rows.length)
      for (const [id, cost] of answered) expect(stored.get(id)).toBe(cost)
      // Beside them only the call that was between its append and its word, once a kill.
      expect(stored.size - answered.size).toBeLessThanOrEqual(3)
      const sums = await fresh.pool.query(
        'SELECT sum(requests) AS requests, sum(cost_nanos) AS cost FROM rollup_hours',
      )
      expect(Number(sums.rows[0].requests)).toBe(stored.size)
      expect(Number(sums.rows[0].cost)).toBe([...stored.values()].reduce((a, b) => a + b, 0))
      expect(rows.every((row) => row.created_at.getTime() === uuidTimeMs(row.id))).toBe(true)
    },
  )
})

/** Makes a journal of this process look like that of an earlier process with the same pid. */
function die(journal: OpenJournal): void {
  const path = join(journal.directory, 'owner.json')
  const owner = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...owner, startTicks: '1' }))
}

function startChild(args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', FIXTURE, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Kills the child once it said `lines` lines; resolves with every whole line it said until it was gone. */
function killAfter(child: ChildProcess, lines: number): Promise<[string, number][]> {
  return new Promise((done) => {
    let text = ''
    let seen = 0
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      seen += chunk.split('\n').length - 1
      if (seen >= lines) child.kill('SIGKILL')
    })
    child.on('close', () => {
      const whole = text.slice(0, text.lastIndexOf('\n')).split('\n')
      done(whole.map((line) => [line.split(' ')[0] as string, Number(line.split(' ')[1])]))
    })
  })
}

/** A TCP door in front of Postgres that can be shut: connections break and new ones are refused. */
async function openGate(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let isOpen = true
  const server = createServer((near) => {
    if (!isOpen) return void near.resetAndDestroy()
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = new URL(target)
  url.host = `127.0.0.1:${(server.address() as { port: number }).port}`
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    shut: async () => {
      isOpen = false
      cut()
    },
    open: async () => {
      isOpen = true
    },
    close: () => {
      cut()
      return new Promise((done) => server.close(done))
    },
  }
}
