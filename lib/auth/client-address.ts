/**
 * The address a request came from, for audit rows and for counting failures: the right-most public address of
 * `x-forwarded-for`, whose last entry is the peer of our own socket. Entries to the left of it are the caller's claim
 * and are believed only behind private addresses (a proxy of ours). With private addresses alone, the left-most one.
 * Returns `unknown` when the header is absent.
 */
export function clientAddress(headers: Headers | Record<string, string | string[] | undefined>): string {
  const header = headers instanceof Headers ? headers.get('x-forwarded-for') : headers['x-forwarded-for']
  const chain = String(header ?? '')
    .split(',')
    .map((entry) => entry.trim().replace(/^::ffff:/i, ''))
    .filter((entry) => entry !== '' && entry.length <= 45)
  return chain.findLast((address) => !isPrivate(address)) ?? chain[0] ?? 'unknown'
}

const PRIVATE =
  /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe[89ab])/i

function isPrivate(address: string): boolean {
  return PRIVATE.test(address)
}
