import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { chatToAnthropic } from './anthropic.ts'

const CONTEXT: TranslateContext = {
  model: 'claude-sonnet-4-5',
  providerId: 'anthropic',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: 64_000,
  nowMs: 1_700_000_000_000,
  newId: () => 'new',
}
const HI: Json = [{ role: 'user', content: 'Hi' }]
const TOOL: JsonObject = {
  type: 'function',
  function: { name: 'read', description: 'Reads', parameters: { type: 'object', properties: {} } },
}
const WIRE_TOOL = { name: 'read', description: 'Reads', input_schema: { type: 'object', properties: {} } }

const request = (body: JsonObject, context: Partial<TranslateContext> = {}) =>
  chatToAnthropic.request(body, { ...CONTEXT, ...context })
const sent = (body: JsonObject, context?: Partial<TranslateContext>) =>
  request({ messages: HI, ...body }, context).body
const messages = (list: Json[]) => sent({ messages: list }).messages
const blocksIn = (turn: JsonObject | undefined) => (turn?.content ?? []) as JsonObject[]

it('goes to /messages as the model the provider knows, and no OpenAI-only field goes with it', () => {
  const translated = request({
    model: '@anthropic-prod/claude-sonnet-4-5',
    messages: HI,
    max_tokens: 100,
    stream: true,
    stream_options: { include_usage: true },
    store: true,
    metadata: { team: 'research' },
    prompt_cache_key: 'k',
    safety_identifier: 'x',
    parallel_tool_calls: true,
    think: false,
    options: { num_ctx: 1 },
  })
  expect(translated).toEqual({
    path: '/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: {
      model: 'claude-sonnet-4-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    },
    clamped: [],
    dropped: [],
  })
})

describe('system and developer messages become system blocks, in order', () => {
  it.each<[string, Json[], Json]>([
    [
      'both roles, anywhere',
      [
        { role: 'developer', content: 'One' },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: [{ type: 'text', text: 'Two', cache_control: { type: 'ephemeral' } }] },
      ],
      [
        { type: 'text', text: 'One' },
        { type: 'text', text: 'Two', cache_control: { type: 'ephemeral' } },
      ],
    ],
    [
      'empty text is left out',
      [
        { role: 'system', content: ' ' },
        { role: 'user', content: 'Hi' },
      ],
      undefined as never,
    ],
  ])('%s', (_name, list, system) => expect(sent({ messages: list }).system).toEqual(system))

  it('a prompt of system text alone is asked by the user', () => {
    const body = sent({ messages: [{ role: 'system', content: 'Write a haiku' }] })
    expect(body.system).toBeUndefined()
    expect(body.messages).toEqual([{ role: 'user', content: 'Write a haiku' }])
  })
})

describe('what a user shows', () => {
  const image = (url: Json) => ({ type: 'image_url', image_url: url })
  const file = (value: JsonObject) => ({ type: 'file', file: value })
  const base64 = (type: string, media: string, data: string) => ({
    type,
    source: { type: 'base64', media_type: media, data },
  })
  it.each<[string, JsonObject, JsonObject]>([
    ['text', { type: 'text', text: 'x' }, { type: 'text', text: 'x' }],
    [
      'a picture as data',
      image({ url: 'data:image/png;base64,AAAA', detail: 'low' }),
      base64('image', 'image/png', 'AAAA'),
    ],
    [
      'a picture misnamed jpg',
      image({ url: 'data:image/jpg;base64,AAAA' }),
      base64('image', 'image/jpeg', 'AAAA'),
    ],
    [
      'a picture typed beside its data',
      image({ url: 'data:;base64,AAAA', mime_type: 'image/gif' }),
      base64('image', 'image/gif', 'AAAA'),
    ],
    [
      'a picture by link',
      image({ url: 'https://x.test/a.png' }),
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
    ],
    [
      'a link given as a string',
      image('https://x.test/a.png'),
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
    ],
    [
      'a PDF sent as a picture',
      image({ url: 'data:application/pdf;base64,AAAA' }),
      base64('document', 'application/pdf', 'AAAA'),
    ],
    [
      'a percent-encoded picture',
      image({ url: 'data:image/svg+xml,%3Csvg/%3E' }),
      base64('image', 'image/svg+xml', 'PHN2Zy8+'),
    ],
    [
      'a file as data',
      file({ file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' }),
      { ...base64('document', 'application/pdf', 'AAAA'), title: 'a.pdf' },
    ],
    ['a file as bare base64', file({ file_data: 'AAAA' }), base64('document', 'application/pdf', 'AAAA')],
    [
      'a text file',
      file({ file_data: 'aGVsbG8=', mime_type: 'text/plain', file_name: 'a.txt' }),
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hello' }, title: 'a.txt' },
    ],
    [
      'a file by link',
      file({ file_url: 'https://x.test/a.pdf' }),
      { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
    ],
    [
      'a file by id',
      file({ file_id: 'file_1' }),
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    ],
    [
      'a native block',
      { type: 'document', source: { type: 'url', url: 'u' } },
      { type: 'document', source: { type: 'url', url: 'u' } },
    ],
  ])('%s', (_name, part, block) => {
    const look = { type: 'text', text: 'Look' }
    expect(messages([{ role: 'user', content: [look, part] }])).toEqual([
      { role: 'user', content: [look, block] },
    ])
  })

  it('seven megabytes of picture cross unharmed', () => {
    const data = 'A'.repeat(7 * 1024 * 1024)
    const content = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }]
    expect(JSON.stringify(messages([{ role: 'user', content }]))).toContain(data)
  })
})

describe('tool turns', () => {
  const call = (id: Json, args: Json = '{"path":"a.txt"}', name = 'read') => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  })
  const use = (id: string, input: JsonObject = { path: 'a.txt' }) => ({
    type: 'tool_use',
    id,
    name: 'read',
    input,
  })

  it('two parallel calls and their results are one assistant and one user turn, without empty text', () => {
    expect(
      messages([
        { role: 'user', content: 'Read a.txt and b.txt' },
        { role: 'assistant', content: '', tool_calls: [call('call_1'), call('call_2', '{"path":"b.txt"}')] },
        { role: 'tool', name: 'read', tool_call_id: 'call_1', content: '{"content":"1|alpha"}' },
        { role: 'tool', name: 'read', tool_call_id: 'call_2', content: '{"error":"not found"}' },
        { role: 'user', content: 'Well?' },
      ]),
    ).toEqual([
      { role: 'user', content: 'Read a.txt and b.txt' },
      { role: 'assistant', content: [use('call_1'), use('call_2', { path: 'b.txt' })] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: '{"content":"1|alpha"}' },
          { type: 'tool_result', tool_use_id: 'call_2', content: '{"error":"not found"}' },
          { type: 'text', text: 'Well?' },
        ],
      },
    ])
  })

  it('results come first in their turn, whatever was said before them', () => {
    const [, , turn] = messages([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
      { role: 'user', content: 'Hurry' },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
      { role: 'tool', tool_call_id: 'b', content: 'y' },
    ]) as JsonObject[]
    expect(blocksIn(turn).map((block) => block.type)).toEqual(['tool_result', 'tool_result', 'text'])
  })

  it.each<[string, Json, Json | undefined]>([
    [
      'a screenshot',
      [
        { type: 'text', text: 'Shot' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
      ],
      [
        { type: 'text', text: 'Shot' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
      ],
    ],
    ['one text part', [{ type: 'text', text: 'x' }], 'x'],
    ['nothing', null, undefined],
    ['an empty string', '', undefined],
  ])('a tool may answer with %s', (_name, content, expected) => {
    const [, , turn] = messages([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: '', tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content },
    ]) as JsonObject[]
    const [block] = blocksIn(turn)
    expect(block?.content).toEqual(expected)
  })

  it.each<[string, Json, JsonObject]>([
    ['JSON text', '{"b":1,"a":2}', { b: 1, a: 2 }],
    ['an object', { a: 1 }, { a: 1 }],
    ['broken JSON', '{"a":', {}],
    ['nothing', '', {}],
    ['a list', '[1]', {}],
    ['null', null, {}],
  ])('arguments that are %s', (_name, args, input) => {
    const [, turn] = messages([
      { role: 'user', content: 'Go' },
      { role: 'assistant', tool_calls: [call('a', args)] },
    ]) as JsonObject[]
    expect(JSON.stringify(turn?.content)).toBe(JSON.stringify([use('a', input)]))
  })

  it('ids that other makers’ models gave are spelt as Claude takes them, at both ends', () => {
    const text = JSON.stringify(
      messages([
        { role: 'user', content: 'Go' },
        { role: 'assistant', tool_calls: [call('functions.read:0'), call(7)] },
        { role: 'tool', tool_call_id: 'functions.read:0', content: 'x' },
        { role: 'tool', tool_call_id: 7, content: 'y' },
      ]),
    )
    expect(text).not.toContain('functions.read:0')
    expect(text.match(/functions_read_0/g)).toHaveLength(2)
    expect(text).toContain('"tool_use_id":"7"')
  })

  it('the older function_call and function role still work', () => {
    expect(
      messages([
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: null, function_call: { name: 'read', arguments: '{}' } },
        { role: 'function', name: 'read', content: 'x' },
      ]),
    ).toEqual([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: [use('call_1', {})] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'x' }] },
    ])
  })
})

describe('what an assistant said before', () => {
  it('content_blocks are preferred, signed thinking stays, unsigned thinking and reasoning_content go', () => {
    const [, turn] = messages([
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        content: 'Sure',
        reasoning_content: ' ',
        content_blocks: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'thinking', thinking: 'unsigned' },
          { type: 'redacted_thinking', data: 'xx' },
          { type: 'text', text: 'Sure' },
        ],
      },
      { role: 'user', content: 'On' },
    ]) as JsonObject[]
    expect(turn).toEqual({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'redacted_thinking', data: 'xx' },
        { type: 'text', text: 'Sure' },
      ],
    })
  })

  it('a last turn to be continued does not end on white space', () => {
    expect(messages([...(HI as Json[]), { role: 'assistant', content: 'The answer is ' }])).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'The answer is' },
    ])
  })

  it('messages of one side in a row are one turn', () => {
    expect(
      messages([
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
        { role: 'assistant', content: 'c' },
        { role: 'assistant', content: '' },
        { role: 'user', content: 'd' },
      ]),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: 'c' },
      { role: 'user', content: 'd' },
    ])
  })
})

describe('tools', () => {
  const schema = {
    required: ['z', 'a'],
    type: 'object',
    properties: { z: { type: 'string', pattern: '^x', format: 'uri' }, a: { $ref: '#/$defs/a' } },
    $defs: { a: { enum: ['b', 'a'] } },
    additionalProperties: false,
  }
  it.each<[string, JsonObject, JsonObject]>([
    ['a function', TOOL, WIRE_TOOL],
    [
      'without parameters',
      { type: 'function', function: { name: 'f' } },
      { name: 'f', input_schema: { type: 'object', properties: {} } },
    ],
    [
      'with an empty schema',
      { type: 'function', function: { name: 'f', parameters: {} } },
      { name: 'f', input_schema: { type: 'object', properties: {} } },
    ],
    [
      'with a schema nobody may reorder',
      { type: 'function', function: { name: 'f', parameters: schema } },
      { name: 'f', input_schema: schema },
    ],
    [
      'with Anthropic’s extras',
      {
        type: 'function',
        function: { name: 'f', parameters: schema, input_examples: [{}] },
        defer_loading: true,
      },
      { name: 'f', input_schema: schema, input_examples: [{}], defer_loading: true },
    ],
    [
      'another kind',
      { type: 'computer', computer: { name: 'computer_20250124', display_width_px: 1024 } },
      { type: 'computer_20250124', name: 'computer', display_width_px: 1024 },
    ],
    [
      'a native server tool',
      { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
    ],
  ])('%s', (_name, tool, wire) => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const tools = sent({ tools: [tool], messages: [{ role: 'user', content: 'Hi', ...mark }] }).tools
    expect(JSON.stringify(tools)).toBe(JSON.stringify([wire]))
  })

  it.each<[string, JsonObject, Json | undefined]>([
    ['auto', { tool_choice: 'auto' }, { type: 'auto' }],
    ['required', { tool_choice: 'required' }, { type: 'any' }],
    ['none', { tool_choice: 'none' }, { type: 'none' }],
    [
      'a function',
      { tool_choice: { type: 'function', function: { name: 'read' } } },
      { type: 'tool', name: 'read' },
    ],
    ['a native choice', { tool_choice: { type: 'tool', name: 'read' } }, { type: 'tool', name: 'read' }],
    ['one at a time', { parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      'one at a time and forced',
      { parallel_tool_calls: false, tool_choice: 'required' },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    ['none, one at a time', { parallel_tool_calls: false, tool_choice: 'none' }, { type: 'none' }],
    ['left open', {}, undefined],
    [
      'of the older kind',
      { tools: null, functions: [{ name: 'read' }], function_call: { name: 'read' } },
      { type: 'tool', name: 'read' },
    ],
    ['without tools', { tools: [], tool_choice: 'required', parallel_tool_calls: false }, undefined],
  ])('choice: %s', (_name, extra, choice) =>
    expect(sent({ tools: [TOOL], ...extra }).tool_choice).toEqual(choice),
  )

  it('allowed_tools leaves only those', () => {
    const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'read' } }] }
    const other = { type: 'function', function: { name: 'write' } }
    const body = sent({
      tools: [other, TOOL],
      tool_choice: { type: 'allowed_tools', allowed_tools: allowed },
    })
    expect((body.tools as JsonObject[]).map((tool) => tool.name)).toEqual(['read'])
    expect(body.tool_choice).toEqual({ type: 'any' })
  })

  it('models that refuse a forced call are asked, not forced, and the caller is told', () => {
    const { body, dropped } = request(
      { messages: HI, tools: [TOOL], tool_choice: 'required' },
      { model: 'claude-opus-5-5' },
    )
    expect(body.tool_choice).toEqual({ type: 'auto' })
    expect(dropped).toEqual(['tool_choice'])
  })
})

describe('output cap', () => {
  it.each<[string, JsonObject, number | null, number]>([
    ['as sent', { max_tokens: 10 }, 64_000, 10],
    ['the newer name', { max_completion_tokens: 11 }, 64_000, 11],
    ['max_tokens wins', { max_tokens: 10, max_completion_tokens: 11 }, 64_000, 10],
    ['never above the model’s', { max_tokens: 65_536 }, 64_000, 64_000],
    ['none: the model’s own', {}, 64_000, 64_000],
    ['none, nothing known', {}, null, 4096],
    ['null counts as none', { max_tokens: null }, null, 4096],
  ])('%s', (_name, extra, maxOutputTokens, expected) => {
    expect(sent(extra, { maxOutputTokens }).max_tokens).toBe(expected)
  })
})

describe('parameters', () => {
  it('names what it moved into range, and nothing else', () => {
    expect(request({ messages: HI, temperature: 1.7 }).clamped).toEqual(['temperature'])
    expect(request({ messages: HI, top_p: -1 }).clamped).toEqual(['top_p'])
    expect(request({ messages: HI, temperature: 0.3, top_k: 40 }).clamped).toEqual([])
    expect(request({ messages: HI, temperature: 0.3, top_p: 7 }).clamped).toEqual([])
  })

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['temperature above 1', { temperature: 1.7 }, { temperature: 1 }, []],
    ['temperature below 0', { temperature: -1 }, { temperature: 0 }, []],
    ['temperature and top_p', { temperature: 0.3, top_p: 0.5 }, { temperature: 0.3 }, ['top_p']],
    ['top_p alone', { top_p: 0.5, top_k: 40 }, { top_p: 0.5, top_k: 40 }, []],
    ['one stop', { stop: 'END' }, { stop_sequences: ['END'] }, []],
    ['stops', { stop: ['A', '\n'] }, { stop_sequences: ['A'] }, ['stop']],
    ['user', { user: 'alice' }, { metadata: { user_id: 'alice' } }, []],
    ['user that is an e-mail address', { user: 'a@b.test' }, {}, ['user']],
    ['service tier auto', { service_tier: 'auto' }, { service_tier: 'auto' }, []],
    ['service tier default', { service_tier: 'default' }, { service_tier: 'standard_only' }, []],
    ['service tier flex', { service_tier: 'flex' }, {}, ['service_tier']],
    ['JSON mode', { response_format: { type: 'json_object' } }, {}, ['response_format']],
    ['text mode', { response_format: { type: 'text' } }, {}, []],
    [
      'native extras',
      { container: 'c', speed: 'fast', mcp_servers: [] },
      { container: 'c', speed: 'fast', mcp_servers: [] },
      [],
    ],
    [
      'what Claude has no form for',
      {
        n: 2,
        logprobs: true,
        top_logprobs: 2,
        presence_penalty: 1,
        frequency_penalty: 1,
        seed: 7,
        logit_bias: {},
      },
      {},
      ['n', 'logprobs', 'top_logprobs', 'presence_penalty', 'frequency_penalty', 'seed', 'logit_bias'],
    ],
    [
      'nulls',
      { n: null, temperature: null, stop: null, user: null, tools: null, response_format: null },
      {},
      [],
    ],
  ])('%s', (_name, extra, expected, dropped) => {
    const translated = request({ messages: HI, max_tokens: 9, ...extra })
    const { model, max_tokens, messages: list, ...rest } = translated.body
    expect(rest).toEqual(expected)
    expect(translated.dropped).toEqual(dropped)
  })

  it('sampling is left out for models that refuse it, and named', () => {
    const extra = { temperature: 0.1, top_p: 0.5, top_k: 4 }
    for (const model of ['claude-opus-4-7', 'claude-sonnet-5', 'claude-mythos-preview']) {
      const { body, dropped } = request({ messages: HI, ...extra }, { model })
      expect(body).not.toHaveProperty('temperature')
      expect(dropped).toEqual(['temperature', 'top_p', 'top_k'])
    }
  })
})

it('a JSON schema closes every object, keeps its order and loses the limits Claude refuses', () => {
  const schema: Json = {
    type: 'object',
    required: ['minimum', 'list'],
    properties: {
      minimum: { type: 'integer', minimum: 1, maximum: 5 },
      list: {
        type: 'array',
        minItems: 2,
        items: { type: 'object', properties: { a: { type: 'string', maxLength: 3 } } },
      },
      either: {
        oneOf: [{ type: 'object', properties: {}, additionalProperties: true }, { $ref: '#/$defs/node' }],
      },
    },
    $defs: { node: { type: 'object', properties: { enum: { type: 'string' } } } },
  }
  const body = sent({
    response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
  })
  expect(JSON.stringify(body.output_config)).toBe(
    JSON.stringify({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          required: ['minimum', 'list'],
          properties: {
            minimum: { type: 'integer' },
            list: {
              type: 'array',
              items: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
            },
            either: {
              anyOf: [
                { type: 'object', properties: {}, additionalProperties: false },
                { $ref: '#/$defs/node' },
              ],
            },
          },
          $defs: {
            node: { type: 'object', properties: { enum: { type: 'string' } }, additionalProperties: false },
          },
          additionalProperties: false,
        },
      },
    }),
  )
})

describe('a malformed body is refused with the field’s name', () => {
  const turn = (message: Json) => ({ messages: [message] })
  it.each<[string, JsonObject, string]>([
    ['no messages', {}, 'messages'],
    ['messages as text', { messages: 'hi' }, 'messages'],
    ['no message', { messages: [] }, 'messages'],
    ['only empty messages', turn({ role: 'user', content: '' }), 'messages'],
    ['a message that is none', { messages: [null] }, 'messages[0]'],
    ['an unknown role', turn({ role: 'robot', content: 'x' }), 'messages[0].role'],
    ['content of another type', turn({ role: 'user', content: 7 }), 'messages[0].content'],
    ['a part that is none', turn({ role: 'user', content: [7] }), 'messages[0].content[0]'],
    [
      'text that is none',
      turn({ role: 'user', content: [{ type: 'text', text: 1 }] }),
      'messages[0].content[0].text',
    ],
    [
      'a picture without a link',
      turn({ role: 'user', content: [{ type: 'image_url' }] }),
      'messages[0].content[0].image_url',
    ],
    [
      'a cut data URL',
      turn({ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png' } }] }),
      'messages[0].content[0].image_url.url',
    ],
    [
      'a file without content',
      turn({ role: 'user', content: [{ type: 'file', file: {} }] }),
      'messages[0].content[0].file.file_data',
    ],
    ['a tool result without its id', turn({ role: 'tool', content: 'x' }), 'messages[0].tool_call_id'],
    [
      'a call without its id',
      turn({ role: 'assistant', tool_calls: [{ function: { name: 'x' } }] }),
      'messages[0].tool_calls[0].id',
    ],
    [
      'a call without a name',
      turn({ role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }),
      'messages[0].tool_calls[0].function.name',
    ],
    [
      'a mark that is none',
      turn({ role: 'user', content: 'x', cache_control: 'yes' }),
      'messages[0].cache_control',
    ],
    ['tools as an object', { messages: HI, tools: {} }, 'tools'],
    [
      'a tool without a name',
      { messages: HI, tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name',
    ],
    [
      'parameters as text',
      { messages: HI, tools: [{ type: 'function', function: { name: 'x', parameters: 'y' } }] },
      'tools[0].function.parameters',
    ],
    ['an unknown choice', { messages: HI, tools: [TOOL], tool_choice: 'maybe' }, 'tool_choice'],
    ['max_tokens 0', { messages: HI, max_tokens: 0 }, 'max_tokens'],
    ['max_tokens as text', { messages: HI, max_tokens: '9' }, 'max_tokens'],
    ['temperature as text', { messages: HI, temperature: 'hot' }, 'temperature'],
    ['stop as a number', { messages: HI, stop: 4 }, 'stop'],
    ['a stop that is none', { messages: HI, stop: ['a', 4] }, 'stop[1]'],
    ['user as a number', { messages: HI, user: 4 }, 'user'],
    ['thinking as text', { messages: HI, thinking: 'yes' }, 'thinking'],
    ['effort as a number', { messages: HI, reasoning_effort: 4 }, 'reasoning_effort'],
    ['an unknown format', { messages: HI, response_format: { type: 'xml' } }, 'response_format.type'],
    [
      'a format without a schema',
      { messages: HI, response_format: { type: 'json_schema', json_schema: {} } },
      'response_format.json_schema.schema',
    ],
  ])('%s', (_name, body, param) => {
    const refuse = () => request(body)
    expect(refuse).toThrow(GatewayError)
    expect(refuse).toThrow(expect.objectContaining({ code: 'invalid_body', param }))
  })

  it.each<[string, JsonObject]>([
    ['sound', { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] }],
    [
      'a bucket link',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'gs://b/x' } }] }] },
    ],
    ['a free-form tool', { messages: HI, tools: [{ type: 'custom', custom: { name: 'x' } }] }],
  ])('%s, which Claude has no form for, is refused as such', (_name, body) => {
    expect(() => request(body)).toThrow(expect.objectContaining({ code: 'unsupported_parameter' }))
  })

  it('a schema nested without end is refused, not followed', () => {
    let schema: JsonObject = { type: 'object' }
    for (let i = 0; i < 50_000; i++) schema = { type: 'object', properties: { a: schema } }
    const body = { messages: HI, response_format: { type: 'json_schema', json_schema: { schema } } }
    expect(() => request(body)).toThrow(expect.objectContaining({ code: 'invalid_body' }))
  })
})
