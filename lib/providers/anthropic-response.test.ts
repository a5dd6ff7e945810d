import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { anthropicError, anthropicUsage, chatToAnthropic } from './anthropic.ts'

const CONTEXT: TranslateContext = {
  model: 'claude-sonnet-4-5',
  providerId: 'anthropic',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: null,
  nowMs: 1_700_000_000_500,
  newId: () => 'new',
}
const published = JSON.parse(
  readFileSync(new URL('./__fixtures__/anthropic-message.json', import.meta.url), 'utf8'),
) as JsonObject
const weather: JsonObject = {
  id: 'msg_014p7gG3wDgGV9EUtLvnow3U',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [
    { type: 'text', text: "Okay, let's check the weather for San Francisco, CA:" },
    {
      type: 'tool_use',
      id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
      name: 'get_weather',
      input: { location: 'San Francisco, CA', unit: 'fahrenheit' },
    },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: {
    input_tokens: 472,
    cache_creation_input_tokens: 300,
    cache_read_input_tokens: 1200,
    cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    output_tokens: 89,
    output_tokens_details: { thinking_tokens: 12 },
    service_tier: 'standard',
  },
}
const answer = (body: JsonObject, context: Partial<TranslateContext> = {}) =>
  chatToAnthropic.response(
    { id: 'msg_1', content: [], stop_reason: 'end_turn', ...body },
    { ...CONTEXT, ...context },
  )
const choice = (body: JsonObject, context?: Partial<TranslateContext>) =>
  (answer(body, context).body.choices as JsonObject[])[0] as JsonObject
const text = (value: string): JsonObject => ({ type: 'text', text: value })

it('Anthropic’s published message is a chat completion', () => {
  const { body, finishReason } = chatToAnthropic.response(published, CONTEXT)
  expect(finishReason).toBe('stop')
  expect(body).toMatchObject({
    id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
    choices: [{ message: { role: 'assistant', content: 'Hi! My name is Claude.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 25, total_tokens: 35 },
  })
  expect(body.usage).not.toHaveProperty('cache_read_input_tokens')
})

it('a message with a tool call is a chat completion with all its figures', () => {
  expect(chatToAnthropic.response(weather, CONTEXT)).toEqual({
    finishReason: 'tool_calls',
    usage: {
      input: 1972,
      output: 89,
      cacheRead: 1200,
      cacheWrite: 300,
      cacheWrite1h: 200,
      reasoning: 12,
      audioInput: 0,
      audioOutput: 0,
      reportedCostNanos: null,
    },
    body: {
      id: 'msg_014p7gG3wDgGV9EUtLvnow3U',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'claude-sonnet-4-5-20250929',
      provider: 'anthropic',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: "Okay, let's check the weather for San Francisco, CA:",
            refusal: null,
            tool_calls: [
              {
                id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
                type: 'function',
                function: {
                  name: 'get_weather',
                  arguments: '{"location":"San Francisco, CA","unit":"fahrenheit"}',
                },
              },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 1972,
        completion_tokens: 89,
        total_tokens: 2061,
        prompt_tokens_details: { cached_tokens: 1200, cache_write_tokens: 300 },
        completion_tokens_details: { reasoning_tokens: 12 },
        cache_read_input_tokens: 1200,
        cache_creation_input_tokens: 300,
      },
    },
  })
})

describe('the message', () => {
  const call = { type: 'tool_use', id: 't', name: 'read', input: {} }
  const thinking = { type: 'thinking', thinking: 'hm', signature: 's' }
  it.each<[string, Json[], Partial<TranslateContext>, JsonObject]>([
    ['text blocks are joined', [text('a'), text('b')], {}, { content: 'ab' }],
    ['only calls: content is null', [call], {}, { content: null }],
    ['nothing at all: content is empty', [], {}, { content: '' }],
    ['thinking for who reads it', [thinking, text('a')], {}, { content: 'a', reasoning_content: 'hm' }],
    [
      'blocks for who is not strict',
      [thinking, text('a'), call],
      { isStrict: false },
      { content_blocks: [thinking, text('a')] },
    ],
    [
      'a call without an id gets one',
      [{ type: 'tool_use', name: 'read' }],
      {},
      { tool_calls: [{ id: 'call_new', type: 'function', function: { name: 'read', arguments: '{}' } }] },
    ],
    ['odd blocks are passed over', [null, 7, { type: 'text' }, text('a')], {}, { content: 'a' }],
  ])('%s', (_name, content, context, message) => {
    expect(choice({ content }, context).message).toMatchObject(message)
  })

  it('thinking stays away from who does not read it', () => {
    const { message } = choice({ content: [thinking, text('a')] }, { hasReasoningContent: false })
    expect(message).toEqual({ role: 'assistant', content: 'a', refusal: null })
  })

  it('a refusal says why', () => {
    const body = { stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Not this.' } }
    expect(choice(body)).toMatchObject({ finish_reason: 'content_filter', message: { refusal: 'Not this.' } })
  })

  it('callers that are not strict read Anthropic’s own stop reason; the log reads OpenAI’s', () => {
    expect(choice({ stop_reason: 'max_tokens' }, { isStrict: false }).finish_reason).toBe('max_tokens')
    expect(answer({ stop_reason: 'max_tokens' }, { isStrict: false }).finishReason).toBe('length')
  })

  it('what the upstream left out is filled in', () => {
    const { body } = answer({ id: null })
    expect(body).toMatchObject({ id: 'chatcmpl-new', model: 'claude-sonnet-4-5', created: 1_700_000_000 })
    expect(body).not.toHaveProperty('usage')
  })
})

it.each<[string, JsonObject, string]>([
  [
    'an error in a 200',
    { type: 'error', content: null, error: { type: 'api_error', message: 'Broken' } },
    'Broken',
  ],
  ['no content', { content: null }, 'not a message'],
])('%s is the provider’s failure', (_name, body, message) => {
  expect(() => answer(body)).toThrow(expect.objectContaining({ code: 'invalid_provider_response' }))
  expect(() => answer(body)).toThrow(message)
})

it.each<[string, Json, object | null]>([
  ['a message', weather, { input: 1972, output: 89, cacheWrite1h: 200 }],
  ['no usage', { content: [] }, null],
  ['a list', [], null],
  [
    'nonsense figures',
    { usage: { input_tokens: -4, output_tokens: '9', cache_read_input_tokens: null } },
    { input: 0, output: 0 },
  ],
  [
    'only the split of a cache write',
    { usage: { input_tokens: 1, cache_creation: { ephemeral_1h_input_tokens: 5 } } },
    { input: 6, cacheWrite: 5, cacheWrite1h: 5 },
  ],
])('usage of an answer that passes through: %s', (_name, body, usage) => {
  if (usage === null) expect(anthropicUsage(body)).toBeNull()
  else expect(anthropicUsage(body)).toMatchObject(usage)
})

describe('what the provider said when it refused', () => {
  it.each<[string, number, string, JsonObject]>([
    [
      'its own envelope',
      400,
      '{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too large"}}',
      { message: 'max_tokens: too large', type: 'invalid_request_error', code: null, param: null },
    ],
    [
      'with a stable code',
      400,
      '{"error":{"type":"invalid_request_error","message":"m","details":{"error_code":"x"}}}',
      { message: 'm', type: 'invalid_request_error', code: 'x' },
    ],
    [
      'without a type',
      429,
      '{"error":{"message":"slow down"}}',
      { message: 'slow down', type: 'rate_limit_error' },
    ],
    ['as text', 529, '{"error":"busy"}', { message: 'busy', type: 'overloaded_error' }],
    [
      'under detail',
      404,
      '{"detail":"no such thing"}',
      { message: 'no such thing', type: 'not_found_error' },
    ],
    [
      'as a page',
      502,
      '<html>Bad gateway</html>',
      { message: 'The provider answered 502: <html>Bad gateway</html>', type: 'api_error' },
    ],
    [
      'as nothing',
      418,
      '',
      { message: 'The provider answered 418 with an empty body.', type: 'invalid_request_error' },
    ],
    [
      'as an object without words',
      500,
      '{"error":{}}',
      { type: 'api_error', message: 'The provider reported an error without a message.' },
    ],
  ])('%s', (_name, status, body, error) => expect(anthropicError(status, body)).toMatchObject(error))

  it('a long page is quoted up to 1 KB', () => {
    expect(anthropicError(500, 'x'.repeat(5000)).message.length).toBeLessThan(1100)
  })
})
