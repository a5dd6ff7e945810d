import type { Route } from '../admin/verbs.ts'
import { GatewayError } from '../errors.ts'
import { UNBUILT } from './admin-unbuilt.ts'

export interface Match {
  route: Route
  /** Decoded parts of the path, by their names in the route. */
  parts: Record<string, string>
}

interface Pattern {
  segments: readonly string[]
  /** A place with more fixed segments wins. */
  fixed: number
}

/**
 * Finds the route of a method and a path below `/api/v1/`. Throws `not_found` (AB08) for a path nobody has,
 * `method_not_allowed` with `allow` for one that has other methods, and `not_built` for what is still to come.
 */
export function router(routes: readonly Route[]): (method: string, path: string) => Match {
  const known = routes.map((route) => ({ route, ...patternOf(route.path) })).sort((a, b) => b.fixed - a.fixed)
  const unbuilt = UNBUILT.map(({ methods, path }) => ({ methods, ...patternOf(path) }))

  return (method, path) => {
    const said = path.split('/').filter((segment) => segment !== '')
    const places = known.filter((place) => fits(place, said, false))
    const best = places.find(({ route }) => route.method === method)
    const later = unbuilt.find(
      (place) => (place.methods === null || place.methods.includes(method)) && fits(place, said, true),
    )
    if (later && later.fixed >= (best?.fixed ?? 0) && !(best && best.segments.length === best.fixed)) {
      throw new GatewayError('not_built', `${method} ${path} is not part of this version.`)
    }
    if (best) return { route: best.route, parts: partsOf(best, said) }
    if (places.length === 0) throw new GatewayError('not_found', 'No such path.')
    const allow = [...new Set(places.map(({ route }) => route.method))].join(', ')
    throw new GatewayError('method_not_allowed', `${method} is not allowed here; ${allow} is.`, {
      headers: { allow },
    })
  }
}

function patternOf(path: string): Pattern {
  const segments = path.split('/')
  return { segments, fixed: segments.filter((segment) => !isPart(segment)).length }
}

function fits({ segments }: Pattern, said: readonly string[], isPrefix: boolean): boolean {
  if (isPrefix ? said.length < segments.length : said.length !== segments.length) return false
  return segments.every((segment, index) => isPart(segment) || segment === said[index])
}

function partsOf({ segments }: Pattern, said: readonly string[]): Record<string, string> {
  const parts: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    if (isPart(segment)) parts[segment.slice(1, -1)] = decode(said[index] ?? '')
  }
  return parts
}

function isPart(segment: string): boolean {
  return segment.startsWith('{')
}

const PART_CHARS_MAX = 512

function decode(segment: string): string {
  let text: string
  try {
    text = decodeURIComponent(segment)
  } catch (cause) {
    throw new GatewayError('not_found', 'No such path.', { cause })
  }
  if (text.length > PART_CHARS_MAX || text.includes('\0'))
    throw new GatewayError('not_found', 'No such path.')
  return text
}
