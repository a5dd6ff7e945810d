import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Where `npm run e2e:hermes` puts the client. */
const HERMES = join(import.meta.dirname, '..', '.e2e', 'hermes', 'bin', 'hermes')
const PYTHON = join(dirname(HERMES), 'python')
const RUN_MS_MAX = 100_000
const SCREEN_MS_MAX = 40_000

export const isInstalled = () => existsSync(HERMES)

/** What one run used and whether it got its answer; the client's own `--usage-file`. */
export interface HermesUsage {
  input_tokens: number | null
  output_tokens: number | null
  cache_read_tokens: number | null
  estimated_cost_usd: number | null
  cost_source: string | null
  api_calls: number | null
  completed: boolean | null
  failed: boolean
  model: string | null
}

export interface HermesRun {
  output: string
  usage: HermesUsage
}

/** An interactive session in a terminal. */
export interface HermesChat {
  /** Types a line and presses Enter. */
  type(line: string): void
  /** Waits until the screen has shown `text` since the last line was typed. */
  shows(text: RegExp): Promise<void>
  /** Types `/exit`; resolves when the client has ended, with all it ever showed. */
  exit(): Promise<string>
}

export interface HermesHome {
  /** Working folder of every run. */
  work: string
  /** `hermes -z`: one turn, tools on, approvals off. */
  ask(prompt: string, args?: string[]): Promise<HermesRun>
  /** `hermes chat` in a terminal of its own. */
  chat(args?: string[]): HermesChat
  /** Any other command, by its arguments; gives what it printed. */
  run(args: string[]): Promise<string>
  close(): Promise<void>
}

/** A Hermes home of its own, with the flags that keep it off the network (hermes-client §10). */
export async function hermesHome(config: string, secrets = ''): Promise<HermesHome> {
  const home = await mkdtemp(join(tmpdir(), 'hermes-home-'))
  const work = join(home, 'work')
  await mkdir(work)
  await writeFile(join(home, 'config.yaml'), `${config}\n${QUIET}`)
  await writeFile(join(home, '.env'), secrets)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    HERMES_HOME: home,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    NO_PROXY: '127.0.0.1,localhost',
  } as unknown as NodeJS.ProcessEnv
  const where = { cwd: work, env }
  const run = (args: string[]) =>
    new Promise<string>((done) => {
      const limits = { timeout: RUN_MS_MAX, maxBuffer: 16 * 1024 * 1024 }
      execFile(HERMES, args, { ...where, ...limits }, (_error, stdout, stderr) =>
        done(`${stdout}\n${stderr}`),
      )
    })
  let runs = 0
  return {
    work,
    run,
    async ask(prompt, args = []) {
      const file = join(home, `usage-${++runs}.json`)
      const output = await run(['-z', prompt, '--usage-file', file, ...LEAN, ...args])
      if (!existsSync(file)) throw new Error(`Hermes wrote no usage file:\n${output}`)
      return { output, usage: JSON.parse(await readFile(file, 'utf8')) as HermesUsage }
    },
    chat: (args = []) => chatIn(where, ['chat', '--cli', ...LEAN, ...args]),
    close: () => rm(home, { recursive: true, force: true }),
  }
}

const LEAN = ['--ignore-rules', '-t', 'file,terminal']

const QUIET = `
security: {tirith_enabled: false, allow_lazy_installs: false}
model_catalog: {enabled: false}
memory: {memory_enabled: false, user_profile_enabled: false}
auxiliary: {title_generation: {enabled: false}}
curator: {enabled: false}
`

// The client insists on a terminal, and Node has none to give; Python, which the client brings, does.
const TERMINAL = `import pty, sys
pty.spawn(['sh', '-c', 'stty cols 160 rows 50; exec "$@"', 'sh'] + sys.argv[1:])`

function chatIn(where: { cwd: string; env: NodeJS.ProcessEnv }, args: string[]): HermesChat {
  const child = spawn(PYTHON, ['-c', TERMINAL, HERMES, ...args], {
    ...where,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  let from = 0
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    for (const look of waiting) look()
  })
  const ended = new Promise<string>((done) => child.on('close', () => done(plain(shown))))
  const type = (line: string) => {
    from = shown.length
    child.stdin.write(`${line}\r`)
  }
  return {
    type,
    shows: (text) =>
      new Promise((found, lost) => {
        const stop = () => {
          waiting.delete(look)
          clearTimeout(timer)
        }
        const look = () => {
          if (plain(shown.slice(from)).search(text) === -1) return
          stop()
          found()
        }
        const timer = setTimeout(() => {
          stop()
          lost(new Error(`Hermes did not show ${text}:\n${plain(shown.slice(from)).slice(-4_000)}`))
        }, SCREEN_MS_MAX)
        waiting.add(look)
        look()
      }),
    exit() {
      type('/exit')
      const impatience = setTimeout(() => child.kill('SIGKILL'), SCREEN_MS_MAX)
      return ended.finally(() => clearTimeout(impatience))
    },
  }
}

const plain = (screen: string) => stripVTControlCharacters(screen).replaceAll('\r', '\n')
