import { GatewayError } from '../errors.ts'
import type { Json, SseEvent } from './adapter.ts'

const LF = 0x0a
const CR = 0x0d
/** Past this an event is refused instead of held. */
export const EVENT_BYTES_MAX = 16 * 1024 * 1024

/**
 * Reads a server-sent event stream as it arrives: any line ending, any split (inside a character included), comment
 * lines, `data:` with or without its space, several `data:` lines an event, and hosts that end an event with one
 * newline only. `push` returns the events that are complete; `end` what a stream without a last newline still owes.
 * Throws `invalid_provider_response` once an event passes 16 MB. Source: gateway-contract §8.1.
 */
export class SseParser {
  /** Comment lines seen so far: how OpenRouter and others keep a silent stream alive. */
  comments = 0

  #held: Buffer[] = []
  #heldBytes = 0
  #eventBytes = 0
  #afterCr = false
  #isFirstLine = true
  #event: string | null = null
  #data: string | null = null

  push(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = []
    let at = 0
    let lf = -2
    let cr = -2
    if (this.#afterCr && chunk.length > 0) {
      this.#afterCr = false
      if (chunk[0] === LF) at = 1
    }
    while (at < chunk.length) {
      if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at)
      if (cr !== -1 && cr < at) cr = chunk.indexOf(CR, at)
      const stop = lf === -1 ? cr : cr === -1 ? lf : Math.min(lf, cr)
      if (stop === -1) break
      this.#line(this.#take(chunk.subarray(at, stop)), events)
      at = stop + 1
      if (stop !== cr) continue
      if (at === chunk.length) this.#afterCr = true
      else if (chunk[at] === LF) at += 1
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at))
    return events
  }

  end(): SseEvent[] {
    const events: SseEvent[] = []
    if (this.#heldBytes > 0) this.#line(this.#take(Buffer.alloc(0)), events)
    // A stream that was cut ends inside an event; only one that is plainly whole is still worth telling.
    if (this.#data !== null && isWhole(this.#data)) this.#dispatch(events)
    return events
  }

  #hold(part: Buffer): void {
    this.#heldBytes += part.length
    this.#bound(this.#heldBytes)
    // Copied: the socket may reuse its buffer.
    this.#held.push(Buffer.from(part))
  }

  #take(rest: Buffer): string {
    this.#eventBytes += this.#heldBytes + rest.length
    this.#bound(0)
    if (this.#heldBytes === 0) return rest.toString('utf8')
    const line = Buffer.concat([...this.#held, rest]).toString('utf8')
    this.#held = []
    this.#heldBytes = 0
    return line
  }

  #bound(moreBytes: number): void {
    if (this.#eventBytes + moreBytes <= EVENT_BYTES_MAX) return
    throw eventTooLarge()
  }

  #line(text: string, events: SseEvent[]): void {
    const line = this.#isFirstLine && text.startsWith('\uFEFF') ? text.slice(1) : text
    this.#isFirstLine = false
    if (line === '') {
      this.#dispatch(events)
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) {
      this.comments += 1
      if (this.#data === null) this.#eventBytes = 0
      return
    }
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') this.#addData(value, events)
    else if (field === 'event') {
      if (this.#data !== null) this.#dispatch(events)
      this.#event = value
    }
  }

  #addData(value: string, events: SseEvent[]): void {
    // DeepInfra and SambaNova end an event with one newline, so a whole JSON document ends where the next one starts.
    if (this.#data !== null && isWhole(this.#data)) this.#dispatch(events)
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`
    if (this.#data === '[DONE]') this.#dispatch(events)
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data !== null) events.push({ event: this.#event, data: this.#data })
    this.#event = null
    this.#data = null
    this.#eventBytes = 0
  }
}

/** The refusal of an event past `EVENT_BYTES_MAX`. */
export function eventTooLarge(): GatewayError {
  return new GatewayError('invalid_provider_response', 'The provider sent an event larger than 16 MB.')
}

/** A `data:` frame as chat streams carry it: JSON, or text sent as it is (`[DONE]`, JSON already written). */
export function dataFrame(value: Json): string {
  return `data: ${typeof value === 'string' ? value.replaceAll(/\r\n|\r|\n/g, '\ndata: ') : JSON.stringify(value)}\n\n`
}

/** An `event:` + `data:` frame as Messages streams carry it. */
export function eventFrame(event: string, value: Json): string {
  return `event: ${event}\n${dataFrame(value)}`
}

function isWhole(data: string): boolean {
  if (data === '[DONE]') return true
  if (!data.startsWith('{') || !data.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}
