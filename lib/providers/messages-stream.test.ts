import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, SseEvent, TranslateContext } from './adapter.ts'
import { messagesToChat } from './messages.ts'
import { dataFrame, SseParser } from './sse.ts'

const CONTEXT: TranslateContext = {
  model: 'gpt-5.1',
  providerId: 'openai',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: false,
  maxOutputTokens: null,
  nowMs: 0,
  newId: () => 'new',
}
const chunk = (delta: JsonObject, finish: Json = null): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'gpt-5.1-2025',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const USAGE: JsonObject = {
  id: 'chatcmpl-1',
  choices: [],
  usage: { prompt_tokens: 50, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 20 } },
}
const call = (index: number, fields: JsonObject, args?: Json): JsonObject => {
  const { name, ...rest } = fields
  return {
    index,
    ...rest,
    function: { ...(name ? { name } : {}), ...(args === undefined ? {} : { arguments: args }) },
  }
}
const calls = (...list: JsonObject[]) => chunk({ tool_calls: list })

function events(text: string): SseEvent[] {
  const parser = new SseParser()
  return [...parser.push(Buffer.from(text)), ...parser.end()]
}

function run(list: (JsonObject | '[DONE]')[]) {
  const stream = messagesToChat.stream(CONTEXT)
  const steps = events(list.map(dataFrame).join('')).map((event) => stream.push(event))
  const end = stream.end()
  return { stream, steps, end, out: [...steps, end].map((step) => step.out).join('') }
}

/** The blocks a caller assembles; fails when blocks overlap, indices do not grow, or names and types differ. */
function assemble(out: string) {
  const blocks: JsonObject[] = []
  let open: number | null = null
  let head: JsonObject = {}
  let tail: JsonObject = {}
  for (const { event, data } of events(out)) {
    const body = JSON.parse(data) as JsonObject
    expect(body.type).toBe(event)
    if (event === 'message_start') head = body.message as JsonObject
    else if (event === 'message_delta') tail = body
    else if (event === 'content_block_start') {
      expect(open).toBeNull()
      expect(body.index).toBe(blocks.length)
      open = blocks.length
      blocks.push({ ...(body.content_block as JsonObject), heard: '' })
    } else if (event === 'content_block_delta') {
      expect(body.index).toBe(open)
      const delta = body.delta as JsonObject
      const block = blocks[blocks.length - 1] as JsonObject
      block.heard = `${block.heard}${delta.text ?? delta.thinking ?? delta.partial_json}`
    } else if (event === 'content_block_stop') {
      expect(body.index).toBe(open)
      open = null
    }
  }
  expect(open).toBeNull()
  return {
    head,
    tail,
    blocks: blocks.map(({ type, heard, id, name }) =>
      type === 'tool_use' ? [name, id, heard] : [type, heard],
    ),
  }
}

it('text: every event in its order, usage from the first to the last', () => {
  const { out, steps, end, stream } = run([
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'Hel' }),
    chunk({ content: 'lo' }),
    chunk({}, 'stop'),
    USAGE,
    '[DONE]',
  ])
  const usage = {
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    input_tokens: 0,
    output_tokens: 0,
  }
  expect(events(out).map(({ event, data }) => [event, JSON.parse(data)])).toEqual([
    [
      'message_start',
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'gpt-5.1-2025',
          provider: 'openai',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage,
        },
      },
    ],
    [
      'content_block_start',
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    [
      'content_block_delta',
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
    ],
    [
      'content_block_delta',
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
    ],
    ['content_block_stop', { type: 'content_block_stop', index: 0 }],
    [
      'message_delta',
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { ...usage, input_tokens: 30, cache_read_input_tokens: 20, output_tokens: 7 },
      },
    ],
    ['message_stop', { type: 'message_stop' }],
  ])
  expect(steps.map((step) => step.isClosing)).toEqual([false, false, false, false, false, true])
  expect(steps.map((step) => step.isSilent)).toEqual([false, false, false, true, true, false])
  expect(end).toMatchObject({ out: '', isClosing: true })
  expect([stream.finishReason(), stream.text()]).toEqual(['end_turn', 'Hello'])
  expect(stream.usage()).toMatchObject({ input: 50, output: 7, cacheRead: 20 })
})

describe('blocks come one after the other, whatever the upstream does', () => {
  const finish = chunk({}, 'tool_calls')
  it.each<[string, (JsonObject | '[DONE]')[], Json[], string]>([
    [
      'thinking, text, two calls',
      [
        chunk({ reasoning_content: 'hm' }),
        chunk({ reasoning_content: 'm' }),
        chunk({ content: 'Go' }),
        calls(call(0, { id: 'a', name: 'x' }, '')),
        calls(call(0, {}, '{"p"')),
        calls(call(0, {}, ':1}')),
        calls(call(1, { id: 'b', name: 'y' }, '{}')),
        finish,
        '[DONE]',
      ],
      [
        ['thinking', 'hmm'],
        ['text', 'Go'],
        ['x', 'a', '{"p":1}'],
        ['y', 'b', '{}'],
      ],
      'tool_use',
    ],
    [
      'interleaved arguments',
      [
        calls(call(0, { id: 'a', name: 'x' }, ''), call(1, { id: 'b', name: 'y' }, '')),
        calls(call(0, {}, '{"a":"}')),
        calls(call(1, {}, '{"b":')),
        calls(call(0, {}, '\\"{"}')),
        calls(call(1, {}, '2}')),
        finish,
        '[DONE]',
      ],
      [
        ['x', 'a', '{"a":"}\\"{"}'],
        ['y', 'b', '{"b":2}'],
      ],
      'tool_use',
    ],
    [
      'index 0 used again with a new id',
      [
        calls(call(0, { id: 'a', name: 'x' }, '{"a":1}')),
        calls(call(0, { id: 'b', name: 'y' }, '{"b":1}')),
        finish,
        '[DONE]',
      ],
      [
        ['x', 'a', '{"a":1}'],
        ['y', 'b', '{"b":1}'],
      ],
      'tool_use',
    ],
    [
      'id and name repeated with every delta',
      [
        calls(call(0, { id: 'a', name: 'x' }, '{"a"')),
        calls(call(0, { id: 'a', name: 'x' }, ':1}')),
        finish,
        '[DONE]',
      ],
      [['x', 'a', '{"a":1}']],
      'tool_use',
    ],
    [
      'nulls and empty strings where nothing is new',
      [
        calls(call(0, { id: 'a', name: 'x' }, '')),
        chunk({
          content: null,
          tool_calls: [{ index: 0, id: null, function: { arguments: '{}', name: null } }],
        }),
        calls(call(0, { id: '' }, '')),
        finish,
        '[DONE]',
      ],
      [['x', 'a', '{}']],
      'tool_use',
    ],
    ['no id', [calls(call(0, { name: 'x' }, '{}')), finish, '[DONE]'], [['x', 'call_new', '{}']], 'tool_use'],
    [
      'ids that are numbers',
      [calls(call(0, { id: 12, name: 'x' }, '{}')), finish, '[DONE]'],
      [['x', '12', '{}']],
      'tool_use',
    ],
    [
      'no index',
      [
        chunk({ tool_calls: [{ id: 'a', function: { name: 'x', arguments: '{"a":' } }] }),
        chunk({ tool_calls: [{ function: { arguments: '1}' } }] }),
        chunk({ tool_calls: [{ id: 'b', function: { name: 'y', arguments: '{}' } }] }),
        finish,
        '[DONE]',
      ],
      [
        ['x', 'a', '{"a":1}'],
        ['y', 'b', '{}'],
      ],
      'tool_use',
    ],
    [
      'the name after the id',
      [calls(call(0, { id: 'a' }, '')), calls(call(0, { name: 'x' }, '{}')), finish, '[DONE]'],
      [['x', 'a', '{}']],
      'tool_use',
    ],
    [
      'arguments as an object',
      [calls(call(0, { id: 'a', name: 'x' }, { p: 1 })), finish, '[DONE]'],
      [['x', 'a', '{"p":1}']],
      'tool_use',
    ],
    [
      'arguments after the finish',
      [calls(call(0, { id: 'a', name: 'x' }, '')), finish, calls(call(0, {}, '{"late":1}')), '[DONE]'],
      [['x', 'a', '{"late":1}']],
      'tool_use',
    ],
    [
      'a call without arguments before another',
      [
        calls(call(0, { id: 'a', name: 'x' }, '')),
        calls(call(1, { id: 'b', name: 'y' }, '{"b":1}')),
        finish,
        '[DONE]',
      ],
      [
        ['x', 'a', ''],
        ['y', 'b', '{"b":1}'],
      ],
      'tool_use',
    ],
    [
      'text after a call',
      [
        calls(call(0, { id: 'a', name: 'x' }, '{"a":')),
        chunk({ content: 'wait' }),
        calls(call(0, {}, '1}')),
        chunk({ content: ' more' }),
        finish,
        '[DONE]',
      ],
      [
        ['x', 'a', '{"a":1}'],
        ['text', 'wait more'],
      ],
      'tool_use',
    ],
    [
      'calls that end with stop',
      [calls(call(0, { id: 'a', name: 'x' }, '{}')), chunk({}, 'stop'), '[DONE]'],
      [['x', 'a', '{}']],
      'tool_use',
    ],
    [
      'the older function_call',
      [
        chunk({ function_call: { name: 'x', arguments: '{"a"' } }),
        chunk({ function_call: { arguments: ':1}' } }),
        chunk({}, 'function_call'),
        '[DONE]',
      ],
      [['x', 'call_new', '{"a":1}']],
      'tool_use',
    ],
    [
      'content as chunks',
      [
        chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
        chunk({ content: [{ type: 'text', text: 'Hi' }] }),
        chunk({}, 'stop'),
        '[DONE]',
      ],
      [
        ['thinking', 'hm'],
        ['text', 'Hi'],
      ],
      'end_turn',
    ],
    [
      'reasoning under its other name',
      [chunk({ reasoning: 'hm' }), chunk({ content: 'Hi' }), chunk({}, 'length'), '[DONE]'],
      [
        ['thinking', 'hm'],
        ['text', 'Hi'],
      ],
      'max_tokens',
    ],
    ['no finish reason, but [DONE]', [chunk({ content: 'Hi' }), '[DONE]'], [['text', 'Hi']], 'end_turn'],
    [
      'a finish reason, but no [DONE]',
      [chunk({ content: 'Hi' }, 'stop'), USAGE],
      [['text', 'Hi']],
      'end_turn',
    ],
    ['a refusal', [chunk({ refusal: 'No.' }), chunk({}, 'stop'), '[DONE]'], [['text', 'No.']], 'refusal'],
    [
      'a filter',
      [chunk({ content: 'H' }), chunk({}, 'content_filter'), '[DONE]'],
      [['text', 'H']],
      'refusal',
    ],
    [
      'other choices',
      [
        {
          choices: [
            { index: 1, delta: { content: 'no' } },
            { index: 0, delta: { content: 'yes' } },
          ],
        },
        '[DONE]',
      ],
      [['text', 'yes']],
      'end_turn',
    ],
    ['nothing said', [chunk({ role: 'assistant' }), chunk({}, 'stop'), '[DONE]'], [], 'end_turn'],
    [
      'chunks of nothing',
      [
        {},
        { choices: null },
        { choices: [null] },
        { choices: [{}] },
        chunk({ tool_calls: [null] }),
        chunk({ content: 'Hi' }),
        '[DONE]',
      ],
      [['text', 'Hi']],
      'end_turn',
    ],
  ])('%s', (_name, list, blocks, reason) => {
    const { out, end } = run(list)
    const message = assemble(out)
    expect(message.blocks).toEqual(blocks)
    expect(message.tail.delta).toEqual({ stop_reason: reason, stop_sequence: null })
    expect(end.isClosing).toBe(true)
  })

  it('a call leaves as it comes, not when it is whole', () => {
    const { steps } = run([calls(call(0, { id: 'a', name: 'x' }, '')), calls(call(0, {}, '{"p"'))])
    expect(steps[0]?.out).toContain('"type":"tool_use","id":"a","name":"x"')
    expect(steps[1]?.out).toContain('"partial_json":"{\\"p\\""')
  })

  it('a met stop string is named', () => {
    const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }] }
    expect(assemble(run([chunk({ content: 'x' }), last, '[DONE]']).out).tail.delta).toEqual({
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    })
  })
})

describe('usage', () => {
  it.each<[string, JsonObject]>([
    ['in the last chunk', { ...chunk({}, 'stop'), usage: USAGE.usage as Json }],
    ['under x_groq', { ...chunk({}, 'stop'), x_groq: { usage: USAGE.usage as Json } }],
  ])('%s', (_name, last) => {
    const { out, stream } = run([chunk({ content: 'x' }), last, '[DONE]'])
    expect(assemble(out).tail.usage).toMatchObject({ input_tokens: 30, output_tokens: 7 })
    expect(stream.usage()).toMatchObject({ input: 50 })
  })
  it('never told: zeros for the caller, unknown for the log', () => {
    const { out, stream } = run([chunk({ content: 'x' }, 'stop'), '[DONE]'])
    expect(assemble(out).tail.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 })
    expect(stream.usage()).toBeNull()
  })
})

describe('a stream that fails', () => {
  it('is cut: nothing looks like an end', () => {
    const { out, end, steps } = run([
      chunk({ content: 'Hel' }),
      calls(call(0, { id: 'a', name: 'x' }, '{"p')),
    ])
    expect(out).not.toMatch(/message_delta|message_stop/)
    expect([end.isClosing, steps.some((step) => step.isClosing)]).toEqual([false, false])
  })
  it.each<[string, JsonObject, object]>([
    [
      'with a numeric code',
      { error: { message: 'Slow down', code: 429 } },
      { status: 429, message: 'Slow down' },
    ],
    [
      'with a word',
      { error: { message: 'Broken', type: 'server_error' } },
      { status: 500, type: 'server_error' },
    ],
    ['with text', { error: 'Broken' }, { status: 502, message: 'Broken' }],
    ['beside choices', { ...chunk({}, 'error'), error: { message: 'Gone', code: 503 } }, { status: 503 }],
  ])('%s is told', (_name, body, error) => {
    const { steps, end } = run([chunk({ content: 'x' }), body])
    expect(steps[1]).toMatchObject({ out: '', error })
    expect(end.isClosing).toBe(false)
  })
  it.each<[string, SseEvent]>([
    ['an event named error', { event: 'error', data: '{"message":"Broken"}' }],
    ['no JSON', { event: null, data: 'oops' }],
    ['JSON that is no object', { event: null, data: '7' }],
  ])('%s counts as failure', (_name, event) => {
    expect(messagesToChat.stream(CONTEXT).push(event).error).toMatchObject({ status: 502 })
  })
})

it('the official Anthropic client reads it', async () => {
  const { out } = run([
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'hm' }),
    chunk({ content: 'Reading' }),
    calls(call(0, { id: 'a', name: 'read' }, '')),
    calls(call(0, {}, '{"path":"a.txt"}')),
    calls(call(1, { id: 'b', name: 'list' }, '')),
    chunk({}, 'tool_calls'),
    USAGE,
    '[DONE]',
  ])
  const client = new Anthropic({
    apiKey: 'k',
    baseURL: 'http://gateway.test',
    maxRetries: 0,
    fetch: async () => new Response(out, { headers: { 'content-type': 'text/event-stream' } }),
  })
  const message = await client.messages
    .stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] })
    .finalMessage()
  expect(message).toMatchObject({
    stop_reason: 'tool_use',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'Reading' },
      { type: 'tool_use', id: 'a', name: 'read', input: { path: 'a.txt' } },
      { type: 'tool_use', id: 'b', name: 'list', input: {} },
    ],
    usage: { output_tokens: 7 },
  })
})
