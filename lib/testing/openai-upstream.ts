import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Json, JsonObject } from '../providers/adapter.ts'
import { MODELS, refusalOf, unknownModel } from './openai-rules.ts'
import {
  frame,
  pieces,
  type Recorded,
  type Reply,
  type ScriptedAnswer,
  startUpstream,
  type TestUpstream,
  tokensOf,
} from './upstream.ts'

export interface OpenAiUpstreamOptions {
  /** The only bearer it accepts; any (or none) when absent. */
  credential?: string
  /** False stands for a server that takes any model and any field (vLLM, a custom host). Default true. */
  isStrict?: boolean
  port?: number
}

/**
 * A stand-in for api.openai.com on loopback, base URL `${url}/v1`: its bodies, ids, headers, streams and refusals, in the
 * shapes OpenAI publishes. By default it greets; it calls a tool when the last user text names one, sums up tool results,
 * and answers JSON when a schema asks. Long prompts repeated are reported as cached. Say otherwise with `next`.
 */
export function startOpenAiUpstream(options: OpenAiUpstreamOptions = {}): Promise<TestUpstream> {
  const { credential, isStrict = true, port } = options
  const cache = new PrefixCache()
  return startUpstream(
    {
      answer(request, scripted) {
        const denied = credential === undefined ? null : unauthorised(request, credential)
        return denied ?? route({ request, scripted, isStrict, cache })
      },
      refusal: (status) => errorReply(status, KNOWN_REFUSALS[status] ?? serverError(status)),
      ping: ': ping\n\n',
      errorEvent: ({ message, type, code }) =>
        frame({ error: { message, type, param: null, code: code ?? null } }),
    },
    port,
  )
}

interface Ask {
  request: Recorded
  scripted: ScriptedAnswer | undefined
  isStrict: boolean
  cache: PrefixCache
}

function route(ask: Ask): Reply {
  const { method, path, json } = ask.request
  const at = `${method} ${path.replace(/^\/v1/, '')}`
  if (at === 'GET /models') return ok({ object: 'list', data: Object.keys(MODELS).map(modelObject) })
  if (at.startsWith('GET /models/')) {
    const id = decodeURIComponent(path.slice('/v1/models/'.length))
    return MODELS[id] ? ok(modelObject(id)) : errorReply(404, unknownModel(id).error)
  }
  if (at === 'POST /audio/transcriptions' || at === 'POST /audio/translations')
    return transcription(ask.request)
  const run = POSTS[at]
  if (!run)
    return errorReply(404, {
      message: `Invalid URL (${method} ${path})`,
      type: 'invalid_request_error',
      param: null,
      code: null,
    })
  if (!json) return errorReply(400, UNPARSED)
  const refusal = ask.isStrict ? refusalOf(at.slice('POST /'.length), json) : null
  return refusal ? errorReply(refusal.status, refusal.error) : run(ask, json)
}

const POSTS: Record<string, (ask: Ask, body: JsonObject) => Reply> = {
  'POST /chat/completions': chat,
  'POST /completions': completion,
  'POST /embeddings': embeddings,
  'POST /responses': responses,
  'POST /audio/speech': () => ({
    status: 200,
    headers: { ...HEADERS(), 'content-type': 'audio/mpeg' },
    body: Buffer.from('ID3\u0004tollgate'),
  }),
  'POST /moderations': (_, { model }) =>
    ok({
      id: `modr-${id(24)}`,
      model: model ?? 'omni-moderation-latest',
      results: [{ flagged: false, categories: {}, category_scores: {} }],
    }),
  'POST /images/generations': () =>
    ok({
      created: seconds(),
      data: [{ b64_json: 'iVBORw0KGgo=' }],
      usage: { input_tokens: 50, output_tokens: 50, total_tokens: 100 },
    }),
}

// ── chat ────────────────────────────────────────────────────────────────────

type Call = { id: string; type: 'function'; function: { name: string; arguments: string } }

function chat({ request, scripted, cache }: Ask, body: JsonObject): Reply {
  const said = speech(body, scripted)
  const usage =
    scripted?.usage === undefined
      ? chatUsage(body, said, cache, String(request.headers.authorization))
      : scripted.usage
  const base = {
    ...fixture('openai-chat'),
    id: `chatcmpl-${id(29)}`,
    created: seconds(),
    model: servedModel(body),
    system_fingerprint: 'fp_44709d6fcb',
  }
  const finish = scripted?.finishReason ?? (said.calls.length > 0 ? 'tool_calls' : 'stop')
  if (body.stream === true) return chatStream(base, body, said, finish, usage)
  const message: JsonObject = {
    role: 'assistant',
    content: said.calls.length > 0 && !said.text ? null : said.text,
    refusal: null,
    annotations: [],
  }
  if (said.reasoning) message.reasoning_content = said.reasoning
  if (said.calls.length > 0) message.tool_calls = said.calls
  return ok({ ...base, choices: [{ index: 0, message, logprobs: null, finish_reason: finish }], usage })
}

function chatStream(base: JsonObject, body: JsonObject, said: Speech, finish: string, usage: Json): Reply {
  const asksUsage = (body.stream_options as JsonObject | undefined)?.include_usage === true
  const chunk = (choices: Json[], own?: Json): string =>
    frame({
      id: base.id ?? null,
      object: 'chat.completion.chunk',
      created: base.created ?? null,
      model: base.model ?? null,
      service_tier: 'default',
      system_fingerprint: base.system_fingerprint ?? null,
      choices,
      ...(asksUsage && { usage: own ?? null }),
      obfuscation: 'aK9zR2',
    })
  const delta = (value: JsonObject, reason: string | null = null) =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: reason }])
  const events = [
    delta({ role: 'assistant', content: said.calls.length > 0 && !said.text ? null : '', refusal: null }),
  ]
  for (const piece of pieces(said.reasoning)) events.push(delta({ reasoning_content: piece }))
  for (const piece of pieces(said.text)) events.push(delta({ content: piece }))
  for (const [index, call] of said.calls.entries()) {
    events.push(
      delta({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }),
    )
    for (const piece of call.function.arguments.match(/.{1,8}/gs) ?? [])
      events.push(delta({ tool_calls: [{ index, function: { arguments: piece } }] }))
  }
  events.push(delta({}, finish))
  if (asksUsage && usage !== null) events.push(chunk([], usage))
  return { status: 200, headers: HEADERS(), events: [...events, 'data: [DONE]\n\n'] }
}

interface Speech {
  text: string
  reasoning: string
  calls: Call[]
}

function speech(body: JsonObject, scripted: ScriptedAnswer | undefined): Speech {
  if (scripted) {
    const calls = (scripted.toolCalls ?? []).map((call) => toolCall(call.name, call.arguments, call.id))
    return { text: scripted.text ?? '', reasoning: scripted.reasoning ?? '', calls }
  }
  const messages = Array.isArray(body.messages) ? (body.messages as JsonObject[]) : []
  const last = messages.at(-1) ?? {}
  const text = textOf(last.content)
  if (last.role === 'tool') return { text: `The tool says: ${text}`, reasoning: '', calls: [] }
  const tools = Array.isArray(body.tools) ? (body.tools as { function?: { name: string } }[]) : []
  const named =
    body.tool_choice === 'none'
      ? []
      : tools.filter((tool) => tool.function && text.includes(tool.function.name))
  const calls = named.map((tool) => toolCall(tool.function?.name ?? '', { location: 'Boston, MA' }))
  const format = body.response_format as JsonObject | undefined
  const greeting =
    format?.type === 'json_schema' || format?.type === 'json_object'
      ? '{"answer":42}'
      : 'Hello! How can I assist you today?'
  return { text: calls.length > 0 ? '' : greeting, reasoning: '', calls }
}

function toolCall(name: string, args: JsonObject, callId = `call_${id(24)}`): Call {
  return { id: callId, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}

function chatUsage(body: JsonObject, said: Speech, cache: PrefixCache, owner: string): JsonObject {
  const parts = [
    ...((body.tools as Json[] | undefined) ?? []),
    ...((body.messages as Json[] | undefined) ?? []),
  ]
  const prompt = parts.reduce<number>((sum, part) => sum + tokensOf(part), 0)
  const written =
    tokensOf(said.text || null) -
    1 +
    said.calls.reduce((sum, call) => sum + tokensOf(call.function.arguments), 0)
  const reasoning = said.reasoning ? tokensOf(said.reasoning) : 0
  const completion = Math.max(1, written) + reasoning
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cache.read(`${owner}${body.model}`, parts), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** OpenAI caches prompts of 1,024 tokens and more by their beginning, in steps of 128. */
class PrefixCache {
  readonly #seen = new Set<string>()

  read(owner: string, parts: readonly Json[]): number {
    const hash = createHash('sha256').update(owner)
    let tokens = 0
    let cached = 0
    for (const part of parts) {
      hash.update(JSON.stringify(part))
      tokens += tokensOf(part)
      const key = hash.copy().digest('hex')
      if (this.#seen.has(key)) cached = tokens
      this.#seen.add(key)
    }
    return cached >= 1_024 ? cached - (cached % 128) : 0
  }
}

// ── the other endpoints ─────────────────────────────────────────────────────

function completion({ scripted }: Ask, body: JsonObject): Reply {
  const base = {
    ...fixture('openai-completion'),
    id: `cmpl-${id(29)}`,
    created: seconds(),
    model: String(body.model),
  }
  const text = scripted?.text ?? '\n\nThis is indeed a test'
  const finish = scripted?.finishReason ?? 'stop'
  const prompt = tokensOf(body.prompt)
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: tokensOf(text),
    total_tokens: prompt + tokensOf(text),
  }
  const choice = (piece: string, reason: string | null): Json => ({
    text: piece,
    index: 0,
    logprobs: null,
    finish_reason: reason,
  })
  if (body.stream !== true) return ok({ ...base, choices: [choice(text, finish)], usage })
  const { usage: _, ...head } = base as JsonObject
  const events = pieces(text).map((piece) => frame({ ...head, choices: [choice(piece, null)] }))
  events.push(frame({ ...head, choices: [choice('', finish)] }))
  if ((body.stream_options as JsonObject | undefined)?.include_usage === true)
    events.push(frame({ ...head, choices: [], usage }))
  return { status: 200, headers: HEADERS(), events: [...events, 'data: [DONE]\n\n'] }
}

function embeddings(_: Ask, body: JsonObject): Reply {
  const inputs = Array.isArray(body.input) && typeof body.input[0] !== 'number' ? body.input : [body.input]
  const size = typeof body.dimensions === 'number' ? body.dimensions : 8
  const data = inputs.map((_input, index): Json => {
    const floats = Float32Array.from({ length: size }, (_, at) => (at === index % size ? 1 : 0))
    const embedding =
      body.encoding_format === 'base64' ? Buffer.from(floats.buffer).toString('base64') : [...floats]
    return { object: 'embedding', index, embedding }
  })
  const tokens = tokensOf(body.input)
  return ok({
    object: 'list',
    data,
    model: String(body.model),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

function responses({ scripted }: Ask, body: JsonObject): Reply {
  const text = scripted?.text ?? 'Hi there! How can I assist you today?'
  const input = tokensOf(body.input)
  const output = tokensOf(text)
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  }
  const item = (status: string, content: Json[]): JsonObject => ({
    id: itemId,
    type: 'message',
    status,
    role: 'assistant',
    content,
  })
  const part = (value: string): JsonObject => ({ type: 'output_text', text: value, annotations: [] })
  const itemId = `msg_${id(50)}`
  const base = {
    ...fixture('openai-response'),
    id: `resp_${id(50)}`,
    created_at: seconds(),
    model: servedModel(body),
  }
  const done = {
    ...base,
    status: 'completed',
    output: [item('completed', [part(text)])],
    usage,
    store: body.store ?? true,
  }
  if (body.stream !== true) return ok(done)

  const begun = { ...base, status: 'in_progress', completed_at: null, output: [], usage: null }
  const place = { item_id: itemId, output_index: 0, content_index: 0 }
  const events: JsonObject[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    { type: 'response.output_item.added', output_index: 0, item: item('in_progress', []) },
    { type: 'response.content_part.added', ...place, part: part('') },
    ...pieces(text).map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: part(text) },
    { type: 'response.output_item.done', output_index: 0, item: item('completed', [part(text)]) },
    { type: 'response.completed', response: done },
  ]
  return {
    status: 200,
    headers: HEADERS(),
    events: events.map((event, at) => frame({ ...event, sequence_number: at }, String(event.type))),
  }
}

/** Says which model and how many bytes of sound it was sent. */
function transcription({ form }: Recorded): Reply {
  if (!form)
    return errorReply(400, {
      message: 'Could not parse multipart form',
      type: 'invalid_request_error',
      param: null,
      code: null,
    })
  const { model, file, response_format: format } = form
  if (!model)
    return errorReply(400, {
      message: 'you must provide a model parameter',
      type: 'invalid_request_error',
      param: null,
      code: null,
    })
  const text = `${String(model)} heard ${Buffer.isBuffer(file) ? file.length : 0} bytes`
  if (format === 'text')
    return {
      status: 200,
      headers: { ...HEADERS(), 'content-type': 'text/plain; charset=utf-8' },
      body: `${text}\n`,
    }
  return ok({ ...fixture('openai-transcription'), text })
}

// ── the wire ────────────────────────────────────────────────────────────────

interface WireError {
  message: string
  type: string
  param: string | null
  code: string | null
}

const UNPARSED: WireError = {
  message:
    'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
  type: 'invalid_request_error',
  param: null,
  code: null,
}

const KNOWN_REFUSALS: Record<number, WireError> = {
  401: {
    message:
      'Incorrect API key provided: sk-wrong. You can find your API key at https://platform.openai.com/account/api-keys.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
  429: {
    message:
      'Rate limit reached for gpt-4o in organization org-tollgate on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.',
    type: 'requests',
    param: null,
    code: 'rate_limit_exceeded',
  },
  503: {
    message: 'The engine is currently overloaded, please try again later',
    type: 'server_error',
    param: null,
    code: null,
  },
}

function serverError(status: number): WireError {
  const isServer = status >= 500
  return {
    message: isServer
      ? 'The server had an error while processing your request. Sorry about that!'
      : 'Bad request.',
    type: isServer ? 'server_error' : 'invalid_request_error',
    param: null,
    code: null,
  }
}

function unauthorised(request: Recorded, credential: string): Reply | null {
  const given = request.headers.authorization
  if (given === `Bearer ${credential}`) return null
  if (!given) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys."
    return errorReply(401, { message, type: 'invalid_request_error', param: null, code: null })
  }
  const shown = given.replace(/^Bearer /, '').replace(/^(.{8}).*(.{4})$/, '$1*****$2')
  return errorReply(401, {
    ...(KNOWN_REFUSALS[401] as WireError),
    message: `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  })
}

function ok(body: Json): Reply {
  return { status: 200, headers: HEADERS(), body }
}

function errorReply(status: number, error: WireError): Reply {
  const retry: Record<string, string> =
    status === 429 ? { 'retry-after': '20', 'retry-after-ms': '20000' } : {}
  return { status, headers: { ...HEADERS(), ...retry }, body: { error: { ...error } } }
}

const HEADERS = (): Record<string, string> => ({
  'x-request-id': `req_${createHash('md5').update(id(12)).digest('hex')}`,
  'openai-organization': 'org-tollgate',
  'openai-processing-ms': '312',
  'openai-version': '2020-10-01',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-limit-tokens': '30000000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-remaining-tokens': '29999981',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-reset-tokens': '6m0s',
  'set-cookie': '__cf_bm=upstream-only; path=/; HttpOnly; Secure',
})

/** A dated name answers for a plain one, as upstreams do. */
function servedModel({ model }: JsonObject): string {
  const dates: Record<string, string> = {
    'gpt-4o': 'gpt-4o-2024-08-06',
    'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  }
  return dates[String(model)] ?? String(model)
}

function modelObject(model: string): JsonObject {
  return { id: model, object: 'model', created: 1_686_935_002, owned_by: 'openai' }
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return Array.isArray(content)
    ? content.map((part) => String((part as JsonObject).text ?? '')).join('\n')
    : ''
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000)
}

let ids = 0

/** Unique within a run and as long as the real ones. */
function id(length: number): string {
  return createHash('sha512').update(String(++ids)).digest('base64url').replace(/[-_]/g, 'x').slice(0, length)
}

function fixture(name: string): JsonObject {
  return JSON.parse(
    readFileSync(new URL(`./__fixtures__/${name}.json`, import.meta.url), 'utf8'),
  ) as JsonObject
}
