import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { StartError } from './start-error.ts'

export interface DataDirLock {
  /** Lets the next process in. */
  release(): void
}

const HEARTBEAT_MS = 5_000
/** A holder that cannot be looked at from here (another container on the same volume) is gone after this silence. */
const SILENCE_MS_MAX = 15_000

/**
 * Makes `dataDir` this process's own until it ends: the journal and the embedded database in it have one owner. What a
 * killed process held is taken over at once. Throws StartError while another process lives.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  makeDataDir(dataDir)
  const path = lockOf(dataDir)
  const draft = join(dataDir, `lock.${process.pid}`)
  const holder: Holder = { pid: process.pid, startTicks: startTicks(process.pid), place: thisPlace() }
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  try {
    while (!isLinked(draft, path)) {
      const other = readHolder(path)
      if (other && isHeld(other, path)) {
        throw new StartError(
          `DATA_DIR ${dataDir} is in use by process ${other.pid}: stop it, or set another DATA_DIR`,
        )
      }
      removeStale(path, other)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    release: () => {
      clearInterval(heartbeat)
      if (isSame(readHolder(path), holder)) rmSync(path, { force: true })
    },
  }
}

/** Whether a living process holds `dataDir`. */
export function isDataDirHeld(dataDir: string): boolean {
  const holder = readHolder(lockOf(dataDir))
  return holder !== null && isHeld(holder, lockOf(dataDir))
}

/** The secret kept in `dataDir`, made the first time; every process that asks gets the same one. */
export function generatedSecret(dataDir: string): string {
  makeDataDir(dataDir)
  const path = join(dataDir, 'secret')
  if (!existsSync(path)) {
    const draft = join(dataDir, `secret.${process.pid}`)
    writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
    isLinked(draft, path)
    rmSync(draft, { force: true })
  }
  const secret = readFileSync(path, 'utf8').trim()
  if (secret.length < 32) throw new StartError(`${path} holds less than 32 characters`)
  return secret
}

function makeDataDir(dataDir: string) {
  // Others may pass through root's, since the embedded database runs as another user; what is secret says so itself.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
}

/** A process, told apart from a later one with the same pid. */
interface Holder {
  pid: number
  /** Clock ticks from boot to its start; null where there is no /proc. */
  startTicks: string | null
  /** Machine, boot and pid namespace: only inside one place do pids compare. */
  place: string
}

const lockOf = (dataDir: string) => join(dataDir, 'lock')

// A link appears whole or not at all, and for one process only.
function isLinked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return null
  }
}

// Two processes may find the same dead holder: what is moved away is looked at again, and given back if it is alive.
function removeStale(path: string, stale: Holder | null) {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = readHolder(aside)
  if (moved && !isSame(moved, stale)) isLinked(aside, path)
  rmSync(aside, { force: true })
}

function isSame(a: Holder | null, b: Holder | null): boolean {
  return a?.pid === b?.pid && a?.startTicks === b?.startTicks && a?.place === b?.place
}

function isHeld(holder: Holder, path: string): boolean {
  if (holder.place === thisPlace()) {
    if (holder.startTicks !== null) return startTicks(holder.pid) === holder.startTicks
    if (!isRunning(holder.pid)) return false
  }
  try {
    return Date.now() - statSync(path).mtimeMs < SILENCE_MS_MAX
  } catch {
    return false
  }
}

function thisPlace(): string {
  return [hostname(), textOf('/proc/sys/kernel/random/boot_id'), linkTarget('/proc/self/ns/pid')].join(' ')
}

// Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets, so it is cut off first.
function startTicks(pid: number): string | null {
  const text = textOf(`/proc/${pid}/stat`)
  const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return state === '' || state === 'Z' || state === 'X' ? null : (rest[18] ?? null)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function touch(path: string) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // gone: nothing is left to hold
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
