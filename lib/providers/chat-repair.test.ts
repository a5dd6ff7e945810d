import { describe, expect, it } from 'vitest'
import type { Json, JsonObject, TranslateContext } from './adapter.ts'
import { chatRepair } from './chat-repair.ts'
import { dataFrame } from './sse.ts'

const CONTEXT: TranslateContext = {
  model: 'some-model',
  providerId: 'mistral-ai',
  isStrict: true,
  hasReasoningContent: true,
  includeUsage: false,
  maxOutputTokens: null,
  nowMs: 0,
  newId: () => 'new',
}
const HEAD = { id: 'c1', model: 'some-model' }
const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
/** As https://docs.mistral.ai/capabilities/reasoning/ shows them. */
const PARTS: Json[] = [
  {
    type: 'thinking',
    thinking: [
      { type: 'text', text: 'John is one of ' },
      { type: 'text', text: 'four.' },
    ],
  },
  { type: 'text', text: 'The answer ' },
  { type: 'text', text: 'is 4.' },
]

const whole = (choice: JsonObject, more: JsonObject = {}) => ({
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', ...choice }],
  ...more,
})
const answer = (body: JsonObject, context: Partial<TranslateContext> = {}) =>
  chatRepair.response(body, { ...CONTEXT, ...context })
const choiceOf = (body: JsonObject) => (body.choices as JsonObject[])[0] as JsonObject

describe('a whole answer', () => {
  it('that is right is given back as it is', () => {
    const body = whole(
      { message: { role: 'assistant', content: 'Hi', tool_calls: [{ id: 'a', function: { name: 'f' } }] } },
      { usage: USAGE },
    )
    const read = answer(body)
    expect(read.body).toBe(body)
    expect(read).toMatchObject({ finishReason: 'stop', usage: { input: 7, output: 3 } })
  })

  it.each<[string, Partial<TranslateContext>, JsonObject]>([
    ['for strict callers', {}, { content: 'The answer is 4.', reasoning_content: 'John is one of four.' }],
    ['for a Portkey client', { hasReasoningContent: false }, { content: 'The answer is 4.' }],
    [
      'with its blocks for who is not strict',
      { hasReasoningContent: false, isStrict: false },
      {
        content: 'The answer is 4.',
        content_blocks: [
          { type: 'thinking', thinking: 'John is one of four.' },
          { type: 'text', text: 'The answer ' },
          { type: 'text', text: 'is 4.' },
        ],
      },
    ],
  ])('content in parts is joined %s', (_, context, message) => {
    const { body } = answer(whole({ message: { role: 'assistant', content: PARTS } }), context)
    expect(choiceOf(body).message).toEqual({ role: 'assistant', ...message })
  })

  it.each([
    ['eos', 'stop'],
    ['error', 'stop'],
    ['insufficient_system_resource', 'stop'],
    ['constructor', 'stop'],
    [null, 'stop'],
    ['model_length', 'length'],
    ['length', 'length'],
    ['tool_calls', 'tool_calls'],
    ['content_filter', 'content_filter'],
  ])('finish reason %s is %s to strict callers, and itself to others', (said, word) => {
    const body = whole({ message: { content: 'x' }, finish_reason: said })
    expect(choiceOf(answer(body).body).finish_reason).toBe(word)
    expect(answer(body, { isStrict: false }).body).toBe(body)
    expect(answer(body).finishReason).toBe(said === null ? null : word)
  })

  it('ids and the model are filled where they are missing', () => {
    const calls: Json[] = [{ function: { name: 'f' } }, { id: 'b', function: { name: 'g' } }, { id: '' }]
    const { body } = answer({
      ...whole({ message: { content: null, tool_calls: calls } }),
      id: '',
      model: null,
    })
    expect(body).toMatchObject({ id: 'chatcmpl-new', model: 'some-model' })
    expect((choiceOf(body).message as JsonObject).tool_calls).toMatchObject([
      { id: 'call_new' },
      { id: 'b' },
      { id: 'call_new' },
    ])
  })

  it.each<JsonObject>([{}, { choices: null }, { choices: [null, 1] }, { choices: [{ message: null }] }])(
    'of no shape breaks nothing: %j',
    (body) => {
      expect(() => answer(body)).not.toThrow()
    },
  )
})

const chunk = (delta: JsonObject, finish: string | null = null, more: JsonObject = {}): JsonObject => ({
  ...HEAD,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
})

/** What the chunks become: at once, and at the end. */
function stream(chunks: (JsonObject | string)[], context: Partial<TranslateContext> = {}) {
  const translator = chatRepair.stream({ ...CONTEXT, ...context })
  let now = ''
  let closing: string | null = null
  for (const data of chunks) {
    const step = translator.push({
      event: null,
      data: typeof data === 'string' ? data : JSON.stringify(data),
    })
    expect(step.error).toBeNull()
    if (step.isClosing) closing = step.out
    else now += step.out
  }
  const end = translator.end()
  if (end.isClosing) closing ??= end.out
  return { now: parsed(now), closing: closing === null ? null : parsed(closing), translator }
}

const parsed = (frames: string) =>
  frames
    .split('\n\n')
    .filter(Boolean)
    .map((frame) => frame.replace(/^data: /, ''))
    .map((data) => (data === '[DONE]' ? data : (JSON.parse(data) as JsonObject)))
const deltasIn = (chunks: (JsonObject | string)[]) =>
  chunks.map((value) => choiceOf(value as JsonObject).delta as JsonObject)

describe('a stream', () => {
  it('that is right passes to the letter, and its finish waits for the end', () => {
    const text = '{ "id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": "Grüße"}}] }'
    const translator = chatRepair.stream(CONTEXT)
    expect(translator.push({ event: null, data: text }).out).toBe(dataFrame(text))
    const finish = JSON.stringify(chunk({}, 'stop'))
    expect(translator.push({ event: null, data: finish }).out).toBe('')
    expect(translator.push({ event: null, data: '[DONE]' })).toMatchObject({
      isClosing: true,
      out: dataFrame(finish) + dataFrame('[DONE]'),
    })
    expect(translator.text()).toBe('Grüße')
    expect(translator.finishReason()).toBe('stop')
  })

  it('content in parts is joined, thinking apart', () => {
    const chunks = [
      chunk({ content: [PARTS[0] as Json] }),
      chunk({ content: PARTS.slice(1) }),
      chunk({ content: 'x' }),
    ]
    expect(deltasIn(stream(chunks).now)).toEqual([
      { content: '', reasoning_content: 'John is one of four.' },
      { content: 'The answer is 4.' },
      { content: 'x' },
    ])
    const [thought] = deltasIn(stream(chunks, { isStrict: false, hasReasoningContent: false }).now)
    expect(thought).toEqual({
      content: '',
      content_blocks: [{ index: 0, delta: { thinking: 'John is one of four.' } }],
    })
  })

  it('finish reasons are OpenAI’s to strict callers', () => {
    const chunks = [chunk({ content: 'x' }), chunk({}, 'model_length')]
    expect(choiceOf(stream(chunks).closing?.[0] as JsonObject).finish_reason).toBe('length')
    expect(choiceOf(stream(chunks, { isStrict: false }).closing?.[0] as JsonObject).finish_reason).toBe(
      'model_length',
    )
    expect(stream(chunks).translator.finishReason()).toBe('length')
  })

  it('a missing id is filled, the same in every chunk', () => {
    const { id: _, model: __, ...bare } = chunk({ content: 'x' })
    for (const value of stream([bare, bare]).now)
      expect(value).toMatchObject({ id: 'chatcmpl-new', model: 'some-model' })
  })

  it('parallel calls under one index get their own, and those without an id get one', () => {
    const call = (more: JsonObject, args: string) =>
      chunk({ tool_calls: [{ index: 0, ...more, function: { arguments: args } }] })
    const { now } = stream([
      call({ id: 'a', type: 'function' }, '{'),
      call({}, '}'),
      call({ id: 'b', type: 'function' }, '{'),
      call({ id: 'b' }, '}'),
    ])
    expect(deltasIn(now).map(({ tool_calls: calls }) => (calls as JsonObject[])[0])).toMatchObject([
      { index: 0, id: 'a' },
      { index: 0 },
      { index: 1, id: 'b' },
      { index: 1, id: 'b' },
    ])
    const unnamed = chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '{}' } }] })
    expect(deltasIn(stream([unnamed]).now)[0]?.tool_calls).toMatchObject([
      { index: 0, id: 'call_new', type: 'function', function: { name: 'f' } },
    ])
  })

  it('arguments that come behind the finish go out before it', () => {
    const late = chunk({ tool_calls: [{ index: 0, id: 'a', function: { arguments: '{}' } }] })
    const { now, closing } = stream([chunk({}, 'tool_calls'), late, '[DONE]'])
    expect(now).toEqual([late])
    expect(closing).toEqual([chunk({}, 'tool_calls'), '[DONE]'])
  })

  describe('usage', () => {
    const groq = chunk({}, 'stop', { x_groq: { id: 'req_1', usage: USAGE } })
    const apart = { ...HEAD, choices: [], usage: USAGE }

    it('under x_groq is told to who asked, in a chunk of its own', () => {
      const { closing, translator } = stream([chunk({ content: 'x' }), groq, '[DONE]'], {
        includeUsage: true,
      })
      expect(closing).toEqual([groq, { ...chunk({}), choices: [], usage: USAGE }, '[DONE]'])
      expect(translator.usage()).toMatchObject({ input: 7, output: 3 })
    })

    it('is told once, though it come twice', () => {
      const { closing } = stream([groq, apart, '[DONE]'], { includeUsage: true })
      expect(closing).toEqual([groq, apart, '[DONE]'])
    })

    it('nobody asked for is read and left out', () => {
      const { now, closing, translator } = stream([groq, apart, '[DONE]'])
      expect([now, closing]).toEqual([[], [groq, '[DONE]']])
      expect(translator.usage()).toMatchObject({ input: 7, output: 3 })
      const inside = stream([chunk({}, 'stop', { usage: USAGE }), '[DONE]'])
      expect(inside.closing).toEqual([chunk({}, 'stop', { usage: null }), '[DONE]'])
      expect(inside.translator.usage()).toMatchObject({ input: 7, output: 3 })
    })

    it('in the finish chunk stays there for who asked', () => {
      const last = chunk({}, 'stop', { usage: USAGE })
      expect(stream([last, '[DONE]'], { includeUsage: true }).closing).toEqual([last, '[DONE]'])
    })
  })

  it('is whole when every choice that spoke has finished, or at [DONE]', () => {
    const choice = (index: number, finish: string | null) => ({
      ...HEAD,
      choices: [{ index, delta: {}, finish_reason: finish }],
    })
    expect(stream([choice(0, null)]).closing).toBeNull()
    expect(stream([choice(0, null), choice(1, null), choice(0, 'stop')]).closing).toBeNull()
    expect(stream([choice(0, 'stop'), choice(1, 'stop')]).closing).toHaveLength(3)
    expect(stream([choice(0, null), '[DONE]']).closing).toEqual(['[DONE]'])
    expect(stream([]).closing).toBeNull()
  })

  it.each([
    ['{"error":{"message":"slow down","code":"rate_limit_exceeded"}}', null, 429],
    ['{"message":"boom"}', 'error', 502],
    ['boom', 'error', 502],
  ])('an error in it is told: %s', (data, event, status) => {
    expect(chatRepair.stream(CONTEXT).push({ event, data }).error).toMatchObject({ status })
  })

  it.each([
    'null',
    '1',
    '[]',
    '{}',
    'text',
    '{"choices":[null,{"delta":null},{"delta":{"tool_calls":[1]}}]}',
  ])('a chunk of no shape breaks nothing: %s', (data) => {
    expect(() => chatRepair.stream(CONTEXT).push({ event: null, data })).not.toThrow()
  })
})
