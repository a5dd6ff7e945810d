/**
 * What a provider dialect is: pure functions from the caller's shape to the provider's bytes and back.
 * No adapter opens a socket, reads a clock or knows the gateway; `egress.ts` alone sends.
 */

/** The wire format a caller speaks on a path. `raw` is passed through untranslated. */
export type CallerDialect = 'chat' | 'messages' | 'completions' | 'embeddings' | 'raw'

/** The wire format an upstream speaks. */
export type UpstreamDialect = 'openai' | 'anthropic'

/** Tokens of one answer. `input` is every input token, cached ones included; `output` includes `reasoning`. */
export interface Usage {
  input: number
  output: number
  /** Part of `input` that was read from a prompt cache. */
  cacheRead: number
  /** Part of `input` that was written to a prompt cache, 5-minute and 1-hour entries together. */
  cacheWrite: number
  /** Part of `cacheWrite` kept for an hour, which some providers price apart. */
  cacheWrite1h: number
  /** Part of `output`. */
  reasoning: number
  audioInput: number
  audioOutput: number
  /** What the provider itself says the call cost, in integer nano-dollars; null when it does not say. */
  reportedCostNanos: number | null
}

export const NO_USAGE: Usage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
  reportedCostNanos: null,
}

/** One server-sent event: `event:` (null when absent) and the joined `data:` lines. */
export interface SseEvent {
  event: string | null
  data: string
}

/** What a provider said when it refused or failed, in one shape whatever its dialect. */
export interface UpstreamError {
  message: string
  type: string | null
  code: string | null
  param: string | null
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** What a translator needs to know of the call; all of it data. */
export interface TranslateContext {
  /** The model named to the upstream, without its `@slug/`. */
  model: string
  /** Id of the provider row, echoed as `provider` in translated bodies. */
  providerId: string
  /** Only OpenAI fields leave when true; native extras (`content_blocks`) travel when false. */
  isStrict: boolean
  /** Reasoning text leaves as `reasoning_content` (callers outside the Portkey dialect). */
  hasReasoningContent: boolean
  /** The caller asked for a usage chunk (`stream_options.include_usage`). */
  includeUsage: boolean
  /** The model's own output cap in tokens, when known. */
  maxOutputTokens: number | null
  nowMs: number
  /** Unique id text for objects the upstream left unnamed. */
  newId: () => string
}

/** A request as the upstream wants it. `headers` holds dialect headers only; credentials are added last, by the sender. */
export interface TranslatedRequest {
  /** Path below the provider's base URL, with its leading slash: `/messages`. */
  path: string
  body: JsonObject
  headers: Record<string, string>
  /** Names of parameters whose number was moved to a bound (`x-tollgate-clamped`). */
  clamped: string[]
  /** Names of parameters left out because the upstream is known to refuse them (`x-tollgate-dropped`). */
  dropped: string[]
}

export interface TranslatedResponse {
  body: JsonObject
  usage: Usage | null
  finishReason: string | null
}

/** What one upstream event became. */
export interface StreamStep {
  /** Events for the caller, complete and already framed (`data: …\n\n`); empty when there are none. */
  out: string
  /** These bytes finish the answer: they wait until the call is journalled. */
  isClosing: boolean
  /** The upstream reported a failure inside the stream. */
  error: (UpstreamError & { status: number }) | null
  /** The upstream shows life but said nothing for the caller (a ping, hidden thinking). */
  isSilent: boolean
}

/** Turns one upstream stream into the caller's. One instance a call; `push` in order, `end` once after the last event. */
export interface StreamTranslator {
  push(event: SseEvent): StreamStep
  /** The upstream closed cleanly. Returns what is still owed to the caller; `isClosing` false means it ended too early. */
  end(): StreamStep
  /** Latest figures; null until the upstream reported any. */
  usage(): Usage | null
  finishReason(): string | null
  /** Output text so far (for estimates when usage never came). */
  text(): string
}

/** How the answers of an upstream become the caller's. */
export interface AnswerTranslation {
  response(body: JsonObject, context: TranslateContext): TranslatedResponse
  stream(context: TranslateContext): StreamTranslator
}

/** A caller dialect spoken to an upstream of another dialect. */
export interface Translation extends AnswerTranslation {
  /** Throws GatewayError (`invalid_body`, `unsupported_parameter`) on a body the upstream could never be sent. */
  request(body: JsonObject, context: TranslateContext): TranslatedRequest
}
