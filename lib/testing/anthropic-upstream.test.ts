import Anthropic from '@anthropic-ai/sdk'
import { afterEach, describe, expect, test } from 'vitest'
import { startAnthropicUpstream } from './anthropic-upstream.ts'
import type { TestUpstream } from './upstream.ts'

const open: TestUpstream[] = []

async function start(credential = 'sk-ant-test') {
  const upstream = await startAnthropicUpstream({ credential })
  open.push(upstream)
  const client = new Anthropic({ apiKey: 'sk-ant-test', baseURL: upstream.url, maxRetries: 0 })
  return { upstream, client }
}

const hello = {
  model: 'claude-sonnet-4-6',
  max_tokens: 1_024,
  messages: [{ role: 'user' as const, content: 'Hello, Claude' }],
}
const weather = { name: 'get_weather', input_schema: { type: 'object' as const } }
const clock = { name: 'get_time', input_schema: { type: 'object' as const } }

afterEach(async () => {
  await Promise.all(open.splice(0).map((upstream) => upstream.close()))
})

describe('Anthropic’s own client is at home', () => {
  test('a message, whole and streamed', async () => {
    const { client } = await start()
    const { data, response } = await client.messages.create(hello).withResponse()
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'Hi! My name is Claude.' }],
    })
    expect(response.headers.get('request-id')).toMatch(/^req_011C/)
    const streamed = await client.messages.stream(hello).finalMessage()
    expect(streamed.content).toEqual(data.content)
    expect(streamed.usage.output_tokens).toBeGreaterThan(0)
  })

  test('two tools at once, streamed, and their results', async () => {
    const { client } = await start()
    const messages = [{ role: 'user' as const, content: 'call get_weather and get_time' }]
    const turn = await client.messages.stream({ ...hello, messages, tools: [weather, clock] }).finalMessage()
    expect(turn.stop_reason).toBe('tool_use')
    const calls = turn.content.filter((block) => block.type === 'tool_use')
    expect(calls.map(({ name, input }) => [name, input])).toEqual([
      ['get_weather', { location: 'San Francisco, CA' }],
      ['get_time', { location: 'San Francisco, CA' }],
    ])
    const results = calls.map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: '15 degrees',
    }))
    const answer = await client.messages.create({
      ...hello,
      tools: [weather, clock],
      messages: [
        ...messages,
        { role: 'assistant', content: turn.content },
        { role: 'user', content: results },
      ],
    })
    expect(answer.content).toEqual([{ type: 'text', text: 'The tool says: 15 degrees 15 degrees' }])
  })

  test('thinking comes signed', async () => {
    const { client } = await start()
    const body = { ...hello, max_tokens: 4_096, thinking: { type: 'enabled' as const, budget_tokens: 1_024 } }
    const whole = await client.messages.create(body)
    const streamed = await client.messages.stream(body).finalMessage()
    expect(whole.content[0]).toMatchObject({ type: 'thinking', thinking: 'Let me think about this.' })
    expect(streamed.content).toEqual(whole.content)
  })

  test('token counts and models', async () => {
    const { client } = await start()
    const { model, messages } = hello
    expect((await client.messages.countTokens({ model, messages })).input_tokens).toBeGreaterThan(0)
    const list = await client.models.list()
    expect(list.data.map(({ id }) => id)).toContain('claude-sonnet-4-6')
  })

  test('a wrong key is refused in Anthropic’s words', async () => {
    const { client } = await start('sk-ant-other')
    await expect(client.messages.create(hello)).rejects.toMatchObject({
      status: 401,
      error: { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    })
  })
})

describe('it refuses what Anthropic refuses', () => {
  const call = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }
  const mark = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }
  test.each<[string, object, string]>([
    ['no max_tokens', { max_tokens: undefined }, 'max_tokens: Field required'],
    [
      'too many tokens',
      { max_tokens: 65_536 },
      'max_tokens: 65536 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-6',
    ],
    ['an unknown field', { think: false }, 'think: Extra inputs are not permitted'],
    [
      'an empty text block',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      'messages: text content blocks must be non-empty',
    ],
    [
      'an empty message',
      { messages: [{ role: 'user', content: '' }] },
      'messages.0: all messages must have non-empty content except for the optional final assistant message',
    ],
    [
      'a system message',
      { messages: [{ role: 'system', content: 'x' }] },
      'messages: Unexpected role "system".',
    ],
    [
      'a stray message field',
      { messages: [{ role: 'user', content: 'x', name: 'y' }] },
      'messages.0.name: Extra inputs are not permitted',
    ],
    [
      'an unanswered call',
      {
        messages: [
          ...hello.messages,
          { role: 'assistant', content: [call] },
          { role: 'user', content: 'and?' },
        ],
      },
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.',
    ],
    [
      'a result after other content',
      {
        messages: [
          ...hello.messages,
          { role: 'assistant', content: [call] },
          { role: 'user', content: [mark, result] },
        ],
      },
      'messages.1: `tool_use` ids were found without',
    ],
    [
      'a result of no call',
      { messages: [{ role: 'user', content: [result] }] },
      'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.',
    ],
    [
      'results in two turns',
      {
        messages: [
          ...hello.messages,
          { role: 'assistant', content: [call, { ...call, id: 'toolu_2' }] },
          { role: 'user', content: [result] },
          { role: 'user', content: [{ ...result, tool_use_id: 'toolu_2' }] },
        ],
      },
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_2.',
    ],
    [
      'five cache marks',
      { messages: [{ role: 'user', content: [mark, mark, mark, mark, mark] }] },
      'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    ],
    [
      'a schema that is no object',
      { tools: [{ name: 'f', input_schema: {} }] },
      "tools.0.custom.input_schema.type: Input should be 'object'",
    ],
    [
      'OpenAI’s tools',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      "tools.0: Input tag 'function' found using 'type' does not match",
    ],
    ['too much temperature', { temperature: 2 }, 'temperature: Input should be less than or equal to 1'],
    [
      'both temperature and top_p',
      { temperature: 0.5, top_p: 0.5 },
      '`temperature` and `top_p` cannot both be specified for this model.',
    ],
    [
      'a budget above the cap',
      { thinking: { type: 'enabled', budget_tokens: 2_048 } },
      '`max_tokens` must be greater than `thinking.budget_tokens`.',
    ],
  ])('%s', async (_, change, message) => {
    const { upstream } = await start()
    const response = await fetch(`${upstream.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'sk-ant-test', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ ...hello, ...change }),
    })
    const body = (await response.json()) as { error: { type: string; message: string }; request_id: string }
    expect(response.status).toBe(400)
    expect(body.error.type).toBe('invalid_request_error')
    expect(body.error.message).toContain(message)
    expect(body.request_id).toBe(response.headers.get('request-id'))
  })

  test('a model it does not have', async () => {
    const { client } = await start()
    await expect(client.messages.create({ ...hello, model: 'claude-nope' })).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('its prompt cache', () => {
  const system = [
    { type: 'text' as const, text: 'rules '.repeat(1_200), cache_control: { type: 'ephemeral' as const } },
  ]

  test('a marked prefix is written first and read after', async () => {
    const { client } = await start()
    const first = await client.messages.create({ ...hello, system })
    const again = await client.messages.create({
      ...hello,
      system,
      messages: [{ role: 'user', content: 'Something else' }],
    })
    expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(1_024)
    expect(first.usage.cache_read_input_tokens).toBe(0)
    expect(again.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens)
    expect(again.usage.cache_creation_input_tokens).toBe(0)
  })

  test('an hour’s mark is counted apart, and nothing is cached without marks', async () => {
    const { client } = await start()
    const hour = [{ ...system[0]!, cache_control: { type: 'ephemeral' as const, ttl: '1h' as const } }]
    const { usage } = await client.messages.create({ ...hello, system: hour })
    expect(usage.cache_creation?.ephemeral_1h_input_tokens).toBe(usage.cache_creation_input_tokens)
    const plain = await client.messages.create({ ...hello, system: system[0]!.text })
    expect(plain.usage).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 0 })
  })
})

describe('trouble on demand', () => {
  test('overloaded as a status, and as the first event of a 200', async () => {
    const { client, upstream } = await start()
    upstream.next({ status: 529 })
    await expect(client.messages.create(hello)).rejects.toMatchObject({
      status: 529,
      error: { error: { type: 'overloaded_error' } },
    })
    upstream.next({ firstEventError: { type: 'overloaded_error', message: 'Overloaded' } })
    await expect(client.messages.stream(hello).finalMessage()).rejects.toThrow(/Overloaded/)
  })

  test('a stream that dies in the middle', async () => {
    const { client, upstream } = await start()
    upstream.next({ dieAfterEvents: 4 })
    await expect(client.messages.stream(hello).finalMessage()).rejects.toThrow()
  })
})
