// `npm test`, `npm run check`, `npm run e2e`: stages that run one after another, each with its result and time, and one
// plain line at the end that says how many checks passed, failed and were skipped.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installHermes } from './hermes-install.mjs'
import { installPortkey } from './portkey-install.mjs'
import {
  bin,
  commandPath,
  ensureBuilt,
  ensureGenerated,
  ensureInstalled,
  requireNode,
  root,
  run,
  step,
} from './project.mjs'

const RESULTS = 'test-results'
const RINGS = {
  check: [types, lint, importTable],
  unit: [portkey, tests],
  e2e: [chromium, hermes, build, journeys],
  all: [chromium, types, lint, portkey, tests, hermes, build, journeys],
}

requireNode()
const ring = process.argv[2] ?? 'all'
const stages = RINGS[ring]
if (!stages) {
  process.stderr.write(`there is no ring of tests called ${ring}: ${Object.keys(RINGS).join(', ')}\n`)
  process.exit(1)
}

const began = Date.now()
const results = []
const broken = new Set()
for (const stage of [packages, ...stages]) {
  const stageBegan = Date.now()
  const result = await outcome(stage)
  if (result.failed > 0) broken.add(stage)
  results.push({ name: stage.name, ...result, ms: Date.now() - stageBegan })
  // Without packages or a browser nothing that follows can be whole.
  if (result.failed > 0 && (stage === packages || stage === chromium)) break
}
const passed = sum('passed')
const failed = sum('failed')
const skipped = sum('skipped')
report()
process.exitCode = failed > 0 ? 1 : 0

// ── the stages ──

async function packages() {
  await ensureInstalled()
  await ensureGenerated()
  mkdirSync(join(root, RESULTS), { recursive: true })
  return { passed: 0, failed: 0 }
}

async function types() {
  await step('Route types', process.execPath, [bin('next', 'next'), 'typegen'], {
    NEXT_TELEMETRY_DISABLED: '1',
  })
  await step('Types', process.execPath, [
    bin('typescript', 'tsc'),
    '-p',
    'tsconfig.json',
    '--noEmit',
    '--pretty',
    'false',
  ])
  return { passed: 1, failed: 0 }
}

async function lint() {
  await step('Lint and format', process.execPath, [
    bin('@biomejs/biome', 'biome'),
    'check',
    '--max-diagnostics=50',
  ])
  return { passed: 1, failed: 0 }
}

async function importTable() {
  await step('Import table', process.execPath, [bin('vitest', 'vitest'), 'run', 'lib/imports.test.ts'])
  return { passed: 1, failed: 0 }
}

async function tests() {
  const file = join(RESULTS, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const status = await shown([bin('vitest', 'vitest'), 'run', ...reporters], file)
  const report = readReport(file)
  const failed = report?.numFailedTests ?? 0
  return {
    passed: report?.numPassedTests ?? 0,
    // A file that does not even load has no failed test, and still fails the run.
    failed: status === 0 ? failed : Math.max(failed, 1),
    skipped: report?.numPendingTests ?? 0,
  }
}

async function chromium() {
  const find = () => ['chromium', 'chromium-browser', 'google-chrome'].map(commandPath).find(Boolean) ?? ''
  process.env.CHROMIUM_PATH ||= find()
  if (process.env.CHROMIUM_PATH) return { passed: 0, failed: 0 }
  if (process.getuid?.() !== 0 || !commandPath('apt-get')) {
    throw new Error(
      'the browser journeys need Chromium: run "apt-get install chromium" as root, or set CHROMIUM_PATH',
    )
  }
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  await step('Package lists', 'apt-get', ['update', '-q'], quiet)
  await step(
    'Installing Chromium',
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
    quiet,
  )
  process.env.CHROMIUM_PATH = find()
  return { passed: 0, failed: 0 }
}

// What needs a Python client is skipped, with a word, where the client cannot be had; the rest runs.
async function portkey() {
  const missing = await installPortkey()
  if (missing) process.stdout.write(`Tests with the Python client of Portkey skipped: ${missing}\n`)
  return { passed: 0, failed: 0 }
}

async function hermes() {
  const missing = await installHermes()
  if (missing) process.stdout.write(`Hermes journey skipped: ${missing}\n`)
  return { passed: 0, failed: 0 }
}

async function build() {
  await ensureBuilt()
  return { passed: 1, failed: 0 }
}

async function journeys() {
  if (broken.has(build)) throw new Error('not run, since the build failed')
  const file = join(RESULTS, 'playwright.json')
  const args = ['test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json']
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: join(root, file), PLAYWRIGHT_JSON_OUTPUT_FILE: join(root, file) }
  const status = await shown([bin('@playwright/test', 'playwright'), ...args], file, env)
  const { expected = 0, flaky = 0, unexpected = 0, skipped = 0 } = readReport(file)?.stats ?? {}
  return { passed: expected + flaky, failed: status === 0 ? unexpected : Math.max(unexpected, 1), skipped }
}

// ── how they run ──

async function outcome(stage) {
  try {
    return await stage()
  } catch (error) {
    if (error.output) process.stdout.write(`${error.output.trimEnd()}\n`)
    process.stdout.write(`${stage.name}: ${error.message}\n`)
    return { passed: 0, failed: 1 }
  }
}

async function shown(args, report, env) {
  rmSync(join(root, report), { force: true })
  const { status } = await run(process.execPath, args, env, (text) => process.stdout.write(text))
  return status
}

function readReport(file) {
  const path = join(root, file)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

function sum(field) {
  return results.reduce((total, result) => total + (result[field] ?? 0), 0)
}

function report() {
  process.stdout.write('\n')
  for (const { ms, name, ...counts } of results) {
    const seconds = `${(ms / 1000).toFixed(1)} s`.padStart(8)
    process.stdout.write(`${name.padEnd(12)}${seconds}   ${said(counts)}\n`)
  }
  process.stdout.write(
    `${'in all'.padEnd(12)}${`${((Date.now() - began) / 1000).toFixed(1)} s`.padStart(8)}\n`,
  )
  process.stdout.write(`${said({ passed, failed, skipped })}\n`)
}

function said({ passed: good, failed: bad, skipped: out = 0 }) {
  return `${good} passed, ${bad} failed${out > 0 ? `, ${out} skipped` : ''}`
}
