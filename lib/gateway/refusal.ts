import { type ErrorCode, errorRow, GatewayError } from '../errors.ts'
import type { UpstreamError } from '../providers/adapter.ts'
import type { CallerStyle } from './call.ts'
import type { Provider } from './ports.ts'

/** A call that ends without an answer from a model, as its caller is told. */
export interface Refusal {
  status: number
  code: string | null
  type: string
  message: string
  param: string | null
  /** Lower-case names. */
  headers: Record<string, string>
  /** Our own code; null when the upstream's refusal is passed on. */
  cause: ErrorCode | null
  /** Id of the provider row, echoed as `provider` on upstream refusals. */
  provider: string | null
}

/** An upstream refused, where no row is kept: its refusal, as its caller is told. */
export class UpstreamRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message)
  }
}

/** Our own refusal in the caller's statuses. An error that is no GatewayError is a bug: 500, and no story. */
export function refusalOf(error: unknown, style: CallerStyle): Refusal {
  if (error instanceof UpstreamRefused) return error.refusal
  const known =
    error instanceof GatewayError
      ? error
      : new GatewayError('internal_error', 'The gateway failed to handle this call.', { cause: error })
  const row = errorRow(known.code)
  const [status, code, type] = style.isPortkey ? row.portkey : row.plain
  const headers = { ...known.headers }
  if (!NO_EXCEPTIONS.has(row.portkey[0])) headers['x-portkey-gateway-exception'] = 'true'
  return {
    status,
    code,
    type,
    message: known.message,
    param: known.param,
    headers,
    cause: known.code,
    provider: null,
  }
}

/** Failures of ours that are no gateway exception (gateway-contract §11.2): timeouts, budgets, rates, guardrails. */
const NO_EXCEPTIONS: ReadonlySet<number> = new Set([408, 412, 429, 446])

const CONTEXT_WORDS = /prompt is too long|maximum context length|context[_ ]length|context window/i
const OVERLOADED = 529

/**
 * An upstream's refusal in the caller's statuses. A refused credential is ours to explain unless the caller brought it;
 * overload is 529 to those who know the number. Source: architecture §2, hermes-client §4.3, gateway-contract §8.1.
 */
export function upstreamRefusal(
  status: number,
  error: UpstreamError,
  provider: Provider,
  isCallerCredential: boolean,
  style: CallerStyle,
): Refusal {
  const named = `${provider.spec.id} error: ${error.message}`
  const base = { param: error.param, headers: {}, cause: null, provider: provider.spec.id }
  if ((status === 401 || status === 403) && !isCallerCredential && !style.isPortkey) {
    const refusal = refusalOf(
      new GatewayError(
        'upstream_auth_error',
        `The provider @${provider.slug} refused the credential stored for it (status ${status}). An admin can renew it in the Model Catalog.`,
      ),
      style,
    )
    return { ...refusal, provider: provider.spec.id }
  }
  if (status === OVERLOADED || error.type === 'overloaded_error') {
    const isPlain = !style.isPortkey && !style.isAnthropic
    return {
      ...base,
      status: isPlain ? 503 : OVERLOADED,
      code: isPlain ? 'overloaded' : error.code,
      type: 'overloaded_error',
      message: error.message,
    }
  }
  if (status === 400 && CONTEXT_WORDS.test(error.message)) {
    return {
      ...base,
      status,
      code: 'context_length_exceeded',
      type: 'invalid_request_error',
      message: error.message,
    }
  }
  if (status === 404 && !style.isPortkey && /\bmodels?\b/i.test(`${error.code} ${error.message}`)) {
    // A 404 without these words is tried again and again (hermes-client §4.1).
    const isSaid = /model not found/i.test(error.message)
    return {
      ...base,
      status,
      code: 'model_not_found',
      type: 'invalid_request_error',
      message: isSaid ? named : `Model not found: ${named}`,
    }
  }
  if (status === 404 && !style.isPortkey) {
    return {
      ...base,
      status,
      code: error.code ?? 'not_found',
      type: error.type ?? 'invalid_request_error',
      message: named,
    }
  }
  // A hiccup labelled as the caller's mistake would make clients give up.
  const type =
    status >= 500 && error.type === 'invalid_request_error'
      ? 'upstream_error'
      : (error.type ?? (status >= 500 ? 'upstream_error' : 'invalid_request_error'))
  return { ...base, status, code: error.code, type, message: named }
}

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/** The JSON body of a refusal in the caller's envelope. Source: architecture §2, gateway-contract §11.1. */
export function refusalBody(refusal: Refusal, style: CallerStyle, requestId: string): string {
  return JSON.stringify({ ...envelope(refusal, style), request_id: requestId })
}

/**
 * What a stream that already went out tells its caller of a failure: an Anthropic caller its error event, a Portkey
 * caller an error frame, anyone else nothing once text has come (the dropped connection says it), or the error as the
 * stream's first event when none has.
 */
export function refusalFrame(refusal: Refusal, style: CallerStyle, hasBegun: boolean): string | null {
  if (style.isAnthropic) return `event: error\ndata: ${JSON.stringify(envelope(refusal, style))}\n\n`
  if (style.isPortkey || !hasBegun) {
    // Inside a stream there is no status, and clients go by the code alone (hermes-client §4.2).
    const told = { ...refusal, code: refusal.code ?? STREAM_CODES[refusal.status] ?? 'server_error' }
    const { error } = envelope(told, { ...style, isAnthropic: false }) as { error: object }
    return `data: ${JSON.stringify({ error })}\n\n`
  }
  return null
}

const STREAM_CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  402: 'payment_required',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
}

function envelope(refusal: Refusal, style: CallerStyle): object {
  const { message, type, code, param, provider, cause } = refusal
  if (style.isAnthropic)
    return { type: 'error', error: { type: ANTHROPIC_TYPES[refusal.status] ?? 'api_error', message } }
  const error = { message, type, param, code }
  const extra = provider ? { provider } : {}
  if (!style.isPortkey) return { error, ...extra }
  const field = cause !== null && errorRow(cause).hasField ? { field: param } : {}
  return { status: 'failure', message, error: { ...error, ...field }, ...extra }
}
