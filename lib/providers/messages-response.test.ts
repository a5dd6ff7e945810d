import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { messagesToChat } from './messages.ts'

const CONTEXT: TranslateContext = {
  model: 'gpt-5.1',
  providerId: 'openai',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: null,
  nowMs: 0,
  newId: () => 'new',
}
const answer = (message: JsonObject, extra: JsonObject = {}, choice: JsonObject = {}) =>
  messagesToChat.response(
    {
      id: 'chatcmpl-1',
      model: 'gpt-5.1-2025',
      choices: [{ index: 0, message, finish_reason: 'stop', ...choice }],
      ...extra,
    },
    CONTEXT,
  )

it('a chat completion is a message with all its figures, cached input apart', () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 5 },
  }
  const call = { id: 'call_1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } }
  expect(
    answer(
      { role: 'assistant', content: 'Reading', reasoning_content: 'hm', tool_calls: [call] },
      { usage },
      { finish_reason: 'tool_calls' },
    ),
  ).toEqual({
    finishReason: 'tool_use',
    usage: expect.objectContaining({ input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 5 }),
    body: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-5.1-2025',
      provider: 'openai',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'Reading' },
        { type: 'tool_use', id: 'call_1', name: 'read', input: { path: 'a' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 10,
        cache_read_input_tokens: 60,
        output_tokens: 20,
      },
    },
  })
})

it.each<[string, JsonObject, JsonObject, string]>([
  ['stop', {}, { finish_reason: 'stop' }, 'end_turn'],
  ['length', {}, { finish_reason: 'length' }, 'max_tokens'],
  ['a filter', {}, { finish_reason: 'content_filter' }, 'refusal'],
  ['a refusal', { refusal: 'No.' }, { finish_reason: 'stop' }, 'refusal'],
  [
    'the older function call',
    { function_call: { name: 'f', arguments: '{}' } },
    { finish_reason: 'function_call' },
    'tool_use',
  ],
  [
    'calls that end with stop',
    { tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] },
    { finish_reason: 'stop' },
    'tool_use',
  ],
  ['nothing', {}, { finish_reason: null }, 'end_turn'],
  ['vLLM’s stop string', {}, { stop_reason: 'END' }, 'stop_sequence'],
  ['SGLang’s stop token', {}, { matched_stop: 151_645 }, 'end_turn'],
])('finish: %s', (_name, message, choice, reason) => {
  const { body } = answer({ content: 'x', ...message }, {}, choice)
  expect(body.stop_reason).toBe(reason)
  expect(body.stop_sequence).toBe(reason === 'stop_sequence' ? 'END' : null)
})

describe('odd answers', () => {
  it.each<[string, JsonObject, Json[]]>([
    [
      'content as chunks',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'a' },
          'b',
        ],
      },
      [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'ab' },
      ],
    ],
    [
      'reasoning under its other name',
      { content: 'a', reasoning: 'hm' },
      [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'a' },
      ],
    ],
    ['no content', { content: null }, []],
    [
      'a call without an id',
      { tool_calls: [{ function: { name: 'f', arguments: '' } }] },
      [{ type: 'tool_use', id: 'call_new', name: 'f', input: {} }],
    ],
    [
      'a call with a number for an id',
      { tool_calls: [{ id: 0, function: { name: 'f', arguments: { a: 1 } } }] },
      [{ type: 'tool_use', id: '0', name: 'f', input: { a: 1 } }],
    ],
    [
      'broken arguments',
      { tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"a' } }, null, 7] },
      [{ type: 'tool_use', id: 'a', name: 'f', input: {} }],
    ],
  ])('%s', (_name, message, content) => expect(answer(message).body.content).toEqual(content))

  it('no usage is zeros for the caller and unknown for the log', () => {
    const { body, usage } = answer({ content: 'x' })
    expect(body.usage).toEqual({
      input_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
    })
    expect(usage).toBeNull()
  })

  it.each<[string, JsonObject]>([
    ['no choices', {}],
    ['empty choices', { choices: [] }],
    ['a choice without a message', { choices: [{ index: 0 }] }],
  ])('%s is the provider’s failure', (_name, body) => {
    expect(() => messagesToChat.response(body, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'invalid_provider_response' }),
    )
  })
})
