import { describe, expect, it } from 'vitest'
import { eventsOf, readable } from './bodies.ts'

describe('a body to read', () => {
  it('is lines of base64 when it was no text, and itself otherwise', () => {
    expect(readable({ encoding: 'base64', data: 'A'.repeat(100) })).toBe(`${'A'.repeat(96)}\nAAAA`)
    expect(readable({ a: 1 })).toEqual({ a: 1 })
  })
})

describe('a stream to read', () => {
  it('is its events, named or not, comments left out', () => {
    const text =
      ': ping\n\nevent: message_start\ndata: {"a":1}\n\ndata: one\ndata: two\r\n\r\ndata: [DONE]\n\n'
    expect(eventsOf(text)).toEqual([
      { name: 'message_start', data: '{"a":1}' },
      { name: null, data: 'one\ntwo' },
      { name: null, data: '[DONE]' },
    ])
  })

  it('is none for other text', () => {
    expect(eventsOf('hello')).toBeNull()
    expect(eventsOf({ data: 1 })).toBeNull()
  })
})
