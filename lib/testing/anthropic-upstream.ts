import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Json, JsonObject } from '../providers/adapter.ts'
import { blocksOf, MODELS, type Refusal, refusalOf, servedModel } from './anthropic-rules.ts'
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

export interface AnthropicUpstreamOptions {
  /** The only `x-api-key` (or OAuth bearer) it accepts; any or none when absent. */
  credential?: string
  port?: number
}

/**
 * A stand-in for api.anthropic.com on loopback, base URL `${url}/v1`: its bodies, ids, headers, event streams and
 * refusals, in the shapes Anthropic publishes. By default it says who it is; it calls a tool when the last user text
 * names one (all it names, in parallel), thinks when thinking is on, and sums up tool results. Marked prefixes of 1,024
 * tokens and more are written to its cache the first time and read the second. Say otherwise with `next`.
 */
export function startAnthropicUpstream(options: AnthropicUpstreamOptions = {}): Promise<TestUpstream> {
  const { credential, port } = options
  const cache = new MarkedCache()
  return startUpstream(
    {
      answer: (request, scripted) => refusalOfHeaders(request, credential) ?? route(request, scripted, cache),
      refusal: (status) =>
        errorReply(KNOWN_REFUSALS[status] ?? { status, type: 'api_error', message: 'Internal server error' }),
      ping: frame({ type: 'ping' }, 'ping'),
      errorEvent: ({ type, message }) =>
        frame({ type: 'error', error: { details: null, type, message }, request_id: requestId() }, 'error'),
    },
    port,
  )
}

function route(request: Recorded, scripted: ScriptedAnswer | undefined, cache: MarkedCache): Reply {
  const { method, path, json } = request
  const at = `${method} ${path}`
  if (at === 'GET /v1/models') return models()
  if (at.startsWith('GET /v1/models/')) {
    const model = servedModel(decodeURIComponent(path.slice('/v1/models/'.length)))
    return model
      ? ok(modelObject(model))
      : errorReply({ status: 404, type: 'not_found_error', message: `model: ${path.slice(11)}` })
  }
  if (at !== 'POST /v1/messages' && at !== 'POST /v1/messages/count_tokens') {
    return errorReply({ status: 404, type: 'not_found_error', message: 'Not found' })
  }
  if (!json)
    return errorReply({
      status: 400,
      type: 'invalid_request_error',
      message: 'The request body is not valid JSON: Expecting value: line 1 column 1 (char 0)',
    })
  const refusal = refusalOf(path.slice('/v1/'.length), json)
  if (refusal) return errorReply(refusal)
  if (path.endsWith('/count_tokens'))
    return ok({ input_tokens: blocksOf(json).reduce((sum, block) => sum + tokensOf(block), 0) })
  return messages(request, json, scripted, cache)
}

// ── messages ────────────────────────────────────────────────────────────────

function messages(
  request: Recorded,
  body: JsonObject,
  scripted: ScriptedAnswer | undefined,
  cache: MarkedCache,
): Reply {
  const content = scripted ? scriptedContent(scripted) : contentFor(body)
  const hasCalls = content.some(({ type }) => type === 'tool_use')
  const stop = scripted?.finishReason ?? (hasCalls ? 'tool_use' : 'end_turn')
  const output = Math.max(
    1,
    content.reduce((sum, block) => sum + tokensOf(block.text ?? block.thinking ?? block.input), 0),
  )
  const usage: JsonObject = {
    ...cache.read(ownerOf(request, body), body),
    output_tokens: output,
    service_tier: 'standard',
    ...scripted?.usage,
  }
  const message = {
    ...fixture('anthropic-message'),
    id: `msg_01${id(22)}`,
    model: servedModel(body.model) ?? 'claude',
  }
  if (body.stream !== true) return ok({ ...message, content, stop_reason: stop, stop_sequence: null, usage })

  const start = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  }
  const events = [
    { type: 'message_start', message: start },
    ...content.flatMap((block, index) => blockEvents(block, index)),
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ] as JsonObject[]
  events.splice(2, 0, { type: 'ping' })
  return { status: 200, headers: HEADERS(), events: events.map((event) => frame(event, String(event.type))) }
}

function blockEvents(block: JsonObject, index: number): JsonObject[] {
  const start = (empty: JsonObject): JsonObject => ({
    type: 'content_block_start',
    index,
    content_block: empty,
  })
  const delta = (value: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: value })
  const stop = { type: 'content_block_stop', index }
  if (block.type === 'tool_use') {
    const parts = ['', ...(JSON.stringify(block.input).match(/.{1,9}/gs) ?? [])]
    return [
      start({ ...block, input: {} }),
      ...parts.map((part) => delta({ type: 'input_json_delta', partial_json: part })),
      stop,
    ]
  }
  if (block.type === 'thinking') {
    const thoughts = pieces(String(block.thinking)).map((thinking) =>
      delta({ type: 'thinking_delta', thinking }),
    )
    return [
      start({ type: 'thinking', thinking: '', signature: '' }),
      ...thoughts,
      delta({ type: 'signature_delta', signature: block.signature ?? '' }),
      stop,
    ]
  }
  return [
    start({ type: 'text', text: '' }),
    ...pieces(String(block.text)).map((text) => delta({ type: 'text_delta', text })),
    stop,
  ]
}

function contentFor(body: JsonObject): JsonObject[] {
  const thinking = body.thinking as JsonObject | undefined
  const thought = thinking && thinking.type !== 'disabled' ? [thinkingBlock('Let me think about this.')] : []
  const last = (body.messages as JsonObject[]).at(-1)?.content
  const blocks = Array.isArray(last) ? (last as JsonObject[]) : [{ type: 'text', text: last ?? '' }]
  const results = blocks.filter(({ type }) => type === 'tool_result')
  if (results.length > 0)
    return [
      ...thought,
      { type: 'text', text: `The tool says: ${results.map(({ content }) => textOf(content)).join(' ')}` },
    ]
  const said = textOf(blocks as Json)
  const isMute = (body.tool_choice as JsonObject | undefined)?.type === 'none'
  const tools = isMute
    ? []
    : ((body.tools as JsonObject[] | undefined) ?? []).filter(({ name }) => said.includes(String(name)))
  if (tools.length > 0)
    return [...thought, ...tools.map(({ name }) => toolUse(String(name), { location: 'San Francisco, CA' }))]
  const schema = (body.output_config as { format?: JsonObject } | undefined)?.format
  return [...thought, { type: 'text', text: schema ? '{"answer":42}' : 'Hi! My name is Claude.' }]
}

function scriptedContent({ text, reasoning, toolCalls = [] }: ScriptedAnswer): JsonObject[] {
  const content = toolCalls.map((call) => toolUse(call.name, call.arguments, call.id))
  if (text) content.unshift({ type: 'text', text })
  if (reasoning) content.unshift(thinkingBlock(reasoning))
  return content
}

function toolUse(name: string, input: JsonObject, callId = `toolu_01${id(22)}`): JsonObject {
  return { type: 'tool_use', id: callId, name, input }
}

function thinkingBlock(thinking: string): JsonObject {
  return {
    type: 'thinking',
    thinking,
    signature: `EqQBCgIYAhIM${createHash('sha256').update(thinking).digest('base64')}`,
  }
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return Array.isArray(content)
    ? content.map((block) => String((block as JsonObject).text ?? '')).join(' ')
    : ''
}

// ── its prompt cache ────────────────────────────────────────────────────────

const CACHEABLE_TOKENS_MIN = 1_024
const LOOK_BACK_BLOCKS = 20

/** Prefixes that ended in a mark; a later prompt reads the longest one it shares within 20 blocks of its own marks. */
class MarkedCache {
  readonly #written = new Set<string>()

  read(owner: string, body: JsonObject): JsonObject {
    const prefixes = prefixesOf(owner, body)
    const total = prefixes.at(-1)?.tokens ?? 0
    const marked = prefixes.filter(({ ttl, tokens }) => ttl !== null && tokens >= CACHEABLE_TOKENS_MIN)
    const end = marked.at(-1)
    const shared = prefixes.findLast(
      ({ key, at }) =>
        this.#written.has(key) && marked.some((mark) => mark.at >= at && mark.at - at < LOOK_BACK_BLOCKS),
    )
    const readTokens = shared?.tokens ?? 0
    let reached = readTokens
    const writes = { '5m': 0, '1h': 0 }
    for (const { key, tokens, ttl } of marked) {
      this.#written.add(key)
      if (tokens <= reached || ttl === null) continue
      writes[ttl] += tokens - reached
      reached = tokens
    }
    return {
      input_tokens: total - Math.max(readTokens, end?.tokens ?? 0),
      cache_creation_input_tokens: writes['5m'] + writes['1h'],
      cache_read_input_tokens: readTokens,
      cache_creation: { ephemeral_5m_input_tokens: writes['5m'], ephemeral_1h_input_tokens: writes['1h'] },
    }
  }
}

interface Prefix {
  key: string
  at: number
  tokens: number
  ttl: '5m' | '1h' | null
}

function prefixesOf(owner: string, body: JsonObject): Prefix[] {
  const hash = createHash('sha256').update(owner)
  const blocks = blocksOf(body)
  let tokens = 0
  return blocks.map(({ cache_control: own, ...block }, at) => {
    const mark = own ?? (at === blocks.length - 1 ? body.cache_control : undefined)
    hash.update(JSON.stringify(block))
    tokens += tokensOf(block)
    const ttl = mark ? ((mark as JsonObject).ttl === '1h' ? '1h' : '5m') : null
    return { key: hash.copy().digest('hex'), at, tokens, ttl }
  })
}

function ownerOf({ headers }: Recorded, { model }: JsonObject): string {
  return `${headers['x-api-key'] ?? headers.authorization}${String(model)}`
}

// ── the wire ────────────────────────────────────────────────────────────────

const KNOWN_REFUSALS: Record<number, Refusal> = {
  401: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  402: {
    status: 402,
    type: 'billing_error',
    message:
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  },
  403: {
    status: 403,
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource.',
  },
  413: { status: 413, type: 'request_too_large', message: 'Request exceeds the maximum size' },
  429: {
    status: 429,
    type: 'rate_limit_error',
    message:
      'This request would exceed the rate limit for your organization of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.',
  },
  529: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
}

function refusalOfHeaders({ headers }: Recorded, credential: string | undefined): Reply | null {
  const bearer = headers.authorization?.replace(/^Bearer /, '')
  if (credential !== undefined) {
    if (headers['x-api-key'] === undefined && !bearer)
      return errorReply({
        status: 401,
        type: 'authentication_error',
        message: 'x-api-key header is required',
      })
    if (headers['x-api-key'] !== credential && bearer !== credential)
      return errorReply(KNOWN_REFUSALS[401] as Refusal)
  }
  if (!headers['anthropic-version'])
    return errorReply({
      status: 400,
      type: 'invalid_request_error',
      message: 'anthropic-version: header is required',
    })
  return null
}

function models(): Reply {
  const data = Object.keys(MODELS).map(modelObject)
  return ok({ data, has_more: false, first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null })
}

function modelObject(model: string): JsonObject {
  return {
    type: 'model',
    id: model,
    display_name: MODELS[model]?.name ?? model,
    created_at: '2025-09-29T00:00:00Z',
  }
}

function ok(body: Json): Reply {
  return { status: 200, headers: HEADERS(), body }
}

function errorReply({ status, type, message }: Refusal): Reply {
  const headers = HEADERS()
  if (status === 429) headers['retry-after'] = '17'
  if (status === 529) headers['x-should-retry'] = 'true'
  return {
    status,
    headers,
    body: { type: 'error', error: { type, message }, request_id: headers['request-id'] ?? null },
  }
}

const HEADERS = (): Record<string, string> => ({
  'request-id': requestId(),
  'anthropic-organization-id': '5b4b4e2c-7f0e-4f7a-9f0e-0d6b1e8f2a11',
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-requests-remaining': '49',
  'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:01Z',
  'anthropic-ratelimit-input-tokens-limit': '30000',
  'anthropic-ratelimit-input-tokens-remaining': '29000',
  'anthropic-ratelimit-input-tokens-reset': '2026-11-23T12:00:02Z',
  'anthropic-ratelimit-output-tokens-limit': '8000',
  'anthropic-ratelimit-output-tokens-remaining': '8000',
  'anthropic-ratelimit-output-tokens-reset': '2026-11-23T12:00:01Z',
})

function requestId(): string {
  return `req_011C${id(20)}`
}

let ids = 0

/** Unique within a run and as long as the real ones. */
function id(length: number): string {
  return createHash('sha512')
    .update(`anthropic ${++ids}`)
    .digest('base64url')
    .replace(/[-_]/g, 'x')
    .slice(0, length)
}

function fixture(name: string): JsonObject {
  return JSON.parse(
    readFileSync(new URL(`./__fixtures__/${name}.json`, import.meta.url), 'utf8'),
  ) as JsonObject
}
