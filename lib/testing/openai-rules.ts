import type { Json, JsonObject } from '../providers/adapter.ts'

/** Models the stand-in serves, with their output caps in tokens. */
export const MODELS: Readonly<Record<string, number>> = {
  'gpt-4o': 16_384,
  'gpt-4o-2024-08-06': 16_384,
  'gpt-4o-mini': 16_384,
  'gpt-4.1': 32_768,
  'gpt-5': 128_000,
  'gpt-5-mini': 128_000,
  'gpt-5.2': 128_000,
  'gpt-5.4': 128_000,
  o3: 100_000,
  'o4-mini': 100_000,
  'gpt-3.5-turbo-instruct': 4_096,
  'text-embedding-3-small': 0,
  'text-embedding-3-large': 0,
  'whisper-1': 0,
  'gpt-4o-mini-tts': 0,
  'omni-moderation-latest': 0,
  'gpt-image-1': 0,
}

export interface Refusal {
  status: number
  error: { message: string; type: string; param: string | null; code: string | null }
}

/**
 * Why OpenAI would refuse this body on this endpoint (path below `/v1/`), in its own words; null when it would not.
 * Messages are those its API is known to send.
 */
export function refusalOf(endpoint: string, body: JsonObject): Refusal | null {
  if (typeof body.model !== 'string')
    return endpoint === 'moderations' ? null : bad('you must provide a model parameter')
  const fields = FIELDS[endpoint]
  const unknown = fields ? Object.keys(body).filter((name) => !fields.has(name)) : []
  if (unknown.length > 0 && endpoint === 'responses') return unknownParameter(unknown[0] as string)
  if (unknown.length > 0)
    return bad(
      `Unrecognized request argument${unknown.length > 1 ? 's' : ''} supplied: ${unknown.join(', ')}`,
    )
  const base = body.model.startsWith('ft:') ? (body.model.split(':')[1] as string) : body.model
  if (!(base in MODELS)) return unknownModel(body.model)
  if (endpoint === 'chat/completions') return chatRefusal(body, base)
  if (endpoint === 'embeddings' && (body.input === undefined || body.input === '')) return missing('input')
  if (endpoint === 'completions') return tooLong(body, 'max_tokens', MODELS[base] as number)
  return null
}

/** What OpenAI says of a model it does not serve. */
export function unknownModel(model: string): Refusal {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`
  return {
    status: 404,
    error: { message, type: 'invalid_request_error', param: null, code: 'model_not_found' },
  }
}

const CHAT_FIELDS =
  'messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options'

const FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  'chat/completions': new Set(CHAT_FIELDS.split(' ')),
  completions: new Set(
    'model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop stream stream_options suffix temperature top_p user'.split(
      ' ',
    ),
  ),
  embeddings: new Set('model input dimensions encoding_format user'.split(' ')),
  responses: new Set(
    'model input background conversation include instructions max_output_tokens max_tool_calls metadata parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user'.split(
      ' ',
    ),
  ),
}

const MESSAGE_FIELDS: Readonly<Record<string, ReadonlySet<string>>> = {
  developer: new Set(['role', 'content', 'name']),
  system: new Set(['role', 'content', 'name']),
  user: new Set(['role', 'content', 'name']),
  assistant: new Set([
    'role',
    'content',
    'name',
    'audio',
    'function_call',
    'refusal',
    'tool_calls',
    'annotations',
  ]),
  tool: new Set(['role', 'content', 'tool_call_id', 'name']),
  function: new Set(['role', 'content', 'name']),
}
const PART_FIELDS = new Set(['type', 'text', 'image_url', 'input_audio', 'file', 'refusal'])
const CALL_FIELDS = new Set(['id', 'type', 'function', 'custom'])
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh']

function chatRefusal(body: JsonObject, model: string): Refusal | null {
  const messages = body.messages
  if (messages === undefined) return missing('messages')
  if (!Array.isArray(messages))
    return bad("Invalid type for 'messages': expected an array of objects.", 'messages', 'invalid_type')
  if (messages.length === 0) {
    return bad(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
      'empty_array',
    )
  }
  return (
    messageRefusal(messages as JsonObject[]) ??
    toolTurnRefusal(messages as JsonObject[]) ??
    toolRefusal(body.tools) ??
    modelRefusal(body, model) ??
    optionRefusal(body)
  )
}

function messageRefusal(messages: readonly JsonObject[]): Refusal | null {
  for (const [at, message] of messages.entries()) {
    const known = MESSAGE_FIELDS[String(message.role)]
    if (!known) {
      const roles = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'"
      return bad(
        `Invalid value: '${String(message.role)}'. Supported values are: ${roles}.`,
        `messages[${at}].role`,
        'invalid_value',
      )
    }
    const stray =
      strayIn(message, known, `messages[${at}]`) ??
      first(message.content, (part, index) =>
        strayIn(part, PART_FIELDS, `messages[${at}].content[${index}]`),
      ) ??
      first(message.tool_calls, (call, index) =>
        strayIn(call, CALL_FIELDS, `messages[${at}].tool_calls[${index}]`),
      )
    if (stray) return unknownParameter(stray)
    if (message.content === undefined && message.role !== 'assistant')
      return missing(`messages[${at}].content`)
  }
  return null
}

/** Every call is answered by tool messages right behind it, and nothing else is. */
function toolTurnRefusal(messages: readonly JsonObject[]): Refusal | null {
  let open = new Set<string>()
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(String(message.tool_call_id))) {
        return bad(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `messages.[${at}].role`,
        )
      }
      continue
    }
    if (open.size > 0) return unanswered(open)
    const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as JsonObject[]) : []
    open = new Set(calls.map((call) => String(call.id)))
  }
  return open.size > 0 ? unanswered(open) : null
}

function unanswered(open: ReadonlySet<string>): Refusal {
  return bad(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
    'messages',
  )
}

function toolRefusal(tools: Json | undefined): Refusal | null {
  return (
    first(tools, (tool, at) => {
      const stray = strayIn(tool, new Set(['type', 'function', 'custom']), `tools[${at}]`)
      if (stray) return unknownParameter(stray)
      const declared = tool.function as JsonObject | undefined
      if (tool.type !== 'function' || !declared) return null
      const inside = strayIn(
        declared,
        new Set(['name', 'description', 'parameters', 'strict']),
        `tools[${at}].function`,
      )
      if (inside) return unknownParameter(inside)
      if (typeof declared.name !== 'string') return missing(`tools[${at}].function.name`)
      const name = `tools[${at}].function.name`
      if (!/^[a-zA-Z0-9_-]+$/.test(declared.name)) {
        return bad(
          `Invalid '${name}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
          name,
          'invalid_value',
        )
      }
      return null
    }) ?? null
  )
}

function modelRefusal(body: JsonObject, model: string): Refusal | null {
  const isReasoning = /^(o\d|gpt-5)/.test(model)
  if (isReasoning && body.max_tokens != null) {
    return bad(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    )
  }
  const long =
    tooLong(body, 'max_tokens', MODELS[model] as number) ??
    tooLong(body, 'max_completion_tokens', MODELS[model] as number)
  if (long) return long
  const effort = body.reasoning_effort
  if (effort != null) {
    if (!isReasoning) return bad('Unrecognized request argument supplied: reasoning_effort')
    if (!EFFORTS.includes(String(effort))) return notAmong('reasoning_effort', String(effort), EFFORTS)
    const levels = levelsOf(model)
    if (!levels.includes(String(effort))) {
      return bad(
        `Unsupported value: 'reasoning_effort' does not support '${String(effort)}' with this model. Supported values are: ${listed(levels)}.`,
        'reasoning_effort',
        'unsupported_value',
      )
    }
    if (/^gpt-5\.[4-9]/.test(model) && effort !== 'none' && Array.isArray(body.tools)) {
      return bad(
        `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions. Please use /v1/responses instead.`,
        'reasoning_effort',
      )
    }
  }
  const reasons = isReasoning && !(/^gpt-5\.\d/.test(model) && (effort ?? 'none') === 'none')
  const temperature = body.temperature
  if (reasons && temperature != null && temperature !== 1) {
    return bad(
      `Unsupported value: 'temperature' does not support ${String(temperature)} with this model. Only the default (1) value is supported.`,
      'temperature',
      'unsupported_value',
    )
  }
  return null
}

function levelsOf(model: string): string[] {
  if (/^gpt-5\.\d/.test(model)) return ['none', 'low', 'medium', 'high', 'xhigh']
  return model.startsWith('gpt-5') ? ['minimal', 'low', 'medium', 'high'] : ['low', 'medium', 'high']
}

function optionRefusal(body: JsonObject): Refusal | null {
  if (body.stream_options != null && body.stream !== true) {
    return bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  if (body.metadata != null && body.store !== true)
    return bad("The 'metadata' parameter is only allowed when 'store' is enabled.", 'metadata')
  const { temperature } = body
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 2)) {
    const [side, bound, code] =
      temperature < 0
        ? ['minimum', '>= 0', 'decimal_below_min_value']
        : ['maximum', '<= 2', 'decimal_above_max_value']
    return bad(
      `Invalid 'temperature': decimal ${side === 'minimum' ? 'below minimum' : 'above maximum'} value. Expected a value ${bound}, but got ${temperature} instead.`,
      'temperature',
      code,
    )
  }
  return null
}

function tooLong(body: JsonObject, name: string, cap: number): Refusal | null {
  const asked = body[name]
  if (typeof asked !== 'number' || asked <= cap) return null
  return bad(
    `${name} is too large: ${asked}. This model supports at most ${cap} completion tokens, whereas you provided ${asked}.`,
    name,
    'invalid_value',
  )
}

function bad(message: string, param: string | null = null, code: string | null = null): Refusal {
  return { status: 400, error: { message, type: 'invalid_request_error', param, code } }
}

function missing(name: string): Refusal {
  return bad(`Missing required parameter: '${name}'.`, name, 'missing_required_parameter')
}

function unknownParameter(name: string): Refusal {
  return bad(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
}

function notAmong(name: string, value: string, known: readonly string[]): Refusal {
  return bad(`Invalid value: '${value}'. Supported values are: ${listed(known)}.`, name, 'invalid_value')
}

function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`)
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`
}

function strayIn(value: JsonObject, known: ReadonlySet<string>, place: string): string | null {
  const stray = Object.keys(value).find((name) => !known.has(name))
  return stray ? `${place}.${stray}` : null
}

function first<R>(list: Json | undefined, find: (item: JsonObject, index: number) => R | null): R | null {
  if (!Array.isArray(list)) return null
  for (const [index, item] of list.entries()) {
    const found = typeof item === 'object' && item !== null ? find(item as JsonObject, index) : null
    if (found !== null) return found
  }
  return null
}
