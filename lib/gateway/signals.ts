import { GatewayError } from '../errors.ts'
import type { CallerDialect } from '../providers/adapter.ts'
import type { Call } from './call.ts'
import type { Caller } from './ports.ts'

/**
 * A control header under either prefix: `x-tollgate-*` says the same as `x-portkey-*` and leaves the dialect alone.
 * Source: gateway-contract §2.2, architecture §2.
 */
export function control(call: Call, name: string): string | undefined {
  if (!call.hasControls) return undefined
  return call.headers[`x-portkey-${name}`] ?? call.headers[`x-tollgate-${name}`]
}

/**
 * The gateway key in a header of its own, which makes `Authorization` and `x-api-key` the upstream's; null when that
 * header is absent or empty. Source: gateway-contract §2.1.
 */
export function ownKey(call: Call): string | null {
  return control(call, 'api-key')?.trim() || null
}

/** What the caller sends for the upstream in this header: nothing unless the gateway key has its own, nor that key again. */
export function upstreamCredential(call: Call, name: 'authorization' | 'x-api-key'): string | undefined {
  const own = ownKey(call)
  const value = call.headers[name]
  return own === null || value?.replace(/^bearer\s+/i, '').trim() === own ? undefined : value
}

/** Headers a provider of each dialect knows, which callers may send with or without our prefix. */
const OPTION_HEADERS = {
  openai: ['openai-organization', 'openai-project', 'openai-beta'],
  anthropic: ['anthropic-version', 'anthropic-beta'],
} as const

/** Provider options a caller set by header. Source: gateway-contract §2.3. */
export function optionHeaders(call: Call, dialect: keyof typeof OPTION_HEADERS): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of OPTION_HEADERS[dialect]) {
    const value = control(call, name) ?? call.headers[name]
    if (value !== undefined) headers[name] = value
  }
  return headers
}

export interface Trace {
  traceId: string
  spanId: string
  spanName: string | null
  parentSpanId: string | null
}

/** Where the call stands in its trace: explicit headers, then W3C `traceparent`, else a trace of its own. */
export function traceOf(call: Call): Trace {
  const parent = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-/.exec(call.headers.traceparent ?? '')
  return {
    traceId: bounded(control(call, 'trace-id')) ?? parent?.[1] ?? call.id,
    spanId: bounded(control(call, 'span-id')) ?? call.id.slice(-17).replace('-', ''),
    spanName: bounded(control(call, 'span-name')) ?? (parent ? `${call.method} ${call.path}` : null),
    parentSpanId: bounded(control(call, 'parent-span-id')) ?? parent?.[2] ?? null,
  }
}

const METADATA_CHARS_MAX = 128
/** Any number of names, as many as headers have room for; a body has more. */
const METADATA_CHARS_MAX_ALL = 64 * 1024

/**
 * Metadata the request itself brings: `baggage`, then listed headers, then the metadata header, each stronger than the
 * one before. Throws `invalid_metadata`. Source: gateway-contract §10.
 */
export function requestMetadata(call: Call, headersToMetadata: readonly string[]): Record<string, string> {
  const header = control(call, 'metadata')
  const { baggage } = call.headers
  if (header === undefined && baggage === undefined && headersToMetadata.length === 0) return {}
  const metadata: Record<string, string> = {}
  for (const pair of baggage?.split(',') ?? []) {
    const [name, value] = (pair.split(';')[0] ?? '').split('=')
    if (name?.trim() && value !== undefined)
      metadata[name.trim()] = decoded(value.trim()).slice(0, METADATA_CHARS_MAX)
  }
  for (const name of headersToMetadata) {
    const value = call.headers[name]
    if (value !== undefined) metadata[name] = value.slice(0, METADATA_CHARS_MAX)
  }
  return header === undefined ? metadata : Object.assign(metadata, flatMetadata(parsed(header)))
}

/**
 * Whether a body's `metadata` is for the gateway: a chat's, unless the caller is Portkey's, to whom it is a parameter of
 * the upstream like any other. Source: gateway-contract §10.
 */
export const isMetadataOurs = (call: Call, dialect: CallerDialect): boolean =>
  dialect === 'chat' && !call.style.isPortkey

/** A flat map of short strings; longer values are cut, numbers and booleans become text. Throws `invalid_metadata`. */
export function flatMetadata(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError('invalid_metadata', 'Metadata must be a flat JSON object of short strings.', {
      param: 'metadata',
    })
  }
  const metadata: Record<string, string> = {}
  let chars = 0
  for (const [name, item] of Object.entries(value)) {
    if (item === null) continue
    if (typeof item === 'object') {
      throw new GatewayError(
        'invalid_metadata',
        `Metadata "${name.slice(0, 64)}" must be a string, not an object.`,
        { param: 'metadata' },
      )
    }
    const text = String(item).slice(0, METADATA_CHARS_MAX)
    chars += name.length + text.length
    if (chars > METADATA_CHARS_MAX_ALL)
      throw new GatewayError('invalid_metadata', 'Metadata is larger than 64 KB.', { param: 'metadata' })
    metadata[name.slice(0, METADATA_CHARS_MAX)] = text
  }
  return metadata
}

/** Request, then key, then workspace: the later wins (admin-contract ruling 10). */
export function mergedMetadata(request: Record<string, string>, caller: Caller): Record<string, string> {
  return { ...request, ...caller.defaultMetadata, ...caller.workspaceMetadata }
}

const FORBIDDEN_FORWARDS =
  /^(?:x-(?:portkey|tollgate)-forward-headers|metadata|metadata-flavor|x-aws-ec2-metadata-token.*|x-google-metadata-request)$/

/** Names listed in the forward-headers control header. Throws `invalid_forward_headers`. Source: gateway-contract §2.2. */
export function forwardedNames(call: Call): string[] {
  const list = control(call, 'forward-headers')
  if (list === undefined) return []
  const names = list
    .replace(/[[\]'"]/g, '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
  for (const name of names) {
    if (FORBIDDEN_FORWARDS.test(name)) {
      throw new GatewayError('invalid_forward_headers', `The header "${name}" may not be forwarded.`, {
        param: 'forward-headers',
      })
    }
  }
  return names
}

/** A day, as for the setting; a timer cannot count past 24 of them and would ring at once. */
const TIMEOUT_MS_MAX = 86_400_000

/** Milliseconds to wait for response headers: the caller's own limit, at most nine tenths of its SDK's patience. */
export function headersTimeoutMs(call: Call, defaultMs: number): number {
  const asked = control(call, 'request-timeout')
  let timeoutMs = defaultMs
  if (asked !== undefined) {
    timeoutMs = Number(asked)
    if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) {
      throw new GatewayError(
        'invalid_header',
        'The request timeout must be a positive whole number of milliseconds.',
        { param: 'request-timeout' },
      )
    }
    timeoutMs = Math.min(timeoutMs, TIMEOUT_MS_MAX)
  }
  const patienceSeconds = Number(
    call.headers['x-stainless-read-timeout'] ?? call.headers['x-stainless-timeout'],
  )
  return patienceSeconds > 0 ? Math.max(1, Math.min(timeoutMs, patienceSeconds * 900)) : timeoutMs
}

function parsed(header: string): unknown {
  try {
    return JSON.parse(header)
  } catch (cause) {
    throw new GatewayError('invalid_metadata', 'The metadata header must be a JSON object.', {
      param: 'metadata',
      cause,
    })
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

const bounded = (value: string | undefined) => (value ? value.slice(0, 255) : undefined)
