import { isBytes } from './curl.ts'

/** A body for the eye: bytes as lines of their base64, everything else as it is. */
export function readable(body: unknown): unknown {
  return isBytes(body) ? body.data.replace(/(.{96})/g, '$1\n') : body
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
