/**
 * A stored exchange as people read it, whichever dialect it was spoken in: OpenAI chat, completions, embeddings and
 * responses, Anthropic messages, each as JSON or as an event stream. Pure, and tolerant: what is missing or broken is
 * left out, and what cannot be read at all is no conversation. Source: admin-contract §7.3, interface.md "Log detail".
 */
import type { z } from 'zod'
import type { conversation } from '../contract/telemetry.ts'

export type Conversation = z.output<typeof conversation>
export type ConversationMessage = Conversation['messages'][number]
export type ToolCall = ConversationMessage['toolCalls'][number]

/**
 * The conversation of one call. Bodies come parsed when they were JSON, else as text. Null when the request is none
 * and the response adds nothing.
 */
export function conversationIn(request: unknown, response: unknown): Conversation | null {
  const asked = askedIn(request)
  const answered = answeredIn(response)
  const messages = [...asked, ...answered.messages]
  return messages.length === 0 ? null : { messages, finishReason: answered.finishReason }
}

type Fields = Record<string, unknown>

// ── what was asked ──

function askedIn(request: unknown): ConversationMessage[] {
  const body = fieldsOf(request)
  const messages: ConversationMessage[] = []
  for (const system of [body.system, body.instructions]) {
    const message = contentOf('system', system)
    if (isSaid(message)) messages.push(message)
  }
  for (const turn of listOf(body.messages)) messages.push(...turnOf(fieldsOf(turn)))
  if (Array.isArray(body.input) && body.input.some((item) => Object.keys(fieldsOf(item)).length > 0)) {
    for (const item of body.input) messages.push(...turnOf(fieldsOf(item)))
  } else {
    for (const text of [body.prompt, body.input].flatMap(textsOf)) messages.push(said('user', text))
  }
  return messages
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return listOf(value).filter((part): part is string => typeof part === 'string')
}

/** One turn; an Anthropic turn that carries tool results is one message a result, then what it says itself. */
function turnOf(turn: Fields): ConversationMessage[] {
  if (turn.type === 'function_call') {
    return [{ ...said('assistant', ''), toolCalls: [callOf(turn.call_id, turn.name, turn.arguments)] }]
  }
  if (turn.type === 'function_call_output')
    return [{ ...contentOf('tool', turn.output), toolResultOf: textOr(turn.call_id) }]
  if (turn.type === 'reasoning')
    return [{ ...said('assistant', ''), reasoning: contentOf('assistant', turn.summary).text }]

  const role = roleOf(turn.role)
  const results = listOf(turn.content)
    .map(fieldsOf)
    .filter((part) => part.type === 'tool_result')
  const own = contentOf(role, turn.content)
  own.reasoning ??= textOr(turn.reasoning_content) ?? textOr(turn.reasoning)
  own.text ||= textOr(turn.refusal) ?? ''
  for (const call of listOf(turn.tool_calls).map(fieldsOf)) own.toolCalls.push(functionCallOf(call))
  const legacy = fieldsOf(turn.function_call)
  if (legacy.name !== undefined) own.toolCalls.push(callOf(null, legacy.name, legacy.arguments))
  if (role === 'tool') own.toolResultOf = textOr(turn.tool_call_id) ?? textOr(turn.name)
  const answers = results.map((result) => ({
    ...contentOf('tool', result.content),
    toolResultOf: textOr(result.tool_use_id),
  }))
  return results.length > 0 && !isSaid(own) ? answers : [...answers, own]
}

function roleOf(role: unknown): ConversationMessage['role'] {
  if (role === 'assistant' || role === 'model') return 'assistant'
  if (role === 'system' || role === 'developer') return 'system'
  return role === 'tool' || role === 'function' ? 'tool' : 'user'
}

/** Content as text or as parts, of either dialect. */
function contentOf(role: ConversationMessage['role'], content: unknown): ConversationMessage {
  const message = said(role, typeof content === 'string' ? content : '')
  const parts = Array.isArray(content) ? content : isFields(content) ? [content] : []
  for (const part of parts) {
    if (typeof part === 'string') addText(message, part)
    else addPart(message, fieldsOf(part))
  }
  return message
}

function addPart(message: ConversationMessage, part: Fields): void {
  switch (part.type) {
    case 'thinking':
      message.reasoning = (message.reasoning ?? '') + (textOr(part.thinking) ?? '')
      return
    case 'redacted_thinking':
      message.reasoning ??= '[redacted by the provider]'
      return
    case 'tool_use':
    case 'server_tool_use':
      message.toolCalls.push(callOf(part.id, part.name, part.input))
      return
    case 'tool_result':
      return
    case 'image_url':
    case 'input_image':
    case 'image':
      addImage(message, part)
      return
    default: {
      const text = textOr(part.text) ?? textOr(part.refusal)
      if (text !== null) addText(message, text)
      else if (typeof part.type === 'string') addText(message, `[${part.type}]`)
    }
  }
}

function addImage(message: ConversationMessage, part: Fields): void {
  const source = fieldsOf(part.source)
  const data = textOr(source.data)
  const url =
    textOr(part.image_url) ??
    textOr(fieldsOf(part.image_url).url) ??
    textOr(source.url) ??
    (data === null ? null : `data:${textOr(source.media_type) ?? 'image/png'};base64,${data}`)
  if (url === null) addText(message, '[image]')
  else message.images.push(url)
}

function addText(message: ConversationMessage, text: string): void {
  message.text = message.text === '' ? text : `${message.text}\n\n${text}`
}

// ── what was answered ──

function answeredIn(response: unknown): Conversation {
  if (typeof response === 'string') return EVENTS.test(response) ? streamOf(response) : NOTHING
  if (Array.isArray(response)) return assembled(response.map(fieldsOf))
  return answerOf(fieldsOf(response))
}

const NOTHING: Conversation = { messages: [], finishReason: null }
const EVENTS = /^(?:data|event|id|retry|):/m

function answerOf(body: Fields): Conversation {
  if (Array.isArray(body.choices)) {
    const choices = body.choices.map(fieldsOf)
    const messages = choices.flatMap((choice) =>
      typeof choice.text === 'string'
        ? [said('assistant', choice.text)]
        : turnOf({ role: 'assistant', ...fieldsOf(choice.message) }),
    )
    return { messages, finishReason: textOr(choices[0]?.finish_reason) }
  }
  if (body.type === 'message' && Array.isArray(body.content)) {
    return { messages: [contentOf('assistant', body.content)], finishReason: textOr(body.stop_reason) }
  }
  if (Array.isArray(body.output)) {
    const messages = body.output.flatMap((item) => turnOf({ role: 'assistant', ...fieldsOf(item) }))
    return { messages, finishReason: textOr(body.status) }
  }
  const vectors = listOf(body.data)
    .map((item) => fieldsOf(item).embedding)
    .filter((vector) => vector !== undefined)
  if (vectors.length > 0) {
    const sizes = Array.isArray(vectors[0]) ? ` of ${vectors[0].length} numbers` : ''
    return {
      messages: [
        said('assistant', `[${vectors.length} embedding${vectors.length === 1 ? '' : 's'}${sizes}]`),
      ],
      finishReason: null,
    }
  }
  return NOTHING
}

function streamOf(text: string): Conversation {
  const events: Fields[] = []
  let data: string[] = []
  const flush = () => {
    if (data.length > 0) events.push(fieldsOf(parsed(data.join('\n'))))
    data = []
  }
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') flush()
    else if (line.startsWith('data:')) {
      // Some hosts end an event with one newline: two lines that are each whole JSON are two events.
      if (data.length > 0 && parsed(data.join('\n')) !== undefined) flush()
      data.push(line.slice(line[5] === ' ' ? 6 : 5))
    }
  }
  flush()
  return assembled(events)
}

/** Stream events put together again. */
function assembled(events: readonly Fields[]): Conversation {
  const whole = events.find(
    (event) => event.type === 'response.completed' || event.type === 'response.incomplete',
  )
  if (whole) return answerOf(fieldsOf(whole.response))
  const stream = new Assembly()
  for (const event of events) stream.add(event)
  return stream.conversation()
}

class Assembly {
  readonly #choices = new Map<number, { message: ConversationMessage; calls: Map<number, ToolCall> }>()
  readonly #blocks = new Map<number, Fields>()
  #finishReason: string | null = null

  add(event: Fields): void {
    const index = Number(event.index ?? 0)
    if (event.type === 'content_block_start') this.#blocks.set(index, { ...fieldsOf(event.content_block) })
    else if (event.type === 'content_block_delta') this.#grow(index, fieldsOf(event.delta))
    else if (event.type === 'message_delta') this.#finish(fieldsOf(event.delta).stop_reason)
    else for (const choice of listOf(event.choices)) this.#choose(fieldsOf(choice))
  }

  conversation(): Conversation {
    const messages = [...this.#choices].sort(([a], [b]) => a - b).map(([, { message }]) => message)
    if (this.#blocks.size > 0) {
      const blocks = [...this.#blocks].sort(([a], [b]) => a - b).map(([, block]) => block)
      messages.push(contentOf('assistant', blocks))
    }
    return { messages, finishReason: this.#finishReason }
  }

  #finish(reason: unknown): void {
    this.#finishReason = textOr(reason) ?? this.#finishReason
  }

  /** Anthropic: deltas grow the block they name. */
  #grow(index: number, delta: Fields): void {
    const block = this.#blocks.get(index) ?? {}
    this.#blocks.set(index, block)
    if (delta.type === 'text_delta') {
      block.type ??= 'text'
      block.text = joined(block.text, delta.text)
    } else if (delta.type === 'thinking_delta') {
      block.type ??= 'thinking'
      block.thinking = joined(block.thinking, delta.thinking)
    } else if (delta.type === 'input_json_delta') {
      block.input = joined(typeof block.input === 'string' ? block.input : '', delta.partial_json)
    }
  }

  /** OpenAI: deltas grow the message of their choice, tool calls by their index. */
  #choose(choice: Fields): void {
    const index = Number(choice.index ?? 0)
    const held = this.#choices.get(index) ?? {
      message: said('assistant', ''),
      calls: new Map<number, ToolCall>(),
    }
    this.#choices.set(index, held)
    const { message, calls } = held
    const delta = fieldsOf(choice.delta)
    message.text += textOr(choice.text) ?? textOr(delta.content) ?? textOr(delta.refusal) ?? ''
    const reasoning = textOr(delta.reasoning_content) ?? textOr(delta.reasoning)
    if (reasoning) message.reasoning = (message.reasoning ?? '') + reasoning
    for (const [position, part] of listOf(delta.tool_calls).map(fieldsOf).entries()) {
      const at = Number(part.index ?? position)
      const called = fieldsOf(part.function)
      let call = calls.get(at)
      if (!call) {
        call = callOf(part.id, '', '')
        calls.set(at, call)
        message.toolCalls.push(call)
      }
      call.name ||= textOr(called.name) ?? ''
      call.arguments += textOr(called.arguments) ?? ''
    }
    if (index === 0) this.#finish(choice.finish_reason)
  }
}

// ── small parts ──

function said(role: ConversationMessage['role'], text: string): ConversationMessage {
  return { role, text, reasoning: null, toolCalls: [], toolResultOf: null, images: [] }
}

function isSaid({ text, reasoning, toolCalls, images }: ConversationMessage): boolean {
  return text !== '' || reasoning !== null || toolCalls.length > 0 || images.length > 0
}

function functionCallOf(call: Fields): ToolCall {
  const called = isFields(call.function) ? call.function : fieldsOf(call.custom)
  return callOf(call.id, called.name, called.arguments ?? called.input)
}

function callOf(id: unknown, name: unknown, input: unknown): ToolCall {
  const text = typeof input === 'string' ? input : input === undefined ? '' : JSON.stringify(input)
  return { id: textOr(id), name: textOr(name) ?? '', arguments: text }
}

function joined(before: unknown, more: unknown): string {
  return (textOr(before) ?? '') + (textOr(more) ?? '')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
