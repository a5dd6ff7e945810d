import { isDatabaseBusy } from '../db/client.ts'
import { GatewayError } from '../errors.ts'

/**
 * What a database error means for a caller, translated once at the boundary it crosses. A GatewayError passes as it
 * is; an error nobody foresaw becomes `internal_error` with its cause kept inside. Source: house-style §8.
 */
export function fromDatabase(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const code = codeOf(error)
  if (code === 'P2002')
    return new GatewayError('conflict', 'Something with this name or slug exists already.', { cause: error })
  if (code === 'P2025') return new GatewayError('not_found', 'No such row.', { cause: error })
  if (code === 'P2003')
    return new GatewayError('conflict', 'Something else still depends on this.', { cause: error })
  if (code === 'P2034') {
    return new GatewayError('conflict', 'Someone else changed this at the same moment. Try again.', {
      cause: error,
    })
  }
  if (isDatabaseBusy(error)) {
    return new GatewayError(
      'unavailable',
      'The database cannot be reached at the moment. Try again shortly.',
      {
        cause: error,
        headers: { 'retry-after': '1' },
      },
    )
  }
  return new GatewayError(
    'internal_error',
    'Something went wrong here. The request id finds it in the log.',
    {
      cause: error,
    },
  )
}

function codeOf(error: unknown): string {
  const isCoded =
    error !== null && typeof error === 'object' && 'code' in error && typeof error.code === 'string'
  return isCoded ? (error.code as string) : ''
}
