import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { GatewayError } from '../errors.ts'
import { tooLarge } from './wire.ts'

/**
 * A compressed request body made plain, never past `limit` bytes, whatever it claims to be. Throws `body_too_large`, or
 * `invalid_body` when it is not what its encoding says. Source: gateway-contract §12.3.
 */
export function inflated(body: Buffer, encoding: string, limit: number): Promise<Buffer> {
  const inflater = inflaterOf(encoding)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    inflater.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else {
        inflater.destroy()
        reject(tooLarge(limit))
      }
    })
    inflater.on('end', () => resolve(Buffer.concat(chunks)))
    inflater.on('error', (cause) =>
      reject(new GatewayError('invalid_body', `The body is not valid ${encoding}.`, { cause })),
    )
    inflater.end(body)
  })
}

/** The encoding of a request body that must be undone first; null when there is none. Throws on one nobody knows. */
export function encodingOf(header: string | undefined): string | null {
  const encoding = header?.trim().toLowerCase()
  if (!encoding || encoding === 'identity') return null
  if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding)) {
    throw new GatewayError(
      'invalid_content_type',
      `A body may be sent plain or as gzip, deflate or br, not "${encoding.slice(0, 32)}".`,
    )
  }
  return encoding
}

function inflaterOf(encoding: string) {
  if (encoding === 'br') return createBrotliDecompress()
  return encoding === 'deflate' ? createInflate() : createGunzip()
}
