/** A value as one reads it: JSON indented, other text as it came. Text that is JSON counts as JSON. */
export function prettyOf(value: unknown): string {
  if (typeof value === 'string') {
    const read = jsonIn(value)
    return read === undefined ? value : JSON.stringify(read, null, 2)
  }
  return JSON.stringify(value, null, 2) ?? ''
}

/** A value as it crossed the wire, as far as it is known: JSON without its white space. */
export function rawOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

export interface Token {
  kind: 'key' | 'string' | 'number' | 'word' | 'plain'
  text: string
}

const PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g

/** Indented JSON in parts that deserve a colour; together they are the text. */
export function tokensOf(json: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const push = (kind: Token['kind'], text: string) => text !== '' && tokens.push({ kind, text })
  for (const match of json.matchAll(PARTS)) {
    const [whole, text, colon, number] = match
    push('plain', json.slice(at, match.index))
    if (text !== undefined) {
      push(colon === undefined ? 'string' : 'key', text)
      push('plain', colon ?? '')
    } else push(number === undefined ? 'word' : 'number', whole)
    at = match.index + whole.length
  }
  push('plain', json.slice(at))
  return tokens
}

function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
