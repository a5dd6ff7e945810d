import type { HeaderBag } from './wire.ts'

/** Which pages of other origins may call the data plane; empty lists allow none, `*` allows all. */
export interface CorsRules {
  allowedOrigins: readonly string[]
  allowedMethods: readonly string[]
  allowedHeaders: readonly string[]
  exposeHeaders: readonly string[]
}

const PREFLIGHT_SECONDS = '600'

/** Headers that let the page of an allowed origin read an answer; null for anyone else. Source: gateway-contract §2.5. */
export function corsHeaders(headers: HeaderBag, rules: CorsRules): Record<string, string> | null {
  const { origin } = headers
  if (origin === undefined || rules.allowedOrigins.length === 0) return null
  const isAll = rules.allowedOrigins.includes('*')
  if (!isAll && !rules.allowedOrigins.includes(origin)) return null
  const allowed: Record<string, string> = { 'access-control-allow-origin': isAll ? '*' : origin }
  if (!isAll) allowed.vary = 'origin'
  if (rules.exposeHeaders.length > 0)
    allowed['access-control-expose-headers'] = rules.exposeHeaders.join(', ')
  return allowed
}

/** The answer to a preflight of an allowed origin; null when this is none. */
export function preflight(
  method: string,
  headers: HeaderBag,
  rules: CorsRules,
): Record<string, string> | null {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return null
  const allowed = corsHeaders(headers, rules)
  if (!allowed) return null
  const { allowedMethods, allowedHeaders } = rules
  return {
    ...allowed,
    'access-control-allow-methods':
      allowedMethods.length > 0 ? allowedMethods.join(', ') : 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers':
      allowedHeaders.length > 0
        ? allowedHeaders.join(', ')
        : (headers['access-control-request-headers'] ?? '*'),
    'access-control-max-age': PREFLIGHT_SECONDS,
  }
}
