/**
 * Whether a text is exactly one emoji, skin tones, flags and joined families included. Browsers without the `v` flag take
 * any one pictograph; the server has the last word.
 */
export function isEmoji(text: string): boolean {
  return EMOJI.test(text) || EMOJI.test(`${text}\uFE0F`)
}

/** Not a literal: a browser that does not know the flag would not load the file. */
const ONE = '^\\p{RGI_Emoji}$'
const EMOJI = emojiPattern()

function emojiPattern(): RegExp {
  try {
    return new RegExp(ONE, 'v')
  } catch {
    return /^\p{Extended_Pictographic}\S{0,14}$/u
  }
}
