import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { SseEvent } from './adapter.ts'
import { dataFrame, eventFrame, SseParser } from './sse.ts'

const published = readFileSync(new URL('./__fixtures__/anthropic-text.sse', import.meta.url), 'utf8')

function read(...chunks: (string | Buffer)[]): SseEvent[] {
  const parser = new SseParser()
  return [...chunks.flatMap((chunk) => parser.push(Buffer.from(chunk))), ...parser.end()]
}

describe('what one event may look like', () => {
  const cases: [string, string, SseEvent[]][] = [
    ['an event name and its data', 'event: ping\ndata: {}\n\n', [{ event: 'ping', data: '{}' }]],
    ['data without a space', 'data:{"a":1}\n\n', [{ event: null, data: '{"a":1}' }]],
    ['data with two spaces keeps one', 'data:  x\n\n', [{ event: null, data: ' x' }]],
    ['several data lines', 'data: one\ndata: two\n\n', [{ event: null, data: 'one\ntwo' }]],
    [
      'JSON over several lines',
      'data: {\ndata: "a": {}\ndata: }\n\n',
      [{ event: null, data: '{\n"a": {}\n}' }],
    ],
    ['id and retry lines', 'id: 7\nretry: 100\ndata: x\n\n', [{ event: null, data: 'x' }]],
    ['a field without a colon', 'data\n\n', [{ event: null, data: '' }]],
    ['an event without data', 'event: ping\n\ndata: x\n\n', [{ event: null, data: 'x' }]],
    ['comments before, inside and after', ': a\n\ndata: x\n: b\n\n: c\n', [{ event: null, data: 'x' }]],
    ['a byte order mark', '\uFEFFdata: x\n\n', [{ event: null, data: 'x' }]],
    [
      'CR LF',
      'event: a\r\ndata: x\r\n\r\ndata: y\r\n\r\n',
      [
        { event: 'a', data: 'x' },
        { event: null, data: 'y' },
      ],
    ],
    [
      'CR alone',
      'event: a\rdata: x\r\rdata: y\r\r',
      [
        { event: 'a', data: 'x' },
        { event: null, data: 'y' },
      ],
    ],
    [
      'one newline between events',
      'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n',
      [
        { event: null, data: '{"a":1}' },
        { event: null, data: '{"b":2}' },
        { event: null, data: '[DONE]' },
      ],
    ],
    [
      'one newline between named events',
      'event: a\ndata: {}\nevent: b\ndata: {}\n',
      [
        { event: 'a', data: '{}' },
        { event: 'b', data: '{}' },
      ],
    ],
    [
      '[DONE] without a last newline',
      'data: {"a":1}\n\ndata: [DONE]',
      [
        { event: null, data: '{"a":1}' },
        { event: null, data: '[DONE]' },
      ],
    ],
    ['a last event without its blank line', 'data: {"a":1}\n', [{ event: null, data: '{"a":1}' }]],
    ['a last event cut inside its JSON', 'data: {"a":1}\n\ndata: {"b":', [{ event: null, data: '{"a":1}' }]],
    ['plain JSON instead of events', '{"error":{"message":"no"}}', []],
    ['nothing', '', []],
  ]
  it.each(cases)('%s', (_name, text, events) => expect(read(text)).toEqual(events))
})

describe('a stream means the same wherever the network cuts it', () => {
  const text = `: hello\n\n${published}data: {"text":"naïve café 🦊 日本"}\n\ndata: two\ndata: lines\n\ndata: [DONE]\n\n`
  const expected = read(text)
  const styles: [string, string][] = [
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ]
  it.each(styles)('with %s line ends, split at every byte', (_name, end) => {
    const bytes = Buffer.from(text.replaceAll('\n', end))
    for (let at = 0; at <= bytes.length; at++) {
      expect(read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected)
    }
    expect(read(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected)
  })

  it('with one newline an event, split at every byte', () => {
    const bytes = Buffer.from('data: {"a":"é"}\ndata: {"b":2}\r\ndata: [DONE]\n')
    const whole = read(bytes)
    expect(whole).toHaveLength(3)
    for (let at = 0; at <= bytes.length; at++) {
      expect(read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(whole)
    }
  })

  it('and does not mind the socket reusing its buffer', () => {
    const parser = new SseParser()
    const chunk = Buffer.from('data: first-half')
    expect(parser.push(chunk)).toEqual([])
    chunk.fill(0)
    expect(parser.push(Buffer.from('-second\n\n'))).toEqual([{ event: null, data: 'first-half-second' }])
  })
})

it('events arrive as soon as they are whole', () => {
  const parser = new SseParser()
  expect(parser.push(Buffer.from('data: a\n\ndata: b'))).toEqual([{ event: null, data: 'a' }])
  expect(parser.push(Buffer.from('\n\n'))).toEqual([{ event: null, data: 'b' }])
})

it('comments are counted and are no events', () => {
  const parser = new SseParser()
  expect(parser.push(Buffer.from(': OPENROUTER PROCESSING\n\n:\n\n'))).toEqual([])
  expect(parser.comments).toBe(2)
})

describe('an event of more than 16 MB is the provider’s fault, not our memory’s', () => {
  const mega = Buffer.alloc(1024 * 1024, 0x61)
  const cases: [string, Buffer][] = [
    ['in one endless line', mega],
    ['in endless lines', Buffer.concat([Buffer.from('data: '), mega, Buffer.from('\n')])],
  ]
  it.each(cases)('%s', (_name, chunk) => {
    const parser = new SseParser()
    parser.push(Buffer.from('data: '))
    const flood = () => {
      for (let i = 0; i < 17; i++) parser.push(chunk)
    }
    expect(flood).toThrow(GatewayError)
    expect(flood).toThrow('larger than 16 MB')
  })

  it('while comments may go on for ever', () => {
    const parser = new SseParser()
    const comment = Buffer.concat([Buffer.from(':'), mega, Buffer.from('\n\n')])
    for (let i = 0; i < 20; i++) expect(parser.push(comment)).toEqual([])
    expect(parser.comments).toBe(20)
  })
})

it('frames are read back as they were written', () => {
  const frames =
    dataFrame({ a: 'line\nbreak' }) +
    dataFrame('two\nlines') +
    eventFrame('ping', { type: 'ping' }) +
    dataFrame('[DONE]')
  expect(read(frames)).toEqual([
    { event: null, data: '{"a":"line\\nbreak"}' },
    { event: null, data: 'two\nlines' },
    { event: 'ping', data: '{"type":"ping"}' },
    { event: null, data: '[DONE]' },
  ])
})
