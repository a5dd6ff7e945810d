import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const OWNER_FILE = 'owner.json'
/** A process that cannot be looked at from here (another container on the same volume) is dead after this silence. */
const SILENCE_MS_MAX = 15_000

/** Who writes in a journal directory, told apart from a later process with the same pid. */
interface Owner {
  pid: number
  /** Clock ticks from boot to the start of the process; null where /proc is absent. */
  startTicks: string | null
  /** Machine, boot and pid namespace: only inside the same place do pids compare. */
  place: string
}

/** Path of the file whose age says when the owner was last alive. */
export const ownerPath = (directory: string) => join(directory, OWNER_FILE)

/**
 * Makes a directory under `root` that this process owns and returns its path and the token that makes its segment
 * names unique. It appears whole or not at all, so no other process ever sees it without its owner.
 */
export function claimDirectory(root: string): { directory: string; token: string } {
  const token = `${process.pid}-${randomBytes(4).toString('hex')}`
  const directory = join(root, token)
  const draft = join(root, `.${token}`)
  writeOwner(draft)
  renameSync(draft, directory)
  return { directory, token }
}

/** Marks a directory as this process's. */
export function writeOwner(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const owner: Owner = { pid: process.pid, startTicks: startTicks(process.pid), place: thisPlace() }
  writeFileSync(ownerPath(directory), JSON.stringify(owner), { mode: 0o600 })
}

/** Gives a directory up: from now on any process may take its segments over. */
export async function releaseDirectory(directory: string): Promise<void> {
  await rm(ownerPath(directory), { force: true })
  await rmdir(directory).catch(() => {})
}

/**
 * Moves every file left behind by dead processes under `root` into `own`, and returns how many. Two processes may do
 * this at once: each file goes to one of them. `nowMs` is compared with file times.
 */
export async function takeOver(root: string, own: string, nowMs: number): Promise<number> {
  let moved = 0
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const directory = join(root, entry.name)
    if (!entry.isDirectory() || entry.name.startsWith('.') || directory === own) continue
    if (await isAlive(directory, nowMs)) continue
    for (const file of await readdir(directory).catch(() => [])) {
      if (file === OWNER_FILE) continue
      const isMoved = await rename(join(directory, file), join(own, file)).then(
        () => true,
        () => false,
      )
      if (isMoved) moved += 1
    }
    await releaseDirectory(directory)
  }
  return moved
}

async function isAlive(directory: string, nowMs: number): Promise<boolean> {
  let owner: Owner
  try {
    owner = JSON.parse(await readFile(ownerPath(directory), 'utf8')) as Owner
  } catch {
    return false
  }
  if (owner.place === thisPlace()) {
    if (owner.startTicks !== null) return startTicks(owner.pid) === owner.startTicks
    if (!isRunning(owner.pid)) return false
  }
  const seen = await stat(ownerPath(directory)).catch(() => null)
  return seen !== null && nowMs - seen.mtimeMs < SILENCE_MS_MAX
}

function thisPlace(): string {
  return [hostname(), readOr('/proc/sys/kernel/random/boot_id'), linkOr('/proc/self/ns/pid')].join(' ')
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets, so it is cut off first. */
function startTicks(pid: number): string | null {
  const text = readOr(`/proc/${pid}/stat`)
  const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return state === undefined || state === 'Z' || state === 'X' ? null : (rest[18] ?? null)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function linkOr(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
