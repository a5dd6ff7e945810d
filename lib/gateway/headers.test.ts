import { describe, expect, it } from 'vitest'
import { wholeSeconds } from './headers.ts'

const NOW = Date.parse('2026-03-01T00:00:00Z')

describe('a wait leaves as whole seconds', () => {
  it.each([
    ['1.5', '2'],
    ['7', '7'],
    ['0', '1'],
    ['6m0s', '360'],
    ['1h2m3.2s', '3724'],
    ['20ms', '1'],
    ['Sun, 01 Mar 2026 00:01:30 GMT', '90'],
    ['2026-03-01T00:00:10Z', '10'],
    ['Sun, 01 Mar 2020 00:00:00 GMT', '1'],
    ['soon', '1'],
  ])('%s is %s', (text, seconds) => {
    expect(wholeSeconds(text, NOW)).toBe(seconds)
  })
})
