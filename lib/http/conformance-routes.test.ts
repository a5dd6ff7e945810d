import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ENDPOINTS, type Endpoint, PROXY } from '../gateway/endpoints.ts'
import type { Json, JsonObject } from '../providers/adapter.ts'
import { type Ask, type Got, lintRefusal, wireTo } from '../testing/caller.ts'
import { testCaller } from '../testing/gateway.ts'
import { freePort, startWorld, until, type World } from '../testing/world.ts'

const SLUG = '@open'
const CHAT: JsonObject = { model: `${SLUG}/gpt-4o`, messages: [{ role: 'user', content: 'Hello' }] }
const USED = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const INVALID = 'invalid_request_error'
const FORM = 'multipart/form-data; boundary=cut'
/** Twelve megabytes: more than any buffer on the way holds. */
const LARGE = Buffer.alloc(12 * 1024 * 1024, 0x61)

/** A concrete request for every row of the table, and for what stands in none. */
const ROUTES: [string, Endpoint, Ask][] = [
  ...ENDPOINTS.map((row): [string, Endpoint, Ask] => [`${row.method} ${pathOf(row)}`, row, askFor(row)]),
  [
    'POST /threads/{id}/runs',
    PROXY,
    { method: 'POST', path: '/threads/t_1/runs', headers: { 'x-tollgate-provider': SLUG }, body: { a: 1 } },
  ],
  ['PUT /assistants', PROXY, { method: 'PUT', path: '/assistants', body: { model: `${SLUG}/gpt-4o` } }],
]

describe.each(['node', 'web'] as const)('every route, %s edge', (edge) => {
  let world: World
  /** An upstream that counts what has come while it is still coming. */
  const slow = createServer()
  const arrived = { bytes: 0 }
  beforeAll(async () => {
    slow.on('request', (req, res) => {
      req.on('data', (part: Buffer) => {
        arrived.bytes += part.length
      })
      req.on('end', () => res.end('{}'))
    })
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done))
    const { port } = slow.address() as AddressInfo
    const nowhere = `http://127.0.0.1:${await freePort()}/v1`
    world = await startWorld(edge, {
      providers: [
        { slug: 'slow', provider: 'custom', baseUrl: `http://127.0.0.1:${port}/v1` },
        { slug: 'narrow', provider: 'custom', baseUrl: `http://127.0.0.1:${port}/v1`, models: ['whisper-1'] },
        { slug: 'over', provider: 'x-ai', models: ['whisper-9'], fields: { expiresAtMs: Date.now() - 1 } },
        { slug: 'down', provider: 'custom', baseUrl: nowhere },
        { slug: 'down-anthropic', provider: 'anthropic', baseUrl: nowhere },
      ],
    })
    const { callers } = world.gateway
    callers.set('tg_reader', testCaller({ scopes: new Set(['logs.view']) }))
    callers.set('tg_homeless', testCaller({ workspaceId: null }))
    callers.set('tg_off', testCaller({ status: 'disabled' }))
  })
  afterAll(async () => {
    await world.close()
    slow.closeAllConnections()
    slow.close()
  })
  beforeEach(() => {
    world.forget()
    arrived.bytes = 0
  })

  const upstreamOf = ({ dialect }: Endpoint) => (dialect === 'messages' ? world.anthropic : world.open_)
  const sent = () =>
    world.open_.requests.length + world.anthropic.requests.length + world.openai.requests.length

  describe.each(ROUTES)('%s', (_, endpoint, ask) => {
    it('is refused without a key, and nothing is sent', async () => {
      for (const key of [null, 'tg_unknown', 'tg_off']) {
        const got = await world.call({ ...ask, key })
        expect(got.status).toBe(401)
      }
      expect(sent()).toBe(0)
      expect(world.rows()).toEqual([])
    })

    it('is refused without the scope, and nothing is sent', async () => {
      for (const key of ['tg_reader', 'tg_homeless']) {
        const got = await world.call({ ...ask, key })
        expect(got.status).toBe(403)
      }
      expect(sent()).toBe(0)
      expect(world.rows().map(({ status, refusal }) => [status, refusal])).toEqual([
        [403, 'insufficient_scope'],
      ])
    })

    it('is sent to the provider it names, without its slug, with the credential stored for it', async () => {
      const upstream = upstreamOf(endpoint)
      upstream.next({ status: 200, body: { id: 'x', object: 'thing', usage: USED } })
      const got = await world.call(ask)
      expect(got.status).toBe(200)
      const received = upstream.last()
      expect(received.method).toBe(ask.method ?? 'POST')
      expect(received.path).toBe(`/v1${(ask.path ?? '').split('?')[0]}`)
      expect(received.body.toString()).not.toContain('@')
      expect(received.headers.authorization ?? received.headers['x-api-key']).toMatch(/canary/)
      expect(JSON.stringify(received.headers)).not.toContain(world.gateway.key)
      expect(Object.keys(received.headers).filter((name) => /^x-(portkey|tollgate)/.test(name))).toEqual([])
    })

    it('leaves exactly one row, with what it used', async () => {
      const upstream = upstreamOf(endpoint)
      upstream.next({ status: 200, body: { id: 'x', object: 'thing', usage: USED } })
      const got = await world.call(ask)
      const row = await world.row()
      expect(row).toMatchObject({
        id: got.headers['x-request-id'],
        endpoint: endpoint.name,
        method: ask.method ?? 'POST',
        path: `/v1${(ask.path ?? '').split('?')[0]}`,
        status: 200,
        is_success: true,
        refusal: null,
        provider_slug: endpoint.dialect === 'messages' ? 'anthropic-prod' : 'open',
      })
      expect(row.attempts).toHaveLength(1)
      if (endpoint.dialect === 'raw') {
        // What is read, deleted or stored was counted when it was made, or never costs anything.
        const isCounted = endpoint === PROXY || (endpoint.method === 'POST' && endpoint.name !== 'uploadFile')
        expect([row.input_tokens, row.output_tokens]).toEqual(isCounted ? [11, 7] : [0, 0])
        if (!isCounted) expect([row.cost_nanos, row.is_unpriced]).toEqual([0, false])
        else if (row.ai_model === 'gpt-4o') expect(row.cost_nanos).toBe(11 * 2_500 + 7 * 10_000)
      }
    })

    it('leaves exactly one row when its provider is down', async () => {
      const got = await world.call(elsewhere(ask))
      expect(got.status).toBe(502)
      expect(await world.row()).toMatchObject({ status: 502, refusal: 'upstream_unreachable', cost_nanos: 0 })
    })

    it('is refused when a config is named, half obeying none', async () => {
      for (const name of ['x-portkey-config', 'x-tollgate-config']) {
        const got = await world.call({ ...ask, headers: { ...ask.headers, [name]: 'pc-main-123' } })
        expect(got.status).toBe(400)
        expect(errorOf(got)).toMatchObject(
          endpoint.dialect === 'messages' ? { type: 'invalid_request_error' } : { code: 'invalid_config' },
        )
      }
      expect(sent()).toBe(0)
      expect(world.rows().map(({ refusal }) => refusal)).toEqual(['invalid_config', 'invalid_config'])
    })
  })

  describe('where a provider is named', () => {
    it('in the query, the slug stays here', async () => {
      world.open_.next({ status: 200, body: { ok: true } })
      await world.call({ method: 'GET', path: '/realtime/sessions?model=%40open%2Fgpt-4o&x=a%20b' })
      const { url } = world.open_.last()
      expect(new URL(url, 'http://x').searchParams.get('model')).toBe('gpt-4o')
      expect(new URL(url, 'http://x').searchParams.get('x')).toBe('a b')
      expect(await world.row()).toMatchObject({ ai_model: 'gpt-4o', requested_model: '@open/gpt-4o' })
    })

    it('nowhere, an unknown path is a 404 in JSON', async () => {
      for (const [method, path] of [
        ['GET', '/nothing'],
        ['POST', '/nothing/here'],
        ['DELETE', '/x/y/z'],
      ] as const) {
        const got = await world.call({ method, path })
        expect(got.status).toBe(404)
        expect(errorOf(got)).toMatchObject({ code: 'not_found' })
      }
      expect(world.rows().map(({ refusal }) => refusal)).toEqual(Array(3).fill('path_not_found'))
    })

    it.each(['/files/..', '/files/%2e%2e', '/x/../../secret', '/x/%2E./y', '/x/..%2fy'])(
      'the base path is not left: %s',
      async (path) => {
        const wire = await wireTo(world.gateway.baseUrl)
        wire.send(
          `GET /api/v1${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${world.gateway.key}\r\nx-tollgate-provider: ${SLUG}\r\nconnection: close\r\n\r\n`,
        )
        const got = await wire.closed
        // The Web's URL folds such paths before anybody sees them; then what is left lies below the base.
        if (edge === 'node') expect(got).toMatch(/^HTTP\/1\.1 404/)
        for (const { url } of world.open_.requests) expect(url).toMatch(/^\/v1\/[^.%]*$/)
      },
    )
  })

  describe('forms', () => {
    const transcribe = (body: Buffer, headers: Record<string, string> = {}) =>
      world.call({ path: '/audio/transcriptions', body, headers: { 'content-type': FORM, ...headers } })

    it.each([
      ['before', [field('model', `${SLUG}/whisper-1`), file(LARGE)]],
      ['after', [file(LARGE), field('model', `custom:${SLUG}/whisper-1`)]],
    ])('the model %s a large file is resolved and stripped', async (_, parts) => {
      const got = await transcribe(form(parts))
      expect(got.json).toMatchObject({ text: `whisper-1 heard ${LARGE.length} bytes` })
      const { headers, body } = world.open_.last()
      expect(headers['content-length']).toBe(String(body.length))
      expect(await world.row()).toMatchObject({ ai_model: 'whisper-1', provider_slug: 'open', status: 200 })
    })

    it('an upload is passed on as it comes, not gathered first', async () => {
      const [head, tail] = [form([field('model', '@slow/whisper-1')]).subarray(0, -9), form([file(LARGE)])]
      const wire = await wireTo(world.gateway.baseUrl)
      wire.send(
        `POST /api/v1/audio/transcriptions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${world.gateway.key}\r\ncontent-type: ${FORM}\r\ncontent-length: ${head.length + tail.length}\r\nconnection: close\r\n\r\n`,
      )
      wire.send(head)
      wire.send(tail.subarray(0, 1000))
      await until(() => arrived.bytes >= head.length, 'the first bytes at the upstream')
      expect(wire.received()).toBe('')
      wire.send(tail.subarray(1000))
      expect(await wire.closed).toMatch(/^HTTP\/1\.1 200/)
      expect(arrived.bytes).toBe(head.length + tail.length - '@slow/'.length)
    })

    it('a form without a model goes where the header says', async () => {
      world.open_.next({ status: 200, body: { id: 'file-1' } })
      const got = await world.call({
        path: '/files',
        body: form([field('purpose', 'batch'), file(Buffer.from('{}\n'))]),
        headers: { 'content-type': FORM, 'x-portkey-provider': SLUG },
      })
      expect(got.status).toBe(200)
      expect(world.open_.last().form).toMatchObject({ purpose: 'batch' })
      expect(await world.row()).toMatchObject({ endpoint: 'uploadFile', cost_nanos: 0, is_unpriced: false })
    })

    it('an upload of any size goes where the header says', async () => {
      const huge = Buffer.alloc(70 * 1024 * 1024, 0x61)
      const got = await world.call({
        path: '/files',
        body: form([field('purpose', 'batch'), file(huge)]),
        headers: { 'content-type': FORM, 'x-portkey-provider': '@slow' },
      })
      expect(got.status).toBe(200)
      expect(arrived.bytes).toBeGreaterThan(huge.length)
      expect(await world.row()).toMatchObject({ endpoint: 'uploadFile', status: 200 })
    })

    it('a model behind a large file is looked at before the upload is whole', async () => {
      const late = (model: string, provider: string) =>
        transcribe(form([file(LARGE), field('model', model)]), { 'x-portkey-provider': provider })
      const good = await late('whisper-1', SLUG)
      expect(good.json).toMatchObject({ text: `whisper-1 heard ${LARGE.length} bytes` })
      expect(await world.row()).toMatchObject({ ai_model: 'whisper-1', requested_model: 'whisper-1' })
      world.forget()
      const barred = await late('gpt-4o', '@narrow')
      expect([barred.status, errorOf(barred).code]).toEqual([403, 'model_not_allowed'])
      const elsewhere = await late('@slow/whisper-1', SLUG)
      expect([elsewhere.status, errorOf(elsewhere).code]).toEqual([400, 'invalid_body'])
      const twice = await transcribe(
        form([field('model', `${SLUG}/whisper-1`), file(LARGE), field('model', 'gpt-4o')]),
      )
      expect([twice.status, errorOf(twice).code]).toEqual([400, 'invalid_body'])
      expect(sent()).toBe(0)
    })

    it('a form in disguise is refused', async () => {
      const body = form([field('model', `${SLUG}/whisper-1`)])
      const packed = await transcribe(gzipSync(body), { 'content-encoding': 'gzip' })
      expect(errorOf(packed)).toMatchObject({ code: 'invalid_content_type' })
      expect(sent()).toBe(0)
      await transcribe(body, { 'content-type': 'Multipart/Form-Data; Boundary=cut' })
      expect(world.open_.last().body).toEqual(form([field('model', 'whisper-1')]))
    })

    it.each([
      ['no boundary', 'multipart/form-data', 'x', 'invalid_content_type'],
      ['another boundary', 'multipart/form-data; boundary=other', form([field('a', 'b')]), 'invalid_body'],
      ['nothing', FORM, '', 'model_not_found'],
      ['an endless model', FORM, form([field('model', 'x'.repeat(2000))]), 'invalid_model'],
      ['an endless head', FORM, `--cut\r\nx: ${'y'.repeat(20_000)}`, 'invalid_body'],
      ['a model nobody offers', FORM, form([field('model', '@nowhere/x'), file(LARGE)]), 'model_not_found'],
      [
        'a second model',
        FORM,
        form([file(LARGE), field('model', 'a'), field('model', 'b')]),
        'model_not_found',
      ],
      ['text', 'text/plain', 'model=x', 'invalid_content_type'],
    ])('%s is refused', async (_, type, body, code) => {
      const got = await world.call({ path: '/audio/transcriptions', body, headers: { 'content-type': type } })
      expect(errorOf(got)).toMatchObject({ code })
      expect(sent()).toBe(0)
    })
  })

  describe('bodies of other kinds', () => {
    const send = (path: string, type: string, body: Buffer | string, headers: Record<string, string> = {}) =>
      world.call({ path, body, headers: { 'content-type': type, 'x-tollgate-provider': SLUG, ...headers } })

    it.each([
      ['application/jsonl', '{"a":1}\n{"b":2}\n'],
      ['application/x-ndjson', '{"a":1}\n{"b":2}\n'],
      ['application/octet-stream', Buffer.from([0, 1, 2, 255])],
      ['audio/mpeg', Buffer.from('ID3 sound')],
      ['text/plain', 'hello'],
    ])('%s is piped as it is', async (type, body) => {
      world.open_.next({ status: 200, body: { ok: true } })
      await send('/things', type, body)
      expect(world.open_.last().body).toEqual(Buffer.from(body))
      expect(world.open_.last().headers['content-type']).toBe(type)
      expect(world.open_.last().headers['content-length']).toBe(String(Buffer.byteLength(body)))
    })

    it.each(ROUTES.filter(([, { takes, method }]) => takes === 'json' && method === 'POST'))(
      '%s takes JSON and nothing else',
      async (_, endpoint, { path = '' }) => {
        for (const type of ['text/plain', FORM, 'application/octet-stream', 'audio/mpeg']) {
          const got = await send(path, type, form([field('model', `${SLUG}/gpt-4o`)]))
          expect(got.status).toBe(400)
          expect(errorOf(got)).toMatchObject(
            endpoint.dialect === 'messages'
              ? { type: INVALID }
              : { code: 'invalid_content_type', type: INVALID },
          )
        }
        expect(sent()).toBe(0)
      },
    )

    it.each([
      '[{"a":1}]',
      ' [1, 2]',
      '"text"',
      'null',
      '{"model":{"a":1},"user":{"id":5}}',
      '{"model":7,"user":[]}',
    ])('JSON that names no model is the business of a path nobody knows: %s', async (body) => {
      world.open_.next({ status: 200, body: { ok: true } })
      const got = await send('/things', 'application/json', body)
      expect(got.status).toBe(200)
      expect(world.open_.last().body.toString()).toBe(body)
      const known = await send('/responses', 'application/json', body)
      expect([known.status, errorOf(known).code]).toEqual([400, 'invalid_body'])
    })

    it.each(['portkey', 'tollgate'])(
      'x-%s-* options of a provider arrive under its own name',
      async (prefix) => {
        const options = { 'openai-beta': 'b', 'openai-organization': 'o', 'openai-project': 'p' }
        const prefixed = Object.entries(options).map(([name, value]) => [`x-${prefix}-${name}`, value])
        for (const path of ['/responses', '/threads']) {
          world.open_.next({ status: 200, body: {} })
          await world.call({
            path,
            body: { model: `${SLUG}/gpt-4o`, input: 'Hi' },
            headers: { ...Object.fromEntries(prefixed), [`x-${prefix}-anthropic-beta`]: 'not for OpenAI' },
          })
          expect(world.open_.last().headers).toMatchObject(options)
          expect(world.open_.last().headers['anthropic-beta']).toBeUndefined()
        }
        world.anthropic.next({ status: 200, body: {} })
        await world.call({
          path: '/messages/batches',
          body: { model: '@anthropic-prod/claude-sonnet-4-6' },
          headers: { [`x-${prefix}-anthropic-version`]: '2030-01-01', [`x-${prefix}-anthropic-beta`]: 'a,b' },
        })
        expect(world.anthropic.last().headers).toMatchObject({
          'anthropic-version': '2030-01-01',
          'anthropic-beta': 'a,b',
        })
      },
    )

    it('compressed JSON is decoded, and no longer said to be compressed', async () => {
      const body = gzipSync(JSON.stringify({ model: `${SLUG}/gpt-4o`, input: 'Hello' }))
      const got = await send('/responses', 'application/json', body, { 'content-encoding': 'gzip' })
      expect(got.status).toBe(200)
      expect(world.open_.last().json).toMatchObject({ model: 'gpt-4o', input: 'Hello' })
      expect(world.open_.last().headers['content-encoding']).toBeUndefined()
    })

    it('sound comes back byte for byte', async () => {
      const sound = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))
      world.open_.next({
        status: 200,
        body: sound,
        headers: { 'content-type': 'audio/mpeg' },
        splitEveryBytes: 40_000,
      })
      const got = await world.call({
        path: '/audio/speech',
        body: { model: `${SLUG}/tts`, input: 'Hi', voice: 'a' },
      })
      expect(got.headers['content-type']).toBe('audio/mpeg')
      expect(got.bytes.equals(sound)).toBe(true)
      expect(await world.row()).toMatchObject({
        endpoint: 'createSpeech',
        is_unpriced: true,
        cost_nanos: null,
      })
    })

    it('an answer without a body has none', async () => {
      world.open_.next({ status: 204, body: Buffer.alloc(0), headers: { 'content-length': '0' } })
      const got = await world.call({
        method: 'DELETE',
        path: '/files/f_1',
        headers: { 'x-tollgate-provider': SLUG },
      })
      expect([got.status, got.text, got.headers['content-length']]).toEqual([204, '', undefined])
      expect(await world.row()).toMatchObject({ status: 204, is_success: true })
    })

    it('what has not changed is said so', async () => {
      world.open_.next({ status: 304, body: Buffer.alloc(0) })
      const got = await world.call({
        method: 'GET',
        path: '/files/f_1/content',
        headers: { 'x-tollgate-provider': SLUG, 'if-none-match': '"a"' },
      })
      expect(got.status).toBe(304)
      expect(world.open_.last().headers['if-none-match']).toBe('"a"')
    })

    it('HEAD asks the provider and brings no body', async () => {
      world.open_.next({ status: 200, body: 'sound', headers: { 'content-type': 'audio/mpeg' } })
      const got = await world.call({
        method: 'HEAD',
        path: '/files/f_1/content',
        headers: { 'x-tollgate-provider': SLUG },
      })
      expect([got.status, got.text]).toEqual([200, ''])
      expect(world.open_.last().method).toBe('HEAD')
    })

    it("a caller's own headers go along, but for ours, the connection's and credentials", async () => {
      world.open_.next({ status: 200, body: {} })
      await send('/things', 'application/json', '{}', {
        'openai-beta': 'assistants=v2',
        'x-idempotency-key': 'i-1',
        cookie: 'session=1',
        'x-forwarded-for': '10.0.0.1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'x-api-key': 'mine',
        te: 'trailers',
      })
      const { headers } = world.open_.last()
      expect(headers).toMatchObject({ 'openai-beta': 'assistants=v2', 'x-idempotency-key': 'i-1' })
      for (const name of ['cookie', 'x-forwarded-for', 'traceparent', 'x-api-key', 'te'])
        expect(headers[name]).toBeUndefined()
      expect(await world.row()).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c' })
    })
  })

  describe('the Responses API', () => {
    it.each([false, true])('is counted, stream: %s', async (stream) => {
      const got = await world.call({
        path: '/responses',
        body: {
          model: `${SLUG}/gpt-4o`,
          input: 'Hello',
          stream,
          store: false,
          prompt_cache_key: 'session-1',
        },
      })
      expect(got.status).toBe(200)
      expect(world.open_.last().json).toMatchObject({
        model: 'gpt-4o',
        store: false,
        prompt_cache_key: 'session-1',
      })
      const row = await world.row()
      expect(row).toMatchObject({ endpoint: 'createModelResponse', is_stream: stream, is_unpriced: false })
      expect(row.output_tokens).toBeGreaterThan(0)
      expect(row.cost_nanos).toBe(row.input_tokens * 2_500 + row.output_tokens * 10_000)
      if (stream) expect(got.text).toMatch(/^event: response\.created[\s\S]*event: response\.completed\n/)
    })
  })

  describe('a Responses stream', () => {
    const ask: Ask = { path: '/responses', body: { model: `${SLUG}/gpt-4o`, input: 'Hello', stream: true } }

    it('leaves as it comes', async () => {
      world.open_.next({ hangAfterEvents: 5 })
      const coming = await world.open(ask)
      await coming.until((text) => text.includes('response.content_part.added'))
      coming.leave()
      expect(await world.row()).toMatchObject({ status: 499, is_partial: true })
    })

    it.each([{ dieAfterEvents: 7 }, { endAfterEvents: 7 }])(
      'that is cut never looks whole, and is billed: %o',
      async (fault) => {
        world.open_.next(fault)
        const got = await (await world.open(ask)).whole()
        expect([got.status, got.isCut]).toEqual([200, true])
        expect(got.text).not.toContain('response.completed')
        const row = await world.row()
        expect(row).toMatchObject({
          is_partial: true,
          is_usage_estimated: true,
          refusal: 'upstream_stream_error',
        })
        expect(row.cost_nanos).toBeGreaterThan(0)
      },
    )
  })

  describe('paths as clients write them', () => {
    const bases = ['/api/v1', '/v1', '/api/v2', '/v2', '/api/v1/v1', '/v1/v1']
    it.each(bases)('%s/chat/completions', async (base) => {
      const got = await world.call({ path: `${origin(world)}${base}/chat/completions`, body: CHAT })
      expect(got.status).toBe(200)
      expect(world.open_.last().path).toBe('/v1/chat/completions')
      expect(await world.row()).toMatchObject({ path: '/v1/chat/completions', endpoint: 'chatComplete' })
    })

    it.each(['/chat/completions/', '//chat/completions'])('%s', async (path) => {
      const got = await world.call({ path, body: CHAT })
      expect(got.status).toBe(200)
    })

    it.each([
      ['/proxy/chat/completions', CHAT, 'chatComplete'],
      ['/proxy/proxy//chat/completions/', CHAT, 'chatComplete'],
      ['/proxy/embeddings', { model: `${SLUG}/gpt-4o`, input: 'Hi' }, 'embed'],
      ['/proxy/threads', { model: `${SLUG}/gpt-4o` }, 'proxy'],
    ] as const)('%s is the path behind it, metered the same', async (path, body, endpoint) => {
      const unaliased = path.replace(/^(\/proxy)+\/+/, '/').replace(/\/$/, '')
      if (endpoint === 'proxy') world.open_.next({ status: 200, body: { usage: USED } })
      const got = await world.call({ path, body })
      expect(got.status).toBe(200)
      expect(world.open_.last()).toMatchObject({ path: `/v1${unaliased}`, json: { model: 'gpt-4o' } })
      const row = await world.row()
      expect(row).toMatchObject({ endpoint, path: `/v1${unaliased}`, is_unpriced: false })
      expect(row.cost_nanos).toBeGreaterThan(0)
    })

    it('a stream below /proxy asks for the usage it is billed by', async () => {
      const got = await world.call({ path: '/proxy/chat/completions', body: { ...CHAT, stream: true } })
      expect(got.status).toBe(200)
      expect(world.open_.last().json).toMatchObject({ stream_options: { include_usage: true } })
      expect(await world.row()).toMatchObject({ is_usage_estimated: false, endpoint: 'chatComplete' })
    })

    it('an Anthropic client below /proxy is spoken to as one', async () => {
      const got = await world.call({ path: '/proxy/messages', body: { model: '@nowhere/x', max_tokens: 9 } })
      expect(got.json).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
    })

    it.each(['GET', 'HEAD'])('%s on the base says that something is here', async (method) => {
      for (const path of ['', '/']) {
        const got = await world.call({ method, path, key: null })
        expect(got.status).toBe(200)
        expect(got.headers['content-type']).toMatch(/^application\/json/)
      }
      expect(world.rows()).toEqual([])
    })

    it('probes are answered before sign-in, quickly, in JSON, without a row', async () => {
      const probes = [
        ['GET', '/api/api/tags'],
        ['GET', '/api/v1/props'],
        ['GET', '/api/props'],
        ['GET', '/api/version'],
        ['GET', '/api/models'],
        ['POST', '/api/api/show'],
      ] as const
      for (const [method, path] of probes) {
        for (const key of [null, undefined]) {
          const startedMs = performance.now()
          const got = await world.call({
            method,
            path: `${origin(world)}${path}`,
            ...(key === null && { key }),
            ...(method === 'POST' && { body: { name: 'gpt-4o' } }),
          })
          expect(got.status).toBe(404)
          expect(performance.now() - startedMs).toBeLessThan(2_000)
          expect(Object.keys(got.json ?? {})).not.toContain('version')
          expect(Object.keys(got.json ?? {})).not.toContain('models')
        }
      }
      expect(world.rows()).toEqual([])
      expect(sent()).toBe(0)
    })
  })

  describe('models', () => {
    it('are listed and read without a row', async () => {
      for (const path of ['/models', '/models/@open/gpt-4o', '/models/%40open%2Fgpt-4o', '/models?limit=1']) {
        const got = await world.call({ method: 'GET', path })
        expect(got.status).toBe(200)
      }
      expect(world.rows()).toEqual([])
      expect(sent()).toBe(0)
    })

    it.each(['GET', 'HEAD', 'POST'])('%s /models answers', async (method) => {
      const got = await world.call({ method, path: '/models' })
      expect(got.status).toBe(200)
    })

    it('need a key and a scope', async () => {
      expect((await world.call({ method: 'GET', path: '/models', key: null })).status).toBe(401)
      expect((await world.call({ method: 'GET', path: '/models', key: 'tg_reader' })).status).toBe(403)
      expect(world.rows()).toEqual([])
    })

    it.each([
      ['/models/@nowhere/x', 404],
      ['/models/@open/none', 404],
      ['/models/@open', 400],
      ['/models/%E0%A4%A', 400],
    ])('%s is %i', async (path, status) => {
      expect((await world.call({ method: 'GET', path })).status).toBe(status)
    })

    it('a provider named by header lists its own', async () => {
      const got = await world.call({
        method: 'GET',
        path: '/models',
        headers: { 'x-portkey-provider': '@openai-prod' },
      })
      expect(got.json).toMatchObject({ object: 'list', provider: 'openai' })
      expect(world.openai.last().path).toBe('/v1/models')
    })

    it.each([
      ['x-portkey-provider', 500, 500, null],
      ['x-portkey-provider', 401, 401, 'invalid_api_key'],
      ['x-portkey-provider', 429, 429, 'rate_limit_exceeded'],
      ['x-tollgate-provider', 401, 502, 'upstream_auth_error'],
      ['x-tollgate-provider', 403, 502, 'upstream_auth_error'],
      ['x-tollgate-provider', 500, 500, null],
    ])('%s: a provider that refuses its list with %i is heard as %i', async (header, said, status, code) => {
      world.openai.next({ status: said })
      const got = await world.call({ method: 'GET', path: '/models', headers: { [header]: '@openai-prod' } })
      expect(got.status).toBe(status)
      expect(got.json).toMatchObject({ provider: 'openai', error: { ...(code && { code }) } })
      expect(world.rows()).toEqual([])
    })

    it('what is no model in a provider’s list is left out, and what is no list is no answer', async () => {
      const list = async (body: Json) => {
        world.openai.next({ status: 200, body })
        return world.call({
          method: 'GET',
          path: '/models',
          headers: { 'x-portkey-provider': '@openai-prod' },
        })
      }
      const got = await list({
        data: [null, 5, {}, 'a', { name: 'b' }, { id: 'c', owned_by: 'us', created: 7 }],
      })
      expect(got.json?.data).toEqual([
        { id: 'a', object: 'model', created: expect.any(Number), owned_by: 'openai' },
        { id: 'b', object: 'model', created: expect.any(Number), owned_by: 'openai' },
        { id: 'c', object: 'model', created: 7, owned_by: 'us' },
      ])
      const others: Json[] = [null, 5, {}, { data: null }]
      for (const body of others) expect((await list(body)).status).toBe(502)
    })

    it('are walked to their end as Anthropic’s SDK does, in both directions', async () => {
      type Page = { data: { id: string }[]; has_more: boolean; first_id: string; last_id: string }
      const page = async (query: string) =>
        (await world.call({ method: 'GET', path: `/models${query}` })).json as unknown as Page
      const all = (await page('')).data.map(({ id }) => id)
      expect((await page('')).has_more).toBe(false)
      const limit = Math.ceil(all.length / 5)
      const walked: string[] = []
      for (let next = await page(`?limit=${limit}`); ; ) {
        walked.push(...next.data.map(({ id }) => id))
        if (!next.has_more) break
        expect(next.data.length).toBe(limit)
        next = await page(`?limit=${limit}&after_id=${encodeURIComponent(next.last_id)}`)
      }
      expect(walked).toEqual(all)
      const back: string[] = []
      for (let before = all.at(-1) as string; ; ) {
        const got = await page(`?limit=${limit}&before_id=${encodeURIComponent(before)}`)
        back.unshift(...got.data.map(({ id }) => id))
        if (!got.has_more) break
        before = got.first_id
      }
      expect(back).toEqual(all.slice(0, -1))
      expect((await world.call({ method: 'GET', path: '/models?after_id=@open/none' })).status).toBe(400)
    })

    it('of a provider that has run out are not there', async () => {
      const { data } = (await world.call({ method: 'GET', path: '/models' })).json as {
        data: { id: string }[]
      }
      expect(data.filter(({ id }) => id.startsWith('@over/'))).toEqual([])
      expect((await world.call({ method: 'GET', path: '/models/@over/whisper-9' })).status).toBe(404)
      // One that had run out was still counted as an offer, and suggested.
      const got = await world.call({ path: '/chat/completions', body: { model: 'whisper-9', messages: [] } })
      expect(got.status).toBe(404)
      expect(got.text).not.toContain('@over')
    })
  })

  it('other methods on known paths are no 5xx', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      expect((await world.call({ method, path: '/chat/completions' })).status).toBe(404)
  })
})

function errorOf(got: Got): JsonObject {
  lintRefusal(got, true)
  return got.json?.error as JsonObject
}

function pathOf({ path }: Endpoint): string {
  return path.source
    .replaceAll('\\/', '/')
    .replace(/^\^|\$$/g, '')
    .replace(/\(\?:(\w+)\|[^)]*\)/g, '$1')
    .replaceAll('[^/]+', 'id_1')
}

function askFor(endpoint: Endpoint): Ask {
  const { method, name, dialect } = endpoint
  const path = pathOf(endpoint)
  if (dialect === 'messages')
    return {
      method,
      path,
      body: {
        model: '@anthropic-prod/claude-sonnet-4-6',
        max_tokens: 9,
        messages: CHAT.messages as JsonObject[],
      },
    }
  if (method !== 'POST' || /cancel/i.test(name))
    return { method, path, headers: { 'x-tollgate-provider': SLUG } }
  if (/imageEdit|createTrans|uploadFile/.test(name))
    return {
      method,
      path,
      body: form([field('model', `${SLUG}/gpt-4o`), file(Buffer.from('bytes'))]),
      headers: { 'content-type': FORM },
    }
  const content: JsonObject =
    dialect === 'chat' ? CHAT : dialect === 'completions' ? { prompt: 'Hi' } : { input: 'Hi' }
  return { method, path, body: { ...content, model: `${SLUG}/gpt-4o` } }
}

function field(name: string, value: string): Buffer {
  return Buffer.from(`--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
}

function file(bytes: Buffer): Buffer {
  const head =
    '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: audio/mpeg\r\n\r\n'
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')])
}

/** The same request to a provider that is down. */
function elsewhere(ask: Ask): Ask {
  const moved = (text: string) =>
    text
      .replaceAll(`${SLUG}"`, '@down"')
      .replaceAll(`${SLUG}/`, '@down/')
      .replace('@anthropic-prod', '@down-anthropic')
  const { body, headers = {} } = ask
  return {
    ...ask,
    headers: JSON.parse(moved(JSON.stringify(headers))) as Record<string, string>,
    ...(body !== undefined && {
      body: Buffer.isBuffer(body)
        ? Buffer.from(moved(body.toString()))
        : (JSON.parse(moved(JSON.stringify(body))) as JsonObject),
    }),
  }
}

function form(parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.from('--cut--\r\n')])
}

const origin = ({ gateway }: World) => gateway.baseUrl.replace('/api/v1', '')
