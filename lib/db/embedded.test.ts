import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type EmbeddedPostgres,
  runningEmbeddedPostgres,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
} from './embedded.ts'

let made: string
let dataDir: string
let lines: string[] = []
// Making a cluster takes most of a first start, so all but one test start from a copy of one.
beforeAll(async () => {
  made = emptyFolder()
  dataDir = made
  await (await start()).stop()
})
afterAll(() => rmSync(made, { recursive: true, force: true }))
beforeEach(() => {
  dataDir = emptyFolder()
  execFileSync('cp', ['-a', `${made}/.`, dataDir])
  lines = []
})
afterEach(async () => {
  await stopEmbeddedPostgres(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
})

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-embedded-'))
  // When root runs the tests, the user postgres has to pass through.
  chmodSync(folder, 0o711)
  return folder
}

const start = () =>
  startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line), settings: { fsync: 'off' } })

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

const postmasterPid = () =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

// A process of its own that starts Postgres for `dataDir` and then waits to be killed.
async function otherProcess(): Promise<{ child: ChildProcess; url: string }> {
  const program = `import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}
    const { url } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: () => {} })
    console.log(url)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout!, 'data')
  return { child, url: String(said).trim() }
}

describe('a start', () => {
  test('finds what an earlier one left, with the same password and nobody else allowed in', async () => {
    const first = await start()
    await ask(first.url, `CREATE TABLE kept AS SELECT 42 AS answer`)
    await first.stop()
    const second = await start()
    expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    expect(new URL(second.url).password).toBe(new URL(first.url).password)
    const stranger = new URL(second.url)
    stranger.password = 'guess'
    await expect(ask(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600)
    await second.stop()
  })

  test('stops what a killed process left running, and loses nothing of it', async () => {
    const { child, url } = await otherProcess()
    await ask(url, `CREATE TABLE kept AS SELECT 42 AS answer`)
    const orphan = postmasterPid()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(runningEmbeddedPostgres(dataDir)).toBe(url)
    const mine = await start()
    expect(postmasterPid()).not.toBe(orphan)
    expect(await ask(mine.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await mine.stop()
  })

  test('recovers when both were killed', async () => {
    const { child, url } = await otherProcess()
    await ask(url, `CREATE TABLE kept AS SELECT 42 AS answer`)
    child.kill('SIGKILL')
    process.kill(postmasterPid(), 'SIGKILL')
    await once(child, 'exit')
    const mine = await start()
    expect(await ask(mine.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await mine.stop()
  })

  test('is not misled by a pid that another program has now', async () => {
    const first = await start()
    await first.stop()
    const pidFile = `${process.pid}\n${join(dataDir, 'postgres')}\n1\n1\n\n127.0.0.1\n`
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), pidFile)
    const second = await start()
    expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await second.stop()
  })

  test('killed in the middle of the first one does not spoil the next', async () => {
    rmSync(join(dataDir, 'postgres'), { recursive: true })
    mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true })
    const mine = await start()
    expect(await ask(mine.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await mine.stop()
  })

  test('says so when the password is gone', async () => {
    const first = await start()
    await first.stop()
    rmSync(join(dataDir, 'postgres.json'))
    await expect(start()).rejects.toThrow(/postgres\.json is missing/)
  })
})

describe('while it runs', () => {
  test('a Postgres that dies is started again under the same URL', async () => {
    const mine = await start()
    await ask(mine.url, `CREATE TABLE kept AS SELECT 42 AS answer`)
    process.kill(postmasterPid(), 'SIGKILL')
    await vi.waitFor(
      async () => expect(await ask(mine.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]),
      {
        timeout: 20_000,
        interval: 100,
      },
    )
    expect(lines.some((line) => line.startsWith('Postgres ended unexpectedly'))).toBe(true)
    await mine.stop()
  }, 30_000)

  test('tools find its URL, and none once it is stopped', async () => {
    expect(runningEmbeddedPostgres(dataDir)).toBeNull()
    const mine = await start()
    expect(runningEmbeddedPostgres(dataDir)).toBe(mine.url)
    await mine.stop()
    expect(runningEmbeddedPostgres(dataDir)).toBeNull()
  })

  test('a stop ends it whoever is connected, and takes the lock file away', async () => {
    const mine: EmbeddedPostgres = await start()
    const client = new pg.Client({ connectionString: mine.url })
    client.on('error', () => {})
    await client.connect()
    await mine.stop()
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
    await client.end().catch(() => {})
  })
})
