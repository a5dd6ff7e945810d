import { readFileSync } from 'node:fs'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { JsonObject, SseEvent, StreamStep, StreamTranslator, TranslateContext } from './adapter.ts'
import { anthropicStreamReader, chatToAnthropic } from './anthropic.ts'
import { eventFrame, SseParser } from './sse.ts'

const CONTEXT: TranslateContext = {
  model: 'claude-sonnet-4-5',
  providerId: 'anthropic',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: true,
  maxOutputTokens: null,
  nowMs: 1_700_000_000_000,
  newId: () => 'new',
}
const HEAD = {
  id: 'msg_014p7gG3wDgGV9EUtLvnow3U',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'claude-sonnet-4-5-20250929',
  provider: 'anthropic',
}

const recording = (name: string) =>
  readFileSync(new URL(`./__fixtures__/anthropic-${name}.sse`, import.meta.url))
const frames = (...events: JsonObject[]) =>
  Buffer.from(events.map((event) => eventFrame(String(event.type), event)).join(''))

function events(bytes: Buffer, at = bytes.length): SseEvent[] {
  const parser = new SseParser()
  return [...parser.push(bytes.subarray(0, at)), ...parser.push(bytes.subarray(at)), ...parser.end()]
}

function run(bytes: Buffer, context: Partial<TranslateContext> = {}, at?: number) {
  const stream = chatToAnthropic.stream({ ...CONTEXT, ...context })
  const steps = events(bytes, at).map((event) => stream.push(event))
  const end = stream.end()
  return { stream, steps, end, out: [...steps, end].map((step) => step.out).join('') }
}

const chunksOf = (out: string): JsonObject[] =>
  events(Buffer.from(out))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as JsonObject)
const deltasOf = (out: string) =>
  chunksOf(out).flatMap((chunk) => (chunk.choices as JsonObject[]).map((choice) => choice.delta))

describe('Anthropic’s published streams', () => {
  it('text: role, content, finish, usage, [DONE]', () => {
    const { out, steps, end, stream } = run(recording('text'))
    const head = { ...HEAD, id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY' }
    const choice = (delta: JsonObject, finish_reason: string | null = null) => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    })
    expect(chunksOf(out)).toEqual([
      choice({ role: 'assistant', content: '' }),
      choice({ content: 'Hello' }),
      choice({ content: '!' }),
      choice({}, 'stop'),
      {
        ...head,
        choices: [],
        usage: {
          prompt_tokens: 25,
          completion_tokens: 15,
          total_tokens: 40,
          prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 0 },
        },
      },
    ])
    expect(out.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(steps.map((step) => step.isClosing)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ])
    expect(steps.map((step) => step.isSilent)).toEqual([false, true, true, false, false, true, true, false])
    expect(end).toEqual({ out: '', isClosing: true, error: null, isSilent: false })
    expect([stream.finishReason(), stream.text()]).toEqual(['stop', 'Hello!'])
    expect(stream.usage()).toMatchObject({ input: 25, output: 15 })
  })

  it('tool use: full id and name first, then arguments that are JSON in total', () => {
    const { out, stream } = run(recording('tool-use'))
    const deltas = deltasOf(out)
    const calls = deltas.flatMap((delta) => ((delta as JsonObject).tool_calls ?? []) as JsonObject[])
    expect(calls[0]).toEqual({
      index: 0,
      id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    })
    expect(calls.slice(1).every((call) => call.index === 0 && !('id' in call))).toBe(true)
    const args = calls.map((call) => (call.function as JsonObject).arguments).join('')
    expect(JSON.parse(args)).toEqual({ location: 'San Francisco, CA', unit: 'fahrenheit' })
    expect(out).toContain('"finish_reason":"tool_calls"')
    expect(stream.usage()).toMatchObject({ input: 472, output: 89 })
  })

  it('thinking: as reasoning_content for who reads it, otherwise a sign of life', () => {
    const shown = run(recording('thinking'))
    const reasoning = deltasOf(shown.out).map((delta) => (delta as JsonObject).reasoning_content ?? '')
    expect(reasoning.join('')).toMatch(/^Let me solve this step by step:[\s\S]*12,231$/)
    const hidden = run(recording('thinking'), { hasReasoningContent: false })
    expect(hidden.out).not.toContain('10,800')
    expect(hidden.steps.slice(2, 8).every((step) => step.isSilent && step.out === '')).toBe(true)
    expect(hidden.stream.text()).toContain('10,800')
    expect(deltasOf(hidden.out)).toEqual([
      { role: 'assistant', content: '' },
      { content: '27 * 453 = 12,231' },
      {},
    ])
  })

  it('thinking for a caller that is not strict: content_blocks with the signature, Anthropic’s own finish reason', () => {
    const { out } = run(recording('thinking'), { isStrict: false, hasReasoningContent: false })
    const deltas = deltasOf(out) as JsonObject[]
    expect(deltas).toContainEqual({
      content_blocks: [
        { index: 0, delta: { signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds...' } },
      ],
    })
    expect(deltas).toContainEqual({
      content: '27 * 453 = 12,231',
      content_blocks: [{ index: 1, delta: { text: '27 * 453 = 12,231' } }],
    })
    expect(out).toContain('"finish_reason":"end_turn"')
  })

  it('a server tool is no tool call, and its later usage counts', () => {
    const { out, stream } = run(recording('web-search'))
    expect(out).not.toContain('tool_calls')
    expect(
      deltasOf(out)
        .map((delta) => (delta as JsonObject).content ?? '')
        .join(''),
    ).toBe("I'll check.Here's the current weather information for New York City:\n\n# Weather")
    expect(stream.usage()).toMatchObject({ input: 10_682, output: 510 })
  })

  it('an error event is told with the status it stands for', () => {
    const { steps, out, end } = run(recording('error'))
    expect(steps[0]?.error).toEqual({
      status: 529,
      message: 'Overloaded',
      type: 'overloaded_error',
      code: null,
      param: null,
    })
    expect([out, end.isClosing]).toEqual(['', false])
  })
})

it.each(['text', 'tool-use', 'thinking'])('%s means the same wherever the network cuts it', (name) => {
  const bytes = recording(name)
  const { out } = run(bytes)
  for (let at = 0; at < bytes.length; at++)
    if (run(bytes, {}, at).out !== out) expect.fail(`cut at byte ${at}`)
})

describe('the official OpenAI client reads it', () => {
  const client = (out: string) =>
    new OpenAI({
      apiKey: 'k',
      baseURL: 'http://gateway.test/v1',
      maxRetries: 0,
      fetch: async () => new Response(out, { headers: { 'content-type': 'text/event-stream' } }),
    })
  const complete = (out: string) =>
    client(out)
      .chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
      .finalChatCompletion()

  it('text', async () => {
    const completion = await complete(run(recording('text')).out)
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello!' } })
    expect(completion.usage?.total_tokens).toBe(40)
  })

  it('tool calls', async () => {
    const completion = await complete(run(recording('tool-use')).out)
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'get_weather' } }] },
    })
  })
})

const start = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 5, output_tokens: 1 } },
}
const toolStart = (index: number, id: string, input: JsonObject = {}) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id, name: `tool_${id}`, input },
})
const args = (index: number, partial_json: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
})
const stop = (index: number) => ({ type: 'content_block_stop', index })
const end = (stop_reason: string, usage: JsonObject = { output_tokens: 9 }): JsonObject[] => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
  { type: 'message_stop' },
]

it('parallel calls are counted from 0, and one without input still has JSON arguments', () => {
  const bytes = frames(
    start,
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    stop(0),
    toolStart(1, 'a'),
    args(1, ''),
    stop(1),
    toolStart(2, 'b'),
    args(2, '{"x"'),
    args(2, ':1}'),
    stop(2),
    toolStart(3, 'c', { y: 2 }),
    stop(3),
    ...end('tool_use'),
  )
  const byIndex = new Map<unknown, string>()
  for (const delta of deltasOf(run(bytes).out) as JsonObject[]) {
    for (const call of (delta.tool_calls ?? []) as JsonObject[]) {
      byIndex.set(call.index, (byIndex.get(call.index) ?? '') + (call.function as JsonObject).arguments)
    }
  }
  expect([...byIndex]).toEqual([
    [0, '{}'],
    [1, '{"x":1}'],
    [2, '{"y":2}'],
  ])
})

it.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  ['something new', 'stop'],
])('stop reason %s is %s', (reason, finish) => {
  expect(run(frames(start, ...end(reason))).out).toContain(`"finish_reason":"${finish}"`)
  expect(run(frames(start, ...end(reason)), { isStrict: false }).out).toContain(`"finish_reason":"${reason}"`)
})

it('a refusal carries its explanation', () => {
  const delta = { stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'Not this.' } }
  const { out } = run(frames(start, { type: 'message_delta', delta, usage: {} }, { type: 'message_stop' }))
  expect(deltasOf(out).at(-1)).toEqual({ refusal: 'Not this.' })
})

it('cached tokens count as input and are told apart; nulls do not wipe what was known', () => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 200,
    cache_creation_input_tokens: 30,
    output_tokens: 1,
  }
  const bytes = frames(
    { type: 'message_start', message: { usage } },
    ...end('end_turn', {
      output_tokens: 7,
      input_tokens: null,
      output_tokens_details: { thinking_tokens: 3 },
    }),
  )
  expect(chunksOf(run(bytes).out).at(-1)?.usage).toEqual({
    prompt_tokens: 240,
    completion_tokens: 7,
    total_tokens: 247,
    prompt_tokens_details: { cached_tokens: 200, cache_write_tokens: 30 },
    completion_tokens_details: { reasoning_tokens: 3 },
    cache_read_input_tokens: 200,
    cache_creation_input_tokens: 30,
  })
})

it('redacted thinking reaches who is not strict', () => {
  const block = { type: 'redacted_thinking', data: 'xx' }
  const bytes = frames(
    start,
    { type: 'content_block_start', index: 0, content_block: block },
    stop(0),
    ...end('end_turn'),
  )
  const [, delta] = deltasOf(run(bytes, { isStrict: false }).out)
  expect(delta).toEqual({ content_blocks: [{ index: 0, delta: { data: 'xx' } }] })
  expect(run(bytes).out).not.toContain('xx')
})

it('who did not ask for usage gets none', () => {
  const { out } = run(recording('text'), { includeUsage: false })
  expect(out).not.toContain('usage')
  expect(out.endsWith('data: [DONE]\n\n')).toBe(true)
})

describe('a stream that is cut never looks complete', () => {
  const bytes = recording('tool-use')
  const complete = bytes.indexOf('event: message_stop')
  it.each([0, 200, 1500, complete - 1, complete])('after %i bytes', (at) => {
    const { out, end, steps, stream } = run(bytes.subarray(0, at))
    expect(out).not.toMatch(/\[DONE\]|"finish_reason":"/)
    expect(end.isClosing).toBe(false)
    expect(steps.some((step) => step.isClosing || step.error)).toBe(false)
    expect(stream.usage() === null).toBe(at < 300)
  })
})

describe('odd events', () => {
  it.each<[string, SseEvent, Partial<StreamStep>]>([
    ['an unknown one', { event: 'novelty', data: '{"type":"novelty"}' }, { isSilent: true, out: '' }],
    ['one named only by its event line', { event: 'ping', data: '{}' }, { isSilent: true, out: '' }],
    ['[DONE]', { event: null, data: '[DONE]' }, { isSilent: true, isClosing: false }],
    [
      'an error of an unknown type',
      { event: 'error', data: '{"type":"error","error":{"type":"constructor"}}' },
      { error: expect.objectContaining({ status: 500 }) },
    ],
    [
      'an error without anything',
      { event: 'error', data: '{}' },
      { error: expect.objectContaining({ status: 500, type: 'api_error' }) },
    ],
    ['no JSON', { event: null, data: '<html>' }, { error: expect.objectContaining({ status: 502 }) }],
    [
      'JSON that is no object',
      { event: null, data: '[1]' },
      { error: expect.objectContaining({ status: 502 }) },
    ],
    [
      'a delta for a block never opened',
      { event: null, data: JSON.stringify(args(7, '{}')) },
      { out: '', isSilent: true },
    ],
    [
      'a delta without a delta',
      { event: null, data: '{"type":"content_block_delta","index":{}}' },
      { out: '', isSilent: true },
    ],
    [
      'text before message_start',
      { event: null, data: '{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}' },
      { isSilent: false },
    ],
  ])('%s', (_name, event, step) => {
    for (const stream of [
      chatToAnthropic.stream(CONTEXT),
      chatToAnthropic.stream({ ...CONTEXT, isStrict: false }),
    ]) {
      expect(stream.push(event)).toMatchObject(step)
    }
  })

  it.each([
    ['overloaded_error', 529],
    ['rate_limit_error', 429],
    ['authentication_error', 401],
    ['permission_error', 403],
    ['invalid_request_error', 400],
    ['not_found_error', 404],
    ['request_too_large', 413],
    ['billing_error', 402],
    ['timeout_error', 504],
    ['api_error', 500],
  ])('%s stands for %i', (type, status) => {
    const error = { type: 'error', error: { type, message: 'm' } }
    expect(run(frames(error)).steps[0]?.error?.status).toBe(status)
    expect(read(frames(error)).steps[0]?.error?.status).toBe(status)
  })
})

function read(bytes: Buffer): { reader: StreamTranslator; steps: StreamStep[]; end: StreamStep } {
  const reader = anthropicStreamReader()
  const steps = events(bytes).map((event) => reader.push(event))
  return { reader, steps, end: reader.end() }
}

describe('a Messages stream that passes through untouched is still understood', () => {
  it.each<[string, number, number, string]>([
    ['text', 25, 15, 'end_turn'],
    ['tool-use', 472, 89, 'tool_use'],
    ['web-search', 10_682, 510, 'end_turn'],
  ])('%s', (name, input, output, reason) => {
    const { reader, steps, end } = read(recording(name))
    expect(reader.usage()).toMatchObject({ input, output })
    expect(reader.finishReason()).toBe(reason)
    expect(steps.every((step) => step.out === '')).toBe(true)
    expect(steps.map((step) => step.isClosing).slice(-3)).toEqual([false, true, true])
    expect(steps.some((step) => step.isSilent)).toBe(true)
    expect(end.isClosing).toBe(true)
  })
  it('what it said is kept for an estimate', () => {
    expect(read(recording('tool-use')).reader.text()).toBe(
      'Okay, let\'s check the weather for San Francisco, CA:{"location": "San Francisco, CA", "unit": "fahrenheit"}',
    )
  })
  it('cut, it is not closing', () => {
    const { reader, end } = read(recording('text').subarray(0, 900))
    expect([end.isClosing, reader.finishReason()]).toEqual([false, null])
  })
})
