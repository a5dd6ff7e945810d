import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { messagesToChat } from './messages.ts'

const CONTEXT: TranslateContext = {
  model: 'gpt-5.1',
  providerId: 'openai',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: 16_384,
  nowMs: 1_700_000_000_000,
  newId: () => 'new',
}
const HI: Json = [{ role: 'user', content: 'Hi' }]
const TOOL: JsonObject = {
  name: 'read',
  description: 'Reads',
  input_schema: { type: 'object', properties: {} },
}

const request = (body: JsonObject, context: Partial<TranslateContext> = {}) =>
  messagesToChat.request({ max_tokens: 100, messages: HI, ...body }, { ...CONTEXT, ...context })
const messages = (list: Json[], context?: Partial<TranslateContext>) =>
  request({ messages: list }, context).body.messages

it('goes to /chat/completions as the model the provider knows, and asks a stream for its usage', () => {
  expect(request({ model: '@openai-prod/gpt-5-1', stream: true })).toEqual({
    path: '/chat/completions',
    headers: {},
    clamped: [],
    dropped: [],
    body: {
      model: 'gpt-5.1',
      messages: [{ role: 'user', content: 'Hi' }],
      max_completion_tokens: 100,
      stream: true,
      stream_options: { include_usage: true },
    },
  })
})

describe('parameters', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const closed = { ...schema, required: ['a'], additionalProperties: false }
  it.each<[string, JsonObject, JsonObject, string[]]>([
    [
      'a cap as asked; bounds come later, and are told',
      { max_tokens: 64_000 },
      { max_completion_tokens: 64_000 },
      [],
    ],
    ['sampling', { temperature: 0.5, top_p: 0.9 }, { temperature: 0.5, top_p: 0.9 }, []],
    ['stops', { stop_sequences: ['A', 'B'] }, { stop: ['A', 'B'] }, []],
    ['no stops', { stop_sequences: [] }, {}, []],
    [
      'more stops than OpenAI takes',
      { stop_sequences: ['A', 'B', 'C', 'D', 'E'] },
      { stop: ['A', 'B', 'C', 'D'] },
      ['stop_sequences'],
    ],
    ['the user', { metadata: { user_id: 'alice' } }, { user: 'alice' }, []],
    [
      'a schema with optional properties, which strict mode refuses',
      { output_config: { format: { type: 'json_schema', schema } } },
      { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: false } } },
      [],
    ],
    [
      'a schema strict mode takes',
      { output_config: { format: { type: 'json_schema', schema: closed } } },
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: closed, strict: true },
        },
      },
      [],
    ],
    [
      'effort',
      { output_config: { effort: 'max' }, thinking: { type: 'adaptive' } },
      { reasoning_effort: 'max' },
      [],
    ],
    [
      'a small budget',
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      { reasoning_effort: 'low' },
      [],
    ],
    [
      'a middling budget',
      { thinking: { type: 'enabled', budget_tokens: 8192 } },
      { reasoning_effort: 'medium' },
      [],
    ],
    [
      'a large budget',
      { thinking: { type: 'enabled', budget_tokens: 31_999 } },
      { reasoning_effort: 'high' },
      [],
    ],
    ['thinking off', { thinking: { type: 'disabled' } }, {}, []],
    [
      'a tool',
      { tools: [TOOL] },
      {
        tools: [
          {
            type: 'function',
            function: { name: 'read', description: 'Reads', parameters: { type: 'object', properties: {} } },
          },
        ],
      },
      [],
    ],
    [
      'a tool without a schema',
      { tools: [{ type: 'custom', name: 'f' }] },
      {
        tools: [
          { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
        ],
      },
      [],
    ],
    [
      'a server tool',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }], tool_choice: { type: 'any' } },
      {},
      ['tools.web_search_20250305'],
    ],
    ['a server tool no header may repeat', { tools: [{ type: 'x\r\ny' }] }, {}, ['tools']],
    [
      'what OpenAI has no form for',
      {
        top_k: 5,
        container: 'c',
        mcp_servers: [],
        service_tier: 'auto',
        cache_control: { type: 'ephemeral' },
      },
      {},
      ['top_k', 'container', 'mcp_servers', 'service_tier'],
    ],
    [
      'nulls',
      {
        top_k: null,
        tools: null,
        tool_choice: null,
        metadata: null,
        thinking: null,
        stop_sequences: null,
        system: null,
      },
      {},
      [],
    ],
  ])('%s', (_name, extra, expected, dropped) => {
    const translated = request(extra)
    const { model, messages: list, ...rest } = translated.body
    expect(rest).toEqual({ max_completion_tokens: 100, ...expected })
    expect(translated.dropped).toEqual(dropped)
  })

  it('a user id longer than OpenAI takes becomes its digest, the same every time', () => {
    const user = () => request({ metadata: { user_id: 'u'.repeat(130) } }).body.user
    expect(user()).toMatch(/^[0-9a-f]{64}$/)
    expect(user()).toBe(user())
  })

  it.each<[JsonObject, Json, boolean | undefined]>([
    [{ type: 'auto' }, 'auto', undefined],
    [{ type: 'any' }, 'required', undefined],
    [{ type: 'none' }, 'none', undefined],
    [{ type: 'tool', name: 'read' }, { type: 'function', function: { name: 'read' } }, undefined],
    [{ type: 'auto', disable_parallel_tool_use: true }, 'auto', false],
  ])('tool choice %o', (choice, expected, parallel) => {
    const { body } = request({ tools: [TOOL], tool_choice: choice })
    expect([body.tool_choice, body.parallel_tool_calls]).toEqual([expected, parallel])
  })
})

describe('messages', () => {
  it.each<[string, Json, string | undefined]>([
    ['text', 'Be brief', 'Be brief'],
    [
      'blocks with marks',
      [
        { type: 'text', text: 'One', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'Two' },
      ],
      'One\n\nTwo',
    ],
    ['nothing', [], undefined],
  ])('system as %s', (_name, system, content) => {
    const [first] = request({ system }).body.messages as JsonObject[]
    expect(first).toEqual(
      content === undefined ? { role: 'user', content: 'Hi' } : { role: 'system', content },
    )
  })

  it('pictures and documents', () => {
    const content: Json = [
      { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
      {
        type: 'document',
        title: 'a.pdf',
        source: { type: 'base64', media_type: 'application/pdf', data: 'BB' },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'inner' }] } },
      { type: 'document', source: { type: 'file', file_id: 'f1' } },
    ]
    expect(messages([{ role: 'user', content }])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
          { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,BB' } },
          { type: 'text', text: 'plain' },
          { type: 'text', text: 'inner' },
          { type: 'file', file: { file_id: 'f1' } },
        ],
      },
    ])
  })

  it('a tool turn: calls, then each result as its own message, then pictures and the user’s words', () => {
    expect(
      messages([
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text: 'Reading' },
            {
              type: 'tool_use',
              id: 'a',
              name: 'read',
              input: { path: 'a' },
              cache_control: { type: 'ephemeral' },
            },
            { type: 'tool_use', id: 'b', name: 'shot', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hurry' },
            { type: 'tool_result', tool_use_id: 'a', content: 'nope', is_error: true },
            {
              type: 'tool_result',
              tool_use_id: 'b',
              content: [
                { type: 'text', text: 'Shot' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
              ],
            },
          ],
        },
      ]),
    ).toEqual([
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        content: 'Reading',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
          { id: 'b', type: 'function', function: { name: 'shot', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'Error: nope' },
      { role: 'tool', tool_call_id: 'b', content: 'Shot' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
          { type: 'text', text: 'Hurry' },
        ],
      },
    ])
  })

  it('a tool turn’s thinking goes back only to an upstream that wants it', () => {
    const list: Json[] = [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: '' },
          { type: 'tool_use', id: 'a', name: 'read', input: {} },
        ],
      },
    ]
    expect(JSON.stringify(messages(list, { providerId: 'openai' }))).not.toContain('hm')
    expect(messages(list, { providerId: 'deepseek' })).toMatchObject([
      { reasoning_content: 'hm', content: null },
    ])
  })

  it('server tools’ blocks and empty assistant turns are left out', () => {
    const blocks = [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }]
    expect(
      messages([...(HI as Json[]), { role: 'assistant', content: blocks }, { role: 'user', content: 'On' }]),
    ).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'On' },
    ])
  })

  it('no cache mark and no signature ever leaves', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const body = request({
      ...mark,
      system: [{ type: 'text', text: 's', ...mark }],
      tools: [{ ...TOOL, ...mark }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x', ...mark }] }],
    })
    expect(JSON.stringify(body)).not.toContain('cache_control')
  })
})

describe('a malformed body is refused with the field’s name', () => {
  const turn = (message: Json) => ({ messages: [message] })
  const block = (value: Json) => turn({ role: 'user', content: [value] })
  it.each<[string, JsonObject, string]>([
    ['no messages', { messages: null }, 'messages'],
    ['no message', { messages: [] }, 'messages'],
    ['a message that is none', { messages: ['x'] }, 'messages[0]'],
    ['an unknown role', turn({ role: 'tool', content: 'x' }), 'messages[0].role'],
    ['no content', turn({ role: 'user' }), 'messages[0].content'],
    ['a block that is none', block('x'), 'messages[0].content[0]'],
    ['text that is none', block({ type: 'text', text: null }), 'messages[0].content[0].text'],
    ['a picture without a source', block({ type: 'image' }), 'messages[0].content[0].source'],
    [
      'a picture without a type',
      block({ type: 'image', source: { type: 'base64', data: 'x' } }),
      'messages[0].content[0].source.media_type',
    ],
    [
      'a result without its id',
      block({ type: 'tool_result', content: 'x' }),
      'messages[0].content[0].tool_use_id',
    ],
    [
      'a call without a name',
      turn({ role: 'assistant', content: [{ type: 'tool_use', id: 'a' }] }),
      'messages[0].content[0].name',
    ],
    ['no max_tokens', { max_tokens: null }, 'max_tokens'],
    ['max_tokens as text', { max_tokens: 'many' }, 'max_tokens'],
    ['system as a number', { system: 7 }, 'system'],
    ['tools as an object', { tools: {} }, 'tools'],
    ['a tool without a name', { tools: [{}] }, 'tools[0].name'],
    ['an unknown choice', { tools: [TOOL], tool_choice: { type: 'maybe' } }, 'tool_choice.type'],
    ['stops as text', { stop_sequences: 'x' }, 'stop_sequences'],
    ['metadata as text', { metadata: 'x' }, 'metadata'],
    ['temperature as text', { temperature: 'x' }, 'temperature'],
    ['thinking as text', { thinking: 'x' }, 'thinking'],
    ['a budget as text', { thinking: { type: 'enabled', budget_tokens: 'x' } }, 'thinking.budget_tokens'],
    ['output_config as a list', { output_config: [] }, 'output_config'],
  ])('%s', (_name, body, param) => {
    expect(() => request(body)).toThrow(GatewayError)
    expect(() => request(body)).toThrow(expect.objectContaining({ code: 'invalid_body', param }))
  })

  it.each<[string, JsonObject]>([
    ['an unknown block', block({ type: 'hologram' })],
    ['a stored picture', block({ type: 'image', source: { type: 'file', file_id: 'f' } })],
  ])('%s is refused as unsupported', (_name, body) => {
    expect(() => request(body)).toThrow(expect.objectContaining({ code: 'unsupported_parameter' }))
  })
})
