import { createHash } from 'node:crypto'
import type { Json, JsonObject } from './adapter.ts'
import type { UpstreamRequest } from './egress.ts'
import { sample, textOf, toolCalls } from './sandbox-tools.ts'

/** Model ids of the sandbox, in the order they are shown. */
export const SANDBOX_MODELS = ['echo', 'embed', 'slow', 'fail-429', 'fail-500', 'fail-midway'] as const

/** What goes out: the whole body in `frames`, one write each. */
export interface Reply {
  status: number
  headers: Record<string, string>
  frames: readonly string[]
  /** Before the first frame and between frames. */
  waitMs: readonly [first: number, next: number]
  /** Ends with a lost connection instead of a clean close. */
  breaksOff: boolean
}

/** The sandbox's reply to one request. Pure: bad requests become the 4xx a provider would send. */
export function replyTo(
  request: Pick<UpstreamRequest, 'method' | 'url'>,
  bytes: Buffer,
  nowMs: number,
): Reply {
  const path = new URL(request.url).pathname
  const created = Math.floor(nowMs / 1_000)
  if (request.method === 'GET' && path.endsWith('/models')) return json(200, modelList(created))
  const run = ROUTES.find(([ending]) => path.endsWith(ending))?.[1]
  if (!run || request.method !== 'POST') return refusal(404, `Invalid URL (${request.method} ${path})`)
  const body = parsed(bytes)
  if (!body) return refusal(400, 'The body is not a JSON object.')
  const { model } = body
  if (typeof model !== 'string') return refusal(400, 'you must provide a model parameter')
  const failure = /^fail-([45]\d\d)$/.exec(model)
  if (failure) return failed(Number(failure[1]))
  if (!(SANDBOX_MODELS as readonly string[]).includes(model)) {
    return refusal(
      404,
      `The model \`${model}\` does not exist. The sandbox has ${SANDBOX_MODELS.join(', ')}.`,
      'model_not_found',
    )
  }
  return run({ body, model, created, id: createHash('sha256').update(bytes).digest('hex').slice(0, 24) })
}

interface Ask {
  body: JsonObject
  model: string
  /** Epoch seconds. */
  created: number
  /** Same bytes, same id. */
  id: string
}

const ROUTES: readonly [ending: string, run: (ask: Ask) => Reply][] = [
  ['/chat/completions', chat],
  ['/completions', complete],
  ['/embeddings', embed],
]

// ── chat ────────────────────────────────────────────────────────────────────

function chat(ask: Ask): Reply {
  const { body, model, created, id } = ask
  if (model === 'embed') return refusal(400, 'embed makes embeddings; chat with echo.')
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : []
  if (messages.length === 0)
    return refusal(400, "Missing required parameter: 'messages'.", 'missing_required_parameter', 'messages')

  const calls = toolCalls(body, messages, id)
  const said = calls.length > 0 ? { text: '', finish: 'tool_calls' } : cut(wording(body, messages), body)
  const usage = usageFor(
    promptTokens(messages, body.tools),
    said.text + calls.map((call) => call.function.arguments).join(''),
  )
  const head = { id: `chatcmpl-${id}`, created, model, system_fingerprint: 'fp_sandbox' }
  if (body.stream !== true) {
    const message: JsonObject = {
      role: 'assistant',
      content: calls.length > 0 ? null : said.text,
      refusal: null,
      annotations: [],
    }
    if (calls.length > 0) message.tool_calls = calls as unknown as Json
    const choice = { index: 0, message, logprobs: null, finish_reason: said.finish }
    return json(
      200,
      { ...head, object: 'chat.completion', choices: [choice], usage, service_tier: 'default' },
      pace(model),
    )
  }

  const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })
  const chunks = [chunk({ role: 'assistant', content: calls.length > 0 ? null : '', refusal: null })]
  for (const word of words(said.text)) chunks.push(chunk({ content: word }))
  for (const [index, call] of calls.entries()) {
    chunks.push(
      chunk({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }),
    )
    for (const piece of pieces(call.function.arguments))
      chunks.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
  }
  chunks.push(chunk({}, said.finish))
  if (wantsUsage(body)) chunks.push({ ...head, object: 'chat.completion.chunk', choices: [], usage })
  return stream(chunks, model)
}

function wording(body: JsonObject, messages: readonly JsonObject[]): string {
  const last = messages.at(-1)
  if (last?.role === 'tool' || last?.role === 'function') return summary(messages)
  const text = textOf(messages.findLast(({ role }) => role === 'user')?.content)
  const format = isObject(body.response_format) ? body.response_format : {}
  if (format.type === 'json_object') return JSON.stringify({ echo: text })
  if (format.type === 'json_schema' && isObject(format.json_schema))
    return JSON.stringify(sample(format.json_schema.schema, '', text))
  return text || 'Say something and the sandbox says it back.'
}

/** What the tools of the latest turn answered, one sentence each. */
function summary(messages: readonly JsonObject[]): string {
  const from = messages.findLastIndex(({ role }) => role !== 'tool' && role !== 'function') + 1
  const calls = messages.flatMap(({ tool_calls }) =>
    Array.isArray(tool_calls) ? tool_calls.filter(isObject) : [],
  )
  const sentences = messages.slice(from).map((result) => {
    const call = calls.findLast(({ id }) => id === result.tool_call_id)
    const called = isObject(call?.function) ? call.function.name : result.name
    const text = textOf(result.content)
    const shown = text.length > SUMMARY_CHARS_MAX ? `${text.slice(0, SUMMARY_CHARS_MAX)}…` : text
    return `${typeof called === 'string' ? called : 'The tool'} answered: ${shown || 'nothing'}`
  })
  return sentences.join('\n')
}

// ── completions, embeddings, models ─────────────────────────────────────────

function complete({ body, model, created, id }: Ask): Reply {
  if (model === 'embed') return refusal(400, 'embed makes embeddings; complete with echo.')
  const prompt = Array.isArray(body.prompt) ? body.prompt[0] : body.prompt
  const said = cut(textOf(prompt) || 'Say something and the sandbox says it back.', body)
  const usage = usageFor(countTokens(textOf(prompt)), said.text)
  const head = { id: `cmpl-${id}`, object: 'text_completion', created, model }
  const choice = (text: string, finish: string | null) => ({
    text,
    index: 0,
    logprobs: null,
    finish_reason: finish,
  })
  if (body.stream !== true)
    return json(200, { ...head, choices: [choice(said.text, said.finish)], usage }, pace(model))
  const chunks: JsonObject[] = words(said.text).map((word) => ({ ...head, choices: [choice(word, null)] }))
  chunks.push({ ...head, choices: [choice('', said.finish)] })
  if (wantsUsage(body)) chunks.push({ ...head, choices: [], usage })
  return stream(chunks, model)
}

function embed({ body, model }: Ask): Reply {
  if (model !== 'embed') return refusal(400, `${model} makes no embeddings; use embed.`)
  const inputs = inputsOf(body.input)
  if (!inputs)
    return refusal(400, "Missing required parameter: 'input'.", 'missing_required_parameter', 'input')
  const dimensions = body.dimensions ?? DIMENSIONS
  if (
    typeof dimensions !== 'number' ||
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > DIMENSIONS_MAX
  ) {
    return refusal(
      400,
      `'dimensions' must be a whole number from 1 to ${DIMENSIONS_MAX}.`,
      'invalid_value',
      'dimensions',
    )
  }
  const data = inputs.map((text, index) => {
    const vector = unitVector(text, dimensions)
    const isBase64 = body.encoding_format === 'base64'
    return {
      object: 'embedding',
      index,
      embedding: isBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector],
    }
  })
  const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0)
  return json(200, { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } })
}

/** Texts to embed; a list of numbers is one text of token ids. Null when there is none. */
function inputsOf(input: Json | undefined): string[] | null {
  if (typeof input === 'string') return input ? [input] : null
  if (!Array.isArray(input) || input.length === 0) return null
  if (input.every((item) => typeof item === 'number')) return [input.join(' ')]
  return input.map((item) =>
    Array.isArray(item) ? item.join(' ') : textOf(isObject(item) ? item.text : item),
  )
}

/** Same text, same direction. */
function unitVector(text: string, dimensions: number): Float32Array {
  let state = createHash('sha256').update(text).digest().readUInt32LE() || 1
  const vector = Float32Array.from({ length: dimensions }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 0x8000_0000
  })
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}

function modelList(created: number): JsonObject {
  return {
    object: 'list',
    data: SANDBOX_MODELS.map((id) => ({ id, object: 'model', created, owned_by: 'sandbox' })),
  }
}

// ── how an answer is cut, counted and framed ────────────────────────────────

const SUMMARY_CHARS_MAX = 400
const DIMENSIONS = 256
const DIMENSIONS_MAX = 3_072
const AT_ONCE = [0, 0] as const

function cut(text: string, body: JsonObject): { text: string; finish: 'stop' | 'length' } {
  const stops = (Array.isArray(body.stop) ? body.stop : [body.stop]).filter(
    (stop) => typeof stop === 'string' && stop !== '',
  )
  const end = Math.min(
    ...stops.map((stop) => text.indexOf(String(stop))).filter((at) => at >= 0),
    text.length,
  )
  const kept = pieces(text.slice(0, end))
  const limit = body.max_completion_tokens ?? body.max_tokens
  if (typeof limit !== 'number' || kept.length <= limit) return { text: kept.join(''), finish: 'stop' }
  return { text: kept.slice(0, Math.max(0, limit)).join(''), finish: 'length' }
}

/** Tokens of the sandbox: up to four characters with the white space before them. */
function pieces(text: string): string[] {
  return text.match(/\s*\S{1,4}|\s+$/g) ?? []
}

function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

function countTokens(text: string): number {
  return pieces(text).length
}

function promptTokens(messages: readonly JsonObject[], tools: Json | undefined): number {
  const said = messages.reduce((sum, message) => sum + 3 + countTokens(textOf(message.content)), 0)
  return said + (Array.isArray(tools) ? countTokens(JSON.stringify(tools)) : 0)
}

function usageFor(prompt: number, output: string): JsonObject {
  const completion = countTokens(output)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function wantsUsage(body: JsonObject): boolean {
  return isObject(body.stream_options) && body.stream_options.include_usage === true
}

function pace(model: string): Reply['waitMs'] {
  return model === 'slow' ? [2_000, 200] : AT_ONCE
}

function json(status: number, body: JsonObject, waitMs: Reply['waitMs'] = AT_ONCE): Reply {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  const breaksOff = body.model === 'fail-midway'
  return { status, headers, frames: [breaksOff ? text.slice(0, text.length / 2) : text], waitMs, breaksOff }
}

function stream(chunks: readonly JsonObject[], model: string): Reply {
  const breaksOff = model === 'fail-midway'
  const sent = breaksOff ? chunks.slice(0, Math.ceil(chunks.length / 2)) : chunks
  const frames = sent.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  if (!breaksOff) frames.push('data: [DONE]\n\n')
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    frames,
    waitMs: pace(model),
    breaksOff,
  }
}

function refusal(
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
): Reply {
  return json(status, { error: { message, type: 'invalid_request_error', param, code } })
}

function failed(status: number): Reply {
  const [type, code] =
    status === 429
      ? ['rate_limit_error', 'rate_limit_exceeded']
      : status < 500
        ? ['invalid_request_error', null]
        : ['server_error', null]
  const reply = json(status, {
    error: {
      message: `The sandbox answers ${status} because this model was asked for.`,
      type,
      param: null,
      code,
    } as JsonObject,
  })
  if (status === 429 || status === 503) reply.headers['retry-after'] = '1'
  return reply
}

function parsed(bytes: Buffer): JsonObject | null {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Json
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
