import OpenAI from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { type OpenAiUpstreamOptions, startOpenAiUpstream } from './openai-upstream.ts'
import type { TestUpstream } from './upstream.ts'

const open: TestUpstream[] = []

async function start(options: OpenAiUpstreamOptions = { credential: 'sk-test' }) {
  const upstream = await startOpenAiUpstream(options)
  open.push(upstream)
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${upstream.url}/v1`, maxRetries: 0 })
  return { upstream, client }
}

async function post(
  upstream: TestUpstream,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${upstream.url}/v1${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const hello = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hello!' }] }
const weather = {
  type: 'function' as const,
  function: { name: 'get_current_weather', parameters: { type: 'object' } },
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((upstream) => upstream.close()))
})

describe('OpenAI’s own client is at home', () => {
  test('chat, whole and streamed, with tools and usage', async () => {
    const { client, upstream } = await start()
    const { data, response } = await client.chat.completions.create(hello).withResponse()
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-4o-2024-08-06',
      choices: [{ finish_reason: 'stop' }],
    })
    expect(data.choices[0]?.message.content).toBe('Hello! How can I assist you today?')
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)

    const asked = {
      ...hello,
      messages: [{ role: 'user' as const, content: 'call get_current_weather' }],
      tools: [weather],
    }
    const stream = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.finish_reason).toBe('tool_calls')
    const call = final.choices[0]?.message.tool_calls?.[0]
    expect(call).toMatchObject({
      type: 'function',
      function: { name: 'get_current_weather', arguments: '{"location":"Boston, MA"}' },
    })
    expect(final.usage?.completion_tokens).toBeGreaterThan(0)
    expect(upstream.last().json).toMatchObject({ stream: true })
  })

  test('completions, embeddings, responses, models and speech', async () => {
    const { client, upstream } = await start()
    const done = await client.completions.create({
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Say this is a test',
    })
    expect(done.choices[0]?.text).toContain('This is indeed a test')
    const vectors = await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['a', 'b'],
      dimensions: 4,
    })
    expect(vectors.data.map((item) => item.embedding)).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ])
    expect(upstream.last().json).toMatchObject({ encoding_format: 'base64' })
    const response = await client.responses.create({ model: 'gpt-4o', input: 'hi' })
    expect(response.output_text).toBe('Hi there! How can I assist you today?')
    let streamed = ''
    for await (const event of await client.responses.create({ model: 'gpt-4o', input: 'hi', stream: true })) {
      if (event.type === 'response.output_text.delta') streamed += event.delta
    }
    expect(streamed).toBe(response.output_text)
    expect((await client.models.list()).data.map((model) => model.id)).toContain('gpt-4o')
    const file = new File([new Uint8Array(10)], 'a.wav')
    const heard = await client.audio.transcriptions.create({ model: 'whisper-1', file })
    expect(heard.text).toBe('whisper-1 heard 10 bytes')
    expect(upstream.last().form?.model).toBe('whisper-1')
  })

  test('a wrong key is refused in OpenAI’s words', async () => {
    const { client } = await start({ credential: 'sk-other' })
    const refused = client.chat.completions.create(hello)
    await expect(refused).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
  })
})

describe('it refuses what OpenAI refuses', () => {
  test.each<[string, object, string, string | null]>([
    ['an unknown field', { think: false }, 'Unrecognized request argument supplied: think', null],
    [
      'too many tokens',
      { max_tokens: 65_536 },
      'max_tokens is too large: 65536. This model supports at most 16384 completion tokens, whereas you provided 65536.',
      'invalid_value',
    ],
    [
      'an effort for a model without any',
      { reasoning_effort: 'low' },
      'Unrecognized request argument supplied: reasoning_effort',
      null,
    ],
    [
      'max_tokens for a reasoning model',
      { model: 'o3', max_tokens: 5 },
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'unsupported_parameter',
    ],
    [
      'a level nobody knows',
      { model: 'gpt-5', reasoning_effort: 'ultra' },
      "Invalid value: 'ultra'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', and 'xhigh'.",
      'invalid_value',
    ],
    [
      'a temperature for a reasoning model',
      { model: 'o3', temperature: 0.1 },
      "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
      'unsupported_value',
    ],
    [
      'cache marks',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: {} }] }] },
      "Unknown parameter: 'messages[0].content[0].cache_control'.",
      'unknown_parameter',
    ],
    [
      'reasoning of others',
      { messages: [{ role: 'assistant', content: 'x', reasoning_content: 'y' }] },
      "Unknown parameter: 'messages[0].reasoning_content'.",
      'unknown_parameter',
    ],
    [
      'metadata without store',
      { metadata: { a: 'b' } },
      "The 'metadata' parameter is only allowed when 'store' is enabled.",
      null,
    ],
    [
      'a tool result nobody asked for',
      { messages: [{ role: 'tool', tool_call_id: 'c', content: 'x' }] },
      "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
      null,
    ],
  ])('%s', async (_, change, message, code) => {
    const { upstream } = await start()
    const { status, text } = await post(upstream, '/chat/completions', { ...hello, ...change })
    expect(status).toBe(400)
    expect(JSON.parse(text).error).toMatchObject({ message, code, type: 'invalid_request_error' })
  })

  test('an unknown model, an unknown path, no JSON', async () => {
    const { upstream } = await start()
    expect((await post(upstream, '/chat/completions', { ...hello, model: 'gpt-9' })).text).toContain(
      'model_not_found',
    )
    expect((await post(upstream, '/nowhere', {})).status).toBe(404)
    expect((await post(upstream, '/chat/completions', '{"model":')).status).toBe(400)
  })

  test('but any model and field when it stands for somebody’s own server', async () => {
    const { upstream } = await start({ isStrict: false })
    expect(
      (await post(upstream, '/chat/completions', { ...hello, model: 'llama', think: true })).status,
    ).toBe(200)
  })
})

test('a long prompt sent twice is reported as cached the second time', async () => {
  const { client } = await start()
  const body = {
    model: 'gpt-4o',
    messages: [{ role: 'system' as const, content: 'rules '.repeat(2_000) }, ...hello.messages],
  }
  const first = await client.chat.completions.create(body)
  const again = await client.chat.completions.create({
    ...body,
    messages: [...body.messages, { role: 'user', content: 'and?' }],
  })
  expect(first.usage?.prompt_tokens_details?.cached_tokens).toBe(0)
  expect(again.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(2_000)
})

describe('trouble on demand', () => {
  test('a status with the provider’s words, once, and then all is well', async () => {
    const { upstream } = await start()
    upstream.next({ status: 429 })
    const limited = await post(upstream, '/chat/completions', hello)
    expect(limited.status).toBe(429)
    expect(limited.headers.get('retry-after')).toBe('20')
    expect(JSON.parse(limited.text).error.code).toBe('rate_limit_exceeded')
    expect((await post(upstream, '/chat/completions', hello)).status).toBe(200)
  })

  test('an own body and own headers', async () => {
    const { upstream } = await start()
    upstream.next({ body: '<html>', headers: { 'content-type': 'text/html', 'x-odd': '1' } })
    const odd = await post(upstream, '/chat/completions', hello)
    expect(odd).toMatchObject({ status: 200, text: '<html>' })
    expect(odd.headers.get('x-odd')).toBe('1')
  })

  test('a fault waits for its path', async () => {
    const { upstream, client } = await start()
    upstream.next({ status: 500, path: '/chat/completions' })
    await client.models.list()
    expect((await post(upstream, '/chat/completions', hello)).status).toBe(500)
  })

  test('connections that die before an answer or in the middle of one', async () => {
    const { upstream } = await start()
    upstream.next({ dieBeforeHeaders: true })
    await expect(post(upstream, '/chat/completions', hello)).rejects.toThrow()
    upstream.next({ dieAfterEvents: 3 })
    await expect(post(upstream, '/chat/completions', { ...hello, stream: true })).rejects.toThrow()
    upstream.next({ dieAfterBytes: 20 })
    await expect(post(upstream, '/chat/completions', hello)).rejects.toThrow()
    expect(upstream.requests.every((request) => !request.isAborted)).toBe(true)
  })

  test('streams that end early, fail first, ping, or come in crumbs', async () => {
    const { upstream } = await start()
    const streamed = async () => (await post(upstream, '/chat/completions', { ...hello, stream: true })).text
    const good = (await streamed()).replace(/chatcmpl-\w+|"created":\d+/g, '')
    upstream.next({ endAfterEvents: 2 })
    expect((await streamed()).match(/^data: /gm)).toHaveLength(2)
    upstream.next({ firstEventError: { type: 'server_error', message: 'Overloaded', code: 'overloaded' } })
    expect(JSON.parse((await streamed()).slice(6)).error.code).toBe('overloaded')
    upstream.next({ pings: 2, splitEveryBytes: 7 })
    expect((await streamed()).replace(/chatcmpl-\w+|"created":\d+/g, '')).toBe(`: ping\n\n: ping\n\n${good}`)
  })

  test('a scripted answer', async () => {
    const { client, upstream } = await start()
    upstream.next({
      answer: {
        text: 'done',
        reasoning: 'hm',
        toolCalls: [{ name: 'f', arguments: { a: 1 } }],
        usage: { prompt_tokens: 1 },
      },
    })
    const { choices, usage } = await client.chat.completions.create(hello)
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'done', reasoning_content: 'hm' },
    })
    expect(usage).toEqual({ prompt_tokens: 1 })
  })

  test('a client that goes away is noticed', async () => {
    const { upstream } = await start()
    upstream.next({ hangAfterEvents: 1 })
    const controller = new AbortController()
    const response = await fetch(`${upstream.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body: JSON.stringify({ ...hello, stream: true }),
      signal: controller.signal,
    })
    expect(response.status).toBe(200)
    const gone = upstream.nextAbort()
    controller.abort()
    expect((await gone).path).toBe('/v1/chat/completions')
    expect(upstream.last().isAborted).toBe(true)
  })
})
