// The real Hermes client in a virtual environment of the checkout, for its journey.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './project.mjs'

const VERSION = '0.19.0'
const PYTHONS = ['python3.11', 'python3.12', 'python3.13', 'python3']
const home = join(root, '.e2e', 'hermes')

/** Null once the client is there; else what is missing, as a sentence. */
export async function installHermes() {
  if (existsSync(join(home, `.installed-${VERSION}`))) return null
  const python = await firstPython()
  if (!python) return 'Python 3.11, 3.12 or 3.13 with venv is needed.'
  process.stdout.write(`Installing hermes-agent ${VERSION} into .e2e/hermes …\n`)
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
