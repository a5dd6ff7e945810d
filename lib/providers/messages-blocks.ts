import type { Json, JsonObject } from './adapter.ts'
import { eventFrame } from './sse.ts'

interface Block {
  kind: 'thinking' | 'text' | 'tool'
  /** What has come and not been sent. */
  pending: string
  id: string
  name: string
  /** Tells when a call's arguments are whole; text is whole at any time. */
  json: JsonDepth | null
}

/**
 * Content blocks of one Messages stream, of which only one is open at a time. A block is opened on first sight when
 * the one before it is whole; what belongs to a later block while a call's arguments are still coming is held.
 * Every method returns the frames that may leave now. Source: gateway-contract §8.11.
 */
export class Blocks {
  text = ''
  hasCalls = false

  readonly #newId: () => string
  readonly #byIndex = new Map<number, Block>()
  #queue: Block[] = []
  #lastCall: Block | null = null
  #isOpen = false
  #index = 0

  constructor(newId: () => string) {
    this.#newId = newId
  }

  /** More text or thinking; it joins the newest block when that is of its kind. */
  say(kind: 'thinking' | 'text', text: string): string {
    if (text === '') return ''
    const last = this.#queue.at(-1)
    const block = last?.kind === kind ? last : this.#add({ kind, pending: '', id: '', name: '', json: null })
    this.#grow(block, text)
    return this.#flush()
  }

  /** A `tool_calls` delta, however its provider numbers and names them. */
  call(delta: JsonObject): string {
    const called =
      typeof delta.function === 'object' && delta.function !== null ? (delta.function as JsonObject) : {}
    const block = this.#callOf(delta)
    if (block.name === '' && typeof called.name === 'string') block.name = called.name
    const args = called.arguments
    const text =
      typeof args === 'string' ? args : typeof args === 'object' && args !== null ? JSON.stringify(args) : ''
    block.json?.read(text)
    this.#grow(block, text)
    return this.#flush()
  }

  /** Nothing more will come: every block that waits is opened, filled and closed, in order. */
  end(): string {
    let out = this.#flush()
    while (this.#queue.length > 0) {
      out += this.#send()
      out += this.#close()
    }
    return out
  }

  #add(block: Block): Block {
    this.#queue.push(block)
    return block
  }

  #grow(block: Block, text: string): void {
    block.pending += text
    this.text += text
  }

  /**
   * The call a delta belongs to: the one with its id, else the one at its index, else the last. A new id at a known
   * index is a new call (some hosts number every parallel call 0), and a call without an id gets one.
   */
  #callOf(delta: JsonObject): Block {
    const id = typeof delta.id === 'string' || typeof delta.id === 'number' ? String(delta.id) : ''
    const index = typeof delta.index === 'number' ? delta.index : null
    const known = index === null ? this.#lastCall : (this.#byIndex.get(index) ?? null)
    const isSame = known !== null && (id === '' || known.id === id)
    const block = isSame ? known : this.#newCall(id)
    if (index !== null) this.#byIndex.set(index, block)
    this.#lastCall = block
    return block
  }

  #newCall(id: string): Block {
    this.hasCalls = true
    return this.#add({
      kind: 'tool',
      pending: '',
      id: id === '' ? `call_${this.#newId()}` : id,
      name: '',
      json: new JsonDepth(),
    })
  }

  #flush(): string {
    let out = ''
    while (this.#queue.length > 0) {
      const [block, next] = this.#queue as [Block, Block | undefined]
      // A call cannot be opened before its name is known.
      if (block.kind === 'tool' && block.name === '' && !this.#isOpen) break
      out += this.#send()
      if (!next || (block.json && !block.json.isWhole)) break
      out += this.#close()
    }
    return out
  }

  #send(): string {
    const block = this.#queue[0]
    if (!block) return ''
    const opening = this.#isOpen ? '' : this.#frame('content_block_start', { content_block: startOf(block) })
    this.#isOpen = true
    if (block.pending === '') return opening
    const delta = deltaOf(block)
    block.pending = ''
    return opening + this.#frame('content_block_delta', { delta })
  }

  #close(): string {
    const stop = this.#frame('content_block_stop', {})
    this.#queue.shift()
    this.#isOpen = false
    this.#index += 1
    return stop
  }

  #frame(type: string, rest: JsonObject): string {
    return eventFrame(type, { type, index: this.#index, ...rest })
  }
}

function startOf(block: Block): Json {
  if (block.kind === 'tool') return { type: 'tool_use', id: block.id, name: block.name, input: {} }
  return block.kind === 'text'
    ? { type: 'text', text: '' }
    : { type: 'thinking', thinking: '', signature: '' }
}

function deltaOf(block: Block): JsonObject {
  if (block.kind === 'tool') return { type: 'input_json_delta', partial_json: block.pending }
  return block.kind === 'text'
    ? { type: 'text_delta', text: block.pending }
    : { type: 'thinking_delta', thinking: block.pending }
}

/** Follows JSON as it arrives, to know when its one value is whole. */
class JsonDepth {
  isWhole = false
  #depth = 0
  #isInString = false
  #isEscaped = false

  read(text: string): void {
    for (let i = 0; i < text.length && !this.isWhole; i++) this.#step(text.charCodeAt(i))
  }

  #step(char: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (this.#isInString) {
      if (char === BACKSLASH) this.#isEscaped = true
      else if (char === QUOTE) this.#isInString = false
    } else if (char === QUOTE) this.#isInString = true
    else if (char === OPEN_BRACE || char === OPEN_BRACKET) this.#depth += 1
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      this.#depth -= 1
      this.isWhole = this.#depth <= 0
    }
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
