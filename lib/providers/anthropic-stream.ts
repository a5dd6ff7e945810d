import type { Json, JsonObject, SseEvent, StreamStep, StreamTranslator, TranslateContext } from './adapter.ts'
import { chatFinishReason, chatUsage, mergedUsage, streamError, usageOf } from './anthropic-usage.ts'
import { isObject, isSet, parseJson } from './fields.ts'
import { dataFrame } from './sse.ts'

const NOTHING: StreamStep = { out: '', isClosing: false, error: null, isSilent: false }
const SILENT: StreamStep = { ...NOTHING, isSilent: true }
const CLOSED: StreamStep = { ...NOTHING, isClosing: true }

/**
 * Turns a Messages stream into chat chunks. Everything from the finish chunk on is held until `message_stop`, so a cut
 * stream never looks complete. Before `message_delta` the usage figures are those of `message_start`: input is right,
 * output is not yet. Source: gateway-contract §8.3.
 */
export function chatStream(context: TranslateContext): StreamTranslator {
  const seen = new Seen()
  const chunks = new Chunks(context)
  const tools = new Map<Json, { index: number; hasArguments: boolean }>()

  function open(event: JsonObject): string {
    const block = isObject(event.content_block) ? event.content_block : {}
    if (block.type === 'tool_use') {
      const tool = {
        index: tools.size,
        hasArguments: isObject(block.input) && Object.keys(block.input).length > 0,
      }
      tools.set(event.index ?? tools.size, tool)
      const id = typeof block.id === 'string' && block.id !== '' ? block.id : `call_${context.newId()}`
      const name = typeof block.name === 'string' ? block.name : ''
      const args = tool.hasArguments ? JSON.stringify(block.input) : ''
      return chunks.of({
        tool_calls: [{ index: tool.index, id, type: 'function', function: { name, arguments: args } }],
      })
    }
    if (block.type === 'text') return textChunk(event, block.text)
    if (block.type === 'thinking') return thinkingChunk(event, block.thinking)
    if (context.isStrict || block.type !== 'redacted_thinking') return ''
    return chunks.of(blockDelta(event, { data: block.data ?? '' }))
  }

  function grow(event: JsonObject): string {
    const delta = isObject(event.delta) ? event.delta : {}
    switch (delta.type) {
      case 'text_delta':
        return textChunk(event, delta.text)
      case 'thinking_delta':
        return thinkingChunk(event, delta.thinking)
      case 'signature_delta':
        return context.isStrict ? '' : chunks.of(blockDelta(event, { signature: delta.signature ?? '' }))
      case 'input_json_delta': {
        const tool = tools.get(event.index ?? -1)
        if (!tool || typeof delta.partial_json !== 'string' || delta.partial_json === '') return ''
        tool.hasArguments = true
        return chunks.of({ tool_calls: [{ index: tool.index, function: { arguments: delta.partial_json } }] })
      }
      default:
        return ''
    }
  }

  function close(event: JsonObject): string {
    const tool = tools.get(event.index ?? -1)
    if (!tool || tool.hasArguments) return ''
    // A call without input has no input deltas, and an empty string is no JSON.
    tool.hasArguments = true
    return chunks.of({ tool_calls: [{ index: tool.index, function: { arguments: '{}' } }] })
  }

  function textChunk(event: JsonObject, text: Json | undefined): string {
    if (typeof text !== 'string' || text === '') return ''
    return chunks.of(context.isStrict ? { content: text } : { content: text, ...blockDelta(event, { text }) })
  }

  function thinkingChunk(event: JsonObject, thinking: Json | undefined): string {
    if (typeof thinking !== 'string' || thinking === '') return ''
    const delta: JsonObject = context.hasReasoningContent ? { reasoning_content: thinking } : {}
    if (!context.isStrict) Object.assign(delta, blockDelta(event, { thinking }))
    return Object.keys(delta).length > 0 ? chunks.of(delta) : ''
  }

  function finish(): string {
    const usage = seen.usage()
    const reason = seen.stopReason ?? 'end_turn'
    const finishReason = context.isStrict ? chatFinishReason(reason) : reason
    const delta: JsonObject = seen.refusal !== null && seen.text === '' ? { refusal: seen.refusal } : {}
    return (
      chunks.of(delta, finishReason) +
      (context.includeUsage ? chunks.usage(chatUsage(usage ?? usageOf({}))) : '') +
      dataFrame('[DONE]')
    )
  }

  function written(event: JsonObject): string {
    switch (event.type) {
      case 'message_start':
        chunks.name(isObject(event.message) ? event.message : {})
        return chunks.of({ role: 'assistant', content: '' })
      case 'content_block_start':
        return open(event)
      case 'content_block_delta':
        return grow(event)
      case 'content_block_stop':
        return close(event)
      default:
        return ''
    }
  }

  return {
    push(raw) {
      const event = parseEvent(raw)
      if (!event) return unreadable()
      if (event.type === 'error') return { ...NOTHING, error: streamError(event) }
      if (seen.isStopped) return SILENT
      seen.read(event)
      if (seen.isStopped) return { ...CLOSED, out: finish() }
      const out = written(event)
      return out === '' ? SILENT : { ...NOTHING, out }
    },
    end: () => (seen.isStopped ? CLOSED : NOTHING),
    usage: () => seen.usage(),
    finishReason: () => (seen.stopReason === null ? null : chatFinishReason(seen.stopReason)),
    text: () => seen.text,
  }
}

/**
 * Reads a Messages stream that goes to the caller as it came: the same answers as a translator, and no output.
 * Steps are closing from the `message_delta` that carries a stop reason; `end` may be asked at any time whether
 * `message_stop` has come; `finishReason` is Anthropic's word.
 * Source: gateway-contract §5.5, §9.2.
 */
export function anthropicStreamReader(): StreamTranslator {
  const seen = new Seen()
  return {
    push(raw) {
      const event = parseEvent(raw)
      if (!event) return unreadable()
      if (event.type === 'error') return { ...NOTHING, error: streamError(event) }
      seen.read(event)
      if (seen.stopReason !== null || seen.isStopped) return CLOSED
      return event.type === 'ping' ? SILENT : NOTHING
    },
    end: () => (seen.isStopped ? CLOSED : NOTHING),
    usage: () => seen.usage(),
    finishReason: () => seen.stopReason,
    text: () => seen.text,
  }
}

/** What has been learnt of an answer, whatever becomes of its events. */
class Seen {
  text = ''
  stopReason: string | null = null
  refusal: string | null = null
  isStopped = false
  #usage: JsonObject | null = null

  read(event: JsonObject): void {
    switch (event.type) {
      case 'message_start':
        if (isObject(event.message)) this.#usage = mergedUsage(this.#usage, event.message.usage)
        break
      case 'content_block_delta':
        if (isObject(event.delta)) this.#hear(event.delta)
        break
      case 'message_delta':
        this.#usage = mergedUsage(this.#usage, event.usage)
        if (isObject(event.delta)) this.#conclude(event.delta)
        break
      case 'message_stop':
        this.isStopped = true
        break
    }
  }

  usage(): ReturnType<typeof usageOf> | null {
    return this.#usage ? usageOf(this.#usage) : null
  }

  #hear(delta: JsonObject): void {
    for (const part of [delta.text, delta.thinking, delta.partial_json])
      if (typeof part === 'string') this.text += part
  }

  #conclude(delta: JsonObject): void {
    if (typeof delta.stop_reason === 'string') this.stopReason = delta.stop_reason
    const why = isObject(delta.stop_details) ? delta.stop_details.explanation : null
    if (delta.stop_reason === 'refusal' && typeof why === 'string') this.refusal = why
  }
}

/** Chunks of one answer: what they share is written once. */
class Chunks {
  readonly #context: TranslateContext
  #head = ''

  constructor(context: TranslateContext) {
    this.#context = context
  }

  name(message: JsonObject): void {
    const head = {
      id:
        typeof message.id === 'string' && message.id !== ''
          ? message.id
          : `chatcmpl-${this.#context.newId()}`,
      object: 'chat.completion.chunk',
      created: Math.floor(this.#context.nowMs / 1000),
      model: typeof message.model === 'string' && message.model !== '' ? message.model : this.#context.model,
      provider: this.#context.providerId,
    }
    this.#head = JSON.stringify(head).slice(0, -1)
  }

  of(delta: JsonObject, finishReason: string | null = null): string {
    if (this.#head === '') this.name({})
    const end = `"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}}]}`
    return dataFrame(`${this.#head},"choices":[{"index":0,"delta":${JSON.stringify(delta)},${end}`)
  }

  usage(usage: JsonObject): string {
    if (this.#head === '') this.name({})
    return dataFrame(`${this.#head},"choices":[],"usage":${JSON.stringify(usage)}}`)
  }
}

function blockDelta(event: JsonObject, delta: JsonObject): JsonObject {
  return { content_blocks: [{ index: event.index ?? 0, delta }] }
}

/** The event's JSON; null for what is none. Its own `type` says what it is, as some hosts leave `event:` out. */
function parseEvent(raw: SseEvent): JsonObject | null {
  if (raw.data === '[DONE]') return {}
  const event = parseJson(raw.data)
  if (!isObject(event)) return null
  if (isSet(event.type) || raw.event === null) return event
  return { ...event, type: raw.event }
}

function unreadable(): StreamStep {
  const message = 'The provider sent a stream event that is not JSON.'
  const error = {
    status: 502,
    message,
    type: 'upstream_error',
    code: 'invalid_provider_response',
    param: null,
  }
  return { ...NOTHING, error }
}
