/** What an integration knows of its upstream: which part is secret, and how each part is kept. Source: admin-contract §1.5. */
import type { ErrorDetail } from '../errors.ts'
import { GatewayError } from '../errors.ts'
import { checkHostUrl } from '../providers/address.ts'
import { credentialHeaders, type ProviderSpec } from '../providers/openai-compatible.ts'
import { decryptSecret, encryptSecret, maskSecret } from '../secrets.ts'
import type { Ctx } from './context.ts'
import { invalid, invalidField } from './validation.ts'

/** Everything in the clear, for the moment of a call. Never returned, recorded or logged. */
export interface Credentials {
  key: string | null
  /** Secret fields included; headers whole. */
  configurations: Record<string, unknown>
}

/** What a caller says: absent leaves, null clears, a value replaces; `configurations` merge by field. */
export interface SaidCredentials {
  key?: string | null | undefined
  configurations?: Record<string, unknown> | null | undefined
}

/** Columns of an integration. `configurations` may be read by anyone who may read the integration. */
export interface CredentialColumns {
  credentials: Uint8Array<ArrayBuffer> | null
  maskedKey: string | null
  configurations: Record<string, unknown>
}

const HOST = 'custom_host'
const HEADERS = 'custom_headers'
const MASKED = 'masked_'

/**
 * Lays what was said over what is stored. Refuses (`validation`, `invalid_custom_host`) a field the provider does not
 * have, a value that could not travel, a host that may not be called, and a required field that is missing.
 * `alsoKnown` are fields kept for callers of old although the provider has no use for them.
 */
export function mergeCredentials(
  spec: ProviderSpec,
  stored: Credentials,
  said: SaidCredentials,
  rules: { allowPrivateHosts: readonly string[]; alsoKnown?: ReadonlySet<string> },
): Credentials {
  const merged: Credentials = {
    key: said.key === undefined ? stored.key : said.key === null ? null : checkedKey(said.key),
    configurations: mergeConfigurations(spec, stored.configurations, said.configurations, rules),
  }
  refuseMissing(spec, merged)
  return merged
}

/** The part of it beside the key. `path` is where the fields stand in what was said. */
export function mergeConfigurations(
  spec: ProviderSpec,
  stored: Record<string, unknown>,
  said: Record<string, unknown> | null | undefined,
  rules: { allowPrivateHosts: readonly string[]; alsoKnown?: ReadonlySet<string>; path?: string },
): Record<string, unknown> {
  const merged = said === null ? {} : { ...stored }
  for (const [field, value] of Object.entries(said ?? {})) {
    if (field.startsWith(MASKED)) continue
    const path = `${rules.path ?? 'configurations'}.${field}`
    refuseUnknown(spec, field, path, rules.alsoKnown)
    if (value === null || value === '') delete merged[field]
    else if (field === HEADERS) merged[field] = checkedHeaders(value, stored[field], path)
    else if (field === HOST) merged[field] = checkedHost(value, rules.allowPrivateHosts, path)
    else merged[field] = checkedValue(field, value, rules.alsoKnown?.has(field) ?? false, path)
  }
  return merged
}

/** The columns that keep credentials: secrets sealed under `secretKey`, the rest readable, secrets masked beside it. */
export function credentialColumns(
  secretKey: string,
  { key, configurations }: Credentials,
): CredentialColumns {
  const open: Record<string, unknown> = {}
  const secret: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(configurations)) {
    if (field === HEADERS) {
      const { shown, hidden } = splitHeaders(value as Record<string, string>)
      open[field] = shown
      if (Object.keys(hidden).length > 0) secret[field] = hidden
    } else if (isSecretField(field)) {
      secret[field] = value
      open[MASKED + field] = maskSecret(typeof value === 'string' ? value : JSON.stringify(value))
    } else open[field] = value
  }
  const isBare = key === null && Object.keys(secret).length === 0
  return {
    credentials: isBare ? null : encryptSecret(secretKey, JSON.stringify({ key, configurations: secret })),
    maskedKey: key === null ? null : maskSecret(key),
    configurations: open,
  }
}

/** What the columns keep, opened. Throws `conflict` when they were sealed under another TOLLGATE_SECRET. */
export function openCredentials(
  ctx: Pick<Ctx, 'secretKey' | 'runtime'>,
  row: { credentials: Uint8Array | null; configurations: unknown },
): Credentials {
  const shown = Object.entries(row.configurations as Record<string, unknown>).filter(
    ([field]) => !field.startsWith(MASKED),
  )
  const configurations: Record<string, unknown> = Object.fromEntries(shown)
  if (row.credentials === null) return { key: null, configurations }
  const sealed = unseal(ctx, row.credentials)
  for (const [field, value] of Object.entries(sealed.configurations)) {
    configurations[field] =
      field === HEADERS ? { ...(configurations[field] as object), ...(value as object) } : value
  }
  return { key: sealed.key, configurations }
}

/** Where calls go, without a trailing slash; null when the provider needs a host and has none. */
export function baseUrlOf(spec: ProviderSpec, { configurations }: Credentials): string | null {
  const host = configurations[HOST]
  const url = typeof host === 'string' ? host : spec.baseUrl
  return url === null ? null : url.replace(/\/+$/, '')
}

/** Every header a call carries, lower-case, secrets in the clear. */
export function upstreamHeaders(
  spec: ProviderSpec,
  { key, configurations }: Credentials,
): Record<string, string> {
  const own = Object.entries((configurations[HEADERS] ?? {}) as Record<string, string>)
  return {
    ...spec.headers,
    ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value])),
    ...credentialHeaders(spec, key, configurations),
  }
}

/** Texts that must not leave in a message, longest first. */
export function secretsIn({ key, configurations }: Credentials): string[] {
  const headers = Object.values(
    splitHeaders((configurations[HEADERS] ?? {}) as Record<string, string>).hidden,
  )
  const fields = Object.entries(configurations)
    .filter(([field]) => isSecretField(field))
    .map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const bearers = headers.map((value) => value.replace(/^\S+\s+/, ''))
  return [...new Set([key ?? '', ...headers, ...bearers, ...fields])]
    .filter((text) => text.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
}

const SHORTEST_SECRET = 4

interface Sealed {
  key: string | null
  configurations: Record<string, unknown>
}

function unseal({ secretKey, runtime }: Pick<Ctx, 'secretKey' | 'runtime'>, sealed: Uint8Array): Sealed {
  try {
    const text = decryptSecret([secretKey, ...(runtime.settings.olderSecrets ?? [])], sealed)
    return JSON.parse(text) as Sealed
  } catch (cause) {
    throw new GatewayError(
      'conflict',
      'The stored credential cannot be opened: it was sealed under another TOLLGATE_SECRET. Set the key again.',
      { param: 'key', cause },
    )
  }
}

const SECRET_FIELD = /(^|_)(secret|password|token|credential|credentials|key)(_|$)|service_account_json$/

function isSecretField(field: string): boolean {
  return SECRET_FIELD.test(field)
}

const SECRET_HEADER = /auth|cookie|token|secret|key|password|credential|signature|session/i

/** Headers that look secret by name stand masked among the rest, so a reader sees that they are set. */
function splitHeaders(headers: Record<string, string>) {
  const shown: Record<string, string> = {}
  const hidden: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    shown[name] = SECRET_HEADER.test(name) ? maskSecret(value) : value
    if (SECRET_HEADER.test(name)) hidden[name] = value
  }
  return { shown, hidden }
}

/** Letters a header carries unchanged. */
const VISIBLE = /^[\x21-\x7e]+$/
const HEADER_VALUE = /^[\x20-\x7e\t]*$/
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/i
const HEADERS_MAX = 50
const VALUE_CHARS_MAX = 32_768

function checkedKey(said: string): string {
  const key = said.trim()
  if (key === '') throw invalidField('key', 'must not be empty', 'length')
  if (!VISIBLE.test(key)) throw invalidField('key', 'may hold visible ASCII characters only', 'format')
  return key
}

function checkedHost(said: unknown, allowPrivateHosts: readonly string[], path: string): string {
  if (typeof said !== 'string') throw invalidField(path, 'must be a string', 'type')
  const host = said.trim()
  if (host.includes('?')) throw invalidField(path, 'carries no query', 'format')
  try {
    checkHostUrl(host, { isStoredHost: true, allowPrivateHosts })
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { code, message } = error
    throw new GatewayError(code, message, { param: path, details: [{ path, rule: 'host', message }] })
  }
  return host
}

/** Set by the connection itself, or by the gateway for it. */
const NOT_TO_SET = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'proxy-authorization',
  'proxy-connection',
])

function checkedHeaders(said: unknown, stored: unknown, path: string): Record<string, string> {
  if (said === null || typeof said !== 'object' || Array.isArray(said))
    throw invalidField(path, 'must be an object', 'type')
  const entries = Object.entries(said)
  if (entries.length > HEADERS_MAX)
    throw invalidField(path, `may hold at most ${HEADERS_MAX} headers`, 'range')
  const before = (stored ?? {}) as Record<string, string>
  const wrong: ErrorDetail[] = []
  const headers: Record<string, string> = {}
  for (const [name, value] of entries) {
    const refuse = (rule: string, message: string) => wrong.push({ path: `${path}.${name}`, rule, message })
    if (!HEADER_NAME.test(name)) refuse('format', 'is not a header name')
    else if (NOT_TO_SET.has(name.toLowerCase())) refuse('enum', 'is set by the gateway itself')
    else if (typeof value !== 'string') refuse('type', 'must be a string')
    else if (value.length > 8192 || !HEADER_VALUE.test(value))
      refuse('format', 'must have at most 8192 printable ASCII characters')
    else headers[name] = isEcho(name, value, before[name]) ? (before[name] as string) : value
  }
  if (wrong.length > 0) throw invalid(wrong)
  return headers
}

/** A mask that comes back means "as it is". */
function isEcho(name: string, said: string, before: string | undefined): boolean {
  return before !== undefined && SECRET_HEADER.test(name) && said === maskSecret(before)
}

function checkedValue(field: string, value: unknown, mayNest: boolean, path: string): unknown {
  if (typeof value !== 'string' && !mayNest) throw invalidField(path, 'must be a string', 'type')
  if (JSON.stringify(value).length > VALUE_CHARS_MAX)
    throw invalidField(path, `must have at most ${VALUE_CHARS_MAX} characters`, 'length')
  if (typeof value !== 'string') return value
  if (!isSecretField(field) && !HEADER_VALUE.test(value))
    throw invalidField(path, 'may hold printable ASCII characters only', 'format')
  return value
}

function refuseUnknown(
  spec: ProviderSpec,
  field: string,
  path: string,
  alsoKnown: ReadonlySet<string> | undefined,
): void {
  const known = fieldsOf(spec)
  if (known.includes(field) || alsoKnown?.has(field)) return
  if (field === 'key') throw invalidField(path, 'stands beside configurations, not inside', 'unknown')
  const hint = known.length > 0 ? `; it has ${known.join(', ')}` : ''
  throw invalidField(path, `is not a field of ${spec.id}${hint}`, 'unknown')
}

function fieldsOf(spec: ProviderSpec): string[] {
  const own = spec.fields.map(({ name }) => name).filter((name) => name !== 'key')
  return spec.isLocal ? own : [...new Set([...own, HOST, HEADERS])]
}

function refuseMissing(spec: ProviderSpec, { key, configurations }: Credentials): void {
  const missing = spec.fields.filter(
    ({ name, isRequired }) =>
      isRequired && (name === 'key' ? key === null : configurations[name] === undefined),
  )
  if (missing.length === 0) return
  throw invalid(
    missing.map(({ name }) => ({
      path: name === 'key' ? name : `configurations.${name}`,
      rule: 'required',
      message: `is required for ${spec.name}`,
    })),
  )
}
