// What every command needs before it can do its work, with nothing but Node: packages, the generated Prisma client, a
// build that is as new as the sources. Each step is skipped when its result is there already.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const at = (...parts) => join(root, ...parts)

const PROGRESS_MS = 10_000

/** Ends the process with one line when Node is too old for the packages. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  process.stderr.write(`tollgate needs Node 20.19 or newer, and this is ${process.versions.node}\n`)
  process.exit(1)
}

/** Installs the packages of the lockfile unless node_modules holds them all. */
export async function ensureInstalled() {
  if (isInstalled()) return
  // Types and the bundler are development packages, and a start builds.
  const ci = ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error']
  const { npm_execpath: npm } = process.env
  if (npm) await step('Installing packages', process.execPath, [npm, ...ci])
  else await step('Installing packages', 'npm', ci)
}

/** Makes the Prisma client from prisma/schema.prisma unless it is there and as new. */
export async function ensureGenerated() {
  const stamp = at('lib/db/generated/.stamp')
  const wanted = hashOf(['prisma/schema.prisma', 'package-lock.json'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  // Generating needs no schema engine, but asks for one to download unless it is told of some program.
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1' }
  await step('Generating the database client', process.execPath, [bin('prisma', 'prisma'), 'generate'], env)
  writeFileSync(stamp, wanted)
}

/** Builds the console and the server unless dist/ holds a build of exactly these sources. */
export async function ensureBuilt() {
  const stamp = at('dist/.stamp')
  const isWhole = existsSync(at('dist/server.js')) && existsSync(at('.next/BUILD_ID'))
  const wanted = hashOf(SOURCES)
  if (isWhole && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  await build(wanted)
}

/** Builds whatever is there already. */
export async function build(sourcesHash = hashOf(SOURCES)) {
  await ensureGenerated()
  rmSync(at('dist'), { recursive: true, force: true })
  const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  await step('Building the console', process.execPath, [bin('next', 'next'), 'build'], env)
  const bundle = at('scripts/bundle.mjs')
  await step('Bundling the server', process.execPath, [bundle])
  mkdirSync(at('dist'), { recursive: true })
  writeFileSync(at('dist/.stamp'), sourcesHash)
}

/**
 * Runs a program to its end: says what is done and how long it took, and shows what the program printed only when it
 * fails. Throws StepFailed then.
 */
export async function step(title, program, args, env = {}) {
  const began = Date.now()
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1)
  process.stdout.write(`${title} …\n`)
  const progress = setInterval(
    () => process.stdout.write(`${title} … ${Math.round((Date.now() - began) / 1000)} s\n`),
    PROGRESS_MS,
  )
  try {
    const { status, output } = await run(program, args, env)
    if (status !== 0) throw new StepFailed(title, output)
    process.stdout.write(`${title}: done in ${seconds()} s\n`)
    return output
  } finally {
    clearInterval(progress)
  }
}

export class StepFailed extends Error {
  constructor(title, output) {
    super(`${title}: failed`)
    this.output = output
  }
}

/** Says why a step failed, with what its program printed, and ends the process with status 1. */
export function fail(error) {
  if (error instanceof StepFailed) process.stderr.write(`${error.output.trimEnd()}\n${error.message}\n`)
  else process.stderr.write(`${error?.stack ?? error}\n`)
  process.exit(1)
}

/** Path of a package's command, so that no shell and no npx stand between. */
export function bin(name, command) {
  const manifest = at('node_modules', name, 'package.json')
  const { bin: commands } = JSON.parse(readFileSync(manifest, 'utf8'))
  return join(dirname(manifest), typeof commands === 'string' ? commands : commands[command])
}

/** Runs a program in the project; `onText`, when given, gets what it prints as it prints it. */
export function run(program, args, env = {}, onText = () => {}) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const hear = (chunk) => {
      output += chunk
      onText(String(chunk))
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const forward = (signal) => child.kill(signal)
    process.on('SIGINT', forward).on('SIGTERM', forward)
    const end = (status) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      done({ status, output })
    }
    child.on('error', (error) => {
      output += `${program}: ${error.message}\n`
      end(1)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

/** Path of a command on the PATH; null when there is none. */
export function commandPath(name) {
  const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : null
}

// ── helpers of the steps ──

const SOURCES = [
  ...['app', 'components', 'lib', 'prisma/schema.prisma', 'public', 'scripts/bundle.mjs'],
  ...['server.ts', 'next.config.mjs', 'tsconfig.json', 'package.json', 'package-lock.json'],
]

function isInstalled() {
  const hidden = at('node_modules/.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    if (path === '' || ((optional || peer) && !present[path])) return true
    return present[path]?.version === version && existsSync(at(path, 'package.json'))
  })
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0])
  for (const path of paths) {
    for (const file of filesOf(path))
      hash
        .update(`${file}\0`)
        .update(readFileSync(at(file)))
        .update('\0')
  }
  return hash.digest('hex')
}

function filesOf(path) {
  const full = at(path)
  if (!existsSync(full)) return []
  if (!isDirectory(full)) return [path]
  return readdirSync(full, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter(
      ({ name }) =>
        name !== 'generated' && name !== '__fixtures__' && name !== 'testing' && !name.includes('.test.'),
    )
    .flatMap(({ name }) => filesOf(join(path, name)))
}

function isDirectory(path) {
  try {
    readdirSync(path)
    return true
  } catch {
    return false
  }
}
