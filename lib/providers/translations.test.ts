import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { Json, JsonObject, TranslateContext, Translation } from './adapter.ts'
import { chatToAnthropic } from './anthropic.ts'
import { messagesToChat } from './messages.ts'

const CONTEXT: TranslateContext = {
  model: 'claude-sonnet-4-5',
  providerId: 'deepseek',
  isStrict: false,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: 8192,
  nowMs: 0,
  newId: () => 'new',
}
const WRONG: Json[] = [
  null,
  0,
  -1,
  1e308,
  '',
  'x',
  true,
  [],
  {},
  [null],
  [[]],
  [{}],
  { type: 'text' },
  { type: {} },
]
const MARK = { cache_control: { type: 'ephemeral' } }

const CHAT: JsonObject = {
  messages: [
    { role: 'system', content: [{ type: 'text', text: 's', ...MARK }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
        { type: 'file', file: { file_data: 'AA', filename: 'a', mime_type: 'text/plain' } },
      ],
    },
    {
      role: 'assistant',
      content_blocks: [{ type: 'thinking', thinking: 't', signature: 's' }],
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'r', ...MARK }] },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'f', description: 'd', parameters: { type: 'object', properties: {} } },
    },
    { type: 'bash', bash: { name: 'bash_20250124' } },
  ],
  functions: [{ name: 'f' }],
  tool_choice: { type: 'function', function: { name: 'f' } },
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'n', schema: { type: 'object', properties: { a: { anyOf: [{}] } } } },
  },
  reasoning_effort: 'high',
  thinking: { type: 'enabled', budget_tokens: 2000 },
  output_config: { effort: 'low' },
  max_tokens: 10,
  temperature: 1,
  top_p: 1,
  top_k: 1,
  stop: ['x'],
  user: 'u',
  service_tier: 'auto',
  cache_control: { type: 'ephemeral' },
}
const MESSAGES: JsonObject = {
  system: [{ type: 'text', text: 's' }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
        { type: 'document', title: 't', source: { type: 'content', content: [{ type: 'text', text: 'x' }] } },
        { type: 'search_result', title: 't', source: 's', content: [{ type: 'text', text: 'x' }] },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 't', signature: 's' },
        { type: 'tool_use', id: 'a', name: 'f', input: {} },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'x' }] }],
    },
  ],
  max_tokens: 10,
  tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }],
  tool_choice: { type: 'tool', name: 'f' },
  thinking: { type: 'enabled', budget_tokens: 2000 },
  output_config: { format: { type: 'json_schema', schema: {} }, effort: 'low' },
  stop_sequences: ['x'],
  metadata: { user_id: 'u' },
  temperature: 1,
  top_p: 1,
}
const CLAUDE_ANSWER: JsonObject = {
  id: 'm',
  model: 'c',
  content: [
    { type: 'text', text: 'a' },
    { type: 'thinking', thinking: 't' },
    { type: 'tool_use', id: 't', name: 'f', input: {} },
  ],
  stop_reason: 'refusal',
  stop_details: { explanation: 'e' },
  usage: {
    input_tokens: 1,
    output_tokens: 1,
    cache_creation: { ephemeral_1h_input_tokens: 1 },
    output_tokens_details: { thinking_tokens: 1 },
  },
}
const CHAT_ANSWER: JsonObject = {
  id: 'c',
  model: 'm',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      stop_reason: 'x',
      message: {
        content: [{ type: 'text', text: 'a' }],
        reasoning_content: 't',
        refusal: 'r',
        tool_calls: [{ id: 'a', index: 0, function: { name: 'f', arguments: '{}' } }],
        function_call: { name: 'f', arguments: '{}' },
      },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 1 } },
}
const CLAUDE_EVENTS: JsonObject[] = [
  { type: 'message_start', message: { id: 'm', model: 'c', usage: { input_tokens: 1 } } },
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
  },
  { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{}' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'refusal', stop_details: { explanation: 'e' } },
    usage: { output_tokens: 1 },
  },
  { type: 'error', error: { type: 'api_error', message: 'm' } },
]
const CHAT_EVENTS = [
  {
    ...CHAT_ANSWER,
    choices: [
      { index: 0, finish_reason: 'stop', delta: (CHAT_ANSWER.choices as JsonObject[])[0]?.message ?? null },
    ],
  },
]

/** Every body that differs from `value` in one place, where something of another type stands, or nothing. */
function* broken(value: Json): Generator<Json> {
  for (const wrong of WRONG) yield wrong
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      for (const other of broken(item)) yield value.toSpliced(i, 1, other)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _gone, ...rest } = value
      yield rest
      for (const other of broken(item)) yield { ...value, [key]: other }
    }
  }
}

const isBody = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

describe.each<[string, Translation, JsonObject, JsonObject, JsonObject[]]>([
  ['chat to Anthropic', chatToAnthropic, CHAT, CLAUDE_ANSWER, CLAUDE_EVENTS],
  ['Messages to chat', messagesToChat, MESSAGES, CHAT_ANSWER, CHAT_EVENTS],
])('%s', (_name, translation, body, answer, events) => {
  it('no request, however malformed, does more than be refused by name', () => {
    let count = 0
    for (const model of ['claude-sonnet-4-5', 'claude-opus-4-7', 'gpt-5']) {
      for (const wrong of [...broken(body)].filter(isBody)) {
        count += 1
        try {
          JSON.stringify(translation.request(wrong, { ...CONTEXT, model }))
        } catch (error) {
          if (!(error instanceof GatewayError))
            throw new Error(`crashed on ${JSON.stringify(wrong)}`, { cause: error })
          expect(['invalid_body', 'unsupported_parameter']).toContain(error.code)
          expect(error.param).toBeTruthy()
        }
      }
    }
    expect(count).toBeGreaterThan(1000)
  })

  it('no answer, however malformed, does more than be called invalid', () => {
    for (const wrong of [...broken(answer)].filter(isBody)) {
      try {
        translation.response(wrong, CONTEXT)
      } catch (error) {
        expect(error, JSON.stringify(wrong)).toMatchObject({ code: 'invalid_provider_response' })
      }
    }
  })

  it('no stream event, however malformed, throws', () => {
    for (const at of events.keys()) {
      for (const wrong of broken(events[at] ?? null)) {
        const stream = translation.stream(CONTEXT)
        for (const event of events.toSpliced(at, 1, wrong as JsonObject)) {
          const step = stream.push({ event: null, data: JSON.stringify(event) })
          expect(typeof step.out).toBe('string')
        }
        stream.end()
        stream.usage()
        stream.text()
      }
    }
  })

  it('a hundred thousand messages and parts cross in linear time', () => {
    const isChat = translation === chatToAnthropic
    const part = { type: 'text', text: 'x' }
    const result: JsonObject = isChat
      ? { role: 'tool', tool_call_id: 'a', content: 'x' }
      : { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }
    const messages: Json[] = [
      { role: 'user', content: Array.from({ length: 200_000 }, () => part) },
      ...Array.from({ length: 100_000 }, (): Json => ({ role: 'user', content: 'x' })),
      ...Array.from({ length: 100_000 }, (): Json => result),
    ]
    expect(() => translation.request({ messages, max_tokens: 5 }, CONTEXT)).not.toThrow()
  })

  it('lists nested without end are refused or passed on, not followed', () => {
    let deep: Json = []
    for (let i = 0; i < 100_000; i++) deep = [deep]
    for (const content of [
      deep,
      [{ type: 'text', text: deep }],
      [{ type: 'document', source: { type: 'content', content: deep } }],
    ]) {
      try {
        translation.request({ messages: [{ role: 'user', content }], max_tokens: 5 }, CONTEXT)
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError)
      }
    }
  })
})
