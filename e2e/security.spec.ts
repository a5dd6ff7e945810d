import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startOpenAiUpstream } from '../lib/testing/openai-upstream.ts'
import { type OwnPostgres, startOwnPostgres } from '../lib/testing/own-postgres.ts'
import type { TestUpstream } from '../lib/testing/upstream.ts'
import { startWorld, type World } from './world.ts'

const LIVE_WITHIN_MS = 2_000
const CHAT = { model: '@openai-prod/gpt-4o', messages: [{ role: 'user', content: 'hello' }] }
const CLAUDE = { ...CHAT, model: '@anthropic-prod/claude-sonnet-4-6', max_tokens: 64 }

test.describe('a change is lived by the running process within two seconds', () => {
  let postgres: OwnPostgres
  let world: World

  test.beforeAll(async () => {
    postgres = await startOwnPostgres()
    world = await startWorld({ DATABASE_URL: postgres.url })
    await world.addProviders()
  })
  test.afterAll(async () => {
    await world?.close()
    await postgres?.close()
  })

  /** What an admin does, and how the next calls of the key hear of it. */
  const CHANGES: {
    name: string
    act: (keyId: string) => Promise<unknown>
    refusal: [number, string]
    model?: string
  }[] = [
    {
      name: 'a key that is disabled',
      act: (id) => world.admin('PUT', `/api-keys/${id}`, { status: 'disabled' }),
      refusal: [401, 'invalid_api_key'],
    },
    {
      name: 'a key that is deleted',
      act: (id) => world.admin('DELETE', `/api-keys/${id}`),
      refusal: [401, 'invalid_api_key'],
    },
    {
      name: 'a key that is rotated without a transition',
      act: (id) => world.admin('POST', `/api-keys/${id}/rotate`, { key_transition_period_ms: 0 }),
      refusal: [401, 'invalid_api_key'],
    },
    {
      name: 'a key that loses its scope',
      act: (id) => world.admin('PUT', `/api-keys/${id}`, { scopes: ['logs.list'] }),
      refusal: [403, 'insufficient_scope'],
    },
    {
      name: 'a key that is disabled in SQL',
      act: (id) => postgres.query(`UPDATE api_keys SET status = 'disabled' WHERE id = $1`, [id]),
      refusal: [401, 'invalid_api_key'],
    },
    {
      name: 'a model that is switched off',
      act: () =>
        world.admin('PUT', '/integrations/openai-prod/models', {
          models: [{ slug: 'gpt-4.1', enabled: false }],
        }),
      refusal: [404, 'model_not_found'],
      model: '@openai-prod/gpt-4.1',
    },
    {
      name: 'a provider that is disabled',
      act: () =>
        world.admin('PUT', `/providers/openai-prod?workspace_id=${world.workspaceId}`, {
          status: 'disabled',
        }),
      refusal: [404, 'model_not_found'],
    },
  ]
  for (const { name, act, refusal, model = CHAT.model } of CHANGES) {
    test(`${name} is refused`, async () => {
      const { id, key } = await world.createKey()
      const call = () => ask(world, key, { ...CHAT, model })
      expect((await call()).status).toBe(200)
      await act(id)
      const changed = performance.now()
      let answer = await call()
      while (answer.status === 200 && performance.now() - changed < 2 * LIVE_WITHIN_MS) answer = await call()
      const tookMs = performance.now() - changed
      expect([answer.status, JSON.parse(answer.text).error.code]).toEqual(refusal)
      expect(tookMs).toBeLessThan(LIVE_WITHIN_MS)
      const before = world.openai.requests.length
      expect((await call()).status).toBe(refusal[0])
      expect(world.openai.requests.length, 'calls that still reached the provider').toBe(before)
      test.info().annotations.push({ type: 'measured', description: `refused after ${tookMs.toFixed(0)} ms` })
    })
  }
})

test.describe("a provider's credential stays where it is", () => {
  test.describe.configure({ timeout: 180_000 })

  test('whatever the provider, a caller or an admin does, it is in no answer, log, row or page', async () => {
    const postgres = await startOwnPostgres()
    const world = await startWorld({ DATABASE_URL: postgres.url })
    const heard: Heard[] = []
    try {
      const canaries = Object.values(world.credentials)
      const listen = listener(heard)
      const admin = (method: string, path: string, body?: unknown) =>
        listen(`${world.api}${path}`, method, { 'x-portkey-api-key': world.adminKey }, body)

      for (const [provider, upstream] of [
        ['openai', world.openai],
        ['anthropic', world.anthropic],
      ] as const) {
        const stored = {
          name: provider,
          slug: `${provider}-prod`,
          ai_provider_id: provider,
          key: world.credentials[provider],
          configurations: { custom_host: `${upstream.url}/v1` },
        }
        await admin('POST', '/integrations/test', stored)
        upstream.next({ ...quoting(401, world.credentials[provider]) })
        await admin('POST', '/integrations/test', stored)
        await admin('POST', '/integrations', stored)
        await admin('POST', '/integrations', stored)
        await admin('POST', '/integrations/test', { slug: stored.slug })
        upstream.next({ ...quoting(401, world.credentials[provider]) })
        await admin('POST', '/integrations/test', { slug: stored.slug })
        await admin('PUT', `/integrations/${stored.slug}`, { description: 'as before' })
      }
      const { key } = await world.createKey()

      const call = (path: string, body: object, headers: Record<string, string> = {}) =>
        listen(`${world.api}${path}`, 'POST', { authorization: `Bearer ${key}`, ...headers }, body)
      const everyCall = async () => {
        for (const stream of [false, true]) {
          await call('/chat/completions', { ...CHAT, stream })
          await call('/chat/completions', { ...CHAT, stream }, { 'x-portkey-debug': 'true' })
          await call('/chat/completions', { ...CLAUDE, stream })
          await call('/messages', { ...CLAUDE, stream })
          await call('/messages', { ...CHAT, max_tokens: 64, stream })
        }
        await call('/embeddings', { model: '@openai-prod/text-embedding-3-small', input: 'hello' })
        await call('/moderations', { model: '@openai-prod/omni-moderation-latest', input: 'hello' })
      }
      await everyCall()
      for (const [upstream, credential] of [
        [world.openai, world.credentials.openai],
        [world.anthropic, world.credentials.anthropic],
      ] as const) {
        const faults = [
          ...[400, 401, 403, 404, 429, 500, 529].map((status) => quoting(status, credential)),
          quoting(200, credential),
          { headers: { 'x-seen-key': `Bearer ${credential}`, 'set-cookie': `key=${credential}` } },
          { answer: { text: `Your key is ${credential} and nobody else's.` } },
          { answer: { text: `Your key is ${credential}.` }, splitEveryBytes: 11 },
          { firstEventError: { type: 'api_error', message: `The key ${credential} failed.` } },
          { errorAfterEvents: 2 },
          { dieAfterEvents: 3, answer: { text: `Your key is ${credential} and then it breaks.` } },
        ]
        for (const fault of faults) {
          upstream.next({ ...fault, times: 100 })
          await everyCall()
          upstream.clear()
        }
        // Whole only: a credential spelt out over many events is past recognition.
        upstream.next({ answer: { toolCalls: [{ name: 'tell', arguments: { key: credential } }] } })
        await call('/chat/completions', upstream === world.openai ? CHAT : CLAUDE)
      }

      // What the journal holds on disk is seen while it cannot be moved on.
      await postgres.stop()
      world.openai.next(quoting(401, world.credentials.openai))
      await everyCall()
      for (const [name, bytes] of await filesUnder(join(world.dataDir, 'journal')))
        heard.push({ where: `journal file ${name}`, text: bytes.toString('latin1') })
      expect(heard.at(-1)?.where).toContain('journal')
      await postgres.start()
      await expect.poll(() => health(world)).toMatchObject({ status: 'ok' })

      const workspace = `workspace_id=${world.workspaceId}`
      for (const path of [
        ...['integrations', 'providers', 'virtual-keys', 'api-keys', 'configs'].map(
          (noun) => `/${noun}?${workspace}`,
        ),
        '/integrations/openai-prod',
        '/integrations/openai-prod/models',
        '/integrations/openai-prod/workspaces',
        `/providers/openai-prod?${workspace}`,
        `/virtual-keys/openai-prod?${workspace}`,
        `/admin/overview?${workspace}`,
        '/admin/workspaces',
        '/audit-logs?start_time=2020-01-01T00:00:00Z&end_time=2100-01-01T00:00:00Z&page_size=100',
        '/models',
      ])
        await admin('GET', path)
      // What waited for Postgres arrives at the flusher's next try, which may be seconds away.
      await expect.poll(async () => (await allRows(world)).length, { timeout: 15_000 }).toBeGreaterThan(300)
      const rows = await allRows(world)
      for (const { id } of rows) await admin('GET', `/logs/${id}?${workspace}`)

      const cookie = await signIn(world)
      const pages = ['/', '/catalog', '/catalog?provider=openai-prod', '/logs', '/api-keys', '/connect']
      for (const path of [...pages, `/logs?log=${rows[0]?.id}`, '/api/auth/session', '/api/health']) {
        await listen(`${world.url}${path}`, 'GET', { cookie })
        await listen(`${world.url}${path}`, 'GET', { cookie, rsc: '1' })
      }
      const page = heard.find(({ where }) => where.endsWith('GET /catalog'))
      expect(page?.status, 'the console is read signed in').toBe(200)
      await listen(`${world.api}/logs/${rows.at(-1)?.id}/replay?${workspace}`, 'POST', {
        cookie,
        origin: world.url,
      })

      heard.push({ where: 'what the server printed', text: world.output() })
      await world.kill('SIGTERM')
      heard.push({ where: 'what the server printed', text: world.output() })
      for (const [name, bytes] of await filesUnder(world.dataDir))
        heard.push({ where: `file ${name}`, text: bytes.toString('latin1') })
      for (const { table, text } of await everyTable(postgres)) heard.push({ where: `table ${table}`, text })

      const sought = canaries.flatMap((canary) => [
        canary,
        Buffer.from(canary).toString('hex'),
        Buffer.from(canary).toString('base64').slice(0, -4),
      ])
      const leaks = heard.filter(({ text }) => sought.some((each) => text.includes(each)))
      expect(
        [...new Set(leaks.map(({ where, text }) => `${where}: ${around(text, sought)}`))].slice(0, 40),
      ).toEqual([])
      expect(heard.length).toBeGreaterThan(700)
      test
        .info()
        .annotations.push({ type: 'seen', description: `${heard.length} answers, files and tables searched` })
    } finally {
      await world.close()
      await postgres.close()
    }
  })
})

test.describe('nobody sends the gateway where it must not go', () => {
  let world: World
  let hidden: TestUpstream
  let key: string

  test.beforeAll(async () => {
    hidden = await startOpenAiUpstream()
    world = await startWorld()
    await world.addProviders()
    key = (await world.createKey()).key
  })
  test.afterAll(async () => {
    await world?.close()
    await hidden?.close()
  })

  test('a custom host that is loopback, private or metadata is refused, and nothing is sent', async () => {
    const { port } = hidden
    const hosts = [
      `http://127.0.0.1:${port}/v1`,
      `http://localhost:${port}/v1`,
      `http://2130706433:${port}/v1`,
      `http://0x7f000001:${port}/v1`,
      `http://0177.0.0.1:${port}/v1`,
      `http://127.1:${port}/v1`,
      `http://0.0.0.0:${port}/v1`,
      `http://[::1]:${port}/v1`,
      `http://[::ffff:127.0.0.1]:${port}/v1`,
      `http://[64:ff9b::7f00:1]:${port}/v1`,
      `http://user:pass@127.0.0.1:${port}/v1`,
      // Allowed to the integration that stores it, not to whoever asks.
      `${world.openai.url}/v1`,
      'http://169.254.169.254/latest/meta-data',
      'http://[fd00:ec2::254]/latest/meta-data',
      'http://metadata.google.internal/computeMetadata/v1',
      'http://10.0.0.1/v1',
      'file:///etc/passwd',
      'gopher://127.0.0.1:70/',
    ]
    const before = world.openai.requests.length
    for (const host of hosts) {
      const answer = await ask(
        world,
        key,
        { ...CHAT, model: 'gpt-4o' },
        {
          'x-portkey-api-key': key,
          authorization: 'Bearer sk-of-the-caller',
          'x-portkey-provider': 'openai',
          'x-portkey-custom-host': host,
        },
      )
      expect([host, answer.status, JSON.parse(answer.text).error?.code]).toEqual([
        host,
        400,
        'invalid_custom_host',
      ])
    }
    expect(hidden.requests.length).toBe(0)
    expect(world.openai.requests.length).toBe(before)
  })

  test('a stored credential does not go to a host the caller names', async () => {
    const answer = await ask(world, key, CHAT, { 'x-portkey-custom-host': 'https://example.com/v1' })
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([400, 'invalid_custom_host'])
    const named = await ask(
      world,
      key,
      { ...CHAT, model: 'gpt-4o' },
      { 'x-portkey-provider': '@openai-prod', 'x-tollgate-custom-host': `${hidden.url}/v1` },
    )
    expect([named.status, JSON.parse(named.text).error.code]).toEqual([400, 'invalid_custom_host'])
    expect(hidden.requests.length).toBe(0)
  })

  test('an integration with a private host nobody allowed sends nothing there', async () => {
    const body = {
      name: 'inside',
      slug: 'inside',
      ai_provider_id: 'openai',
      key: 'sk-inside',
      configurations: { custom_host: `${hidden.url}/v1` },
    }
    for (const path of ['/integrations/test', '/integrations']) {
      const answer = await fetch(`${world.api}${path}`, {
        method: 'POST',
        headers: { 'x-portkey-api-key': world.adminKey, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const text = await answer.text()
      expect([answer.status, JSON.parse(text).error.param]).toEqual([400, 'configurations.custom_host'])
    }
    expect((await ask(world, key, { ...CHAT, model: '@inside/gpt-4o' })).status).toBe(404)
    expect(hidden.requests.length).toBe(0)
  })

  test('a redirect into the inside is not followed', async () => {
    world.openai.next({ status: 307, headers: { location: `${hidden.url}/v1/chat/completions` }, body: '' })
    const answer = await ask(world, key, CHAT)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.text).not.toContain(hidden.url)
    expect(hidden.requests.length).toBe(0)
  })
})

interface Heard {
  where: string
  text: string
  status?: number
}

/** Asks and keeps status, headers and body, whole or as far as they came. */
function listener(heard: Heard[]) {
  return async (
    url: string,
    method: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<void> => {
    const { pathname } = new URL(url)
    const note: Heard = { where: `${method} ${pathname}`, text: '' }
    heard.push(note)
    try {
      const answer = await fetch(url, {
        method,
        redirect: 'manual',
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      note.status = answer.status
      note.text = JSON.stringify([...answer.headers])
      const decoder = new TextDecoder()
      for await (const chunk of answer.body ?? []) note.text += decoder.decode(chunk, { stream: true })
    } catch {
      // A cut answer; what came of it is searched all the same.
    }
  }
}

/** A provider that quotes the credential it was sent, in its body and a header. */
function quoting(status: number, credential: string) {
  const message = `Incorrect API key provided: ${credential}. You can find your API key elsewhere.`
  const error = { message, type: 'invalid_request_error', param: credential, code: credential }
  return {
    status,
    body: { type: 'error', error, seen: `Bearer ${credential}` },
    headers: { 'x-key': credential },
  }
}

async function ask(world: World, key: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${world.api}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text() }
}

async function allRows(world: World): Promise<{ id: string }[]> {
  const rows: { id: string }[] = []
  let cursor = ''
  do {
    const page = await world.admin<{ data: { id: string }[]; next_cursor: string | null }>(
      'GET',
      `/logs?workspace_id=${world.workspaceId}&page_size=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    rows.push(...page.data)
    cursor = page.next_cursor ?? ''
  } while (cursor)
  return rows
}

/** Signs in as the console's form does; the cookies of the session. */
async function signIn(world: World): Promise<string> {
  const csrf = await fetch(`${world.url}/api/auth/csrf`)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const answer = await fetch(`${world.url}/api/auth/callback/credentials`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie: cookiesOf(csrf),
      origin: world.url,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ ...world.owner, csrfToken, json: 'true' }),
  })
  const cookies = cookiesOf(answer)
  expect(cookies).toMatch(/session/)
  return `${cookiesOf(csrf)}; ${cookies}`
}

const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

const health = async (world: World) => (await fetch(`${world.url}/api/health`)).json() as Promise<object>

async function filesUnder(directory: string): Promise<[name: string, bytes: Buffer][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    files.map(async (file) => [file.slice(directory.length + 1), await readFile(file)] as [string, Buffer]),
  )
}

async function everyTable(postgres: OwnPostgres): Promise<{ table: string; text: string }[]> {
  const tables = await postgres.query<{ name: string }>(
    `SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  return Promise.all(
    tables.map(async ({ name }) => {
      const rows = await postgres.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)
      return { table: name, text: rows.map(({ text }) => text).join('\n') }
    }),
  )
}

function around(text: string, sought: string[]): string {
  const at = Math.max(...sought.map((each) => text.indexOf(each)))
  return text.slice(Math.max(0, at - 80), at + 30)
}
