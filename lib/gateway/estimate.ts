/** What a picture, a sound or a file counts for when nobody says: of the order of what vision models charge. */
export const MEDIA_TOKENS = 1_000

/**
 * Input tokens of a JSON request body whose upstream reported none: its text through `countTokens`, and a fixed number
 * for each picture, sound or file in it, named by URL or sent as base64. Bytes that are no text would be billed as a
 * million tokens. Zero for no body. Source: architecture §5, gateway-contract §9.2.
 */
export function estimatedInput(body: Buffer | null, countTokens: (text: string) => number): number {
  if (!body) return 0
  const { text, media } = withoutMedia(body)
  return countTokens(text) + media * MEDIA_TOKENS
}

/**
 * A JSON body without its data URLs and base64, and how many pictures, sounds and files it holds. Looks at what stands
 * between two quotes, and at no more of it than its beginning, so 4 MB of picture cost less than a millisecond.
 */
export function withoutMedia(body: Buffer): { text: string; media: number } {
  let text = ''
  let runs = 0
  let kept = 0
  let open = body.indexOf(QUOTE)
  while (open >= 0) {
    const close = body.indexOf(QUOTE, open + 1)
    if (close > open && isBase64(body, open + 1, close)) {
      text += body.toString('utf8', kept, open + 1)
      kept = close
      runs++
    }
    open = close
  }
  text += body.toString('utf8', kept)
  // A part sent inline is a run too; one named by its URL or id is a part only.
  const parts = text.match(MEDIA_PART)?.length ?? 0
  return { text, media: Math.max(parts, runs) }
}

const QUOTE = 0x22
const COMMA = 0x2c
const MEDIA_PART = /"type"\s*:\s*"(?:image_url|input_image|image|input_audio|file|input_file|document)"/g

const DATA_URL = /^data:[\w.+/;=\\-]*;base64$/
const URL_HEAD_BYTES_MAX = 128
/** Shorter ones are ids, hashes and keys, and cost little as text. */
const RUN_BYTES_MIN = 1_024
const SAMPLE_BYTES = 256

function isBase64(body: Buffer, start: number, end: number): boolean {
  if (end - start > DATA_URL_BYTES_MIN && body[start] === LETTER_D) {
    const comma = body.indexOf(COMMA, start)
    if (comma > 0 && comma < Math.min(end, start + URL_HEAD_BYTES_MAX))
      return DATA_URL.test(body.toString('latin1', start, comma))
  }
  return end - start >= RUN_BYTES_MIN && isDense(body.toString('latin1', start, start + SAMPLE_BYTES))
}

const LETTER_D = 0x64
const DATA_URL_BYTES_MIN = 'data:;base64,'.length

/** Letters of both cases and digits without a gap (a slash or line end may be escaped): no prose, no `xxxx`. */
function isDense(sample: string): boolean {
  return /^[\w+/=\\-]+$/.test(sample) && /[a-z]/.test(sample) && /[A-Z]/.test(sample) && /\d/.test(sample)
}
