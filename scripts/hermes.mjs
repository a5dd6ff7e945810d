// `npm run e2e:hermes`: puts the real Hermes client into a virtual environment of the checkout, then runs its journey.
// Where Python 3.11+ or its package index is missing, it says so and skips.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bin, ensureBuilt, ensureGenerated, ensureInstalled, requireNode, root, run } from './project.mjs'

const VERSION = '0.19.0'
const PYTHONS = ['python3.11', 'python3.12', 'python3.13', 'python3']
const home = join(root, '.e2e', 'hermes')
const show = (text) => process.stdout.write(text)

requireNode()
await ensureInstalled()
await ensureGenerated()
const missing = await install()
if (missing) {
  show(`Hermes journey skipped: ${missing}\n`)
  process.exit(0)
}
await ensureBuilt()
const { status } = await run(
  process.execPath,
  [
    bin('@playwright/test', 'playwright'),
    'test',
    '-c',
    'e2e/playwright.config.ts',
    'hermes',
    '--reporter=list',
  ],
  {},
  show,
)
process.exit(status)

/** Null once the client is there; else what is missing, as a sentence. */
async function install() {
  if (existsSync(join(home, `.installed-${VERSION}`))) return null
  const python = await firstPython()
  if (!python) return 'Python 3.11, 3.12 or 3.13 with venv is needed.'
  show(`Installing hermes-agent ${VERSION} into .e2e/hermes\n`)
  const steps = [
    [python, ['-m', 'venv', '--clear', home]],
    [
      join(home, 'bin', 'pip'),
      ['install', '--quiet', '--disable-pip-version-check', `hermes-agent[anthropic]==${VERSION}`],
    ],
    ['touch', [join(home, `.installed-${VERSION}`)]],
  ]
  for (const [command, args] of steps) {
    const { status, output } = await run(command, args, {}, () => {})
    if (status !== 0)
      return `${command.split('/').pop()} failed: ${String(output ?? '')
        .trim()
        .split('\n')
        .pop()}`
  }
  return null
}

async function firstPython() {
  for (const python of PYTHONS) {
    const { status } = await run(
      python,
      ['-c', 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'],
      {},
      () => {},
    ).catch(() => ({ status: 1 }))
    if (status === 0) return python
  }
  return null
}
