import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../errors.ts'
import type { Json } from '../providers/adapter.ts'

/** Where one top-level member of a JSON object stands in its bytes. */
export interface Member {
  nameStart: number
  valueStart: number
  valueEnd: number
}

/** The top level of a JSON object, found without parsing what lies below it. */
export interface Scan {
  bytes: Buffer
  members: Map<string, Member>
  /** Offset just after `{`. */
  bodyStart: number
  /** Offset of the closing `}`. */
  bodyEnd: number
  /** Whether a name or a text of up to 22 ASCII characters stands anywhere in it; may say yes in vain, never no. */
  mayHold(word: string): boolean
}

export const NESTING_MAX = 128

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const OPEN_ARRAY = 0x5b
const NATIVE_SEARCH_AFTER = 24

/**
 * Finds the top-level members of a JSON object and proves the whole is balanced, well-nested (at most 128 levels) JSON
 * in UTF-8. Long strings are skipped by native search, so an agent's 120 KB body costs microseconds, not a parse.
 * Throws `invalid_body`. A name that stands twice is refused: the upstream might read the other one.
 */
export function scanObject(bytes: Buffer): Scan {
  const since = ++scans
  if (!isUtf8(bytes)) throw malformed('it is not UTF-8')
  let i = skipSpace(bytes, bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)
  if (bytes[i] !== OPEN_OBJECT) throw malformed('it must be a JSON object')
  const bodyStart = i + 1
  const members = new Map<string, Member>()
  i = skipSpace(bytes, bodyStart)
  if (bytes[i] !== OPEN_OBJECT + 2) {
    for (;;) {
      const nameStart = i
      if (bytes[i] !== QUOTE) throw malformedAt(bytes, i)
      i = skipString(bytes, i)
      const name = memberName(bytes, nameStart, i)
      i = skipSpace(bytes, i)
      if (bytes[i] !== COLON) throw malformedAt(bytes, i)
      const valueStart = skipSpace(bytes, i + 1)
      const valueEnd = skipValue(bytes, valueStart)
      if (members.has(name))
        throw new GatewayError('invalid_body', `The body names "${name.slice(0, 64)}" twice.`, {
          param: name.slice(0, 64),
        })
      members.set(name, { nameStart, valueStart, valueEnd })
      i = skipSpace(bytes, valueEnd)
      if (bytes[i] === COMMA) {
        i = skipSpace(bytes, i + 1)
        continue
      }
      if (bytes[i] === OPEN_OBJECT + 2) break
      throw malformedAt(bytes, i)
    }
  }
  const bodyEnd = i
  if (skipSpace(bytes, i + 1) < bytes.length) throw malformed('something follows the closing brace')
  const mayHold = (word: string) => (marks[markOf(Buffer.from(word), 0, word.length)] as number) >= since
  return { bytes, members, bodyStart, bodyEnd, mayHold }
}

/**
 * The latest scan that met a short string, by a hash of its length and three of its characters. Never cleared: what a
 * later scan met only makes an earlier one say yes in vain.
 */
const marks = new Float64Array(2048)
let scans = 0

function markOf(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] as number
  const middle = bytes[start + (length >> 1)] as number
  const last = bytes[start + length - 1] as number
  return (length * 181 + first * 67 + middle * 13 + last) & 2047
}

/** Parses one member; undefined when absent. Throws `invalid_body` when its text is not JSON after all. */
export function memberValue(scan: Scan, name: string): Json | undefined {
  const member = scan.members.get(name)
  if (!member) return undefined
  return parseSlice(scan.bytes, member.valueStart, member.valueEnd, name)
}

/** The elements of a member that is an array, as byte ranges, found as they are asked for; none when it is no array. */
export function* arrayElements(bytes: Buffer, start: number): Iterable<[start: number, end: number]> {
  if (bytes[start] !== OPEN_ARRAY) return
  let i = skipSpace(bytes, start + 1)
  while (bytes[i] !== OPEN_ARRAY + 2) {
    const end = skipValue(bytes, i)
    yield [i, end]
    i = skipSpace(bytes, end)
    if (bytes[i] !== COMMA) break
    i = skipSpace(bytes, i + 1)
  }
}

/** JSON.parse of a byte range, with `invalid_body` naming `param` instead of a SyntaxError. */
export function parseSlice(bytes: Buffer, start: number, end: number, param?: string): Json {
  try {
    return JSON.parse(bytes.toString('utf8', start, end)) as Json
  } catch (cause) {
    throw new GatewayError('invalid_body', 'The body is not valid JSON.', {
      cause,
      ...(param ? { param } : {}),
    })
  }
}

/** What becomes of the top-level members: a JSON text to put in place (or add), or null to leave the member out. */
export type Rewrites = ReadonlyMap<string, string | null>

/** The object with its members replaced, dropped or added; members not named keep their bytes and their order. */
export function rewrite(scan: Scan, rewrites: Rewrites): Buffer {
  if (rewrites.size === 0) return scan.bytes
  const parts: Buffer[] = [BRACE_OPEN]
  for (const [name, member] of scan.members) {
    const text = rewrites.get(name)
    if (text === null) continue
    if (parts.length > 1) parts.push(SEPARATOR)
    if (text === undefined) parts.push(scan.bytes.subarray(member.nameStart, member.valueEnd))
    else parts.push(scan.bytes.subarray(member.nameStart, member.valueStart), Buffer.from(text))
  }
  for (const [name, text] of rewrites) {
    if (text === null || scan.members.has(name)) continue
    if (parts.length > 1) parts.push(SEPARATOR)
    parts.push(Buffer.from(`${JSON.stringify(name)}:${text}`))
  }
  parts.push(BRACE_CLOSE)
  return Buffer.concat(parts)
}

const BRACE_OPEN = Buffer.from('{')
const BRACE_CLOSE = Buffer.from('}')
const SEPARATOR = Buffer.from(',')

function memberName(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('latin1', start + 1, end - 1)
  if (!/[\\\u0080-\u00ff]/.test(text)) return text
  const name = parseSlice(bytes, start, end)
  return typeof name === 'string' ? name : text
}

const kinds = new Uint8Array(NESTING_MAX + 2)

function skipValue(bytes: Buffer, from: number): number {
  let i = from
  const first = bytes[i]
  if (first === QUOTE) return skipString(bytes, i)
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return skipScalar(bytes, i)

  let depth = 0
  kinds[0] = first
  i = skipSpace(bytes, i + 1)
  if (bytes[i] === first + 2) return i + 1
  for (;;) {
    if (kinds[depth] === OPEN_OBJECT) {
      if (bytes[i] !== QUOTE) throw malformedAt(bytes, i)
      i = skipSpace(bytes, skipString(bytes, i))
      if (bytes[i] !== COLON) throw malformedAt(bytes, i)
      i = skipSpace(bytes, i + 1)
    }
    const c = bytes[i]
    if (c === QUOTE) i = skipString(bytes, i)
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      // The root object is a level of its own, hence the two.
      if (++depth + 2 > NESTING_MAX) throw malformed(`it is nested deeper than ${NESTING_MAX} levels`)
      kinds[depth] = c
      i = skipSpace(bytes, i + 1)
      if (bytes[i] !== c + 2) continue
      i++
      depth--
    } else i = skipScalar(bytes, i)

    for (;;) {
      i = skipSpace(bytes, i)
      const after = bytes[i]
      if (after === COMMA) {
        i = skipSpace(bytes, i + 1)
        break
      }
      if (after !== (kinds[depth] as number) + 2) throw malformedAt(bytes, i)
      i++
      if (depth-- === 0) return i
    }
  }
}

function skipString(bytes: Buffer, start: number): number {
  let i = start + 1
  for (;;) {
    const near = Math.min(i + NATIVE_SEARCH_AFTER, bytes.length)
    while (i < near) {
      const c = bytes[i]
      if (c === QUOTE) {
        if (i - start < NATIVE_SEARCH_AFTER && i > start + 1)
          marks[markOf(bytes, start + 1, i - start - 1)] = scans
        return i + 1
      }
      i += c === BACKSLASH ? 2 : 1
    }
    if (i >= bytes.length) throw malformed('a string does not end')
    const quote = bytes.indexOf(QUOTE, i)
    if (quote < 0) throw malformed('a string does not end')
    let slash = quote - 1
    while (slash >= i && bytes[slash] === BACKSLASH) slash--
    if ((quote - slash) % 2 === 1) return quote + 1
    i = quote + 1
  }
}

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

function skipScalar(bytes: Buffer, start: number): number {
  let i = start
  for (;;) {
    const c = bytes[i]
    if (c === undefined || c === COMMA || c === OPEN_OBJECT + 2 || c === OPEN_ARRAY + 2 || isSpace(c)) break
    i++
  }
  if (i - start > 400 || !SCALAR.test(bytes.toString('latin1', start, i))) throw malformedAt(bytes, start)
  return i
}

function skipSpace(bytes: Buffer, from: number): number {
  let i = from
  while (isSpace(bytes[i])) i++
  return i
}

const isSpace = (c: number | undefined) => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09

const malformed = (reason: string) =>
  new GatewayError('invalid_body', `The body is not valid JSON: ${reason}.`)

const malformedAt = (bytes: Buffer, at: number) =>
  malformed(at >= bytes.length ? 'it ends too early' : `unexpected character at byte ${at}`)
