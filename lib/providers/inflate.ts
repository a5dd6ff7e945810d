/**
 * Bodies of upstreams that compress although told not to (`accept-encoding: identity`). Off the hot path.
 * Source: gateway-contract §12.3.
 */
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { GatewayError } from '../errors.ts'

export interface InflaterSink {
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: Error): void
  /** Stop writing until `onDrain`: the reader is slower than the upstream. */
  onFull(): void
  onDrain(): void
}

export interface Inflater {
  write(chunk: Buffer): void
  /** No more input; `onEnd` follows, or `onError` when the body was cut short. */
  end(): void
  pause(): void
  resume(): void
  destroy(): void
}

/**
 * An inflater for a `content-encoding`; null when this machine cannot undo it, so the body passes as it is. More than
 * `bytesMax` bytes out of it is an error (`invalid_provider_response`), whatever the size of what went in.
 */
export function inflater(coding: string, bytesMax: number, sink: InflaterSink): Inflater | null {
  const name = coding.trim().toLowerCase()
  if (!CODINGS.has(name)) return null
  let stream: ReturnType<typeof createGunzip> | null = null
  let size = 0

  const open = (first: Buffer) => {
    const made = decoder(name, first)
    made.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bytesMax) return sink.onData(chunk)
      made.destroy()
      sink.onError(new GatewayError('invalid_provider_response', 'The inflated answer is too large.'))
    })
    made.on('end', sink.onEnd)
    made.on('error', sink.onError)
    made.on('drain', sink.onDrain)
    return made
  }

  return {
    write(chunk) {
      stream ??= open(chunk)
      if (!stream.write(chunk)) sink.onFull()
    },
    end() {
      if (stream) stream.end()
      else sink.onEnd()
    },
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    destroy: () => stream?.destroy(),
  }
}

const CODINGS = new Set(['gzip', 'x-gzip', 'deflate', 'br'])

function decoder(coding: string, first: Buffer) {
  if (coding === 'br') return createBrotliDecompress()
  if (coding !== 'deflate') return createGunzip()
  // "deflate" should mean the zlib format, but some servers send the bare stream; a zlib header's low nibble is 8.
  return (first[0]! & 0x0f) === 8 ? createInflate() : createInflateRaw()
}
