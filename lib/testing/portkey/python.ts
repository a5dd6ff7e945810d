import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { portkeyPython } from '../../../scripts/portkey-install.mjs'
import { type Call, type Transcript, transcriptOf } from './transcript.ts'
import type { Given } from './world.ts'

const PROGRAMS = join(import.meta.dirname, '..', '__fixtures__', 'portkey')
const RUN_MS_MAX = 240_000
const PRINTED_BYTES_MAX = 64 * 1024 * 1024

export interface Plan {
  url: string
  key: string
  given: Given
  /** Files below `__fixtures__/portkey`, each with the parts of the client it must use whole. */
  programs: Readonly<Record<string, readonly string[]>>
}

type Line = { program: string } & (Call | { methods: string[] } | { crash: string })

/** Whether `npm test` has put the official client into `.e2e/portkey`. */
export const isPythonInstalled = () => portkeyPython() !== null

/** What each program heard, by its name; the traceback where it did not get to its end. */
export async function runPrograms(plan: Plan): Promise<Map<string, Transcript | string>> {
  const lines = (await runPython([join(PROGRAMS, 'run.py'), JSON.stringify(plan)])).map(
    (line) => JSON.parse(line) as Line,
  )
  return new Map(
    Object.keys(plan.programs).map((program) => {
      const own = lines.filter((line) => line.program === program)
      const crash = own.find((line) => 'crash' in line)
      const methods = own.flatMap((line) => ('methods' in line ? line.methods : []))
      const calls = own.filter((line): line is { program: string } & Call => 'method' in line)
      return [program, crash ? crash.crash : transcriptOf(calls, methods)]
    }),
  )
}

/** Every part of the client that has methods: `admin.users.invites`. */
export const partsOfPython = () => runPython([join(PROGRAMS, 'parts.py')])

/** The lines a Python with the client prints. Throws what it said on its way out when it fails. */
export async function runPython(args: readonly string[]): Promise<string[]> {
  const python = portkeyPython()
  if (python === null) throw new Error('portkey-ai is not installed: npm test puts it into .e2e/portkey')
  const { stdout } = await promisify(execFile)(python, args, {
    timeout: RUN_MS_MAX,
    maxBuffer: PRINTED_BYTES_MAX,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1', NO_PROXY: '*' },
  })
  return stdout.split('\n').filter((line) => line !== '')
}
