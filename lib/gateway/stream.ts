import type {
  Json,
  JsonObject,
  SseEvent,
  StreamTranslator,
  UpstreamError,
  Usage,
} from '../providers/adapter.ts'
import { eventError, openAiUsage } from '../providers/openai-usage.ts'
import { EVENT_BYTES_MAX, eventTooLarge, SseParser } from '../providers/sse.ts'

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
const LETTER_D = 0x64
const LETTER_E = 0x65
const NONE = Buffer.alloc(0)

const SEEN_BYTES_MAX = 8 * 1024 * 1024
/** A byte less than what gives a one-newline host away; the end of an event is shorter. */
const SEAM_BYTES = '}\ndata:'.length - 1

/** What `inspect` wants done with one event. */
type Fate = 'pass' | 'hold' | 'hide' | 'done'

/** Shared by the taps that let bytes through: whole events only, and a closer look where a tell-tale stands. */
abstract class ByteTap implements StreamTap {
  /** The beginning of an event whose end has not come, as it arrived. */
  #carried: Buffer[] = []
  #carriedBytes = 0
  /** The end of it, which is searched together with the next chunk: what stands before is known to hold no boundary. */
  #seam: Buffer = NONE
  #held: Buffer[] = []
  #heldBytes = 0
  #isHolding = false
  #isOver = false
  #hasBegun = false
  #silences = 0
  #single: SseParser | null = null
  #seenBytes = 0
  protected streamFailure: StreamFailure | null = null
  /** What an estimate would be made from; the rest of an endless answer is not held for it. */
  protected readonly seen: Buffer[] = []

  /** What an event that needs a closer look holds (a global pattern); one pass over the block as Latin-1 beats a search a word. */
  protected abstract readonly tells: RegExp
  /** The letter an ordinary event begins with: what begins otherwise (a comment, a name) gets the closer look too. */
  protected abstract readonly initial: number
  protected abstract inspect(event: SseEvent): Fate
  /** An event that is a sign of life only. */
  protected abstract isPing(event: SseEvent): boolean
  /** Nothing that began is without its end, although the upstream did not say that all is over. */
  protected abstract isWhole(): boolean
  abstract usage(): Usage | null
  abstract finishReason(): string | null
  abstract text(): string

  push(chunk: Buffer): Buffer | null {
    if (this.#isOver || this.streamFailure) return null
    if (this.#single) return this.#reframe(this.#single.push(chunk))
    const fresh = this.#carriedBytes === 0 ? chunk : Buffer.concat([this.#seam, chunk])
    const end = lastBoundary(fresh)
    if (end === 0) return this.#carry(chunk, fresh)
    const bytes = this.#carriedBytes === 0 ? chunk : this.#takeCarried(chunk)
    const cut = bytes.length - (fresh.length - end)
    if (cut === bytes.length) return this.#release(bytes)
    const rest = bytes.subarray(cut)
    this.#carried = [rest]
    this.#carriedBytes = rest.length
    this.#seam = rest
    return this.#release(bytes.subarray(0, cut))
  }

  end(): Buffer | null {
    if (this.#isOver || this.streamFailure) return null
    if (this.#single) return this.#reframe(this.#single.end())
    if (this.#carriedBytes === 0) return null
    const parser = new SseParser()
    const events = [...parser.push(this.#takeCarried()), ...parser.end()]
    return this.#reframe(events)
  }

  hasBegun = () => this.#hasBegun
  isComplete = () => this.streamFailure === null && (this.#isOver || (this.#isHolding && this.isWhole()))
  isOver = () => this.#isOver
  silences = () => this.#silences
  failure = () => this.streamFailure
  closing = () => Buffer.concat(this.#held)

  /** Keeps a chunk that ends no event; `fresh` is the part nobody has searched, the chunk at its end. */
  #carry(chunk: Buffer, fresh: Buffer): Buffer | null {
    if (isOneNewlineHost(fresh)) {
      this.#single = new SseParser()
      return this.#reframe(this.#single.push(this.#takeCarried(chunk)))
    }
    this.#carriedBytes += chunk.length
    if (this.#carriedBytes > EVENT_BYTES_MAX) throw eventTooLarge()
    this.#carried.push(chunk)
    this.#seam = Buffer.from(fresh.subarray(-SEAM_BYTES))
    return null
  }

  #takeCarried(...more: Buffer[]): Buffer {
    const bytes = Buffer.concat([...this.#carried, ...more])
    this.#carried = []
    this.#carriedBytes = 0
    this.#seam = NONE
    return bytes
  }

  #release(block: Buffer): Buffer | null {
    const out: Buffer[] = []
    let text: string | null = null
    let at = 0
    while (at < block.length) {
      // Events that cannot finish the answer pass unparsed, however many came in one read.
      if (this.#hasBegun && !this.#isHolding && block[at] === this.initial) {
        text ??= block.toString('latin1')
        this.tells.lastIndex = at
        const told = this.tells.exec(text)?.index
        const end = told === undefined ? block.length : at + lastBoundary(block.subarray(at, told))
        if (end > at) {
          const plain = at === 0 && end === block.length ? block : block.subarray(at, end)
          this.#remember(plain)
          out.push(plain)
          at = end
          continue
        }
      }
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

  /** What comes behind the finish and is no part of the ending (late arguments, another choice) goes out before it. */
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
    if (fate === 'pass') out.push(raw)
    else this.#hold(raw, fate === 'done')
  }

  #hold(raw: Buffer, isLast: boolean): void {
    this.#isHolding = true
    this.#isOver = isLast
    this.#heldBytes += raw.length
    if (this.#heldBytes > EVENT_BYTES_MAX) throw eventTooLarge()
    this.#held.push(raw)
  }
}

/** JSON may be spaced anyhow; an event's own name, where it has one, stands at the start of a line. */
const CHAT_TELLS = /"finish_reason"\s*:\s*"[^"]|"usage"\s*:\s*\{|"error"|\[DONE\]|[\r\n]event:\s*error/g

/** OpenAI chat and completion streams, bytes through. Hides the usage chunk nobody asked for. */
export class OpenAiTap extends ByteTap {
  protected readonly tells = CHAT_TELLS
  protected readonly initial = LETTER_D
  #usage: Usage | null = null
  #finish: string | null = null
  readonly #finished = new Set<number>()
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
    let text = ''
    for (const choice of this.#choices()) {
      const delta = (choice.delta ?? {}) as JsonObject
      text += [choice.text, delta.content, delta.reasoning_content, delta.reasoning]
        .filter((part) => typeof part === 'string')
        .join('')
      if (delta.tool_calls) text += JSON.stringify(delta.tool_calls)
    }
    return text
  }

  protected isPing = ({ data }: SseEvent) => data === ''

  /** With `n` above 1 every choice that has spoken has its finish reason. */
  protected isWhole(): boolean {
    if (this.#finished.size === 0) return false
    for (const choice of this.#choices()) if (!this.#finished.has(indexOf(choice))) return false
    return true
  }

  protected inspect(event: SseEvent): Fate {
    if (event.data === '[DONE]') return 'done'
    const body = objectOf(event.data)
    this.streamFailure = eventError(event, body ?? undefined, this.#providerId)
    if (this.streamFailure) return 'hide'
    if (!body) return 'pass'
    const usage = body.usage ?? (body.x_groq as JsonObject | undefined)?.usage
    if (usage && typeof usage === 'object') this.#usage = openAiUsage(usage as JsonObject, this.#providerId)
    const choices = choicesOf(body)
    if (choices.length === 0 && usage) return this.#hasAskedUsage ? 'hold' : 'hide'
    const ended = choices.filter(({ finish_reason: finish }) => typeof finish === 'string' && finish !== '')
    for (const choice of ended) {
      this.#finish ??= choice.finish_reason as string
      this.#finished.add(indexOf(choice))
    }
    return ended.length > 0 ? 'hold' : 'pass'
  }

  *#choices(): Iterable<JsonObject> {
    const parser = new SseParser()
    for (const raw of this.seen)
      for (const { data } of parser.push(raw)) yield* choicesOf(objectOf(data) ?? {})
  }
}

const choicesOf = ({ choices }: JsonObject) => (Array.isArray(choices) ? (choices as JsonObject[]) : [])
const indexOf = ({ index }: JsonObject) => (typeof index === 'number' ? index : 0)

const ANTHROPIC_TELLS = /message_|error|"usage"/g

/** Anthropic Messages streams, bytes through; `reader` knows where they keep their figures. */
export class AnthropicTap extends ByteTap {
  protected readonly tells = ANTHROPIC_TELLS
  protected readonly initial = LETTER_E
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

  /** Only `message_stop` says that a message is whole. */
  protected isWhole = () => false

  protected inspect(event: SseEvent): Fate {
    const step = this.#reader.push(event)
    this.streamFailure = step.error
    // Not as Anthropic says it, but what stands before it may be somebody else's proxy.
    if (event.event === null && step.error === null) {
      const body = objectOf(event.data)
      if (body?.error && body.type === undefined) this.streamFailure = eventError(event, body, 'anthropic')
    }
    if (this.#reader.end().isClosing) return 'done'
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
