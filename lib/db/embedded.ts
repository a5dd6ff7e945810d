import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import pg from 'pg'
import { StartError } from '../start-error.ts'
import { type Account, childOptions, findBinaries, lookUp, SHARED_HOME } from './binaries.ts'

export interface EmbeddedPostgres {
  url: string
  /** Ends every session, writes a checkpoint and waits until the process is gone. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  dataDir: string
  /** One line a call, for people. */
  log: (line: string) => void
  /** Postgres settings on top of ours, e.g. `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>
}

const SUPERUSER = 'tollgate'
const DATABASE = 'tollgate'
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 15_000
const LOG_BYTES_MAX = 5_000_000

/**
 * A real Postgres of our own under `dataDir`, on a free loopback port, started again when it dies. The first start makes
 * the cluster and a random password; later ones find both. What a killed process left running is stopped first, so the
 * caller must hold `dataDir` (lib/data-dir.ts). As root it runs as the user `postgres`, since Postgres refuses root.
 * Throws StartError when it cannot start. Source: architecture §8, §9.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options)
  } catch (error) {
    if (error instanceof StartError) throw error
    const { message } = error as Error
    throw new StartError(`DATA_DIR ${options.dataDir} cannot hold a database (${message})`, { cause: error })
  }
}

/** The URL of the Postgres that already runs for `dataDir`; null when none does. For tools beside a running gateway. */
export function runningEmbeddedPostgres(dataDir: string): string | null {
  const record = readRecord(resolve(dataDir))
  const postmaster = record && readPostmaster(record.cluster)
  if (!record || !postmaster || !isPostgresOf(postmaster.pid, record.cluster)) return null
  return urlOf(record.password, postmaster.port, DATABASE)
}

/** Stops what runs for `dataDir`, whoever started it. */
export async function stopEmbeddedPostgres(dataDir: string): Promise<void> {
  const record = readRecord(resolve(dataDir))
  if (record) await stopLeftover(record.cluster)
}

async function start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const home = resolve(options.dataDir)
  mkdirSync(home, { recursive: true })
  const place = findPlace(home, options.log)
  const bin = findBinaries(home, place.account, options.log)
  await stopLeftover(place.cluster)
  if (!existsSync(join(place.cluster, 'PG_VERSION'))) initialise(place, bin)
  const server: Server = {
    ...place,
    bin,
    port: await freePort(),
    logFile: join(home, 'postgres.log'),
    log: options.log,
    settings: {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      log_timezone: 'UTC',
      timezone: 'UTC',
      ...options.settings,
    },
  }
  return supervise(server, await launch(server))
}

// ── where it lives, and who runs it ──

interface Place {
  cluster: string
  password: string
  account: Account
}

function findPlace(home: string, log: (line: string) => void): Place {
  const known = readRecord(home)
  if (known) return { ...known, account: accountFor(known.cluster, log) }

  const recordFile = join(home, 'postgres.json')
  const inside = join(home, 'postgres')
  if (existsSync(join(inside, 'PG_VERSION'))) {
    throw new StartError(
      `${recordFile} is missing, and with it the password of the database beside it: restore that file`,
    )
  }
  const account = accountFor(inside, log)
  const password = randomBytes(24).toString('base64url')
  let directory: string | undefined
  if (!canUse(inside, account)) {
    rmSync(inside, { recursive: true, force: true })
    directory = join(SHARED_HOME, randomBytes(6).toString('hex'))
    log(`the user postgres cannot enter ${home}, so the database is kept in ${directory}`)
  }
  writeFileSync(`${recordFile}.new`, `${JSON.stringify({ password, directory })}\n`, { mode: 0o600 })
  renameSync(`${recordFile}.new`, recordFile)
  return { cluster: directory ?? inside, password, account }
}

function readRecord(home: string): { cluster: string; password: string } | null {
  const path = join(home, 'postgres.json')
  if (!existsSync(path)) return null
  const { password, directory } = JSON.parse(readFileSync(path, 'utf8')) as {
    password: string
    directory?: string
  }
  return { password, cluster: directory ?? join(home, 'postgres') }
}

function accountFor(cluster: string, log: (line: string) => void): Account {
  if (process.getuid?.() !== 0) return null
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    const { uid, gid } = statSync(cluster)
    if (uid !== 0) return { uid, gid }
  }
  const known = lookUp('postgres')
  if (known) return known
  const flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']
  if (spawnSync('useradd', flags, { stdio: 'ignore' }).status === 0) {
    log('made a system user postgres, since Postgres refuses to run as root')
  }
  const account = lookUp('postgres') ?? lookUp('nobody')
  if (!account)
    throw new StartError('Postgres refuses to run as root and no other user can be had: set DATABASE_URL')
  return account
}

function canUse(directory: string, account: Account): boolean {
  makeDirectory(directory, account)
  return spawnSync('/bin/sh', ['-c', 'cd "$0" && test -w .', directory], childOptions(account)).status === 0
}

function makeDirectory(path: string, account: Account) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (account) chownSync(path, account.uid, account.gid)
}

// Made aside and renamed, so a start that is killed half-way leaves nothing that looks like a cluster.
function initialise({ cluster, password, account }: Place, bin: string) {
  const fresh = `${cluster}.new`
  const passwordFile = `${cluster}.password`
  rmSync(fresh, { recursive: true, force: true })
  makeDirectory(fresh, account)
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account) chownSync(passwordFile, account.uid, account.gid)
  const flags = [
    '--auth=scram-sha-256',
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
  ]
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const run = spawnSync(join(bin, 'initdb'), ['-D', fresh, ...flags, ...locale], {
    ...childOptions(account),
    encoding: 'utf8',
  })
  rmSync(passwordFile, { force: true })
  if (run.status !== 0)
    throw new StartError(`Postgres could not make its files in ${cluster}: ${lastLine(run.stderr)}`)
  if (existsSync(cluster)) rmdirSync(cluster)
  renameSync(fresh, cluster)
}

// ── what runs already ──

function readPostmaster(cluster: string): { pid: number; port: number } | null {
  const path = join(cluster, 'postmaster.pid')
  if (!existsSync(path)) return null
  const lines = readFileSync(path, 'utf8').split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]) }
}

function isPostgresOf(pid: number, cluster: string): boolean {
  try {
    const command = existsSync('/proc/self/cmdline')
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' })
    return command.includes('postgres') && command.includes(cluster)
  } catch {
    return false
  }
}

async function stopLeftover(cluster: string) {
  const postmaster = readPostmaster(cluster)
  if (!postmaster) return
  if (isPostgresOf(postmaster.pid, cluster)) {
    await stopProcess(postmaster.pid, () => !isPostgresOf(postmaster.pid, cluster))
  } else if (isAlive(postmaster.pid)) {
    // The number was given to another program (a container's numbers start over); Postgres would take it for its own.
    rmSync(join(cluster, 'postmaster.pid'), { force: true })
  }
}

// Fast shutdown first (sessions end, checkpoint), immediate when that takes too long; crash recovery follows then.
async function stopProcess(pid: number, isGone: () => boolean) {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (isGone()) return
    signalTo(pid, signal)
    const deadline = Date.now() + STOP_TIMEOUT_MS
    while (!isGone() && Date.now() < deadline) await after(20)
  }
}

function signalTo(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const isAlive = (pid: number) => signalTo(pid, 0)

// ── running it ──

interface Server extends Place {
  bin: string
  port: number
  logFile: string
  log: (line: string) => void
  settings: Record<string, string>
}

async function launch(server: Server): Promise<ChildProcess> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const from = rotatedSize(server.logFile)
    const child = spawnServer(server)
    const isReady = await untilReady(server, child, deadline)
    if (isReady) return child
    const said = readFileSync(server.logFile, 'utf8').slice(from)
    if (Date.now() > deadline) {
      child.kill('SIGQUIT')
      throw new StartError(
        `Postgres did not start within ${START_TIMEOUT_MS / 1000} s: see ${server.logFile}`,
      )
    }
    if (/could not bind|Address already in use/.test(said)) server.port = await freePort()
    // Backends of a postmaster that was killed need a moment to notice.
    else if (!/pre-existing shared memory block|lock file .* already exists/.test(said)) {
      throw new StartError(`Postgres did not start: ${fatalLine(said)} (${server.logFile})`)
    }
    await after(200)
  }
}

function spawnServer({ bin, cluster, port, account, settings, logFile }: Server): ChildProcess {
  const output = openSync(logFile, 'a', 0o600)
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  // A process group of its own: Ctrl-C reaches us first, and the database is still there to flush into.
  const child = spawn(join(bin, 'postgres'), ['-D', cluster, ...flags], {
    ...childOptions(account),
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  child.unref()
  return child
}

async function untilReady(server: Server, child: ChildProcess, deadline: number): Promise<boolean> {
  let hasFailed = false
  child.once('error', () => {
    hasFailed = true
  })
  while (!hasFailed && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    if (await ensureDatabase(urlOf(server.password, server.port, 'postgres'))) return true
    await after(25)
  }
  return false
}

async function ensureDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function supervise(server: Server, first: ChildProcess): EmbeddedPostgres {
  let child = first
  let isStopping = false
  let pauseMs = 100

  const watch = () => {
    child.once('exit', () => {
      if (!isStopping) void restart()
    })
  }
  const restart = async () => {
    server.log(`Postgres ended unexpectedly and is started again (${server.logFile})`)
    while (!isStopping) {
      try {
        child = await launch(server)
        pauseMs = 100
        if (isStopping) child.kill('SIGINT')
        else watch()
        return
      } catch (error) {
        server.log((error as Error).message)
        await after(pauseMs, undefined, { ref: false })
        pauseMs = Math.min(pauseMs * 2, 10_000)
      }
    }
  }
  // Whatever ends this process in order ends the database too; only a kill leaves it, for the next start to stop.
  const onExit = () => child.kill('SIGINT')
  process.once('exit', onExit)
  watch()

  return {
    url: urlOf(server.password, server.port, DATABASE),
    stop: async () => {
      isStopping = true
      process.removeListener('exit', onExit)
      const { pid } = child
      if (pid !== undefined)
        await stopProcess(pid, () => child.exitCode !== null || child.signalCode !== null)
    },
  }
}

function urlOf(password: string, port: number, database: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function rotatedSize(logFile: string): number {
  if (!existsSync(logFile)) return 0
  const { size } = statSync(logFile)
  if (size <= LOG_BYTES_MAX) return size
  renameSync(logFile, `${logFile}.old`)
  return 0
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''

const fatalLine = (text: string) => text.split('\n').find((line) => line.includes('FATAL')) ?? lastLine(text)
