import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Json, JsonObject } from '../providers/adapter.ts'
import type { Reply } from './upstream.ts'

/** The inside of OpenAI's error envelope. */
export interface WireError {
  message: string
  type: string
  param: string | null
  code: string | null
}

/** What OpenAI says of a body that is no JSON. */
export const UNPARSED: WireError = {
  message:
    'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
  type: 'invalid_request_error',
  param: null,
  code: null,
}

/** What OpenAI says with some statuses. */
export const KNOWN_REFUSALS: Record<number, WireError> = {
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

/** What OpenAI says with a status it has no special words for. */
export function serverError(status: number): WireError {
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

/** A good answer with OpenAI's headers. */
export function ok(body: Json): Reply {
  return { status: 200, headers: HEADERS(), body }
}

/** A refusal in OpenAI's envelope; a 429 says when to come back. */
export function errorReply(status: number, error: WireError): Reply {
  const retry: Record<string, string> =
    status === 429 ? { 'retry-after': '20', 'retry-after-ms': '20000' } : {}
  return { status, headers: { ...HEADERS(), ...retry }, body: { error: { ...error } } }
}

/** The headers every answer of OpenAI's carries. */
export const HEADERS = (): Record<string, string> => ({
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
export function servedModel({ model }: JsonObject): string {
  const dates: Record<string, string> = {
    'gpt-4o': 'gpt-4o-2024-08-06',
    'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  }
  return dates[String(model)] ?? String(model)
}

/** An entry of the model list. */
export function modelObject(model: string): JsonObject {
  return { id: model, object: 'model', created: 1_686_935_002, owned_by: 'openai' }
}

/** The text of a message's content. */
export function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return Array.isArray(content)
    ? content.map((part) => String((part as JsonObject).text ?? '')).join('\n')
    : ''
}

/** Epoch seconds, as OpenAI dates things. */
export function seconds(): number {
  return Math.floor(Date.now() / 1_000)
}

let ids = 0

/** Unique within a run and as long as the real ones. */
export function id(length: number): string {
  return createHash('sha512').update(String(++ids)).digest('base64url').replace(/[-_]/g, 'x').slice(0, length)
}

/** A published example body. */
export function fixture(name: string): JsonObject {
  return JSON.parse(
    readFileSync(new URL(`./__fixtures__/${name}.json`, import.meta.url), 'utf8'),
  ) as JsonObject
}
