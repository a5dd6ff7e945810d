import { describe, expect, it } from 'vitest'
import { prettyOf, rawOf, tokensOf } from './json-text.ts'

describe('a value to read', () => {
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
