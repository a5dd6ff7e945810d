import { describe, expect, it } from 'vitest'
import { maskCredential, withoutCredential } from './credential.ts'

const HEADERS = {
  authorization: 'Bearer sk-secret-0123456789abc',
  'x-team': 'research',
  'x-short-key': 'ollama',
}

describe("a provider's credential", () => {
  it('is overwritten wherever an answer holds it, and the length stays', () => {
    const answer = Buffer.from(
      '{"a":"sk-secret-0123456789abc","b":"sk-secret-0123456789abcsk-secret-0123456789abc"}',
    )
    const { length } = answer
    const masked = maskCredential(answer, HEADERS)
    expect(masked.length).toBe(length)
    expect(JSON.parse(masked.toString())).toEqual({ a: '*'.repeat(23), b: '*'.repeat(46) })
  })

  it('is all that is overwritten: other headers are words an answer may hold', () => {
    const text = 'Bearer of research, ollama, sk-secret-01234'
    expect(maskCredential(Buffer.from(text), HEADERS).toString()).toBe(text)
  })

  it('is taken out of headers, also out of those that came twice', () => {
    const told = {
      'x-key': 'sk-secret-0123456789abc',
      'set-cookie': ['a=sk-secret-0123456789abc', 'b=1'],
      etag: 'x',
    }
    expect(withoutCredential(told, HEADERS)).toEqual({
      'x-key': '********',
      'set-cookie': ['a=********', 'b=1'],
      etag: 'x',
    })
  })

  it('costs no copy where there is none', () => {
    const told = { etag: 'x' }
    expect(withoutCredential(told, HEADERS)).toBe(told)
  })
})
