import type { Json, JsonObject, UpstreamError, Usage } from './adapter.ts'
import { NO_USAGE } from './adapter.ts'
import { anthropicTypeOf, statusNamed } from './error-status.ts'
import { isObject, isSet, parseJson, tokens } from './fields.ts'

const QUOTED_CHARS_MAX = 1024

/**
 * Tokens of a parsed Messages answer; null when it carries no `usage`. `input` includes what was read from and written
 * to the prompt cache, which Anthropic counts apart. Source: gateway-contract §8.3.
 */
export function anthropicUsage(body: Json): Usage | null {
  return isObject(body) && isObject(body.usage) ? usageOf(body.usage) : null
}

/** The later figures over the earlier: a stream tells input at its start and output at its end. */
export function mergedUsage(before: JsonObject | null, after: Json | undefined): JsonObject | null {
  if (!isObject(after)) return before
  const told = Object.entries(after).filter(([, value]) => isSet(value))
  return { ...before, ...Object.fromEntries(told) }
}

/** Tokens of an Anthropic `usage` object. */
export function usageOf(usage: JsonObject): Usage {
  const cacheRead = tokens(usage.cache_read_input_tokens)
  const split = isObject(usage.cache_creation) ? usage.cache_creation : {}
  const cacheWrite1h = tokens(split.ephemeral_1h_input_tokens)
  const cacheWrite = Math.max(
    tokens(usage.cache_creation_input_tokens),
    cacheWrite1h + tokens(split.ephemeral_5m_input_tokens),
  )
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : usage
  return {
    ...NO_USAGE,
    input: tokens(usage.input_tokens) + cacheRead + cacheWrite,
    output: tokens(usage.output_tokens),
    cacheRead,
    cacheWrite,
    cacheWrite1h,
    reasoning: tokens(details.thinking_tokens),
  }
}

/** Tokens as an OpenAI answer carries them. Source: gateway-contract §8.1. */
export function chatUsage(usage: Usage): JsonObject {
  const out: JsonObject = {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  }
  if (usage.cacheRead > 0) out.cache_read_input_tokens = usage.cacheRead
  if (usage.cacheWrite > 0) out.cache_creation_input_tokens = usage.cacheWrite
  return out
}

/** OpenAI's finish reason for an Anthropic one; `stop` for what is unknown. Source: gateway-contract §8.1. */
export function chatFinishReason(stopReason: string): string {
  switch (stopReason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return 'tool_calls'
    case 'refusal':
      return 'content_filter'
    default:
      return 'stop'
  }
}

/**
 * What Anthropic, or whatever stands where it should, said with a status of 400 or more. A body that is not JSON is
 * quoted, at most 1 KB of it. Source: gateway-contract §8.3.
 */
export function anthropicError(status: number, bodyText: string): UpstreamError {
  const body = parseJson(bodyText)
  const error = isObject(body) && isObject(body.error) ? body.error : null
  const type = typeof error?.type === 'string' ? error.type : anthropicTypeOf(status)
  const code =
    isObject(error?.details) && typeof error.details.error_code === 'string' ? error.details.error_code : null
  return {
    message: error ? messageOf(error) : (looseMessage(body) ?? quoted(status, bodyText)),
    type,
    code,
    param: null,
  }
}

/**
 * An `error` event of a stream, with the status it would have had. Unknown types count as 500. Whatever stands before
 * Anthropic may leave the envelope out and say its message bare.
 */
export function streamError(event: JsonObject): UpstreamError & { status: number } {
  const error = isObject(event.error) ? event.error : { message: event.error ?? event.message ?? null }
  const type = typeof error.type === 'string' ? error.type : 'api_error'
  return { status: statusNamed(type) ?? 500, message: messageOf(error), type, code: null, param: null }
}

function messageOf(error: JsonObject): string {
  return typeof error.message === 'string' && error.message !== ''
    ? error.message
    : 'The provider reported an error without a message.'
}

function looseMessage(body: Json | undefined): string | null {
  if (!isObject(body)) return null
  for (const value of [body.error, body.message, body.detail, body.msg]) {
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}

function quoted(status: number, bodyText: string): string {
  const text = bodyText.trim().slice(0, QUOTED_CHARS_MAX)
  return text === ''
    ? `The provider answered ${status} with an empty body.`
    : `The provider answered ${status}: ${text}`
}
