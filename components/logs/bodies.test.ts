import { describe, expect, it } from 'vitest'
import { eventsOf, prettyOf, rawOf, tokensOf } from './bodies.ts'

describe('a body to read', () => {
  it('is indented when it is JSON, and as it came when it is not', () => {
    expect(prettyOf({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}')
    expect(prettyOf('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(prettyOf('{"a":')).toBe('{"a":')
    expect(prettyOf('plain')).toBe('plain')
    expect(rawOf({ a: [1] })).toBe('{"a":[1]}')
    expect(prettyOf(undefined)).toBe('')
  })

  it('keeps every character when it is coloured', () => {
    const text = prettyOf({ 'a"b': 'x: "y" {1}', n: -1.5e3, t: true, z: null, deep: [{ empty: '' }] })
    const parts = tokensOf(text)
    expect(parts.map(({ text: part }) => part).join('')).toBe(text)
    expect(parts.filter(({ kind }) => kind === 'key')).toHaveLength(6)
    expect(parts.find(({ kind }) => kind === 'number')?.text).toBe('-1500')
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
