import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as passing } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { type OwnPostgres, startOwnPostgres } from '../lib/testing/own-postgres.ts'
import { callOnce, type LoadedCall, startLoad } from './load.ts'
import { startWorld, type World } from './world.ts'

const KILLS = 4
const CLIENTS = 10
/** How long Postgres is away; an hour must do no more harm than this. */
const AWAY_MS = process.env.E2E_LONG === '1' ? 60_000 : 12_000
const MODEL = '@openai-prod/gpt-4o'
/** gpt-4o: $2.50 and $10 a million tokens. */
const NANOS_PER_TOKEN = { input: 2_500, output: 10_000 }
const SETTLE_MS = 20_000

test.describe('what was answered is kept', () => {
  test.describe.configure({ timeout: 240_000 })

  let postgres: OwnPostgres
  let world: World
  let key: string

  test.beforeEach(async () => {
    postgres = await startOwnPostgres()
    world = await startWorld({ DATABASE_URL: postgres.url })
    await world.addProviders()
    key = (await world.createKey()).key
    // Slow enough that a kill always meets calls at every stage.
    world.openai.next({ times: Number.MAX_SAFE_INTEGER, delayMs: 15, chunksDelayMs: 5 })
  })
  test.afterEach(async () => {
    await world?.close()
    await postgres?.close()
  })

  test('killed again and again under load, every whole answer has one row with its cost', async () => {
    const load = startLoad(world.api, key, MODEL, CLIENTS)
    const kills: number[] = []
    const startsMs: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const answered = load.calls.length
      await expect.poll(() => load.calls.length - answered).toBeGreaterThan(CLIENTS)
      await passing(Math.random() * 1_500)
      kills.push(Date.now())
      await world.kill('SIGKILL')
      await world.restart()
      startsMs.push(Date.now() - (kills.at(-1) ?? 0))
    }
    const restarted = load.calls.length
    await expect.poll(() => load.calls.length - restarted).toBeGreaterThan(3 * CLIENTS)
    await load.stop()

    const whole = load.calls.filter(({ isWhole }) => isWhole)
    const rows = await settled(postgres, whole.length)
    expectOneRowEach(whole, rows)
    const byNumber = new Map(load.calls.map((call) => [call.number, call]))
    const ids = new Set(whole.map(({ id }) => id))
    const unmet = rows.filter(({ id, number }) => {
      const call = byNumber.get(number) as LoadedCall
      return !ids.has(id) && !kills.some((atMs) => call.startedMs <= atMs && atMs <= call.endedMs)
    })
    expect(unmet, 'rows without a whole answer, of calls no kill met').toEqual([])
    const cut = load.calls.filter(({ isWhole }) => !isWhole)
    expect(cut.length, 'the kills met no call').toBeGreaterThan(KILLS)
    await expectRollUps(postgres, rows)
    test.info().annotations.push({
      type: 'seen',
      description: `${whole.length} whole answers, ${cut.length} cut or refused, ${rows.length} rows, back after ${startsMs.join(', ')} ms`,
    })
  })

  test('with Postgres away no call of a known key fails, and every row arrives once it is back', async () => {
    expect((await callOnce(world.api, key, MODEL, 0)).isWhole).toBe(true)
    const load = startLoad(world.api, key, MODEL, CLIENTS)
    await expect.poll(() => load.calls.length).toBeGreaterThan(CLIENTS)
    await postgres.stop()
    const stoppedMs = Date.now()
    const stranger = await fetch(`${world.api}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer tg_sNobodyHasSeenThisKeyYet', 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'hello' }] }),
    })
    expect(stranger.status).toBe(503)
    expect(stranger.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await stranger.json()).toMatchObject({ error: { code: 'unavailable' } })
    expect(await health(world)).toMatchObject({ status: 'degraded', database: 'away' })
    await passing(stoppedMs + AWAY_MS - Date.now())
    await postgres.start()
    const back = load.calls.length
    await expect.poll(() => load.calls.length - back).toBeGreaterThan(CLIENTS)
    await load.stop()

    expect(load.calls.filter(({ isWhole }) => !isWhole)).toEqual([])
    const whileAway = load.calls.filter(
      ({ startedMs }) => startedMs > stoppedMs && startedMs < stoppedMs + AWAY_MS,
    )
    expect(whileAway.length).toBeGreaterThan(AWAY_MS / 100)
    const rows = await settled(postgres, load.calls.length + 1)
    expect(rows.length).toBe(load.calls.length + 1)
    expectOneRowEach(load.calls, rows)
    await expectRollUps(postgres, rows)
    await expect.poll(() => health(world)).toMatchObject({ status: 'ok', database: 'ok', journal: 'ok' })
    // A key made while the gateway held none of the database's news works too.
    const fresh = await world.createKey()
    expect((await callOnce(world.api, fresh.key, MODEL, 1)).isWhole).toBe(true)
    test.info().annotations.push({
      type: 'seen',
      description: `${load.calls.length} calls, ${whileAway.length} of them in the ${AWAY_MS / 1000} s without Postgres`,
    })
  })

  test('killed while Postgres is away, the rows arrive all the same', async () => {
    await callOnce(world.api, key, MODEL, 0)
    await postgres.stop()
    const load = startLoad(world.api, key, MODEL, CLIENTS)
    await expect.poll(() => load.calls.length).toBeGreaterThan(5 * CLIENTS)
    await world.kill('SIGKILL')
    await load.stop()
    await postgres.start()
    await world.restart()
    const whole = load.calls.filter(({ isWhole }) => isWhole)
    expectOneRowEach(whole, await settled(postgres, whole.length + 1))
  })
})

test.describe('a stop in order', () => {
  test.describe.configure({ timeout: 120_000 })

  test('is not needed: killed with its own Postgres beside it, the next start finds every row', async () => {
    const world = await startWorld()
    try {
      await world.addProviders()
      const { key } = await world.createKey()
      const calls = await Promise.all(
        Array.from({ length: 20 }, (_, n) => callOnce(world.api, key, MODEL, n)),
      )
      await world.kill('SIGKILL')
      const said = await world.restart()
      expect(said).not.toMatch(/password|tg_[a-zA-Z0-9]/i)
      for (const { id, isWhole } of calls) {
        expect(isWhole).toBe(true)
        await world.logged((row) => row.id === id)
      }
      expect((await world.rows()).length).toBe(calls.length)
      expect((await callOnce(world.api, key, MODEL, 1)).isWhole).toBe(true)
    } finally {
      await world.close()
    }
  })

  test('lets a stream come to its end, keeps everything and ends with 0', async () => {
    const world = await startWorld()
    try {
      await world.addProviders()
      const { key } = await world.createKey()
      const stream = await longStream(world, key)
      const exit = world.kill('SIGTERM')
      await expect.poll(() => refusesConnections(world.url)).toBe(true)
      const text = await stream.rest()
      expect(text).toContain('"finish_reason":"stop"')
      expect(text).toMatch(/data: \[DONE\]\n\n$/)
      const endedMs = Date.now()
      expect(await exit).toBe(0)
      expect(Date.now() - endedMs, 'from the last byte to the end').toBeLessThan(10_000)

      const said = await world.restart()
      expect(said).toContain('Tollgate is ready')
      expect(said).not.toMatch(/password|tg_[a-zA-Z0-9]/i)
      const row = await world.logged(({ id }) => id === stream.id)
      expect(row).toMatchObject({ is_success: true, finish_reason: 'stop' })
      expect(row.cost).toBeGreaterThan(0)
      expect((await callOnce(world.api, key, MODEL, 1)).isWhole).toBe(true)
    } finally {
      await world.close()
    }
  })

  for (const [name, end] of [
    ['follows when npm is gone', (world: World) => world.kill('SIGKILL')],
    [
      'comes with Ctrl-C, which the terminal sends to npm and server alike',
      (world: World, serverPid: number) => {
        process.kill(serverPid, 'SIGINT')
        return world.kill('SIGINT')
      },
    ],
  ] as const) {
    test(name, async () => {
      const world = await startWorld({}, ['npm', 'start'])
      const serverPid = Number(JSON.parse(await readFile(join(world.dataDir, 'lock'), 'utf8')).pid)
      try {
        await world.addProviders()
        const { key } = await world.createKey()
        const stream = await longStream(world, key)
        const ended = end(world, serverPid)
        expect(await stream.rest()).toMatch(/data: \[DONE\]\n\n$/)
        await ended
        await expect.poll(() => isAlive(serverPid), { timeout: 20_000 }).toBe(false)
        expect(world.output()).toContain('Stopped.')
        await expect(readFile(join(world.dataDir, 'lock'))).rejects.toThrow('ENOENT')
        await expect(readFile(join(world.dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT')
      } finally {
        if (isAlive(serverPid)) process.kill(serverPid, 'SIGKILL')
        await world.close()
      }
    })
  }
})

interface Row {
  id: string
  number: number
  cost_nanos: number | null
  input_tokens: number
  output_tokens: number
  requests: number
}

/** Every row, once there are `least` of them and their number has stopped growing. */
async function settled(postgres: OwnPostgres, least: number): Promise<Row[]> {
  const count = async () =>
    (await postgres.query<{ n: number }>('SELECT count(*)::int AS n FROM request_logs'))[0]?.n ?? 0
  let before = -1
  await expect
    .poll(
      async () => {
        const now = await count()
        const isSettled = now >= least && now === before
        before = now
        return isSettled
      },
      { timeout: SETTLE_MS, intervals: [500] },
    )
    .toBe(true)
  return postgres.query<Row>(
    `SELECT id::text, (metadata->>'number')::int AS number, cost_nanos::float8, input_tokens, output_tokens FROM request_logs`,
  )
}

function expectOneRowEach(whole: LoadedCall[], rows: Row[]) {
  const own = (calls: { id: string | null; number: number; cost: number | null }[]) =>
    calls.map(({ id, number, cost }) => `call ${number}, ${id}: ${cost} nanos`).sort()
  const ids = new Set(whole.map(({ id }) => id))
  const kept = rows.filter(({ id }) => ids.has(id))
  expect(own(kept.map((row) => ({ ...row, cost: row.cost_nanos })))).toEqual(
    own(whole.map((call) => ({ ...call, cost: costOf(call) }))),
  )
  expect(whole.filter((call) => costOf(call) <= 0)).toEqual([])
  expect(new Set(rows.map(({ id }) => id)).size, 'rows with an id of their own').toBe(rows.length)
  expect(new Set(rows.map(({ number }) => number)).size, 'calls with a row').toBe(rows.length)
}

const costOf = ({ usage }: LoadedCall) =>
  (usage?.prompt_tokens ?? 0) * NANOS_PER_TOKEN.input +
  (usage?.completion_tokens ?? 0) * NANOS_PER_TOKEN.output

/** The charts count what the rows hold: both are written in one transaction. */
async function expectRollUps(postgres: OwnPostgres, rows: Row[]) {
  const [sum] = await postgres.query<{ requests: number; cost: number }>(
    'SELECT sum(requests)::float8 AS requests, sum(cost_nanos)::float8 AS cost FROM rollup_minutes WHERE api_key_id = (SELECT api_key_id FROM request_logs LIMIT 1)',
  )
  expect(sum).toEqual({
    requests: rows.length,
    cost: rows.reduce((total, { cost_nanos }) => total + (cost_nanos ?? 0), 0),
  })
}

/** A stream of some four seconds that has begun. */
async function longStream(world: World, key: string) {
  world.openai.next({ answer: { text: 'word '.repeat(80) }, chunksDelayMs: 50 })
  const answer = await fetch(`${world.api}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, stream: true, messages: [{ role: 'user', content: 'go on' }] }),
  })
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  const first = decoder.decode((await reader.read()).value, { stream: true })
  return {
    id: answer.headers.get('x-request-id'),
    async rest() {
      let text = first
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return text
        text += decoder.decode(value, { stream: true })
      }
    },
  }
}

const health = async (world: World) => (await fetch(`${world.url}/api/health`)).json() as Promise<object>

const refusesConnections = (url: string) =>
  fetch(`${url}/api/health`, { headers: { connection: 'close' } }).then(
    () => false,
    () => true,
  )

/** False for one that ended and whose new parent has not asked for its status yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
