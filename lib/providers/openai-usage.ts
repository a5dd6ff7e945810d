import {
  type Json,
  type JsonObject,
  NO_USAGE,
  type SseEvent,
  type UpstreamError,
  type Usage,
} from './adapter.ts'
import { statusNamed } from './error-status.ts'

/**
 * Tokens of an OpenAI-shaped answer, whichever place its provider puts them. Takes the `usage` object, or Groq's
 * `x_groq` wrapper of it. `input` counts cached tokens, `output` counts reasoning, as everywhere inside. Figures that
 * are missing, negative or no numbers count 0. A cost the provider states in dollars becomes nanos.
 * Source: gateway-contract §8.1, §8.10, §9.2.
 */
export function openAiUsage(usage: Json | undefined, providerId: string): Usage {
  const found = usageObject(usage)
  if (!found) return NO_USAGE
  const input = objectAt(found, 'prompt_tokens_details') ?? objectAt(found, 'input_tokens_details') ?? {}
  const output =
    objectAt(found, 'completion_tokens_details') ?? objectAt(found, 'output_tokens_details') ?? {}
  const prompt = tokens(found.prompt_tokens ?? found.input_tokens)
  const cacheRead = tokens(
    input.cached_tokens ??
      found.cache_read_input_tokens ??
      found.prompt_cache_hit_tokens ??
      found.cached_tokens,
  )
  const cacheWrite = tokens(input.cache_write_tokens ?? found.cache_creation_input_tokens)
  const reasoning = tokens(output.reasoning_tokens ?? found.reasoning_tokens)
  const completion = tokens(found.completion_tokens ?? found.output_tokens)
  return {
    input: prompt,
    output: isReasoningApart(found, providerId) ? completion + reasoning : completion,
    cacheRead: Math.min(cacheRead, prompt),
    cacheWrite: Math.min(cacheWrite, prompt),
    cacheWrite1h: 0,
    reasoning,
    audioInput: tokens(input.audio_tokens),
    audioOutput: tokens(output.audio_tokens),
    reportedCostNanos: REPORTED_COSTS[providerId]?.(found) ?? null,
  }
}

/**
 * The usage of a whole answer or of one stream chunk: `usage`, else Groq's `x_groq.usage`; null when it holds none.
 */
export function usageOf(body: JsonObject): JsonObject | null {
  return objectAt(body, 'usage') ?? objectAt(objectAt(body, 'x_groq') ?? {}, 'usage')
}

/**
 * What an upstream said when it refused, in one shape. Messages are looked for in the order `error.message`, `error`,
 * `message`, `detail`, `msg`; text that is no JSON is quoted up to 1 KB after the provider's name.
 * Source: gateway-contract §8.1, §8.10.
 */
export function openAiError(status: number, bodyText: string, providerName: string): UpstreamError {
  const body = parsed(bodyText)
  if (!body) {
    const quote = bodyText.trim().slice(0, QUOTE_CHARS_MAX)
    const said =
      quote && !isHtml(quote)
        ? `${providerName} answered ${status}: ${quote}`
        : `${providerName} answered ${status}`
    return { message: said, type: null, code: null, param: null }
  }
  const error = objectAt(body, 'error') ?? {}
  const message = [error.message, body.error, body.message, body.detail, body.msg]
    .map(sentence)
    .find((text) => text !== null)
  return {
    message: message ?? `${providerName} answered ${status}`,
    type: word(error.type ?? body.type),
    code: word(error.code ?? body.code),
    param: word(error.param ?? body.param),
  }
}

/**
 * The failure hidden in a 200: an `error` object or text where an answer should be, with the status it names (a number
 * in `code` or `status`, else the name it goes by), else 502. Null when the body is an answer.
 * Source: gateway-contract §5.4, §8.10.
 */
export function embeddedError(body: Json, providerName: string): (UpstreamError & { status: number }) | null {
  const outer = Array.isArray(body) ? body[0] : body
  if (!isObject(outer) || !outer.error) return null
  const error = objectAt(outer, 'error') ?? {}
  const status =
    [error.code, error.status, error.status_code, outer.code, outer.status].map(Number).find(isErrorStatus) ??
    statusNamed(error.code, error.type, outer.code, outer.type) ??
    502
  return { ...openAiError(status, JSON.stringify(outer), providerName), status }
}

/**
 * The same in one event of a stream; where the event itself is called `error`, all of it is one. A number for a code is
 * the status said twice and left out: inside a stream clients take it for something else (hermes-client §4.2).
 */
export function eventError(
  { event, data }: SseEvent,
  body: Json | undefined,
  providerName: string,
): (UpstreamError & { status: number }) | null {
  const isBare = event === 'error' && !(isObject(body) && body.error)
  const found = embeddedError(isBare ? { error: body ?? data } : (body ?? null), providerName)
  return found && { ...found, code: found.code === String(found.status) ? null : found.code }
}

const QUOTE_CHARS_MAX = 1_024

/**
 * How a provider states what a call cost, in nanos. Only providers whose unit is known: elsewhere a `cost` could be
 * anything.
 */
const REPORTED_COSTS: Readonly<Record<string, (usage: JsonObject) => number | null>> = {
  // With the customer's own key behind OpenRouter, `cost` is only its fee; the model's price stands beside it.
  openrouter: (usage) => {
    const upstream = usage.is_byok === true ? objectAt(usage, 'cost_details')?.upstream_inference_cost : 0
    return typeof usage.cost === 'number'
      ? nanos(usage.cost + (typeof upstream === 'number' ? upstream : 0), 1e9)
      : null
  },
  'perplexity-ai': (usage) => nanos(objectAt(usage, 'cost')?.total_cost, 1e9),
  // Ticks of 10^-10 dollars: https://docs.x.ai/developers/cost-tracking
  'x-ai': (usage) => nanos(usage.cost_in_usd_ticks, 0.1),
}

function nanos(amount: Json | undefined, factor: number): number | null {
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0
    ? Math.round(amount * factor)
    : null
}

/** xAI leaves thinking out of `completion_tokens` although it is billed; a total that adds up only with it says the same. */
function isReasoningApart(usage: JsonObject, providerId: string): boolean {
  const [prompt, completion, total] = [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens].map(
    tokens,
  )
  const reasoning = tokens(objectAt(usage, 'completion_tokens_details')?.reasoning_tokens)
  if (!total) return providerId === 'x-ai'
  return total === (prompt ?? 0) + (completion ?? 0) + reasoning
}

function usageObject(usage: Json | undefined): JsonObject | null {
  if (!isObject(usage)) return null
  return objectAt(usage, 'usage') ?? usage
}

function tokens(value: Json | undefined): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.round(value) : 0
}

/** Text as it is; lists of field errors as `body.x: why`; anything else a provider puts there as JSON; nothing for emptiness. */
function sentence(value: Json | undefined): string | null {
  if (typeof value === 'string') return value.trim() || null
  if (Array.isArray(value)) return value.map(fieldError).filter(Boolean).join('; ') || null
  if (!isObject(value)) return null
  return (
    sentence(value.message ?? value.detail ?? value.msg) ?? JSON.stringify(value).slice(0, QUOTE_CHARS_MAX)
  )
}

function fieldError(value: Json): string | null {
  const said = sentence(value)
  const place = isObject(value) && Array.isArray(value.loc) ? value.loc.join('.') : ''
  return said && place ? `${place}: ${said}` : said
}

function word(value: Json | undefined): string | null {
  if (typeof value === 'string') return value || null
  return typeof value === 'number' ? String(value) : null
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status < 600
}

function isHtml(text: string): boolean {
  return text.startsWith('<')
}

function parsed(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json
    const first = Array.isArray(value) ? value[0] : value
    return isObject(first) ? first : null
  } catch {
    return null
  }
}

function objectAt(value: JsonObject, name: string): JsonObject | null {
  const found = value[name]
  return isObject(found) ? found : null
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
