import { describe, expect, test, vi } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { Json, JsonObject } from './adapter.ts'
import type { UpstreamExchange } from './egress.ts'
import { createSandbox } from './sandbox.ts'

const sandbox = createSandbox({ now: () => 1_700_000_000_000 })

interface Heard {
  status: number
  headers: Record<string, string | string[]>
  text: string
  chunks: string[]
  error: Error | null
}

function call(
  path: string,
  body: JsonObject | Buffer | null,
  onHeaders?: (exchange: UpstreamExchange) => void,
): Promise<Heard> {
  const heard: Heard = { status: 0, headers: {}, text: '', chunks: [], error: null }
  const bytes = body === null || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
  return new Promise((resolve) => {
    sandbox.send(
      {
        method: body === null ? 'GET' : 'POST',
        url: `http://sandbox.invalid/v1${path}`,
        headers: {},
        body: bytes,
        isStoredHost: true,
        headersTimeoutMs: 1_000,
      },
      {
        onHeaders(status, headers, exchange) {
          Object.assign(heard, { status, headers })
          onHeaders?.(exchange)
        },
        onData(chunk) {
          heard.text += chunk
          heard.chunks.push(String(chunk))
        },
        onEnd: () => resolve(heard),
        onError: (error) => resolve({ ...heard, error }),
      },
    )
  })
}

const said = (text: string) => [{ role: 'user', content: text }]
const events = (heard: Heard) =>
  heard.chunks
    .map((chunk) => chunk.replace(/^data: |\n\n$/g, ''))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)))
const readFile = {
  type: 'function',
  function: {
    name: 'read_file',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        limit: { type: 'integer', minimum: 10 },
        mode: { enum: ['r', 'w'] },
        loose: { type: 'boolean' },
      },
      required: ['path', 'limit', 'mode', 'loose'],
    },
  },
}

describe('chat', () => {
  test('echo says the last user text back, with usage', async () => {
    const heard = await call('/chat/completions', { model: 'echo', messages: said('Hello there, gateway') })
    const body = JSON.parse(heard.text)
    expect(heard.status).toBe(200)
    expect(body).toMatchObject({
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'echo',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello there, gateway' }, finish_reason: 'stop' },
      ],
    })
    expect(body.usage.total_tokens).toBe(body.usage.prompt_tokens + body.usage.completion_tokens)
    expect(body.usage.completion_tokens).toBeGreaterThan(0)
  })

  test('the same bytes get the same answer', async () => {
    const body = { model: 'echo', messages: said('again') }
    expect((await call('/chat/completions', body)).text).toBe((await call('/chat/completions', body)).text)
  })

  test('a stream goes word by word: role, words, finish, usage when asked, [DONE]', async () => {
    const body = {
      model: 'echo',
      messages: said('one two three'),
      stream: true,
      stream_options: { include_usage: true },
    }
    const heard = await call('/chat/completions', body)
    const list = events(heard)
    expect(heard.headers['content-type']).toContain('text/event-stream')
    expect(list[0].choices[0].delta).toMatchObject({ role: 'assistant', content: '' })
    expect(list.slice(1, 4).map((chunk) => chunk.choices[0].delta.content)).toEqual(['one', ' two', ' three'])
    expect(list[4].choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(list[5]).toMatchObject({ choices: [], usage: { completion_tokens: 4 } })
    expect(list[6]).toBe('[DONE]')
  })

  test('a tool the text names is called with arguments that fit its schema', async () => {
    const messages = said('Use read_file on notes/today.md please')
    const body = JSON.parse(
      (await call('/chat/completions', { model: 'echo', messages, tools: [readFile] })).text,
    )
    const [choice] = body.choices
    expect(choice.finish_reason).toBe('tool_calls')
    expect(choice.message.content).toBeNull()
    expect(choice.message.tool_calls).toHaveLength(1)
    expect(choice.message.tool_calls[0]).toMatchObject({ type: 'function', function: { name: 'read_file' } })
    expect(JSON.parse(choice.message.tool_calls[0].function.arguments)).toEqual({
      path: 'notes/today.md',
      limit: 10,
      mode: 'r',
      loose: false,
    })
  })

  test('a streamed tool call names itself first and its argument pieces add up', async () => {
    const body = { model: 'echo', messages: said('read_file "a.txt"'), tools: [readFile], stream: true }
    const deltas = events(await call('/chat/completions', body))
      .filter((event) => event !== '[DONE]')
      .flatMap((event) => event.choices[0].delta.tool_calls ?? [])
    expect(deltas[0]).toMatchObject({
      index: 0,
      type: 'function',
      function: { name: 'read_file', arguments: '' },
    })
    expect(deltas[0].id).toMatch(/^call_/)
    expect(JSON.parse(deltas.map((delta) => delta.function.arguments).join('')).path).toBe('a.txt')
  })

  test('tools that are not named are not called, unless one is required', async () => {
    const quiet = JSON.parse(
      (await call('/chat/completions', { model: 'echo', messages: said('hi'), tools: [readFile] })).text,
    )
    expect(quiet.choices[0].message.content).toBe('hi')
    const forced = JSON.parse(
      (
        await call('/chat/completions', {
          model: 'echo',
          messages: said('hi'),
          tools: [readFile],
          tool_choice: 'required',
        })
      ).text,
    )
    expect(forced.choices[0].message.tool_calls[0].function.name).toBe('read_file')
  })

  test('after a tool result it sums the result up and stops', async () => {
    const messages: Json[] = [
      ...said('read_file a.txt'),
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read_file', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '1|alpha' },
    ]
    const body = JSON.parse(
      (await call('/chat/completions', { model: 'echo', messages, tools: [readFile] })).text,
    )
    expect(body.choices[0]).toMatchObject({
      message: { content: 'read_file answered: 1|alpha' },
      finish_reason: 'stop',
    })
  })

  test('asked for a JSON schema it answers JSON that fits', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
      required: ['city', 'tags'],
    }
    const body = {
      model: 'echo',
      messages: said('Lyon'),
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    }
    const answer = JSON.parse((await call('/chat/completions', body)).text)
    expect(JSON.parse(answer.choices[0].message.content)).toEqual({ city: 'Lyon', tags: ['Lyon'] })
  })

  test('it keeps to the output cap and to stop words', async () => {
    const long = JSON.parse(
      (await call('/chat/completions', { model: 'echo', messages: said('aaaa bbbb cccc'), max_tokens: 2 }))
        .text,
    )
    expect(long.choices[0]).toMatchObject({ message: { content: 'aaaa bbbb' }, finish_reason: 'length' })
    const stopped = JSON.parse(
      (await call('/chat/completions', { model: 'echo', messages: said('go STOP on'), stop: ['STOP'] })).text,
    )
    expect(stopped.choices[0]).toMatchObject({ message: { content: 'go ' }, finish_reason: 'stop' })
  })

  test('an empty message still gets words back', async () => {
    const body = JSON.parse((await call('/chat/completions', { model: 'echo', messages: said('') })).text)
    expect(body.choices[0].message.content).not.toBe('')
  })
})

describe('other paths', () => {
  test('embeddings are unit vectors, the same for the same text, in either encoding', async () => {
    const plain = JSON.parse((await call('/embeddings', { model: 'embed', input: ['a', 'b', 'a'] })).text)
    const [a, b, again] = plain.data.map((item: { embedding: number[] }) => item.embedding)
    expect(Math.hypot(...a)).toBeCloseTo(1, 5)
    expect(again).toEqual(a)
    expect(b).not.toEqual(a)
    expect(plain.data.map((item: { index: number }) => item.index)).toEqual([0, 1, 2])
    const packed = JSON.parse(
      (await call('/embeddings', { model: 'embed', input: 'a', encoding_format: 'base64', dimensions: 256 }))
        .text,
    )
    const bytes = Buffer.from(packed.data[0].embedding, 'base64')
    expect(bytes.readFloatLE(0)).toBeCloseTo(a[0], 6)
    expect(bytes.length).toBe(256 * 4)
  })

  test('completions answer in their own shape', async () => {
    const body = JSON.parse((await call('/completions', { model: 'echo', prompt: 'hi' })).text)
    expect(body).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'hi', finish_reason: 'stop' }],
    })
  })

  test('the model list names echo', async () => {
    const body = JSON.parse((await call('/models', null)).text)
    expect(body.data.map((model: { id: string }) => model.id)).toContain('echo')
  })

  test.each<[string, string, JsonObject | Buffer, number]>([
    ['an unknown model', '/chat/completions', { model: 'gpt-9', messages: said('x') }, 404],
    ['no model', '/chat/completions', { messages: said('x') }, 400],
    ['no messages', '/chat/completions', { model: 'echo' }, 400],
    ['no JSON', '/chat/completions', Buffer.from('{"model":'), 400],
    ['no input', '/embeddings', { model: 'embed' }, 400],
    ['chat with the embedding model', '/chat/completions', { model: 'embed', messages: said('x') }, 400],
    ['an unknown path', '/images/generations', { model: 'echo' }, 404],
  ])('%s is refused', async (_, path, body, status) => {
    const heard = await call(path, body)
    expect(heard.status).toBe(status)
    expect(JSON.parse(heard.text).error.message).toBeTruthy()
  })
})

describe('trouble on demand', () => {
  test('fail-429 and fail-500 answer what they say', async () => {
    const limited = await call('/chat/completions', { model: 'fail-429', messages: said('x') })
    expect(limited.status).toBe(429)
    expect(limited.headers['retry-after']).toBe('1')
    expect(JSON.parse(limited.text).error.code).toBe('rate_limit_exceeded')
    expect((await call('/chat/completions', { model: 'fail-500', messages: said('x') })).status).toBe(500)
  })

  test('fail-midway breaks off without a finish reason or [DONE]', async () => {
    const heard = await call('/chat/completions', {
      model: 'fail-midway',
      messages: said('one two three four'),
      stream: true,
    })
    expect(heard.error).toBeInstanceOf(GatewayError)
    expect(heard.text).toContain('one')
    expect(heard.text).not.toContain('[DONE]')
    expect(heard.text).not.toContain('"finish_reason":"stop"')
  })

  test('a paused stream holds still and goes on when resumed', async () => {
    let exchange: UpstreamExchange | null = null
    const pending = call(
      '/chat/completions',
      { model: 'echo', messages: said('a b c'), stream: true },
      (given) => {
        exchange = given
        given.pause()
      },
    )
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(exchange).not.toBeNull()
    exchange!.resume()
    expect((await pending).text).toContain('[DONE]')
  })

  test('an aborted call says nothing more', async () => {
    const handler = { onHeaders: vi.fn(), onData: vi.fn(), onEnd: vi.fn(), onError: vi.fn() }
    const body = Buffer.from(JSON.stringify({ model: 'echo', messages: said('x') }))
    const request = {
      method: 'POST',
      url: 'http://sandbox.invalid/v1/chat/completions',
      headers: {},
      body,
      isStoredHost: true,
      headersTimeoutMs: 0,
    }
    sandbox.send(request, handler).abort()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    for (const heard of Object.values(handler)) expect(heard).not.toHaveBeenCalled()
  })
})
