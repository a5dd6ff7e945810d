import { createRequire } from 'node:module'

const CHARS_EXACT_MAX = 200_000
const CHARS_PER_TOKEN = 4

/**
 * Counts tokens of a text, for answers whose upstream reported no usage. The tokenizer (o200k) is loaded by the first
 * call that needs it; very long texts are estimated at four characters a token.
 */
export function tokenCounter(): (text: string) => number {
  let count: ((text: string) => number) | null = null
  return (text) => {
    if (text.length > CHARS_EXACT_MAX) return Math.ceil(text.length / CHARS_PER_TOKEN)
    count ??= (createRequire(import.meta.url)('gpt-tokenizer') as { countTokens(text: string): number })
      .countTokens
    return count(text)
  }
}
