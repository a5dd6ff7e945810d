import { isProbe, normalisePath, planeOf } from '../contract/planes.ts'
import { GatewayError } from '../errors.ts'
import type { Answer, Call, CallBody, CallerStyle } from '../gateway/call.ts'
import { refusalBody, refusalOf } from '../gateway/refusal.ts'
import { uuidv7 } from '../ids.ts'

/** Where a request belongs, by its path alone. Both edges ask here, so that both agree. Source: architecture §2. */
export type Route =
  | { plane: 'data'; path: string }
  | { plane: 'admin'; url: string }
  | { plane: 'probe' }
  | { plane: 'base' }
  | { plane: 'console' }

const BASE = '/api/v1'

/** `url` is a request target: path and query, as the client sent it. */
export function routeOf(method: string, url: string): Route {
  const mark = url.indexOf('?')
  const rawPath = mark < 0 ? url : url.slice(0, mark)
  if (isProbe(method, rawPath)) return { plane: 'probe' }
  const path = normalisePath(rawPath)
  if (!path.startsWith(BASE)) return { plane: 'console' }
  if (path.length <= BASE.length + 1)
    return path === BASE || path === `${BASE}/` ? { plane: 'base' } : { plane: 'console' }
  if (path[BASE.length] !== '/') return { plane: 'console' }
  // A base URL that ends in a slash makes two of them.
  const below = path.slice(BASE.length).replace(/^\/+/, '')
  return planeOf(below) === 'admin'
    ? { plane: 'admin', url: path + (mark < 0 ? '' : url.slice(mark)) }
    : { plane: 'data', path: `/${below.replace(PROXY_ALIAS, '')}` }
}

/** An old spelling of the path behind it, which is metered and refused as what it is (gateway-contract §1.1, §12.1). */
const PROXY_ALIAS = /^(?:proxy(?:\/+|$))+/

export type HeaderBag = Readonly<Record<string, string | undefined>>

/** A call out of what both edges know of a request. `path` is below `/api/v1`. */
export function callOf(
  method: string,
  path: string,
  url: string,
  headers: HeaderBag,
  body: CallBody,
  onClientGone: Call['onClientGone'],
): Call {
  const mark = url.indexOf('?')
  const arrivedAtMs = Date.now()
  return {
    id: uuidv7(arrivedAtMs),
    method,
    path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    query: mark < 0 ? '' : url.slice(mark),
    headers,
    style: styleOf(path, headers),
    hasControls: hasControls(headers),
    body,
    arrivedAtMs,
    startedMs: performance.now(),
    onClientGone,
  }
}

/** Whether any control header was sent at all: most calls carry none, and are asked for a dozen. */
function hasControls(headers: HeaderBag): boolean {
  for (const name in headers) if (name.startsWith('x-portkey-') || name.startsWith('x-tollgate-')) return true
  return false
}

/** Whose dialect to answer in (architecture §2, "Whose dialect"). */
export function styleOf(path: string, headers: HeaderBag): CallerStyle {
  let isPortkey = false
  for (const name in headers) {
    if (!name.startsWith('x-portkey-')) continue
    isPortkey = true
    break
  }
  const isMessages = path === '/messages' || path.startsWith('/messages/')
  const isModels = path === '/models' || path.startsWith('/models/')
  return { isPortkey, isAnthropic: isMessages || (isModels && headers['anthropic-version'] !== undefined) }
}

/**
 * What a client's probe is told, at once and without a row: 404 in JSON, and no key that would make an agent take us for
 * something else.
 */
export function probeAnswer(): Answer {
  const id = uuidv7(Date.now())
  return {
    status: 404,
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: Buffer.from(JSON.stringify({ error: PROBE_ERROR, request_id: id })),
  }
}

const PROBE_ERROR = { message: 'Not found.', type: 'invalid_request_error', code: 'not_found', param: null }

/** What stands at the base path itself; some clients look whether anything does. */
export const BASE_ANSWER = JSON.stringify({ object: 'gateway', name: 'Tollgate' })

/** The body of a refusal that ends a call before the gateway's own story could answer. */
export function edgeRefusal(error: unknown, style: CallerStyle, requestId: string): Answer {
  const refusal = refusalOf(error, style)
  return {
    status: refusal.status,
    headers: {
      ...refusal.headers,
      'content-type': 'application/json',
      'x-request-id': requestId,
      'x-portkey-request-id': requestId,
    },
    body: Buffer.from(refusalBody(refusal, style, requestId)),
  }
}

/** The body did not come whole: only a client that went away does that. */
export function brokenOff(cause: unknown): GatewayError {
  return new GatewayError('client_closed', 'The client broke off its request.', { cause })
}

export function tooLarge(limit: number): GatewayError {
  return new GatewayError('body_too_large', `The body is larger than ${Math.round(limit / 1024 / 1024)} MB.`)
}
