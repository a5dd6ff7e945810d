import { describe, expect, it } from 'vitest'
import type { StreamTranslator } from '../providers/adapter.ts'
import { anthropicStreamReader } from '../providers/anthropic.ts'
import { AnthropicTap, OpenAiTap, RawTap, ResponsesTap, type StreamTap, TranslatedTap } from './stream.ts'

const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`
const usage = `data: ${JSON.stringify({ id: 'c1', choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } })}\n\n`
const OPENING =
  chunk({ role: 'assistant', content: '' }) +
  chunk({ content: 'Grüße "finish_reason" 🙂' }) +
  chunk({ content: ' more' })
const FINISH = chunk({}, 'stop')
const CHAT = `${OPENING}${FINISH}${usage}data: [DONE]\n\n`

/** Feeds `text` cut into two at `at`, and returns what may leave before the end and what waits. */
function feed(tap: StreamTap, text: string | Buffer, at: number, step = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(text)
  let now = ''
  const cuts = [0, at]
  for (let i = at + step; i < bytes.length; i += step) cuts.push(i)
  cuts.push(bytes.length)
  for (let i = 1; i < cuts.length; i++)
    now += tap.push(Buffer.from(bytes.subarray(cuts[i - 1], cuts[i])))?.toString() ?? ''
  now += tap.end()?.toString() ?? ''
  return { now, closing: tap.closing().toString() }
}

describe('an OpenAI stream passes as it came', () => {
  it('cut at every byte, text leaves at once and what finishes it waits', () => {
    for (let at = 0; at <= Buffer.byteLength(CHAT); at++) {
      const tap = new OpenAiTap('openai', true)
      expect(feed(tap, CHAT, at)).toEqual({ now: OPENING, closing: `${FINISH}${usage}data: [DONE]\n\n` })
      expect(tap.isOver()).toBe(true)
      expect(tap.finishReason()).toBe('stop')
      expect(tap.usage()).toMatchObject({ input: 7, output: 3 })
    }
  })

  it('byte by byte, with any line ending, it says the same', () => {
    for (const ending of ['\r\n', '\r', '\n']) {
      const tap = new OpenAiTap('openai', true)
      const { now, closing } = feed(tap, CHAT.replaceAll('\n', ending), 0, 1)
      expect((now + closing).replaceAll(ending, '\n')).toBe(CHAT)
      expect(tap.isComplete()).toBe(true)
    }
  })

  it('a usage chunk nobody asked for is read and hidden', () => {
    const tap = new OpenAiTap('openai', false)
    expect(feed(tap, CHAT, 0)).toEqual({ now: OPENING, closing: `${FINISH}data: [DONE]\n\n` })
    expect(tap.usage()).toMatchObject({ input: 7, output: 3 })
  })

  it('a stream that ends without a finish reason is not complete', () => {
    const tap = new OpenAiTap('openai', true)
    feed(tap, OPENING, 0)
    expect(tap.isComplete()).toBe(false)
    expect(tap.text()).toBe('Grüße "finish_reason" 🙂 more')
  })

  it('an error in the first event becomes its status', () => {
    const tap = new OpenAiTap('openai', true)
    feed(
      tap,
      'data: {"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}\n\n',
      0,
    )
    expect(tap.hasBegun()).toBe(false)
    expect(tap.failure()).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  })

  it('comments before the first event are signs of life, not an answer', () => {
    const tap = new OpenAiTap('openai', true)
    expect(tap.push(Buffer.from(': OPENROUTER PROCESSING\n\n'))).toBeNull()
    expect(tap.hasBegun()).toBe(false)
    expect(tap.silences()).toBe(1)
  })

  it('an event that never ends is refused past 16 MB, and costs no more than its bytes until then', () => {
    const tap = new OpenAiTap('openai', true)
    tap.push(Buffer.from(OPENING))
    const piece = Buffer.alloc(1024, 'x')
    for (let i = 0; i < 16 * 1024; i++) expect(tap.push(piece)).toBeNull()
    expect(() => tap.push(piece)).toThrow(expect.objectContaining({ code: 'invalid_provider_response' }))
  })

  it('an ending that never ends is refused past 16 MB', () => {
    const tap = new OpenAiTap('openai', true)
    const finish = Buffer.from(chunk({ content: 'x'.repeat(1024 * 1024) }, 'stop'))
    expect(() => {
      for (let i = 0; i < 17; i++) tap.push(finish)
    }).toThrow(expect.objectContaining({ code: 'invalid_provider_response' }))
  })

  it.each([' ', '  ', '\t'])('JSON spaced with %j is JSON all the same', (space) => {
    const spaced = (text: string) => text.replaceAll(/(?<=")(:)(?=["{])/g, `${space}:${space}`)
    const tap = new OpenAiTap('openai', false)
    const first = Buffer.byteLength(OPENING)
    expect(feed(tap, OPENING + spaced(FINISH) + spaced(usage), first)).toEqual({
      now: OPENING,
      closing: spaced(FINISH),
    })
    expect(tap.usage()).toMatchObject({ input: 7, output: 3 })
  })

  it.each(['event: error\ndata: {"message":"boom"}\n\n', 'event:error\r\ndata: boom\r\n\r\n'])(
    'an event named error is a failure, whatever it holds: %j',
    (event) => {
      for (const text of [OPENING + event, event]) {
        const tap = new OpenAiTap('openai', true)
        tap.push(Buffer.from(OPENING))
        expect(tap.push(Buffer.from(text))?.toString() ?? '').not.toContain('boom')
        expect(tap.failure()).toMatchObject({ status: 502, message: 'boom' })
      }
    },
  )

  it('a finish reason of no letters is none', () => {
    const tap = new OpenAiTap('openai', true)
    const text = chunk({ content: 'a' }, '') + chunk({ content: 'b' }, '')
    expect(feed(tap, text, 0)).toEqual({ now: text, closing: '' })
  })

  it('arguments that come after the finish chunk go out before it', () => {
    const late = chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] })
    const tap = new OpenAiTap('openai', true)
    expect(feed(tap, `${OPENING}${FINISH}${late}data: [DONE]\n\n`, 0)).toEqual({
      now: OPENING + late,
      closing: `${FINISH}data: [DONE]\n\n`,
    })
  })

  it('with several choices it is whole when each that spoke has finished, or at [DONE]', () => {
    const choice = (index: number, finish: string | null) =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content: 'x' }, finish_reason: finish }] })}\n\n`
    const both = choice(0, null) + choice(1, null)
    const isComplete = (text: string) => {
      const tap = new OpenAiTap('openai', true)
      feed(tap, text, 0)
      return tap.isComplete()
    }
    expect(isComplete(both + choice(0, 'stop'))).toBe(false)
    expect(isComplete(both + choice(0, 'stop') + usage)).toBe(false)
    expect(isComplete(both + choice(1, 'stop') + choice(0, 'length'))).toBe(true)
    expect(isComplete(`${both}${choice(0, 'stop')}data: [DONE]\n\n`)).toBe(true)
  })

  it('a usage chunk alone ends nothing', () => {
    const tap = new OpenAiTap('openai', true)
    feed(tap, OPENING + usage, 0)
    expect(tap.isComplete()).toBe(false)
  })

  it('an error with a name nobody knows is a 502', () => {
    const tap = new OpenAiTap('openai', true)
    feed(tap, 'data: {"error":{"message":"x","code":"constructor","type":"toString"}}\n\n', 0)
    expect(tap.failure()).toMatchObject({ status: 502, code: 'constructor' })
  })

  it('a host that ends events with one newline is put right', () => {
    const tap = new OpenAiTap('deepinfra', true)
    const { now, closing } = feed(tap, CHAT.replaceAll('\n\n', '\n'), 0, 7)
    expect(now + closing).toBe(CHAT)
  })
})

describe('an Anthropic stream passes as it came', () => {
  const event = (name: string, data: object) =>
    `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`
  const opening =
    event('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [],
        model: 'c',
        usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 5 },
      },
    }) +
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hé' } }) +
    event('content_block_stop', { index: 0 })
  const end =
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } }) +
    event('message_stop', {})

  it('cut at every byte, the stop reason waits', () => {
    for (let at = 0; at <= Buffer.byteLength(opening + end); at++) {
      const tap = new AnthropicTap(anthropicStreamReader())
      expect(feed(tap, opening + end, at)).toEqual({ now: opening, closing: end })
      expect(tap.usage()).toMatchObject({ input: 15, output: 9, cacheRead: 5 })
      expect(tap.isOver()).toBe(true)
    }
  })

  it('without message_stop it is not whole, however it spells its events', () => {
    const delta = end.slice(0, end.indexOf('event: message_stop'))
    const cut = new AnthropicTap(anthropicStreamReader())
    expect(feed(cut, opening + delta, 0)).toEqual({ now: opening, closing: delta })
    expect(cut.isComplete()).toBe(false)
    const unnamed = new AnthropicTap(anthropicStreamReader())
    feed(unnamed, (opening + end).replaceAll(/event: .*\n/g, '').replaceAll('":"', '" : "'), 0)
    expect(unnamed.isOver()).toBe(true)
    expect(unnamed.isComplete()).toBe(true)
  })

  it('a bare error event is a failure with its message', () => {
    const tap = new AnthropicTap(anthropicStreamReader())
    expect(feed(tap, `${opening}event:error\ndata: {"message":"boom"}\n\n`, 0).now).toBe(opening)
    expect(tap.failure()).toMatchObject({ status: 500, message: 'boom' })
  })

  it('overloaded as first event is a 529', () => {
    const tap = new AnthropicTap(anthropicStreamReader())
    feed(tap, event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }), 0)
    expect(tap.failure()).toMatchObject({ status: 529 })
    expect(tap.hasBegun()).toBe(false)
  })
})

describe('other streams', () => {
  it('a translator that never closes leaves the stream incomplete', () => {
    const silent: StreamTranslator = {
      push: ({ data }) => ({ out: `data: ${data}\n\n`, isClosing: false, error: null, isSilent: false }),
      end: () => ({ out: '', isClosing: false, error: null, isSilent: false }),
      usage: () => null,
      finishReason: () => null,
      text: () => 'x',
    }
    const tap = new TranslatedTap(silent)
    expect(feed(tap, 'data: {"a":1}\n\n', 3).now).toBe('data: {"a":1}\n\n')
    expect(tap.isComplete()).toBe(false)
  })

  it('a Responses stream, cut at every byte, passes at once but for its closing event', () => {
    const opening =
      'event: response.created\ndata: {"type":"response.created","response":{"usage":null}}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"say \\"type\\":\\"response.completed\\""}\n\n'
    const end =
      'event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"input_tokens":4,"output_tokens":2,"total_tokens":6}}}\n\n'
    for (let at = 0; at <= Buffer.byteLength(opening + end); at++) {
      const tap = new ResponsesTap('openai')
      const { now, closing } = feed(tap, opening + end, at)
      expect(now + closing).toBe(opening + end)
      expect(closing).toContain('"type":"response.completed"')
      expect(tap.isComplete()).toBe(true)
      expect(tap.usage()).toMatchObject({ input: 4, output: 2 })
    }
    const cut = new ResponsesTap('openai')
    expect(feed(cut, opening, 10)).toEqual({ now: opening, closing: '' })
    expect(cut.isComplete()).toBe(false)
    expect(cut.text()).toBe('say "type":"response.completed"')
    expect(cut.usage()).toBeNull()
  })

  it('raw bytes keep their last piece back, and their usage is found', () => {
    const tap = new RawTap('openai')
    const text =
      'event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"input_tokens":4,"output_tokens":2,"total_tokens":6}}}\n\n'
    const { now, closing } = feed(tap, text, 40, 30)
    expect(now + closing).toBe(text)
    expect(closing.length).toBeGreaterThan(0)
    expect(tap.usage()).toMatchObject({ input: 4, output: 2 })
  })
})
