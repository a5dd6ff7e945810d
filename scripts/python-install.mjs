// Clients written in Python, each in a virtual environment of the checkout, for the tests that drive them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './project.mjs'

/**
 * One client: its folder below `.e2e`, its package, and the Python 3 minors it runs on, best first.
 * @typedef {{ folder: string, name: string, extras?: string, version: string, minors: number[] }} PythonClient
 */

/** Path of a command of the client; null until that very version is installed. */
export function commandOf({ folder, version }, command) {
  const home = homeOf(folder)
  return existsSync(mark(home, version)) ? join(home, 'bin', command) : null
}

/** Null once the client is there; else what is missing, as a sentence. */
export async function installPythonClient({ folder, name, extras = '', version, minors }) {
  const home = homeOf(folder)
  if (existsSync(mark(home, version))) return null
  const python = await firstPython(minors)
  if (!python) return `Python ${said(minors)} with venv is needed.`
  process.stdout.write(`Installing ${name} ${version} into .e2e/${folder} …\n`)
  const pip = ['install', '--quiet', '--disable-pip-version-check', `${name}${extras}==${version}`]
  const steps = [
    [python, ['-m', 'venv', '--clear', home]],
    [join(home, 'bin', 'pip'), pip],
    ['touch', [mark(home, version)]],
  ]
  for (const [command, args] of steps) {
    const { status, output } = await run(command, args)
    if (status !== 0) return `${command.split('/').pop()} failed: ${output.trim().split('\n').pop()}`
  }
  return null
}

const homeOf = (folder) => join(root, '.e2e', folder)
const mark = (home, version) => join(home, `.installed-${version}`)

function said(minors) {
  const sorted = [...minors].sort((a, b) => a - b).map((minor) => `3.${minor}`)
  return `${sorted.slice(0, -1).join(', ')} or ${sorted.at(-1)}`
}

async function firstPython(minors) {
  const check = `import sys, venv; sys.exit(sys.version_info[0] != 3 or sys.version_info[1] not in (${minors.join(', ')},))`
  for (const python of [...minors.map((minor) => `python3.${minor}`), 'python3']) {
    const { status } = await run(python, ['-c', check])
    if (status === 0) return python
  }
  return null
}
