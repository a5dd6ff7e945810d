/**
 * Every refusal the product can make, once. A code says what happened; the table says how each kind of caller hears it.
 * Codes are never reused and never renamed. Source: architecture §2, gateway-contract §11.2, hermes-client §4.3.
 */

type Wire = readonly [status: number, code: string, type: string]

interface Row {
  /** What a caller with an `x-portkey-*` header gets. */
  portkey: Wire
  /** What everyone else gets; absent means the same. */
  plain?: Wire
  /** Admin envelope code, for the control plane. */
  admin?: AdminCode
  /** A Portkey caller reads what it may not bring as `field` too (gateway-contract §2.6). */
  hasField?: boolean
}

export type AdminCode = 'AB01' | 'AB02' | 'AB03' | 'AB04' | 'AB05' | 'AB06' | 'AB07' | 'AB08' | 'AB09'

const INVALID = 'invalid_request_error'
const AUTH = 'authentication_error'
const UPSTREAM = 'upstream_error'
const NOT_FOUND: Wire = [404, 'model_not_found', INVALID]

const bad = (code: string): Row => ({ portkey: [400, code, INVALID], admin: 'AB01' })
const barred = (code: string): Row => ({ ...bad(code), hasField: true })

export const ERRORS = {
  // who is calling
  invalid_api_key: { portkey: [401, 'invalid_api_key', AUTH], admin: 'AB05' },
  expired_api_key: { portkey: [401, 'expired_api_key', AUTH], admin: 'AB05' },
  insufficient_scope: {
    portkey: [403, 'AB03', 'permission_error'],
    plain: [403, 'insufficient_scope', 'permission_error'],
    admin: 'AB03',
  },
  // what was sent
  invalid_request: bad('invalid_request'),
  invalid_body: bad('invalid_body'),
  invalid_content_type: bad('invalid_content_type'),
  invalid_header: bad('invalid_header'),
  invalid_metadata: bad('invalid_metadata'),
  invalid_config: bad('invalid_config'),
  invalid_provider: bad('invalid_provider'),
  invalid_custom_host: bad('invalid_custom_host'),
  invalid_forward_headers: bad('invalid_forward_headers'),
  config_override_not_allowed: bad('config_override_not_allowed'),
  config_limit_exceeded: bad('config_limit_exceeded'),
  inline_config_blocked: barred('inline_config_blocked'),
  inline_provider_blocked: barred('inline_provider_blocked'),
  inline_custom_host_blocked: barred('inline_custom_host_blocked'),
  inline_provider_url_blocked: barred('inline_provider_url_blocked'),
  inline_forward_headers_blocked: barred('inline_forward_headers_blocked'),
  endpoint_not_supported: bad('endpoint_not_supported'),
  model_required: bad('model_required'),
  invalid_model: bad('invalid_model'),
  unsupported_parameter: bad('unsupported_parameter'),
  body_too_large: { portkey: [413, 'body_too_large', INVALID], admin: 'AB01' },
  headers_too_large: { portkey: [431, 'headers_too_large', INVALID] },
  // where it should go
  provider_required: { portkey: [400, 'provider_required', INVALID], plain: NOT_FOUND },
  provider_not_found: { portkey: [404, 'provider_not_found', INVALID], plain: NOT_FOUND, admin: 'AB08' },
  provider_disabled: { portkey: [403, 'provider_disabled', INVALID], plain: NOT_FOUND },
  provider_expired: { portkey: [403, 'provider_expired', INVALID], plain: NOT_FOUND },
  model_not_allowed: { portkey: [403, 'model_not_allowed', INVALID], plain: NOT_FOUND },
  model_not_found: { portkey: NOT_FOUND },
  path_not_found: { portkey: [404, 'not_found', INVALID], admin: 'AB08' },
  // what the provider did
  request_timeout: {
    portkey: [408, 'timeout_error', 'timeout_error'],
    plain: [504, 'upstream_timeout', UPSTREAM],
  },
  connect_timeout: {
    portkey: [503, 'upstream_timeout', UPSTREAM],
    plain: [504, 'upstream_timeout', UPSTREAM],
  },
  upstream_unreachable: {
    portkey: [502, 'upstream_unreachable', 'upstream_unreachable'],
  },
  upstream_stream_error: { portkey: [502, 'upstream_stream_error', 'upstream_stream_error'] },
  upstream_auth_error: { portkey: [502, 'upstream_auth_error', UPSTREAM] },
  upstream_busy: { portkey: [503, 'unavailable', 'api_error'] },
  invalid_provider_response: { portkey: [502, 'invalid_provider_response', UPSTREAM] },
  // who we are
  internal_error: { portkey: [500, 'internal_error', 'api_error'], admin: 'AB04' },
  unavailable: { portkey: [503, 'unavailable', 'api_error'], admin: 'AB04' },
  client_closed: { portkey: [499, 'client_closed_request', INVALID] },
  // the control plane
  validation: { portkey: [400, 'AB01', 'client_error'], admin: 'AB01' },
  parent_not_found: { portkey: [404, 'AB02', 'client_error'], admin: 'AB02' },
  forbidden: { portkey: [403, 'AB03', 'client_error'], admin: 'AB03' },
  unauthenticated: { portkey: [401, 'AB05', 'client_error'], admin: 'AB05' },
  throttled: { portkey: [429, 'AB06', 'client_error'], admin: 'AB06' },
  conflict: { portkey: [409, 'AB07', 'client_error'], admin: 'AB07' },
  not_found: { portkey: [404, 'AB08', 'client_error'], admin: 'AB08' },
  method_not_allowed: { portkey: [405, 'method_not_allowed', 'client_error'], admin: 'AB08' },
  not_built: { portkey: [501, 'not_implemented', 'client_error'], admin: 'AB04' },
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof ERRORS

export interface ErrorDetail {
  path: string
  rule: string
  message?: string
  /** Of what stands in the way: how many there are, and the first of them by slug or name. */
  count?: number
  items?: readonly string[]
}

export interface ErrorOptions {
  /** The field at fault, as the caller spelt it. */
  param?: string
  details?: ErrorDetail[]
  /** Extra response headers, lower-case (`retry-after`, in whole seconds). */
  headers?: Record<string, string>
  /** Never shown to a caller. */
  cause?: unknown
}

/** Server and pages are bundled apart, so one process can hold this class twice; the brand tells either's errors. */
const BRAND = Symbol.for('tollgate.GatewayError')

/**
 * A reason to stop. `message` may be read by a customer and holds no secret; `cause` may not leave the process.
 */
export class GatewayError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  readonly [BRAND] = true
  readonly code: ErrorCode
  readonly param: string | null
  readonly details: ErrorDetail[]
  readonly headers: Record<string, string>

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'GatewayError'
    this.code = code
    this.param = options.param ?? null
    this.details = options.details ?? []
    this.headers = options.headers ?? {}
  }
}

/** The table row of `code`, with every column filled in. */
export function errorRow(code: ErrorCode): Required<Row> {
  const row: Row = ERRORS[code]
  return { plain: row.portkey, admin: 'AB04', hasField: false, ...row }
}
