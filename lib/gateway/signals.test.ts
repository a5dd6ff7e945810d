import { describe, expect, it } from 'vitest'
import type { Call } from './call.ts'
import { flatMetadata, headersTimeoutMs, requestMetadata } from './signals.ts'

const callWith = (headers: Record<string, string>) => ({ headers, hasControls: true }) as unknown as Call

describe('how long a provider may take', () => {
  it.each([
    ['1500', 1_500],
    ['86400000', 86_400_000],
    ['3000000000', 86_400_000],
    [String(Number.MAX_SAFE_INTEGER), 86_400_000],
  ])('asked for %s ms, %i', (asked, timeoutMs) => {
    expect(headersTimeoutMs(callWith({ 'x-portkey-request-timeout': asked }), 300_000)).toBe(timeoutMs)
  })

  it('is less than the client has patience for', () => {
    const headers = { 'x-portkey-request-timeout': '3000000000', 'x-stainless-read-timeout': '60' }
    expect(headersTimeoutMs(callWith(headers), 300_000)).toBe(54_000)
  })
})

describe('metadata', () => {
  it('holds any number of names', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`name-${at}`, `${at}`]))
    expect(requestMetadata(callWith({ 'x-portkey-metadata': JSON.stringify(many) }), [])).toEqual(many)
  })

  it('is as large as headers may be, from wherever it comes', () => {
    const large = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`${at}`, 'x'.repeat(100)]))
    expect(() => flatMetadata(large)).toThrow(expect.objectContaining({ code: 'invalid_metadata' }))
  })

  it('is short text', () => {
    expect(flatMetadata({ a: 'x'.repeat(200), b: 1, c: true, d: null })).toEqual({
      a: 'x'.repeat(128),
      b: '1',
      c: 'true',
    })
  })
})
