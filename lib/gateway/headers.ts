import type { Call } from './call.ts'
import type { Ledger } from './ledger.ts'
import { upstreamCredential } from './signals.ts'

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Never copied from an upstream: framing is ours, its cookies are nobody's, its ids stay on the row. */
const NOT_RETURNED = new Set([
  ...HOP_BY_HOP,
  'content-encoding',
  'content-length',
  'set-cookie',
  'x-request-id',
  'request-id',
  'date',
  'server',
  'alt-svc',
  'strict-transport-security',
  'clear-site-data',
  'content-security-policy',
])

/** Never copied from a caller on passed-through paths. Source: gateway-contract §12.2. */
const NOT_SENT = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'expect',
  'accept-encoding',
  'authorization',
  'x-api-key',
  'cookie',
  'traceparent',
  'tracestate',
  'baggage',
  'forwarded',
  'x-real-ip',
])

const isOurs = (name: string) => name.startsWith('x-portkey-') || name.startsWith('x-tollgate-')

/**
 * Headers of an answer: the upstream's own (waits in whole seconds), then what every caller gets of ours.
 * Source: gateway-contract §2.5, architecture §2.
 */
export function answerHeaders(
  call: Call,
  ledger: Ledger | null,
  upstream: Readonly<Record<string, string | string[]>> = {},
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in upstream) {
    // Which pages may read an answer is the gateway's to say, not the provider's.
    if (NOT_RETURNED.has(name) || isOurs(name) || name.startsWith('access-control-')) continue
    const value = upstream[name] as string | string[]
    const text = typeof value === 'string' ? value : value.join(', ')
    if (name === 'retry-after') headers[name] = wholeSeconds(text, call.arrivedAtMs)
    else if (name.startsWith('x-ratelimit-reset')) headers[name] = wholeSeconds(text, call.arrivedAtMs)
    else headers[name] = text
  }
  headers['x-request-id'] = call.id
  headers['x-portkey-request-id'] = call.id
  if (call.style.isAnthropic) headers['request-id'] = call.id
  if (!ledger) return headers
  headers['x-portkey-trace-id'] = ledger.trace.traceId
  if (ledger.target) {
    headers['x-portkey-provider'] = ledger.target.provider.spec.id
    headers['x-portkey-last-used-option-index'] = 'config'
    headers['x-portkey-retry-attempt-count'] = '0'
  }
  headers['x-portkey-cache-status'] = 'DISABLED'
  headers['x-tollgate-overhead-ms'] = ledger.overheadMs().toFixed(2)
  if (ledger.clamped.length > 0) headers['x-tollgate-clamped'] = nameList(ledger.clamped)
  if (ledger.dropped.length > 0) headers['x-tollgate-dropped'] = nameList(ledger.dropped)
  return headers
}

const NAMES_MAX = 32

/** Names of parameters as a header may carry them: a caller chose them, so they may hold anything, and be any number. */
function nameList(names: readonly string[]): string {
  const shown = names
    .slice(0, NAMES_MAX)
    .map((name) => name.slice(0, 64).replace(/[^\x21-\x2b\x2d-\x7e]/g, '?'))
  return shown.join(', ') + (names.length > NAMES_MAX ? ', ...' : '')
}

/**
 * Headers of a passed-through request: the caller's, minus what is ours, the connection's or a credential; then the
 * provider's, last, so that no caller overrides them. Source: gateway-contract §12.2.
 */
export function passedHeaders(call: Call, ignored: ReadonlySet<string>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(call.headers)) {
    if (
      value === undefined ||
      NOT_SENT.has(name) ||
      isOurs(name) ||
      ignored.has(name) ||
      name.startsWith('x-forwarded-')
    )
      continue
    headers[name] = value
  }
  return headers
}

/** Inbound headers a call asked to forward; they never overwrite a stored provider's credential. */
export function forwardedHeaders(
  call: Call,
  names: readonly string[],
  ignored: ReadonlySet<string>,
  credential: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of names) {
    const value = call.headers[name]
    const isGatewayKey =
      (name === 'authorization' || name === 'x-api-key') && upstreamCredential(call, name) === undefined
    if (
      value === undefined ||
      isOurs(name) ||
      HOP_BY_HOP.has(name) ||
      name === 'host' ||
      name === 'cookie' ||
      ignored.has(name) ||
      isGatewayKey ||
      name in credential
    )
      continue
    headers[name] = value
  }
  return headers
}

/**
 * A wait as whole seconds, at least 1: plain or fractional seconds, `6m0s`, `20ms`, an HTTP or RFC 3339 date. Clients
 * read nothing else (hermes-client §3).
 */
export function wholeSeconds(text: string, nowMs: number): string {
  const plain = Number(text)
  let seconds = Number.isFinite(plain) ? plain : spanSeconds(text)
  if (Number.isNaN(seconds)) seconds = (Date.parse(text) - nowMs) / 1000
  return Number.isNaN(seconds) ? '1' : String(Math.min(WAIT_SECONDS_MAX, Math.max(1, Math.ceil(seconds))))
}

const WAIT_SECONDS_MAX = 31_536_000

const SPAN_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 }

function spanSeconds(text: string): number {
  if (!/^(?:[\d.]+(?:ms|[smhd]))+$/.test(text)) return Number.NaN
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[smhd])/g))
    seconds += Number(amount) * (SPAN_SECONDS[unit as string] as number)
  return seconds
}
