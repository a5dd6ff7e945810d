import { describe, expect, test } from 'vitest'
import { uuidTimeMs } from '../ids.ts'
import { sampleBodies, sampleRecord } from '../testing/calls.ts'
import { FrameEncoder, readFrame } from './frame.ts'

const encoder = new FrameEncoder()
const encoded = (...args: Parameters<FrameEncoder['encode']>) => Buffer.concat(encoder.encode(...args))
const whole = (bytes: Buffer, offset = 0) => {
  const read = readFrame(bytes, offset)
  if (read.kind !== 'frame') throw new Error(`expected a frame, got ${read.kind}`)
  return read.frame
}

describe('a frame', () => {
  test('gives back the record byte for byte, and what a flusher needs without parsing it', () => {
    const record = sampleRecord({ user_label: 'Zoë 🙂 "quoted"' })
    const frame = whole(encoded(record, null))
    expect(String(frame.parts()[0])).toBe(JSON.stringify(record))
    expect(frame.id).toBe(record.id)
    expect(frame.timeMs).toBe(uuidTimeMs(record.id))
    expect([frame.retentionDays, frame.bodiesRetentionDays]).toEqual([90, 30])
    expect(frame.hasBodies).toBe(false)
    expect(frame.parts().slice(1)).toEqual([null, null, null, null, null])
  })

  test.each([10, 200_000])('keeps bodies of %i bytes apart, absent and empty ones told apart', (size) => {
    const request = Buffer.alloc(size, 'é')
    const bodies = sampleBodies({
      request,
      response: Buffer.alloc(0),
      finalRequest: null,
      originalResponse: Buffer.from([0, 255]),
    })
    const frame = whole(encoded(sampleRecord(), bodies))
    const [, head, ...others] = frame.parts()
    expect(frame.hasBodies).toBe(true)
    expect(head?.toString()).toBe(bodies.head)
    expect(others[0]?.equals(request)).toBe(true)
    expect(others.slice(1)).toEqual([Buffer.alloc(0), null, Buffer.from([0, 255])])
  })

  test('cut at any byte is short, and says how much it needs', () => {
    const bytes = encoded(sampleRecord(), sampleBodies())
    for (let length = 0; length < bytes.length; length++) {
      const read = readFrame(bytes.subarray(0, length), 0)
      expect(read.kind).toBe('short')
      if (read.kind === 'short' && length >= 8) expect(read.bytes).toBe(bytes.length)
    }
  })

  test('with a flipped bit in its header, record or head is never taken for whole', () => {
    const bytes = encoded(sampleRecord(), null)
    for (let i = 0; i < bytes.length; i++) {
      const broken = Buffer.from(bytes)
      broken[i] = (broken[i] as number) ^ 4
      expect(readFrame(Buffer.concat([broken, Buffer.alloc(16)]), 0).kind).not.toBe('frame')
    }
  })

  test('that is damaged is stepped over to the next one', () => {
    const first = encoded(sampleRecord(), null)
    const second = encoded(sampleRecord({ status: 429 }), null)
    first[200] = (first[200] as number) ^ 1
    const both = Buffer.concat([first, second])
    const read = readFrame(both, 0)
    expect(read).toEqual({ kind: 'damaged', next: first.length })
    expect(JSON.parse(String(whole(both, first.length).parts()[0])).status).toBe(429)
  })

  test('hidden in a body is never found when the frame around it is lost', () => {
    const planted = encoded(sampleRecord({ cost_nanos: 0 }), null)
    const outer = encoded(sampleRecord(), sampleBodies({ request: planted }))
    outer.writeUInt32LE(0, 0)
    expect(readFrame(outer, 0).kind).toBe('lost')
  })
})

test.each([
  ['a NUL', 'a\0b', 'a\ufffdb'],
  ['half a pair', 'a\ud83db\udc00', 'a\ufffdb\ufffd'],
  ['a written-out escape', 'a\\u0000b', 'a\\u0000b'],
  ['a backslash before a NUL', 'a\\\0\0', 'a\\\ufffd\ufffd'],
  ['other control characters', '\u001b[0m\n', '\u001b[0m\n'],
])('text Postgres cannot hold is replaced: %s', (_, text, stored) => {
  const frame = whole(encoded(sampleRecord({ user_label: text, metadata: { [text]: text } }), null))
  const record = JSON.parse(String(frame.parts()[0]))
  expect(record.user_label).toBe(stored)
  expect(record.metadata).toEqual({ [stored]: stored })
})
