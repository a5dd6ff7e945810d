/** What a request says, read with bounds and with the habits of the official clients in mind. Source: admin-contract §0.1. */
import { maskKey } from '../auth/keys.ts'
import { UNSAID_WORDS } from '../contract/access.ts'
import { GatewayError } from '../errors.ts'

const MB = 1024 * 1024
const BODY_MB_MAX = 1
/** Bulk bodies carry whole calls, so they may be as large as the data plane's (architecture §7). */
const BULK_MB_MAX = 32
const DEPTH_MAX = 128

/** Where a key may stand, the first that says something winning. */
const KEY_HEADERS = ['x-portkey-api-key', 'x-tollgate-api-key', 'authorization']

/** The API key of a request; null when it carries none. */
export function keyOf(headers: Headers): string | null {
  for (const name of KEY_HEADERS) {
    const key = bare(headers.get(name) ?? '')
    if (key !== '') return key
  }
  return null
}

/** Query parameters by their snake_case names; what a client writes for "nothing" is left out. */
export function readQuery(params: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {}
  for (const [name, value] of params) {
    if (!UNSAID_WORDS.has(value)) query[snake(name)] = clean(value, name)
  }
  return query
}

export interface Body {
  /** Top-level names in snake_case. */
  fields: Record<string, unknown>
  /** As it was sent, for the audit row; undefined when nothing was. */
  audited: unknown
}

/**
 * The JSON body: at most 1 MB (bulk routes: 32 MB) and 128 levels deep, an object (or, for bulk routes, also a list or
 * Node's numbered object). No body is an empty object. Throws `body_too_large` or `validation`.
 */
export async function readBody(request: Request, isBulk: boolean): Promise<Body> {
  if (request.method === 'GET' || request.method === 'HEAD') return { fields: {}, audited: undefined }
  const text = await readText(request, isBulk ? BULK_MB_MAX : BODY_MB_MAX)
  if (text.trim() === '') return { fields: {}, audited: undefined }
  refuseDeep(text)
  const value = parseJson(text)
  refuseUnstorable(text, value)
  if (isBulk) return { fields: { entries: entriesOf(value).map(snakeTop) }, audited: value }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalidBody('body must be a JSON object')
  return { fields: snakeTop(value as Record<string, unknown>) as Record<string, unknown>, audited: value }
}

/**
 * A page of another site can make a browser send our cookie, but not our origin. Throws `forbidden` unless `Origin`
 * names the host that was asked, or the public one. Source: architecture §7.
 */
export function refuseForeignOrigin(request: Request, publicUrl: string): void {
  const origin = hostOf(request.headers.get('origin'))
  const own = [request.headers.get('host'), hostOf(publicUrl)]
  if (origin !== null && own.includes(origin)) return
  throw new GatewayError('forbidden', 'A signed-in change must come from a page of this host.')
}

const KEPT_HEADERS = [
  'user-agent',
  'content-type',
  'origin',
  'x-portkey-trace-id',
  'x-portkey-package-version',
  'x-portkey-runtime',
  'x-portkey-runtime-version',
  'x-forwarded-for',
]

/** The headers an audit row keeps: an allow-list, and the key that was used, masked. */
export function auditHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = headers.get(name)
    if (value !== null) kept[name] = value.slice(0, 512)
  }
  for (const name of KEY_HEADERS) {
    const value = headers.get(name)
    if (value !== null) kept[name] = maskKey(bare(value))
  }
  return kept
}

function bare(header: string): string {
  return header.trim().replace(/^bearer(\s+|$)/i, '')
}

function hostOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).host : null
}

async function readText(request: Request, mbMax: number): Promise<string> {
  const bytesMax = mbMax * MB
  const tooLarge = new GatewayError('body_too_large', `A body here has at most ${mbMax} MB.`)
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > bytesMax) {
      await reader.cancel().catch(() => undefined)
      throw tooLarge
    }
    chunks.push(value)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new GatewayError('validation', 'body must be UTF-8 text', { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GatewayError('validation', 'body must be valid JSON', { cause })
  }
}

/** Counts brackets outside strings, so that nothing recursive ever meets a deeper value. */
function refuseDeep(text: string): void {
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (isInString) {
      if (char === BACKSLASH) i++
      else if (char === QUOTE) isInString = false
    } else if (char === QUOTE) isInString = true
    else if (char === BRACE || char === BRACKET) {
      if (++depth > DEPTH_MAX) throw invalidBody(`body may be nested at most ${DEPTH_MAX} levels deep`)
    } else if (char === BRACE_END || char === BRACKET_END) depth--
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACE = 0x7b
const BRACKET = 0x5b
const BRACE_END = 0x7d
const BRACKET_END = 0x5d

/** Postgres keeps neither NUL nor half a surrogate pair. Only texts that could hold one are walked. */
function refuseUnstorable(text: string, value: unknown): void {
  if (/\\u0000|\\ud[89a-f]/i.test(text) && holdsUnstorable(value))
    throw invalidBody('body holds a character that cannot be kept')
}

const UNSTORABLE = /\0|\p{Surrogate}/u

function holdsUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return UNSTORABLE.test(value)
  if (value === null || typeof value !== 'object') return false
  return Object.entries(value).some(([key, inner]) => UNSTORABLE.test(key) || holdsUnstorable(inner))
}

function clean(value: string, name: string): string {
  if (UNSTORABLE.test(value))
    throw new GatewayError('validation', `${name} holds a character that cannot be kept`, { param: name })
  return value
}

function entriesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (value === null || typeof value !== 'object')
    throw invalidBody('body must be a JSON object or a list of them')
  const names = Object.keys(value)
  const isNumbered = names.length > 0 && names.every((name, index) => name === String(index))
  return isNumbered ? Object.values(value) : [value]
}

function snakeTop(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snake(name), inner]))
}

/** `apiVersion`, `traceID` and `sub-type` as the contract spells them; names with a dot or a space stay as they are. */
function snake(name: string): string {
  if (!/[A-Z-]/.test(name) || !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) return name
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase()
}

function invalidBody(message: string): GatewayError {
  return new GatewayError('validation', message, { details: [{ path: '', rule: 'body', message }] })
}
