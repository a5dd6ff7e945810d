import { GatewayError } from '../errors.ts'
import type { Json, JsonObject, TranslateContext, TranslatedResponse, Usage } from './adapter.ts'
import { isObject, parseJson } from './fields.ts'
import { openAiUsage, usageOf } from './openai-usage.ts'

/**
 * A chat completion as a Messages answer. Throws `invalid_provider_response` for a body without a message.
 * `finishReason` is Anthropic's word. Source: gateway-contract §8.1, §8.11.
 */
export function messagesResponse(body: JsonObject, context: TranslateContext): TranslatedResponse {
  const choice = Array.isArray(body.choices) ? body.choices[0] : null
  const message = isObject(choice) ? choice.message : null
  if (!isObject(choice) || !isObject(message)) {
    throw new GatewayError(
      'invalid_provider_response',
      'The provider answered 200 with a body that has no choices.',
    )
  }
  const content = contentOf(message, context)
  const hasCalls = content.some((block) => block.type === 'tool_use')
  const stopSequence = matchedStop(choice)
  const isRefusal = typeof message.refusal === 'string' && message.refusal !== ''
  const stopReason = isRefusal ? 'refusal' : stopReasonOf(choice.finish_reason, hasCalls, stopSequence)
  const found = usageOf(body)
  const usage = found ? openAiUsage(found, context.providerId) : null
  const out: JsonObject = {
    ...messageHead(body, context),
    content,
    stop_reason: stopReason,
    stop_sequence: stopSequence,
    usage: messagesUsage(usage),
  }
  return { body: out, usage, finishReason: stopReason }
}

/** Id, role, model and provider of an answer, from its body or its first chunk. */
export function messageHead(body: JsonObject, context: TranslateContext): JsonObject {
  const id =
    typeof body.id === 'string' && body.id !== '' ? body.id.replace(/^chatcmpl-/, '') : context.newId()
  return {
    id: id.startsWith('msg_') ? id : `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: typeof body.model === 'string' && body.model !== '' ? body.model : context.model,
    provider: context.providerId,
  }
}

/** Tokens as a Messages answer carries them: `input_tokens` without what the cache read or wrote. Zeros when unknown. */
export function messagesUsage(usage: Usage | null): JsonObject {
  if (!usage) {
    return { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 }
  }
  return {
    input_tokens: Math.max(0, usage.input - usage.cacheRead - usage.cacheWrite),
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
  }
}

/** Anthropic's stop reason for an OpenAI-like one; a tool call decides where the upstream only says it is done. */
export function stopReasonOf(
  finish: Json | undefined,
  hasCalls: boolean,
  stopSequence: string | null,
): string {
  switch (finish) {
    case 'length':
    case 'max_tokens':
    case 'model_length':
      return 'max_tokens'
    case 'content_filter':
      return 'refusal'
    case 'tool_calls':
    case 'function_call':
      return 'tool_use'
    default:
      if (hasCalls) return 'tool_use'
      return stopSequence === null ? 'end_turn' : 'stop_sequence'
  }
}

/** The stop string that was met, which only vLLM (`stop_reason`) and SGLang (`matched_stop`) tell. */
export function matchedStop(choice: JsonObject): string | null {
  if (choice.finish_reason !== 'stop') return null
  for (const value of [choice.stop_reason, choice.matched_stop]) {
    if (typeof value === 'string' && value !== '' && !ORDINARY_ENDS.has(value)) return value
  }
  return null
}

/** The text and thinking of a message's or delta's content, which Mistral sends as a list of chunks. */
export function spokenIn(message: JsonObject): { text: string; thinking: string } {
  const spoken = { text: '', thinking: '' }
  for (const value of [message.reasoning_content, message.reasoning]) {
    if (typeof value !== 'string' || value === '') continue
    spoken.thinking = value
    break
  }
  const parts = Array.isArray(message.content) ? message.content : [message.content]
  for (const part of parts) {
    if (typeof part === 'string') spoken.text += part
    else if (isObject(part) && part.type === 'thinking') spoken.thinking += textIn(part.thinking)
    else if (isObject(part)) spoken.text += textIn(part.text)
  }
  if (typeof message.refusal === 'string') spoken.text += message.refusal
  return spoken
}

/** Names some OpenAI-like hosts put where others put the stop string. */
const ORDINARY_ENDS = new Set(['stop', 'eos', 'end_turn', 'length', 'tool_calls', 'tool_use', 'max_tokens'])

function contentOf(message: JsonObject, context: TranslateContext): JsonObject[] {
  const { text, thinking } = spokenIn(message)
  const content: JsonObject[] = []
  if (thinking !== '') content.push({ type: 'thinking', thinking, signature: '' })
  if (text !== '') content.push({ type: 'text', text })
  const legacy = isObject(message.function_call) ? [{ function: message.function_call }] : []
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : legacy
  for (const call of calls) if (isObject(call)) content.push(toolUse(call, context))
  return content
}

function toolUse(call: JsonObject, context: TranslateContext): JsonObject {
  const called = isObject(call.function) ? call.function : {}
  const input = typeof called.arguments === 'string' ? parseJson(called.arguments) : called.arguments
  const isNamed = (typeof call.id === 'string' && call.id !== '') || typeof call.id === 'number'
  return {
    type: 'tool_use',
    id: isNamed ? String(call.id) : `call_${context.newId()}`,
    name: typeof called.name === 'string' ? called.name : '',
    input: isObject(input) ? input : {},
  }
}

function textIn(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  return value.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('')
}
