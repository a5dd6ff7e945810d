import { expect, test } from 'vitest'
import { anyOf } from './byte-search.ts'

const holds = (text: string, ...words: string[]) => anyOf(words)(Buffer.from(text))

test('finds a word wherever it stands, alone or among others', () => {
  for (let before = 0; before < 40; before++) {
    for (const word of ['"developer"', '"cache_control"', '"extra_content"']) {
      const text = `${'x'.repeat(before)}${word}${'y'.repeat(before % 3)}`
      expect(holds(text, '"developer"', '"cache_control"', '"extra_content"'), text).toBe(true)
    }
  }
})

test('agrees with native search on text made of the words’ own pieces', () => {
  const words = ['"abab"', '"bab"', 'abba']
  let seed = 7
  for (let round = 0; round < 5_000; round++) {
    let text = ''
    for (let i = 0; i < 12; i++) {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff
      text += 'ab"'[seed % 3]
    }
    expect(holds(text, ...words), text).toBe(words.some((word) => text.includes(word)))
  }
})

test('bytes shorter than the words, no words, and letters beyond ASCII', () => {
  expect(holds('', '"x"')).toBe(false)
  expect(holds('"', '"x"')).toBe(false)
  expect(anyOf([])(Buffer.from('anything'))).toBe(false)
  expect(holds('ünïcödé "dévelöper" 漢字 "developer"', '"developer"')).toBe(true)
})
