import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../providers/adapter.ts'
import { type Ask, chunksOf, eventsOf, saidIn, wireTo } from '../testing/caller.ts'
import { type HostileUpstream, httpAnswer, startHostile } from '../testing/hostile.ts'
import type { Fault, TestUpstream } from '../testing/upstream.ts'
import { SECRETS, startWorld, until, type World } from '../testing/world.ts'

const GPT = '@openai-prod/gpt-4o'
const CLAUDE = '@anthropic-prod/claude-sonnet-4-6'
const TOOL = { name: 'get_weather', schema: { type: 'object', properties: { location: { type: 'string' } } } }
/** Patience of a test, not of an agent. */
const PACE = { commitAfterMs: 300, heartbeatMs: 100, lifeSignMs: 400 }

/** The four ways a stream can go through: caller's dialect, and whose model answers. */
const WAYS = [
  ['chat', GPT],
  ['chat', CLAUDE],
  ['messages', CLAUDE],
  ['messages', GPT],
] as const
type Way = (typeof WAYS)[number]

describe.each(['node', 'web'] as const)('streams, %s edge', (edge) => {
  let world: World
  /** The same, for whom a silence is long after a moment. */
  let hasty: World
  let hostile: HostileUpstream
  beforeAll(async () => {
    hostile = await startHostile()
    world = await startWorld(edge, {
      providers: [
        { slug: 'hostile', provider: 'custom', baseUrl: `${hostile.url}/v1`, key: SECRETS.open },
        { slug: 'hostile-anthropic', provider: 'anthropic', baseUrl: `${hostile.url}/v1` },
        { slug: 'mistral', provider: 'mistral-ai', baseUrl: `${hostile.url}/v1` },
        { slug: 'openrouter', provider: 'openrouter', baseUrl: `${hostile.url}/v1` },
      ],
    })
    hasty = await startWorld(edge, { overrides: { settings: { pace: PACE } } })
  })
  afterAll(async () => {
    await Promise.all([world.close(), hasty.close()])
    await hostile.close()
  })
  beforeEach(() => {
    world.forget()
    hasty.forget()
  })

  const upstreamOf = ([, model]: Way, at = world): TestUpstream => (model === GPT ? at.openai : at.anthropic)

  function ask([dialect, model]: Way, more: object = {}, text = 'Hello'): Ask {
    return {
      path: dialect === 'chat' ? '/chat/completions' : '/messages',
      body: {
        model,
        stream: true,
        messages: [{ role: 'user', content: text }],
        ...(dialect === 'messages' && { max_tokens: 100 }),
        ...more,
      },
    }
  }

  const withTool = (way: Way): Ask =>
    ask(
      way,
      {
        tools:
          way[0] === 'chat'
            ? [{ type: 'function', function: { name: TOOL.name, parameters: TOOL.schema } }]
            : [{ name: TOOL.name, input_schema: TOOL.schema }],
      },
      'Use get_weather',
    )

  const words = ([dialect]: Way, text: string) =>
    dialect === 'chat'
      ? saidIn(text)
      : eventsOf(text)
          .map(({ data }) => (JSON.parse(data) as { delta?: { text?: string } }).delta?.text ?? '')
          .join('')

  describe.each(WAYS)('%s through %s', (...way) => {
    it('ends once, in order, and is whole', async () => {
      const got = await (
        await world.open(ask(way, way[0] === 'chat' ? { stream_options: { include_usage: true } } : {}))
      ).whole()
      expect([got.status, got.isCut]).toEqual([200, false])
      expect(got.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
      })
      expect(got.headers['content-encoding']).toBeUndefined()
      if (way[0] === 'chat') {
        const chunks = chunksOf(got.text)
        const finishes = chunks
          .flatMap(({ choices }) => choices.map(({ finish_reason }) => finish_reason))
          .filter(Boolean)
        expect(finishes).toEqual(['stop'])
        expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
        expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } })
        expect(eventsOf(got.text).at(-1)?.data).toBe('[DONE]')
      } else {
        const names = eventsOf(got.text).map(({ event }) => event)
        expect(names[0]).toBe('message_start')
        expect(names.slice(-2)).toEqual(['message_delta', 'message_stop'])
      }
      expect(words(way, got.text)).toMatch(/^(Hello!|Hi!)/)
    })

    it('says the same however it is cut into packets', async () => {
      const whole = words(way, (await (await world.open(ask(way))).whole()).text)
      for (const splitEveryBytes of [1, 3, 17]) {
        upstreamOf(way).next({ splitEveryBytes })
        const got = await (await world.open(ask(way))).whole()
        expect([got.isCut, words(way, got.text)]).toEqual([false, whole])
      }
    })

    it('leaves as it comes: the first word does not wait for the last', async () => {
      upstreamOf(way).next({ hangAfterEvents: 5 })
      const coming = await world.open(ask(way))
      await coming.until((text) => words(way, text).length > 0)
      expect(coming.response.complete).toBe(false)
      coming.leave()
      expect(await world.row()).toMatchObject({ status: 499, refusal: 'client_closed', is_partial: true })
    })

    it('is told whole by an upstream that answered with JSON', async () => {
      const upstream = upstreamOf(way)
      upstream.next({
        status: 200,
        body: jsonAnswer(way[1]),
        headers: { 'content-type': 'application/json' },
      })
      const got = await (await world.open(ask(way))).whole()
      expect(got.headers['content-type']).toMatch(/^text\/event-stream/)
      expect(words(way, got.text)).toBe('Told at once.')
      if (way[0] === 'chat') {
        expect(eventsOf(got.text).at(-1)?.data).toBe('[DONE]')
        for (const chunk of chunksOf(got.text)) expect(chunk.usage ?? null).toBeNull()
      } else expect(eventsOf(got.text).at(-1)?.event).toBe('message_stop')
      expect(await world.row()).toMatchObject({ status: 200, input_tokens: 9, output_tokens: 4 })
    })

    const CUTS: [string, boolean, Fault][] = [
      ['within its text', false, { dieAfterEvents: 5 }],
      ['within a tool call', true, { dieAfterEvents: 5 }],
      ['cleanly, within its text', false, { endAfterEvents: 5 }],
      ['cleanly, within a tool call', true, { endAfterEvents: 5 }],
      ['by an error event', false, { errorAfterEvents: 5 }],
    ]
    describe.each(CUTS)('an upstream that ends %s', (_, isTool, fault) => {
      it.each([
        ['everyone else', {}],
        ['a Portkey client', { 'x-portkey-trace-id': 't' }],
      ])('never looks whole to %s', async (kind, headers) => {
        upstreamOf(way).next(fault)
        const request = isTool ? withTool(way) : ask(way)
        const raw = await rawPost(world, { ...request, headers })
        const body = raw.slice(raw.indexOf('\r\n\r\n') + 4)
        expect(raw).toMatch(/^HTTP\/1\.1 200/)
        // The closing chunk of HTTP itself is missing too.
        expect(raw.endsWith('0\r\n\r\n')).toBe(false)
        expect(body).not.toContain('[DONE]')
        expect(body).not.toMatch(/"finish_reason":\s*"/)
        expect(body).not.toMatch(/message_stop|"stop_reason":\s*"/)
        const isTold = body.includes('"error"')
        expect(isTold).toBe(way[0] === 'messages' || kind === 'a Portkey client')
        if (way[0] === 'messages') expect(body).toContain('event: error')
        const row = await world.row()
        expect(row).toMatchObject({
          is_partial: true,
          is_success: false,
          is_stream: true,
          is_usage_estimated: true,
        })
        expect(row.input_tokens).toBeGreaterThan(0)
        expect(row.output_tokens).toBeGreaterThan(0)
        expect(row.cost_nanos).toBeGreaterThan(0)
        expect(row.finish_reason).toBeNull()
      })
    })

    it('an upstream lost before its first event is a status', async () => {
      for (const fault of [{ dieAfterEvents: 0 }, { endAfterEvents: 0 }]) {
        upstreamOf(way).next(fault)
        const got = await world.call(ask(way))
        expect(got.status).toBe(502)
        expect(got.isCut).toBe(false)
        expect(await world.row()).toMatchObject({ status: 502, is_partial: false })
        world.forget()
      }
    })

    it.each([
      ['everyone else', {}, way[0] === 'messages' ? 529 : 503],
      ['a Portkey client', { 'x-portkey-trace-id': 't' }, 529],
    ])('overload as the first event is a status to %s', async (_, headers, status) => {
      upstreamOf(way).next({ pings: 2, firstEventError: { type: 'overloaded_error', message: 'Overloaded' } })
      const got = await world.call({ ...ask(way), headers })
      expect(got.status).toBe(status)
      expect(got.json?.error).toMatchObject({ type: 'overloaded_error' })
      expect(await world.row()).toMatchObject({ status, is_partial: false })
    })

    it('a refusal keeps its status', async () => {
      upstreamOf(way).next({ status: 429 })
      const got = await world.call(ask(way))
      expect(got.status).toBe(429)
      expect(Number.isInteger(Number(got.headers['retry-after']))).toBe(true)
    })

    it('silence goes out as a 200 with comments, then the answer follows whole', async () => {
      upstreamOf(way, hasty).next({ silentMs: 1_000 })
      const startedMs = performance.now()
      const coming = await hasty.open(ask(way))
      await coming.until((text) => text.startsWith(': '))
      expect(performance.now() - startedMs).toBeLessThan(950)
      const got = await coming.whole()
      expect(got.text.match(/^: /gm)?.length).toBeGreaterThan(2)
      expect(words(way, got.text)).toMatch(/^(Hello!|Hi!)/)
      expect(got.isCut).toBe(false)
      expect(await hasty.row()).toMatchObject({ status: 200, is_partial: false, is_usage_estimated: false })
    })

    it('silence in the middle is filled with comments', async () => {
      upstreamOf(way, hasty).next({ hangAfterEvents: 5 })
      const coming = await hasty.open(ask(way))
      await coming.until((text) => (text.match(/^: /gm)?.length ?? 0) >= 2)
      coming.leave()
      await hasty.row()
    })

    it('a refusal after the silence is an error event with a code, and the connection is dropped', async () => {
      const cases = [
        [429, 'rate_limit_exceeded'],
        [401, 'upstream_auth_error'],
        [500, 'server_error'],
      ] as const
      for (const [status, code] of cases) {
        upstreamOf(way, hasty).next({ delayMs: 500, status })
        const got = await (await hasty.open(ask(way))).whole()
        expect([got.status, got.isCut]).toEqual([200, true])
        const { data, event } = eventsOf(got.text).at(-1) ?? { data: '{}', event: null }
        const { error } = JSON.parse(data) as { error: { code?: string; type: string; message: string } }
        if (way[0] === 'chat') expect([event, error.code]).toEqual([null, code])
        else expect([event, error.type]).toEqual(['error', status === 429 ? 'rate_limit_error' : 'api_error'])
        expect(got.text).not.toContain('[DONE]')
        expect(await hasty.row()).toMatchObject({ is_success: false })
        hasty.forget()
      }
    })

    it('an upstream that never answers is told in the stream once its time is over', async () => {
      upstreamOf(way, hasty).next({ hang: true })
      const got = await (
        await hasty.open({ ...ask(way), headers: { 'x-tollgate-request-timeout': '500' } })
      ).whole()
      const { error } = JSON.parse(eventsOf(got.text).at(-1)?.data ?? '{}') as { error: { code?: string } }
      if (way[0] === 'chat') expect(error.code).toBe('upstream_timeout')
      expect(got.isCut).toBe(true)
      expect(await hasty.row()).toMatchObject({ refusal: 'request_timeout', status: 504 })
    })

    it('a client that leaves cancels the upstream within a second, and pays for what came', async () => {
      const upstream = upstreamOf(way)
      upstream.next({ hangAfterEvents: 5 })
      const aborted = upstream.nextAbort()
      const coming = await world.open(ask(way))
      await coming.until((text) => words(way, text).length > 0)
      const leftMs = performance.now()
      coming.leave()
      await aborted
      expect(performance.now() - leftMs).toBeLessThan(1_000)
      const row = await world.row()
      expect(row).toMatchObject({ status: 499, is_partial: true, is_usage_estimated: true })
      expect(row.cost_nanos).toBeGreaterThan(0)
    })

    it('a client that leaves before the first event cancels the upstream too', async () => {
      const upstream = upstreamOf(way)
      upstream.next({ hang: true })
      const aborted = upstream.nextAbort()
      const wire = await wireTo(world.gateway.baseUrl)
      wire.send(requestText(world, ask(way)))
      await until(() => upstream.requests.length === 1, 'the request')
      wire.socket.destroy()
      await aborted
      expect(await world.row()).toMatchObject({ status: 499 })
    })

    it('finish reasons and lengths are kept', async () => {
      upstreamOf(way).next({
        answer: { text: 'Cut off', finishReason: way[1] === GPT ? 'length' : 'max_tokens' },
      })
      const got = await (await world.open(ask(way))).whole()
      expect(got.text).toContain(
        way[0] === 'chat' ? '"finish_reason":"length"' : '"stop_reason":"max_tokens"',
      )
    })
  })

  // Claude's streams tell the input at their start, so only OpenAI's are estimated.
  it.each(WAYS.filter(([, model]) => model === GPT))(
    '%s through %s: a picture nobody counted is billed as one, not as its bytes',
    async (...way) => {
      upstreamOf(way).next({ hangAfterEvents: 5 })
      const data = randomBytes(1_000_000).toString('base64')
      const picture =
        way[0] === 'chat'
          ? { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }
          : { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }
      const coming = await world.open(
        ask(way, { messages: [{ role: 'user', content: [{ type: 'text', text: 'See' }, picture] }] }),
      )
      await coming.until((text) => words(way, text).length > 0)
      coming.leave()
      const row = await world.row()
      expect(row).toMatchObject({ status: 499, is_usage_estimated: true })
      expect(row.input_tokens).toBeGreaterThan(1_000)
      expect(row.input_tokens).toBeLessThan(2_000)
    },
  )

  describe('an upstream that nearly speaks OpenAI', () => {
    const chunk = (delta: JsonObject, finish: string | null = null, more: JsonObject = {}): JsonObject => ({
      id: 'c',
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    })
    const framed = (...chunks: JsonObject[]) =>
      chunks.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('')
    const says = (text: string) =>
      hostile.says(httpAnswer(200, { 'content-type': 'text/event-stream' }, text))
    const stream = async (path: string, model: string, more: object = {}) =>
      (
        await world.open({
          path,
          body: { model, stream: true, messages: [{ role: 'user', content: 'Hello' }], ...more },
        })
      ).whole()
    const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }

    it('is put right on its way: parts joined, its finish in OpenAI’s words, its usage billed', async () => {
      const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }
      const spoken = chunk({ content: [{ type: 'text', text: 'Hello' }] })
      const last = chunk({}, 'model_length', { usage })
      says(`${framed(chunk({ content: [thought] }), spoken, last)}data: [DONE]\n\n`)
      const got = await stream('/chat/completions', '@mistral/magistral-medium-latest')
      expect([got.status, got.isCut, saidIn(got.text)]).toEqual([200, false, 'Hello'])
      expect(got.text).toContain('"reasoning_content":"Hm."')
      expect(got.text).toContain('"finish_reason":"length"')
      expect(eventsOf(got.text).at(-1)?.data).toBe('[DONE]')
      expect(await world.row()).toMatchObject({
        status: 200,
        finish_reason: 'length',
        input_tokens: 9,
        output_tokens: 4,
        is_usage_estimated: false,
      })
    })

    it('is put right in a whole answer too', async () => {
      const message = { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] }
      const body = { model: 'm', choices: [{ index: 0, message, finish_reason: 'eos' }], usage }
      hostile.says(httpAnswer(200, { 'content-type': 'application/json' }, JSON.stringify(body)))
      const got = await world.chat({ model: '@mistral/m', messages: [{ role: 'user', content: 'Hello' }] })
      expect(got.json).toMatchObject({
        id: expect.stringMatching(/^chatcmpl-/),
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
      })
    })

    it('is believed when it says what the call cost', async () => {
      const told = { id: 'c', choices: [], usage: { ...usage, cost: 0.0123 } }
      says(`${framed(chunk({ content: 'Hello' }), chunk({}, 'stop'), told)}data: [DONE]\n\n`)
      const got = await stream('/chat/completions', '@openrouter/openai/gpt-4o')
      expect(got.text).not.toContain('cost')
      expect(await world.row()).toMatchObject({ cost_nanos: 12_300_000, is_unpriced: false })
    })

    it.each([
      ['chat', '/chat/completions', {}],
      ['messages', '/messages', { max_tokens: 9 }],
    ])('is heard when it names its error inside a 200: %s', async (_, path, more) => {
      const error = { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' }
      says(framed({ error }))
      const streamed = await stream(path, '@hostile/gpt-4o', more)
      hostile.says(httpAnswer(200, { 'content-type': 'application/json' }, JSON.stringify({ error })))
      const whole = await stream(path, '@hostile/gpt-4o', { ...more, stream: false })
      expect([streamed.status, whole.status]).toEqual([429, 429])
    })

    it('is not whole when a message ends without message_stop', async () => {
      const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }
      says(`${anthropicStart()}${anthropicDelta('Hello')}event: message_delta\n${framed(delta)}`)
      const got = await stream('/messages', '@hostile-anthropic/claude-sonnet-4-6', { max_tokens: 9 })
      expect(got.isCut).toBe(true)
      expect(got.text).not.toMatch(/"stop_reason":"|message_stop/)
      expect(await world.row()).toMatchObject({ is_partial: true, is_success: false })
    })

    it('is not whole when one of two choices has not ended', async () => {
      const second = { id: 'c', choices: [{ index: 1, delta: { content: 'x' }, finish_reason: null }] }
      says(framed(chunk({ content: 'Hello' }), second, chunk({}, 'stop')))
      const got = await stream('/chat/completions', '@hostile/gpt-4o', { n: 2 })
      expect(got.isCut).toBe(true)
      expect(got.text).not.toMatch(/\[DONE\]|"finish_reason":"/)
      expect(await world.row()).toMatchObject({ is_partial: true, is_success: false })
    })
  })

  describe('an upstream that compresses although told not to', () => {
    it.each(['gzip', 'br', 'deflate'] as const)('is read all the same: %s', async (coding) => {
      const pack = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[coding]
      const headers = { 'content-encoding': coding }
      hostile.says(
        httpAnswer(200, { ...headers, 'content-type': 'text/event-stream' }, pack(chatEvents().join(''))),
      )
      const body = { model: '@hostile/gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }
      const streamed = await (
        await world.open({ path: '/chat/completions', body: { ...body, stream: true } })
      ).whole()
      expect([streamed.isCut, saidIn(streamed.text), streamed.headers['content-encoding']]).toEqual([
        false,
        'Hello',
        undefined,
      ])
      hostile.says(
        httpAnswer(
          200,
          { ...headers, 'content-type': 'application/json' },
          pack(JSON.stringify(jsonAnswer(GPT))),
        ),
      )
      const whole = await world.chat(body)
      expect([whole.status, whole.headers['content-encoding']]).toEqual([200, undefined])
      expect(whole.text).toContain('Told at once.')
    })
  })

  describe('an upstream that lives but says nothing', () => {
    it('is told as an empty chunk, which agents count as life', async () => {
      const events = [...Array(40)].map(() => ': OPENROUTER PROCESSING\n\n')
      hasty.openai.next({
        chunksDelayMs: 20,
        events: [...chatEvents().slice(0, 1), ...events, ...chatEvents().slice(1)],
      })
      const got = await (await hasty.open(ask(WAYS[0]))).whole()
      const empty = chunksOf(got.text).filter(({ choices, usage }) => choices.length === 0 && !usage)
      expect(empty.length).toBeGreaterThan(0)
      expect(empty[0]).toMatchObject({ object: 'chat.completion.chunk' })
      expect(saidIn(got.text)).toBe('Hello')
    })
  })

  describe('a reader that does not read', { timeout: 60_000 }, () => {
    /** Far more than what sockets and queues on the way hold. */
    const ENDLESS = 96 * 1024 * 1024
    const BOUND = 16 * 1024 * 1024
    it.each([
      [
        'chat',
        '/chat/completions',
        { model: '@hostile/gpt-4o', messages: [], stream: true },
        'text/event-stream',
        false,
      ],
      [
        'chat of Claude',
        '/chat/completions',
        {
          model: '@hostile-anthropic/claude-sonnet-4-6',
          messages: [{ role: 'user', content: 'x' }],
          stream: true,
        },
        'text/event-stream',
        true,
      ],
      ['sound', '/audio/speech', { model: '@hostile/tts', input: 'x' }, 'audio/mpeg', false],
    ])('holds the upstream back: %s', async (_, path, body, type, isAnthropic) => {
      let sent = 0
      let isStalled = false
      hostile.next((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`)
        if (isAnthropic) socket.write(anthropicStart())
        const event = isAnthropic ? anthropicDelta('x'.repeat(60_000)) : chatDelta('x'.repeat(60_000))
        const pump = () => {
          while (sent < ENDLESS && !socket.destroyed) {
            sent += event.length
            if (!socket.write(event)) {
              isStalled = true
              socket.once('drain', () => {
                isStalled = false
                setImmediate(pump)
              })
              return
            }
          }
        }
        pump()
      })
      const socket = connect(Number(new URL(world.gateway.baseUrl).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(requestText(world, { path, body }))
      await new Promise<void>((done) => socket.once('data', () => done(void socket.pause())))
      let last = -1
      let steady = 0
      await until(
        () => {
          steady = isStalled && last === sent ? steady + 1 : 0
          last = sent
          return steady > 50
        },
        'a standstill',
        20_000,
      )
      expect(sent).toBeLessThan(BOUND)
      const reached = sent
      socket.on('data', () => {}).resume()
      await until(() => sent > reached + BOUND, 'more once it is read', 30_000)
      socket.destroy()
      expect(await world.row()).toMatchObject({ status: 499, is_partial: true })
    })
  })

  it('a burst larger than the client takes at once leaves the provider’s connection free for the next call', async () => {
    const path = '/chat/completions'
    const body = { model: '@hostile/gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hello' }] }
    const word = (delta: object, finish: string | null = null) =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
    const burst = `${word({ content: 'x'.repeat(1024) }).repeat(800)}${word({}, 'stop')}data: [DONE]\n\n`
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
    let answers = 0
    let close = () => {}
    hostile.next((socket) => {
      close = () => void socket.destroy()
      const answer = () => {
        answers++
        socket.write(`${head}${Buffer.byteLength(burst).toString(16)}\r\n${burst}\r\n`)
        setTimeout(() => socket.write('0\r\n\r\n'), 50)
      }
      answer()
      // A request on the same connection; one on another would find nothing planned.
      socket.on('data', (bytes: Buffer) => {
        if (bytes.includes('POST ')) answer()
      })
    })
    for (let turn = 1; turn <= 2; turn++) {
      const answer = await (await world.open({ path, body })).whole()
      expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true)
      await new Promise((done) => setTimeout(done, 300))
      expect(answers).toBe(turn)
    }
    // The next test’s call must not come on this connection.
    close()
    await new Promise((done) => setTimeout(done, 50))
  })

  describe('HTTP as it is on the wire', () => {
    const body = { model: GPT, messages: [{ role: 'user', content: 'Hello' }] }

    it('a connection is used again, after an answer, a stream and a refusal', async () => {
      let wire = await wireTo(world.gateway.baseUrl)
      const turns: [Ask, string][] = [
        [{ path: '/chat/completions', body }, '"finish_reason":"stop"'],
        [{ path: '/chat/completions', body: { ...body, stream: true } }, '0\r\n\r\n'],
        [{ path: '/chat/completions', body, key: 'tg_unknown' }, '"invalid_api_key"'],
        [
          { path: '/chat/completions', body: { model: '@nowhere/x', messages: ['x'.repeat(200_000)] } },
          'Model not found',
        ],
        [{ method: 'GET', path: '/models' }, '"has_more"'],
        [{ path: '/chat/completions', body }, '"finish_reason":"stop"'],
      ]
      let seen = 0
      for (const [turn, sign] of turns) {
        // Whether a connection outlives a body nobody read is the host's to say where the host is Next.
        if (edge === 'web' && wire.socket.destroyed) {
          wire = await wireTo(world.gateway.baseUrl)
          seen = 0
        }
        expect(wire.socket.destroyed).toBe(false)
        wire.send(requestText(world, turn, true))
        await wire.until((text) => text.indexOf(sign, seen) >= 0)
        seen = wire.received().length
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      wire.socket.destroy()
    })

    it('pipelined requests are answered in their order', async () => {
      world.openai.next({ delayMs: 100, answer: { text: 'first' } })
      world.openai.next({ answer: { text: 'second' } })
      const wire = await wireTo(world.gateway.baseUrl)
      const one = requestText(world, { path: '/chat/completions', body }, true)
      const two = requestText(world, { path: '/chat/completions', body: { ...body, stream: true } }, true)
      wire.send(one)
      await until(() => world.openai.requests.length === 1, 'the first request')
      wire.send(two)
      await wire.until((text) => text.includes('[DONE]'))
      const text = wire.received()
      expect(text.indexOf('first')).toBeGreaterThan(0)
      expect(text.indexOf('second')).toBeGreaterThan(text.indexOf('first'))
      wire.socket.destroy()
    })

    it('Expect: 100-continue is answered, then the call', async () => {
      const wire = await wireTo(world.gateway.baseUrl)
      const text = requestText(world, {
        path: '/chat/completions',
        body,
        headers: { expect: '100-continue' },
      })
      const head = text.slice(0, text.indexOf('\r\n\r\n') + 4)
      wire.send(head)
      await wire.until((got) => got.startsWith('HTTP/1.1 100'))
      wire.send(text.slice(head.length))
      expect(await wire.closed).toContain('HTTP/1.1 200')
    })

    it('a body in chunks is read', async () => {
      const got = await world.call({
        path: '/chat/completions',
        body: JSON.stringify(body),
        headers: { 'transfer-encoding': 'chunked', 'content-type': 'application/json' },
      })
      expect(got.status).toBe(200)
    })

    it('a client that breaks off its request leaves a row, no noise, and no call', async () => {
      const whole = requestText(world, {
        path: '/chat/completions',
        body: { ...body, x: 'y'.repeat(10_000) },
      })
      const wire = await wireTo(world.gateway.baseUrl)
      wire.send(whole.slice(0, -5_000))
      await new Promise((resolve) => setTimeout(resolve, 30))
      wire.socket.destroy()
      expect(await world.row()).toMatchObject({ status: 499, refusal: 'client_closed', cost_nanos: 0 })
      expect(world.openai.requests).toEqual([])
    })

    it('a client that breaks off an upload cancels it at the upstream', async () => {
      const sockets: Socket[] = []
      hostile.next((socket) => void sockets.push(socket))
      const form =
        '--cut\r\nContent-Disposition: form-data; name="model"\r\n\r\n@hostile/whisper-1\r\n--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
      const wire = await wireTo(world.gateway.baseUrl)
      wire.send(
        `POST /api/v1/audio/transcriptions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${world.gateway.key}\r\ncontent-type: multipart/form-data; boundary=cut\r\ncontent-length: 5000000\r\n\r\n${form}${'a'.repeat(1_000_000)}`,
      )
      await until(() => sockets.length === 1, 'the upload at the upstream')
      wire.socket.destroy()
      await until(() => (sockets[0] as Socket).destroyed, 'the end of the upload', 1_000)
      expect(await world.row()).toMatchObject({ status: 499, refusal: 'client_closed' })
    })

    it('an upstream that refuses an upload before its end is heard', async () => {
      hostile.next((socket) =>
        socket.end(
          'HTTP/1.1 415 Unsupported\r\ncontent-type: application/json\r\ncontent-length: 52\r\nconnection: close\r\n\r\n{"error":{"message":"This is no sound","code":"bad"}}',
        ),
      )
      const form = Buffer.concat([
        Buffer.from(
          '--cut\r\nContent-Disposition: form-data; name="model"\r\n\r\n@hostile/whisper-1\r\n--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        ),
        Buffer.alloc(8_000_000, 0x61),
        Buffer.from('\r\n--cut--\r\n'),
      ])
      const got = await world.call({
        path: '/audio/transcriptions',
        body: form,
        headers: { 'content-type': 'multipart/form-data; boundary=cut' },
      })
      expect([415, 502]).toContain(got.status)
    })

    it('nothing keeps the process awake once calls are over', async () => {
      for (const stream of [true, false])
        await world.call({ path: '/chat/completions', body: { ...body, stream } })
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
      const before = timers()
      for (let i = 0; i < 20; i++)
        await (await world.open({ path: '/chat/completions', body: { ...body, stream: true } })).whole()
      expect(timers() - before).toBeLessThan(5)
    })
  })
})

function jsonAnswer(model: string): JsonObject {
  return model === GPT
    ? {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'gpt-4o',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Told at once.' }, finish_reason: 'stop' },
        ],
        usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
      }
    : {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-6',
        content: [{ type: 'text', text: 'Told at once.' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 9, output_tokens: 4 },
      }
}

function chatDelta(content: string): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'gpt-4o', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
}

function chatEvents(): string[] {
  const end = {
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
  }
  return [chatDelta('Hel'), chatDelta('lo'), `data: ${JSON.stringify(end)}\n\n`, 'data: [DONE]\n\n']
}

function anthropicStart(): string {
  const message = {
    id: 'm',
    type: 'message',
    role: 'assistant',
    content: [],
    model: 'c',
    usage: { input_tokens: 5, output_tokens: 1 },
  }
  const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }
  return `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message })}\n\nevent: content_block_start\ndata: ${JSON.stringify(block)}\n\n`
}

function anthropicDelta(text: string): string {
  return `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })}\n\n`
}

/** A request as it stands on the wire. */
function requestText(
  { gateway }: World,
  { method = 'POST', path = '', body, headers = {}, key }: Ask,
  isKept = false,
): string {
  const bytes = body === undefined ? '' : JSON.stringify(body)
  const all = {
    host: 'gateway',
    authorization: `Bearer ${key ?? gateway.key}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(bytes)),
    connection: isKept ? 'keep-alive' : 'close',
    ...headers,
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} /api/v1${path} HTTP/1.1\r\n${head.join('')}\r\n${bytes}`
}

/** Everything one call brings over its own connection, framing included. */
async function rawPost(world: World, ask: Ask): Promise<string> {
  const wire = await wireTo(world.gateway.baseUrl)
  wire.send(requestText(world, ask))
  return wire.closed
}
