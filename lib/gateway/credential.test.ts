import { describe, expect, it } from 'vitest'
import { maskCredential, withoutCredential } from './credential.ts'

const HEADERS = { authorization: 'Bearer sk-secret-123', 'x-team': 'research', 'x-short-key': 'abc' }

describe("a provider's credential", () => {
  it('is overwritten wherever an answer holds it, and the length stays', () => {
    const answer = Buffer.from('{"a":"sk-secret-123","b":"sk-secret-123sk-secret-123"}')
    const { length } = answer
    const masked = maskCredential(answer, HEADERS)
    expect(masked.length).toBe(length)
    expect(JSON.parse(masked.toString())).toEqual({ a: '*'.repeat(13), b: '*'.repeat(26) })
  })

  it('is all that is overwritten: other headers are words an answer may hold', () => {
    const text = 'Bearer of research, abc, sk-secret-12'
    expect(maskCredential(Buffer.from(text), HEADERS).toString()).toBe(text)
  })

  it('is taken out of headers, also out of those that came twice', () => {
    const told = { 'x-key': 'sk-secret-123', 'set-cookie': ['a=sk-secret-123', 'b=1'], etag: 'x' }
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
