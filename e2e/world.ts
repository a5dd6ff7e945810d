import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAnthropicUpstream } from '../lib/testing/anthropic-upstream.ts'
import { startOpenAiUpstream } from '../lib/testing/openai-upstream.ts'
import type { TestUpstream } from '../lib/testing/upstream.ts'

/** A whole product of its own: the built server, a database, and stand-ins for the paid providers. */
export interface World {
  url: string
  /** Base URL of the API. */
  api: string
  owner: { email: string; password: string }
  /** An organisation admin key, for what a journey needs to be there already. */
  adminKey: string
  dataDir: string
  workspaceId: string
  openai: TestUpstream
  anthropic: TestUpstream
  /** Credentials the stand-ins insist on; nothing but the stand-ins may ever see them. */
  credentials: { openai: string; anthropic: string }
  /** What the server printed, every start of it. */
  output(): string
  admin<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>
  /** Adds `@openai-prod` and `@anthropic-prod`, served by the stand-ins. */
  addProviders(): Promise<void>
  /** Adds one provider under `slug`, served at `url` (an origin); gives the integration's id. */
  addProvider(slug: string, provider: 'openai' | 'anthropic', url: string, key: string): Promise<string>
  createKey(fields?: Record<string, unknown>): Promise<{ id: string; key: string }>
  /** Waits until Logs hold a row that `matches`, at most `withinMs`. */
  logged(matches: (row: LogRow) => boolean, withinMs?: number): Promise<LogRow>
  rows(): Promise<LogRow[]>
  /** Sends a signal and waits for the end: the exit status, null when the signal itself ended it. */
  kill(signal?: NodeJS.Signals): Promise<number | null>
  /** Starts the server again on the same data; gives what this start printed. */
  restart(): Promise<string>
  close(): Promise<void>
}

export type LogRow = Record<string, unknown> & { id: string }

const READY = /Tollgate is ready/
const START_MS_MAX = 60_000
const STOP_MS_MAX = 45_000

const SERVER = [process.execPath, 'dist/server.js']

/** Starts it with `env` on top of the usual settings, by `command` in the checkout. */
export async function startWorld(env: Record<string, string> = {}, command = SERVER): Promise<World> {
  const credentials = { openai: `sk-canary-${hex(12)}`, anthropic: `sk-ant-canary-${hex(12)}` }
  const [openai, anthropic, port, dataDir] = await Promise.all([
    startOpenAiUpstream({ credential: credentials.openai }),
    startAnthropicUpstream({ credential: credentials.anthropic }),
    freePort(),
    mkdtemp(join(tmpdir(), 'tollgate-e2e-')),
  ])
  const url = `http://127.0.0.1:${port}`
  const owner = { email: 'owner@example.test', password: `pass-${hex(12)}` }
  const adminKey = `admin-${hex(24)}`
  const settings = {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    ADMIN_EMAIL: owner.email,
    ADMIN_PASSWORD: owner.password,
    TOLLGATE_ADMIN_KEY: adminKey,
    ALLOW_PRIVATE_HOSTS: `127.0.0.1:${openai.port},127.0.0.1:${anthropic.port}`,
    NODE_ENV: 'production',
    ...env,
  }
  let server = await launch(command, settings)
  let earlierOutput = ''
  const api = `${url}/api/v1`

  const admin = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { 'x-portkey-api-key': adminKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as T
  }
  const workspaces = await admin<{ data: { id: string }[] }>('GET', '/admin/workspaces')
  const workspaceId = workspaces.data[0]?.id as string
  const rows = async () =>
    (await admin<{ data: LogRow[] }>('GET', `/logs?workspace_id=${workspaceId}&page_size=100`)).data

  const addProvider = async (slug: string, provider: string, origin: string, key: string) => {
    const { id } = await admin<{ id: string }>('POST', '/integrations', {
      name: slug,
      slug,
      ai_provider_id: provider,
      key,
      configurations: { custom_host: `${origin}/v1` },
    })
    return id
  }

  return {
    url,
    api,
    owner,
    adminKey,
    dataDir,
    workspaceId,
    openai,
    anthropic,
    credentials,
    output: () => earlierOutput + server.output(),
    admin,
    rows,
    addProvider,
    async addProviders() {
      await addProvider('openai-prod', 'openai', openai.url, credentials.openai)
      await addProvider('anthropic-prod', 'anthropic', anthropic.url, credentials.anthropic)
    },
    createKey: (fields = {}) =>
      admin('POST', '/api-keys/workspace/service', {
        name: `journey ${hex(3)}`,
        workspace_id: workspaceId,
        scopes: ['completions.write', 'logs.list', 'logs.view'],
        ...fields,
      }),
    async logged(matches, withinMs = 10_000) {
      const until = Date.now() + withinMs
      for (;;) {
        const row = (await rows()).find(matches)
        if (row) return row
        if (Date.now() > until) throw new Error('no such row in Logs')
        await new Promise((again) => setTimeout(again, 100))
      }
    },
    async kill(signal = 'SIGKILL') {
      server.process.kill(signal)
      return await server.exited
    },
    async restart() {
      earlierOutput += server.output()
      server = await launch(command, settings)
      return server.output()
    },
    async close() {
      server.process.kill('SIGTERM')
      // Longer than the server gives its last calls: one that hangs must not hang the run.
      const impatience = setTimeout(() => server.process.kill('SIGKILL'), STOP_MS_MAX)
      await server.exited
      clearTimeout(impatience)
      await Promise.all([openai.close(), anthropic.close()])
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

interface Launched {
  process: ChildProcess
  exited: Promise<number | null>
  output(): string
}

async function launch(
  [program = '', ...args]: string[],
  settings: Record<string, string>,
): Promise<Launched> {
  const child = spawn(program, args, {
    cwd: join(import.meta.dirname, '..'),
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      ...settings,
    } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const exited = new Promise<number | null>((done) => child.on('exit', done))
  await new Promise<void>((ready, fail) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(new Error(`the server did not start:\n${text}`))
    }, START_MS_MAX)
    const hear = (chunk: Buffer) => {
      text += chunk.toString()
      if (!READY.test(text)) return
      clearTimeout(timer)
      ready()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (code) => fail(new Error(`the server ended with ${code}:\n${text}`)))
  })
  return { process: child, exited, output: () => text }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
