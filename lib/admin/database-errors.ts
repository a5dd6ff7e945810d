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
  if (AWAY.has(code) || AWAY.has(nameOf(error))) {
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

/** Unreachable, timed out, connection closed, pool exhausted, transaction not started in time. */
const AWAY: ReadonlySet<string> = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P03',
  'DatabaseNotReachable',
  'SocketTimeout',
  'ConnectionClosed',
  'PrismaClientInitializationError',
])

function codeOf(error: unknown): string {
  if (error === null || typeof error !== 'object') return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  const cause = 'cause' in error ? error.cause : undefined
  if (cause !== null && typeof cause === 'object' && 'kind' in cause && typeof cause.kind === 'string')
    return cause.kind
  return codeOf(cause)
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
