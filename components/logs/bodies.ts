import { isBytes } from './curl.ts'

/** A body as one reads it: JSON indented, other text as it came. Text that is JSON counts as JSON. */
export function prettyOf(body: unknown): string {
  if (typeof body === 'string') {
    const value = jsonIn(body)
    return value === undefined ? body : JSON.stringify(value, null, 2)
  }
  if (isBytes(body)) return body.data.replace(/(.{96})/g, '$1\n')
  return JSON.stringify(body, null, 2) ?? ''
}

/** A body as it crossed the wire, as far as it is known: JSON without its white space. */
export function rawOf(body: unknown): string {
  if (isBytes(body)) return body.data
  return typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
}

export interface StreamEvent {
  /** Of `event:`; null when the stream names none. */
  name: string | null
  data: string
}

/** The events of a stream, comments left out; null for a body that is none. */
export function eventsOf(body: unknown): StreamEvent[] | null {
  if (typeof body !== 'string' || !/^(?:data|event|id|retry|):/m.test(body)) return null
  const events: StreamEvent[] = []
  for (const block of body.split(/\r?\n\r?\n|\r\r/)) {
    let name: string | null = null
    const data: string[] = []
    for (const line of block.split(/\r?\n|\r/)) {
      const [, field, value = ''] = /^(\w+): ?(.*)$/s.exec(line) ?? []
      if (field === 'event') name = value
      else if (field === 'data') data.push(value)
    }
    if (data.length > 0 || name !== null) events.push({ name, data: data.join('\n') })
  }
  return events.length > 0 ? events : null
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
