import { GatewayError } from '../errors.ts'

const MODEL_BYTES_MAX = 1024
const HEAD_BYTES_MAX = 16 * 1024
const HELD_BYTES_MAX = 64 * 1024 * 1024
/** Of a form whose provider is named elsewhere: enough for fields that stand before the file. */
const HELD_BYTES_MAX_NAMED = 4 * 1024 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')

/** A form on its way, and by how many bytes it became longer. */
export interface PassedForm {
  body: AsyncIterable<Uint8Array>
  grownBytes: number
}

/**
 * Reads a form as it passes, until its `model` field is known, and gives the same form back with that field's value
 * replaced by what `name` makes of it: the upstream's name for the model. `name` is told null when the form has none.
 * What follows is streamed, never held. Where the provider is named elsewhere (`isNamed`), a form without the field
 * streams on after 4 MB; the field may then still come, if its value may stay as it is. Throws `invalid_body` on what
 * is no form, on a second `model` and on one that comes too late, `body_too_large` when 64 MB pass before the field.
 * Source: gateway-contract §1.2, §12.3.
 */
export async function rewriteModel(
  source: AsyncIterable<Uint8Array>,
  contentType: string,
  name: (model: string | null) => string | null,
  isNamed: boolean,
): Promise<PassedForm> {
  let isKnown = false
  let isLate = false
  let grownBytes = 0
  const renamedValue = (model: string): Buffer | null => {
    if (isKnown) throw invalid('The form names "model" twice.')
    isKnown = true
    const renamed = name(model)
    if (renamed === null || renamed === model) return null
    if (isLate) throw invalid('Put the model field before the file, or write it without its provider.')
    grownBytes = Buffer.byteLength(renamed) - Buffer.byteLength(model)
    return Buffer.from(renamed)
  }

  const pieces = piecesOf(source, delimiterOf(contentType), renamedValue)
  const held: Buffer[] = []
  let heldBytes = 0
  try {
    while (!isKnown && !isLate) {
      const next = await pieces.next()
      if (next.done) {
        name(null)
        break
      }
      held.push(next.value)
      heldBytes += next.value.length
      if (isKnown || heldBytes <= (isNamed ? HELD_BYTES_MAX_NAMED : HELD_BYTES_MAX)) continue
      if (!isNamed)
        throw new GatewayError(
          'body_too_large',
          'Put the model field before the file, or name the provider by header: 64 MB passed without either.',
          { param: 'model' },
        )
      name(null)
      isLate = true
    }
  } catch (error) {
    await pieces.return()
    throw error
  }
  return { body: resumed(held, pieces), grownBytes }
}

async function* resumed(held: Buffer[], rest: AsyncGenerator<Buffer, void>): AsyncIterable<Uint8Array> {
  try {
    // Given away one by one, so that what was sent is held no longer.
    for (let piece = held.shift(); piece; piece = held.shift()) yield piece
    yield* rest
  } finally {
    await rest.return()
  }
}

/** The bytes of a form in pieces of any size, every `model` value as `renamedValue` makes it (null: as it is). */
async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  delimiter: Buffer,
  renamedValue: (model: string) => Buffer | null,
): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0)
  let at: 'preamble' | 'content' | 'head' | 'model' = 'preamble'
  for await (const chunk of source) {
    rest = Buffer.concat([rest, chunk])
    for (let isStuck = false; !isStuck; ) {
      const found = rest.indexOf(delimiter)
      let taken = 0
      if (at === 'head') {
        const kind = kindOfDelimiter(rest)
        const end = rest.indexOf(HEAD_END)
        if (kind === 'none' || kind === 'last') at = 'content'
        else if (kind === 'unknown' || (end < 0 && found < 0)) {
          if (rest.length > HEAD_BYTES_MAX)
            throw invalid('A part of the multipart body has a head larger than 16 KB.')
          isStuck = true
        } else if (end < 0 || (found >= 0 && found < end))
          throw invalid('A part of the multipart body has a head without an end.')
        else {
          at = isModel(rest.toString('latin1', 0, end)) ? 'model' : 'content'
          taken = end + HEAD_END.length
        }
      } else if (at === 'model') {
        if (found >= 0) {
          taken = Math.max(0, found - 2)
          const value = renamedValue(rest.toString('utf8', 0, taken))
          at = 'content'
          if (value) {
            yield value
            rest = rest.subarray(taken)
            taken = 0
          }
        } else if (rest.length > MODEL_BYTES_MAX + delimiter.length) {
          throw new GatewayError('invalid_model', 'The model field of the form is too long.', {
            param: 'model',
          })
        } else isStuck = true
      } else if (found >= 0) {
        at = 'head'
        taken = found + delimiter.length
      } else {
        if (at === 'preamble' && rest.length > HEAD_BYTES_MAX) throw noBoundary()
        if (at === 'content') taken = Math.max(0, rest.length - delimiter.length + 1)
        isStuck = true
      }
      if (taken > 0) yield rest.subarray(0, taken)
      rest = rest.subarray(taken)
    }
  }
  if (at === 'preamble') throw noBoundary()
  // An upstream that takes such a form all the same would read a model nobody looked at.
  if (at === 'model' || (at === 'head' && kindOfDelimiter(rest) !== 'last'))
    throw invalid('The multipart body ends within a part.')
  if (rest.length > 0) yield rest
}

/** What stands behind a delimiter: a part begins, the form ends, or it was part of a file after all. */
function kindOfDelimiter(rest: Buffer): 'part' | 'last' | 'none' | 'unknown' {
  const padding = /^[ \t]*/.exec(rest.toString('latin1', 0, 64))?.[0].length ?? 0
  const next = rest.toString('latin1', padding, padding + 2)
  if (next === '\r\n') return 'part'
  if (next === '--' && padding === 0) return 'last'
  return next.length < 2 ? 'unknown' : 'none'
}

const DISPOSITION = /^content-disposition:(.*)$/gim
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)/g

/** Whether a part is the `model` field, by any spelling a form reader may understand. */
function isModel(head: string): boolean {
  const names = new Map<string, string>()
  for (const [, line = ''] of head.replace(/\r\n[ \t]+/g, ' ').matchAll(DISPOSITION)) {
    for (const [, parameter = '', value = ''] of line.matchAll(PARAMETER)) {
      const text = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
      const known = parameter.toLowerCase()
      if (known.startsWith('name*')) throw invalid('The name of a form field must be written as name="…".')
      if (names.get(known)?.toLowerCase() !== 'model') names.set(known, text)
    }
  }
  if (names.get('name')?.toLowerCase() !== 'model') return false
  if (names.has('filename') || names.has('filename*'))
    throw invalid('The model field of a form is text, not a file.')
  return true
}

const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^;\s"]{1,200}))/i

function delimiterOf(contentType: string): Buffer {
  const boundary = BOUNDARY.exec(contentType)
  const marker = boundary?.[1] ?? boundary?.[2]
  // Of two, the upstream might take the other.
  if (!marker || contentType.match(/boundary/gi)?.length !== 1)
    throw new GatewayError('invalid_content_type', 'A multipart body needs one boundary in its content type.')
  return Buffer.from(`--${marker}`)
}

const invalid = (message: string) => new GatewayError('invalid_body', message, { param: 'model' })
const noBoundary = () => new GatewayError('invalid_body', 'The multipart body does not hold its boundary.')
