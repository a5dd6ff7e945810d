import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { CallRecord } from '../logs/record.ts'
import type { JsonObject } from '../providers/adapter.ts'
import type { Ask } from '../testing/caller.ts'
import { startWorld, until, type World } from '../testing/world.ts'

const GPT = '@open/gpt-4o'
const CLAUDE = '@anthropic-prod/claude-sonnet-4-6'
const messages = [{ role: 'user', content: 'Hello' }]

const ASKS: [string, Ask][] = [
  ['chat', { path: '/chat/completions', body: { model: GPT, messages } }],
  ['chat of Claude', { path: '/chat/completions', body: { model: CLAUDE, messages } }],
  ['messages', { path: '/messages', body: { model: CLAUDE, max_tokens: 50, messages } }],
  ['messages of GPT', { path: '/messages', body: { model: GPT, max_tokens: 50, messages } }],
  ['completions', { path: '/completions', body: { model: GPT, prompt: 'Hello' } }],
  ['responses', { path: '/responses', body: { model: GPT, input: 'Hello' } }],
]
const WHOLE: [string, Ask][] = [
  ...ASKS,
  ['embeddings', { path: '/embeddings', body: { model: GPT, input: 'Hello' } }],
  ['sound', { path: '/audio/speech', body: { model: GPT, input: 'Hello' } }],
  ['a path in no table', { path: '/things', body: { model: GPT } }],
]
const streamed = (ask: Ask): Ask => ({ ...ask, body: { ...(ask.body as JsonObject), stream: true } })
const ENDINGS = /"finish_reason":\s*"|\[DONE\]|message_stop|"stop_reason":\s*"|response\.completed/

describe.each(['node', 'web'] as const)('a call is recorded before it is answered, %s edge', (edge) => {
  let world: World
  const appended: CallRecord[] = []
  /** What the disk does. */
  let onAppend: () => void = () => {}
  beforeAll(async () => {
    world = await startWorld(edge, {
      overrides: {
        journal: {
          append(record) {
            onAppend()
            appended.push(record)
          },
        },
      },
    })
  })
  afterAll(() => world.close())
  beforeEach(() => {
    world.forget()
    appended.length = 0
    onAppend = () => {}
  })
  const isFull = () => {
    onAppend = () => {
      throw new Error('ENOSPC: no space left on device')
    }
  }

  describe.each(WHOLE)('%s', (_, ask) => {
    it('is answered once its row is kept', async () => {
      if (ask.path === '/things') world.open_.next({ status: 200, body: { ok: true } })
      const got = await world.call(ask)
      expect(got.status).toBe(200)
      expect(appended.map(({ id, status }) => [id, status])).toEqual([[got.headers['x-request-id'], 200]])
    })

    it('is no 200 when its row cannot be kept', async () => {
      isFull()
      if (ask.path === '/things') world.open_.next({ status: 200, body: { ok: true } })
      const got = await (await world.open(ask)).whole()
      expect(got.status).toBe(503)
      expect(got.text).not.toMatch(/Hello!|Hi!/)
      expect(got.json?.error).toMatchObject({ type: 'api_error' })
      expect(got.text).not.toContain('ENOSPC')
    })
  })

  describe.each(ASKS)('a stream of %s', (_, ask) => {
    it('ends once its row is kept', async () => {
      const got = await (await world.open(streamed(ask))).whole()
      expect([got.status, got.isCut]).toEqual([200, false])
      expect(got.text).toMatch(ENDINGS)
      expect(appended.map(({ id, status, is_partial }) => [id, status, is_partial])).toEqual([
        [got.headers['x-request-id'], 200, false],
      ])
    })

    it.each([0, 5])(
      'never looks whole when its row cannot be kept, %i ms between its events',
      async (chunksDelayMs) => {
        isFull()
        const upstream = String((ask.body as JsonObject).model) === GPT ? world.open_ : world.anthropic
        upstream.next({ chunksDelayMs })
        const got = await (await world.open(streamed(ask))).whole()
        if (ask.path === '/responses' && !got.isCut) expect(got.status).toBe(503)
        else if (got.status === 200) expect(got.isCut).toBe(true)
        else expect(got.status).toBe(503)
        expect(got.text).not.toMatch(ENDINGS)
        expect(appended).toEqual([])
      },
    )

    it('shows none of its ending before the row', async () => {
      let seenAtAppend = ''
      const upstream = String((ask.body as JsonObject).model) === GPT ? world.open_ : world.anthropic
      upstream.next({ chunksDelayMs: 10 })
      const coming = await world.open(streamed(ask))
      onAppend = () => {
        seenAtAppend = coming.text()
      }
      await coming.whole()
      expect(seenAtAppend.length).toBeGreaterThan(0)
      expect(seenAtAppend).not.toMatch(ENDINGS)
    })
  })

  it('a refusal of the upstream is heard as 503 when its row cannot be kept', async () => {
    isFull()
    world.open_.next({ status: 400 })
    const got = await world.call(ASKS[0]?.[1] as Ask)
    expect([got.status, got.json?.error]).toMatchObject([503, { code: 'unavailable' }])
  })

  it('our own refusal is heard all the same', async () => {
    isFull()
    expect((await world.chat({ model: '@nowhere/x', messages })).status).toBe(404)
  })

  it('a full journal says so in its own words', async () => {
    onAppend = () => {
      throw new GatewayError('unavailable', 'The server is shutting down.')
    }
    const got = await world.chat({ model: GPT, messages })
    expect([got.status, got.json?.error]).toMatchObject([503, { message: 'The server is shutting down.' }])
  })

  it('a client that leaves while the journal is full harms nobody', async () => {
    isFull()
    world.open_.next({ hangAfterEvents: 5 })
    const aborted = world.open_.nextAbort()
    const coming = await world.open(streamed(ASKS[0]?.[1] as Ask))
    await coming.until((text) => text.includes('content'))
    coming.leave()
    await aborted
    onAppend = () => {}
    expect((await world.chat({ model: GPT, messages })).status).toBe(200)
    await until(() => appended.length === 1, 'the row')
  })

  it('calls at once leave a row each, and no row twice', async () => {
    const calls = Array.from({ length: 40 }, (_, at) =>
      world
        .open(at % 2 ? (ASKS[0]?.[1] as Ask) : streamed(ASKS[at % 4]?.[1] as Ask))
        .then((coming) => coming.whole()),
    )
    const ids = (await Promise.all(calls)).map(({ headers }) => headers['x-request-id'])
    expect(appended.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(new Set(ids).size).toBe(40)
  })
})
