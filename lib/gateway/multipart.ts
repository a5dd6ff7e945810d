import { GatewayError } from '../errors.ts'

const MODEL_BYTES_MAX = 1024
const PART_HEAD_BYTES_MAX = 16 * 1024
const HELD_BYTES_MAX = 64 * 1024 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * Reads a form as it passes, until its `model` field is known, and gives the same form back with that field's value
 * replaced by what `name` makes of it (the upstream's name for the model), and by how many bytes that made it longer.
 * What follows the field is streamed, never held. A form without a `model` is given back as it came. Throws `invalid_body` on a form that is none, and
 * `body_too_large` when 64 MB pass before the field stands.
 */
export async function rewriteModel(
  source: AsyncIterable<Uint8Array>,
  contentType: string,
  name: (model: string | null) => string | null,
): Promise<{ body: AsyncIterable<Uint8Array>; grownBytes: number }> {
  const boundary = /boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType)
  const marker = boundary?.[1] ?? boundary?.[2]
  if (!marker)
    throw new GatewayError('invalid_content_type', 'A multipart body needs a boundary in its content type.')
  const delimiter = Buffer.from(`--${marker}`)
  const iterator = source[Symbol.asyncIterator]()
  try {
    return await search(iterator, delimiter, name)
  } catch (error) {
    await iterator.return?.()
    throw error
  }
}

async function search(
  iterator: AsyncIterator<Uint8Array>,
  delimiter: Buffer,
  name: (model: string | null) => string | null,
): Promise<{ body: AsyncIterable<Uint8Array>; grownBytes: number }> {
  let room = Buffer.allocUnsafe(64 * 1024)
  let held = room.subarray(0, 0)
  let searched = 0

  for (;;) {
    const found = findModel(held, delimiter, searched)
    if (found.value) {
      const [start, end] = found.value
      const model = held.toString('utf8', start, end)
      const renamed = name(model)
      const text = renamed === null ? held.subarray(start, end) : Buffer.from(renamed)
      return {
        body: resumed([held.subarray(0, start), text, held.subarray(end)], iterator),
        grownBytes: text.length - (end - start),
      }
    }
    searched = found.resumeAt
    const next = await iterator.next()
    if (next.done) {
      if (!held.includes(delimiter))
        throw new GatewayError('invalid_body', 'The multipart body does not hold its boundary.')
      name(null)
      return { body: resumed([held], iterator), grownBytes: 0 }
    }
    const length = held.length + next.value.length
    if (length > room.length) {
      const larger = Buffer.allocUnsafe(length * 2)
      held.copy(larger)
      room = larger
    }
    room.set(next.value, held.length)
    held = room.subarray(0, length)
    if (held.length > HELD_BYTES_MAX)
      throw new GatewayError(
        'body_too_large',
        'Put the model field before the file: 64 MB passed without one.',
        { param: 'model' },
      )
  }
}

async function* resumed(first: Buffer[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    for (const part of first) if (part.length > 0) yield part
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** The value range of the `model` part once it is whole; else where to go on searching. */
function findModel(
  bytes: Buffer,
  delimiter: Buffer,
  from: number,
): { value: [number, number] | null; resumeAt: number } {
  let at = bytes.indexOf(delimiter, from)
  let resumeAt = Math.max(from, bytes.length - delimiter.length)
  while (at >= 0) {
    resumeAt = at
    const headStart = at + delimiter.length
    const headEnd = bytes.indexOf(HEAD_END, headStart)
    if (headEnd < 0) {
      if (bytes.length - headStart > PART_HEAD_BYTES_MAX)
        throw new GatewayError('invalid_body', 'A part of the multipart body has a head larger than 16 KB.')
      return { value: null, resumeAt }
    }
    const head = bytes.toString('latin1', headStart, headEnd)
    const valueStart = headEnd + HEAD_END.length
    const isModel = /\bname="model"/i.test(head) && !/\bfilename/i.test(head)
    const next = bytes.indexOf(delimiter, valueStart)
    if (isModel) {
      if (next >= 0) return { value: [valueStart, Math.max(valueStart, next - 2)], resumeAt }
      if (bytes.length - valueStart > MODEL_BYTES_MAX)
        throw new GatewayError('invalid_model', 'The model field of the form is too long.', {
          param: 'model',
        })
      return { value: null, resumeAt }
    }
    if (next < 0)
      return {
        value: null,
        resumeAt: Math.max(valueStart - delimiter.length, at, bytes.length - delimiter.length),
      }
    at = next
  }
  return { value: null, resumeAt: Math.max(from, resumeAt) }
}
