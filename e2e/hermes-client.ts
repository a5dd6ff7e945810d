import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where `npm run e2e:hermes` puts the client. */
export const HERMES = join(import.meta.dirname, '..', '.e2e', 'hermes', 'bin', 'hermes')

export const isInstalled = () => existsSync(HERMES)

/** What one run used and whether it got its answer; the client's own `--usage-file`. */
export interface HermesUsage {
  input_tokens: number
  output_tokens: number
  cache_read_tokens: number
  estimated_cost_usd: number | null
  cost_source: string | null
  api_calls: number
  completed: boolean
  failed: boolean
  model: string
}

export interface HermesRun {
  output: string
  usage: HermesUsage
}

/** A Hermes home of its own, with the flags that keep it off the network. */
export async function hermesHome(config: string, secrets = '') {
  const home = await mkdtemp(join(tmpdir(), 'hermes-home-'))
  const work = join(home, 'work')
  await mkdir(work)
  await writeFile(join(home, 'config.yaml'), `${config}\n${QUIET}`)
  await writeFile(join(home, '.env'), secrets)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    HERMES_HOME: home,
    HERMES_STREAM_RETRIES: '1',
    NO_PROXY: '127.0.0.1,localhost',
  }
  const hermes = (args: string[], timeoutMs = 90_000) =>
    new Promise<string>((done) => {
      execFile(
        HERMES,
        args,
        {
          cwd: work,
          env: env as unknown as NodeJS.ProcessEnv,
          timeout: timeoutMs,
          maxBuffer: 16 * 1024 * 1024,
        },
        (_error, stdout, stderr) => done(`${stdout}\n${stderr}`),
      )
    })
  return {
    home,
    work,
    hermes,
    /** `hermes -z`: one turn, tools on, approvals off. */
    async ask(prompt: string, args: string[] = []): Promise<HermesRun> {
      const file = join(home, `usage-${Date.now()}.json`)
      const output = await hermes([
        '-z',
        prompt,
        '--usage-file',
        file,
        '--ignore-rules',
        '-t',
        'file,terminal',
        ...args,
      ])
      if (!existsSync(file)) throw new Error(`Hermes wrote no usage file:\n${output}`)
      return { output, usage: JSON.parse(await readFile(file, 'utf8')) as HermesUsage }
    },
    set: (name: string, value: string) =>
      execFileSync(HERMES, ['config', 'set', name, value], {
        cwd: work,
        env: env as unknown as NodeJS.ProcessEnv,
      }),
    close: () => rm(home, { recursive: true, force: true }),
  }
}

const QUIET = `
security: {tirith_enabled: false, allow_lazy_installs: false}
model_catalog: {enabled: false}
memory: {memory_enabled: false, user_profile_enabled: false}
auxiliary: {title_generation: {enabled: false}}
curator: {enabled: false}
agent: {api_max_retries: 3}
`
