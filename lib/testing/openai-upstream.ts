import type { Json, JsonObject } from '../providers/adapter.ts'
import { type Ask, chat, PrefixCache } from './openai-chat.ts'
import { MODELS, refusalOf, unknownModel } from './openai-rules.ts'
import {
  errorReply,
  fixture,
  HEADERS,
  id,
  KNOWN_REFUSALS,
  modelObject,
  ok,
  seconds,
  servedModel,
  serverError,
  UNPARSED,
  type WireError,
} from './openai-wire.ts'
import {
  frame,
  pieces,
  type Recorded,
  type Reply,
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
