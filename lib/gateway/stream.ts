import type {
  Json,
  JsonObject,
  SseEvent,
  StreamTranslator,
  UpstreamError,
  Usage,
} from '../providers/adapter.ts'
import { openAiUsage } from '../providers/openai-usage.ts'
import { SseParser } from '../providers/sse.ts'

/** A failure an upstream reports inside its stream, with the status it stands for. */
export type StreamFailure = UpstreamError & { status: number }

/**
 * A listener on one upstream stream. Bytes that may leave now come out of `push`; whatever would finish the answer
 * (the finish reason and all that follows) stays inside until `closing`, so that the call is journalled first.
 */
export interface StreamTap {
  push(chunk: Buffer): Buffer | string | null
  /** The upstream closed cleanly; what is still owed and may leave now. */
  end(): Buffer | string | null
  /** The first event (comments and pings aside) has come. */
  hasBegun(): boolean
  /** Everything that finishes the answer is here. */
  isComplete(): boolean
  /** Complete, and nothing more is worth waiting for. */
  isOver(): boolean
  /** The upstream lives but has nothing for the caller; counts its signs of life. */
  silences(): number
  failure(): StreamFailure | null
  closing(): Buffer
  usage(): Usage | null
  finishReason(): string | null
  /** Output text so far, for an estimate when usage never came. */
  text(): string
}

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const NONE = Buffer.alloc(0)

const SEEN_BYTES_MAX = 8 * 1024 * 1024

/** What `inspect` wants done with one event. */
type Fate = 'pass' | 'hold' | 'hide' | 'done'

/** Shared by the taps that let bytes through: whole events only, and a closer look where a tell-tale stands. */
abstract class ByteTap implements StreamTap {
  #carry: Buffer = NONE
  #held: Buffer[] = []
  #isHolding = false
  #isOver = false
  #hasBegun = false
  #silences = 0
  #single: SseParser | null = null
  #seenBytes = 0
  protected streamFailure: StreamFailure | null = null
  /** What an estimate would be made from; the rest of an endless answer is not held for it. */
  protected readonly seen: Buffer[] = []

  /** What an event that needs a closer look holds; one pass over the block as Latin-1 beats a search a word. */
  protected abstract readonly tells: RegExp
  protected abstract inspect(event: SseEvent): Fate
  /** An event that is a sign of life only. */
  protected abstract isPing(event: SseEvent): boolean
  abstract usage(): Usage | null
  abstract finishReason(): string | null
  abstract text(): string

  push(chunk: Buffer): Buffer | null {
    if (this.#isOver || this.streamFailure) return null
    if (this.#single) return this.#reframe(this.#single.push(chunk))
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    const end = lastBoundary(bytes)
    if (end === 0) {
      this.#carry = bytes
      if (!isOneNewlineHost(bytes)) return null
      this.#single = new SseParser()
      this.#carry = NONE
      return this.#reframe(this.#single.push(bytes))
    }
    this.#carry = end === bytes.length ? NONE : bytes.subarray(end)
    return this.#release(end === bytes.length ? bytes : bytes.subarray(0, end))
  }

  end(): Buffer | null {
    if (this.#isOver || this.streamFailure) return null
    if (this.#single) return this.#reframe(this.#single.end())
    if (this.#carry.length === 0) return null
    const parser = new SseParser()
    const events = [...parser.push(this.#carry), ...parser.end()]
    this.#carry = NONE
    return this.#reframe(events)
  }

  hasBegun = () => this.#hasBegun
  isComplete = () => this.#isHolding && this.streamFailure === null
  isOver = () => this.#isOver
  silences = () => this.#silences
  failure = () => this.streamFailure
  closing = () => Buffer.concat(this.#held)

  #release(block: Buffer): Buffer | null {
    const isPlain = this.#hasBegun && !this.#isHolding && block[0] !== COLON
    if (isPlain && !this.tells.test(block.toString('latin1'))) {
      this.#remember(block)
      return block
    }
    const out: Buffer[] = []
    let at = 0
    while (at < block.length) {
      const end = nextBoundary(block, at)
      this.#place(block.subarray(at, end), parseEvent(block.toString('utf8', at, end)), out)
      at = end
    }
    return out.length === 0 ? null : out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out)
  }

  #remember(bytes: Buffer): void {
    this.#seenBytes += bytes.length
    if (this.#seenBytes <= SEEN_BYTES_MAX) this.seen.push(bytes)
  }

  #reframe(events: SseEvent[]): Buffer | null {
    const out: Buffer[] = []
    for (const event of events) this.#place(Buffer.from(framed(event)), event, out)
    return out.length === 0 ? null : Buffer.concat(out)
  }

  #place(raw: Buffer, event: SseEvent | null, out: Buffer[]): void {
    if (this.#isOver || this.streamFailure) return
    if (event === null || this.isPing(event)) {
      this.#silences++
      // Comments before the first event are not the answer's beginning: the status is still open then.
      if (this.#hasBegun && !this.#isHolding) out.push(raw)
      return
    }
    const fate = this.inspect(event)
    if (this.streamFailure) return
    this.#hasBegun = true
    this.#remember(raw)
    if (fate === 'hide') return
    if (fate === 'done') this.#isOver = true
    if (fate !== 'pass') this.#isHolding = true
    if (this.#isHolding) this.#held.push(raw)
    else out.push(raw)
  }
}

const CHAT_TELLS = /"finish_reason": ?"|"usage": ?\{|"error"|\[DONE\]/

/** OpenAI chat and completion streams, bytes through. Hides the usage chunk nobody asked for. */
export class OpenAiTap extends ByteTap {
  protected readonly tells = CHAT_TELLS
  #usage: Usage | null = null
  #finish: string | null = null
  readonly #providerId: string
  readonly #hasAskedUsage: boolean

  constructor(providerId: string, hasAskedUsage: boolean) {
    super()
    this.#providerId = providerId
    this.#hasAskedUsage = hasAskedUsage
  }

  usage = () => this.#usage
  finishReason = () => this.#finish

  text(): string {
    const parser = new SseParser()
    let text = ''
    for (const raw of this.seen) {
      for (const { data } of parser.push(raw)) {
        const choices = objectOf(data)?.choices
        if (!Array.isArray(choices)) continue
        for (const choice of choices as JsonObject[]) {
          const delta = (choice.delta ?? {}) as JsonObject
          text += [choice.text, delta.content, delta.reasoning_content, delta.reasoning]
            .filter((part) => typeof part === 'string')
            .join('')
          if (delta.tool_calls) text += JSON.stringify(delta.tool_calls)
        }
      }
    }
    return text
  }

  protected isPing = ({ data }: SseEvent) => data === ''

  protected inspect({ event, data }: SseEvent): Fate {
    if (data === '[DONE]') return 'done'
    const body = objectOf(data)
    if (!body) return 'pass'
    if ((body.error !== undefined && body.error !== null) || event === 'error') {
      this.streamFailure = failureOf(body)
      return 'hide'
    }
    const usage = body.usage ?? (body.x_groq as JsonObject | undefined)?.usage
    if (usage && typeof usage === 'object') this.#usage = openAiUsage(usage as JsonObject, this.#providerId)
    const choices = Array.isArray(body.choices) ? (body.choices as JsonObject[]) : []
    if (choices.length === 0 && usage) return this.#hasAskedUsage ? 'hold' : 'hide'
    const finish = choices.find((choice) => typeof choice.finish_reason === 'string')?.finish_reason
    if (typeof finish === 'string') {
      this.#finish = finish
      return 'hold'
    }
    return 'pass'
  }
}

const ANTHROPIC_TELLS = /message_|error|"usage"/

/** Anthropic Messages streams, bytes through; `reader` knows where they keep their figures. */
export class AnthropicTap extends ByteTap {
  protected readonly tells = ANTHROPIC_TELLS
  readonly #reader: StreamTranslator

  constructor(reader: StreamTranslator) {
    super()
    this.#reader = reader
  }

  usage = () => this.#reader.usage()
  finishReason = () => this.#reader.finishReason()
  protected isPing = ({ event }: SseEvent) => event === 'ping'

  text(): string {
    const parser = new SseParser()
    let text = ''
    for (const raw of this.seen) {
      for (const { data } of parser.push(raw)) {
        const delta = objectOf(data)?.delta as JsonObject | undefined
        for (const part of [delta?.text, delta?.thinking, delta?.partial_json])
          if (typeof part === 'string') text += part
      }
    }
    return text
  }

  protected inspect(event: SseEvent): Fate {
    const step = this.#reader.push(event)
    this.streamFailure = step.error
    // Not as Anthropic says it, but what stands before it may be somebody else's proxy.
    if (event.event === null && step.error === null) {
      const body = objectOf(event.data)
      if (body?.error && body.type === undefined) this.streamFailure = failureOf(body)
    }
    if (event.event === 'message_stop') return 'done'
    return step.isClosing ? 'hold' : 'pass'
  }
}

/** A stream of another dialect, event by event through its translator. */
export class TranslatedTap implements StreamTap {
  readonly #parser = new SseParser()
  readonly #translator: StreamTranslator
  #held = ''
  #hasBegun = false
  #isComplete = false
  #silent = 0
  #failure: StreamFailure | null = null

  constructor(translator: StreamTranslator) {
    this.#translator = translator
  }

  push(chunk: Buffer): string | null {
    return this.#take(this.#parser.push(chunk))
  }

  end(): string | null {
    const out = this.#take(this.#parser.end())
    if (this.#failure || this.#isComplete) return out
    const step = this.#translator.end()
    if (step.error) this.#failure = step.error
    else if (step.isClosing) {
      this.#isComplete = true
      this.#held += step.out
    }
    return out
  }

  hasBegun = () => this.#hasBegun
  isComplete = () => this.#isComplete && this.#failure === null
  isOver = () => this.#isComplete
  silences = () => this.#silent + this.#parser.comments
  failure = () => this.#failure
  closing = () => Buffer.from(this.#held)
  usage = () => this.#translator.usage()
  finishReason = () => this.#translator.finishReason()
  text = () => this.#translator.text()

  #take(events: SseEvent[]): string | null {
    let out = ''
    for (const event of events) {
      if (this.#failure || this.#isComplete) break
      const step = this.#translator.push(event)
      if (step.error) {
        this.#failure = step.error
        break
      }
      if (step.isSilent) this.#silent++
      else this.#hasBegun = true
      if (step.isClosing) {
        this.#isComplete = true
        this.#held += step.out
      } else out += step.out
    }
    return out || null
  }
}

const TAIL_BYTES = 64 * 1024

/** Bytes of any kind: the latest chunk waits, so that the call is journalled before the last byte leaves. */
export class RawTap implements StreamTap {
  readonly #providerId: string
  #waiting: Buffer = NONE
  /** The latest chunks, 64 KB of them at least: joined only when somebody asks for the usage. */
  readonly #tail: Buffer[] = []
  #tailBytes = 0
  #hasBegun = false
  #hasEnded = false
  readonly #isEventStream: boolean

  constructor(providerId: string, isEventStream = false) {
    this.#providerId = providerId
    this.#isEventStream = isEventStream
  }

  push(chunk: Buffer): Buffer | null {
    const out = this.#waiting
    this.#waiting = chunk
    this.remember(chunk)
    // A body of one chunk can still become a status; events are waited for, so theirs goes out with the first.
    this.#hasBegun ||= this.#isEventStream || out.length > 0
    return out.length === 0 ? null : out
  }

  end(): null {
    this.#hasEnded = true
    return null
  }

  hasBegun = () => this.#hasBegun
  isComplete = () => this.#hasEnded
  isOver = () => false
  silences = () => 0
  failure = () => null
  closing = (): Buffer => this.#waiting
  finishReason = () => null
  text = () => ''

  protected remember(chunk: Buffer): void {
    this.#tail.push(chunk)
    this.#tailBytes += chunk.length
    while (this.#tailBytes - (this.#tail[0] as Buffer).length >= TAIL_BYTES)
      this.#tailBytes -= (this.#tail.shift() as Buffer).length
  }

  /** The last `usage` an event or a JSON body carried, in OpenAI's or the Responses API's names. */
  usage(): Usage | null {
    const text = Buffer.concat(this.#tail).toString('latin1')
    const at = [...text.matchAll(/"usage"\s*:\s*\{/g)].at(-1)?.index
    const object = at === undefined ? null : leadingObject(text.slice(at))
    return object ? openAiUsage(object, this.#providerId) : null
  }
}

const RESPONSE_ENDINGS = ['completed', 'incomplete', 'failed', 'cancelled'].flatMap((name) => [
  Buffer.from(`event: response.${name}`),
  Buffer.from(`"type":"response.${name}"`),
  Buffer.from(`"type": "response.${name}"`),
])
const ENDING_BYTES_MAX = Math.max(...RESPONSE_ENDINGS.map(({ length }) => length))

/** Responses streams, bytes through: only what comes from the closing event on waits, and without one nothing is complete. */
export class ResponsesTap extends RawTap {
  readonly #held: Buffer[] = []
  readonly #seen: Buffer[] = []
  #seenBytes = 0
  #lastBytes: Buffer = NONE
  #hasSaid = false

  override push(chunk: Buffer): Buffer | null {
    this.#hasSaid = true
    this.remember(chunk)
    if (this.#held.length > 0 || this.#isEnding(chunk)) {
      this.#held.push(chunk)
      return null
    }
    this.#seenBytes += chunk.length
    if (this.#seenBytes <= SEEN_BYTES_MAX) this.#seen.push(chunk)
    return chunk
  }

  override hasBegun = () => this.#hasSaid
  override isComplete = () => this.#held.length > 0
  override closing = () => Buffer.concat(this.#held)

  override text = () => {
    const parser = new SseParser()
    let text = ''
    for (const chunk of this.#seen) {
      for (const { data } of parser.push(chunk)) {
        const event = objectOf(data)
        if (typeof event?.delta === 'string') text += event.delta
      }
    }
    return text
  }

  /** The name of the closing event may be cut in two; its first half is then gone, but not the event. */
  #isEnding(chunk: Buffer): boolean {
    const seam = Buffer.concat([this.#lastBytes, chunk.subarray(0, ENDING_BYTES_MAX)])
    this.#lastBytes =
      chunk.length >= ENDING_BYTES_MAX ? chunk.subarray(-ENDING_BYTES_MAX) : seam.subarray(-ENDING_BYTES_MAX)
    return RESPONSE_ENDINGS.some((name) => chunk.includes(name) || seam.includes(name))
  }
}

/** The status an error inside a 200 stream stands for. */
export function failureOf(body: JsonObject): StreamFailure {
  const error = (typeof body.error === 'object' && body.error !== null ? body.error : body) as JsonObject
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : null)
  const message =
    text(error.message) ?? text(body.error) ?? text(body.message) ?? 'The provider reported an error.'
  const type = text(error.type)
  const code = typeof error.code === 'number' ? null : text(error.code)
  const status = [error.code, error.status, body.status].find(
    (value) => typeof value === 'number' && value >= 400 && value <= 599,
  )
  return {
    message,
    type,
    code,
    param: text(error.param),
    status: (status as number | undefined) ?? statusOf(code) ?? statusOf(type) ?? 502,
  }
}

const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  api_error: 500,
  server_error: 500,
  overloaded_error: 529,
  overloaded: 529,
}

const statusOf = (name: string | null) => (name === null ? undefined : STATUSES[name])

function objectOf(data: string): JsonObject | null {
  try {
    const value = JSON.parse(data) as Json
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function leadingObject(text: string): JsonObject | null {
  let depth = 0
  for (let i = text.indexOf('{'); i >= 0 && i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return objectOf(text.slice(text.indexOf('{'), i + 1))
  }
  return null
}

function parseEvent(raw: string): SseEvent | null {
  let event: string | null = null
  let data: string | null = null
  for (const line of raw.split(/\r\n|\r|\n/)) {
    if (line.startsWith('data:')) {
      const value = line.slice(line[5] === ' ' ? 6 : 5)
      data = data === null ? value : `${data}\n${value}`
    } else if (line.startsWith('event:')) event = line.slice(6).trim()
  }
  return data === null ? null : { event, data }
}

function framed({ event, data }: SseEvent): string {
  return `${event === null ? '' : `event: ${event}\n`}data: ${data}\n\n`
}

/** Offset after the last blank line, 0 when no event is whole yet. */
function lastBoundary(bytes: Buffer): number {
  const length = bytes.length
  if (length >= 2 && bytes[length - 1] === LF && bytes[length - 2] === LF) return length
  for (let i = length - 1; i > 0; i--) {
    const c = bytes[i]
    if (c === LF && bytes[i - 1] === LF) return i + 1
    if (c === LF && i >= 3 && bytes[i - 1] === CR && bytes[i - 2] === LF && bytes[i - 3] === CR) return i + 1
    // A lone \r\r ends an event too; the last one of a chunk may be half of \r\n and waits for the next byte.
    if (c === CR && bytes[i - 1] === CR && i + 1 < length && bytes[i + 1] !== LF) return i + 1
  }
  return 0
}

function nextBoundary(bytes: Buffer, from: number): number {
  for (let i = from + 1; i < bytes.length; i++) {
    const c = bytes[i]
    if (c === LF && (bytes[i - 1] === LF || (i >= from + 3 && bytes[i - 1] === CR && bytes[i - 2] === LF)))
      return i + 1
    if (c === CR && bytes[i - 1] === CR && bytes[i + 1] !== LF) return i + 1
  }
  return bytes.length
}

/** DeepInfra and SambaNova end events with one newline; a second `data:` line straight after JSON gives them away. */
const isOneNewlineHost = (bytes: Buffer) => bytes.includes('}\ndata:')
