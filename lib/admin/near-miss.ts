/**
 * The field someone meant who wrote another: top-level names that read the same, and inside structured values the nearest
 * name. Only used to word a refusal.
 */
import type { z } from 'zod'

type Schema = z.ZodType & { _zod: { def: Record<string, unknown> & { type: string } } }

/** The field of `schema` that `said` reads like without being it: `ratelimits`, `usage_limit`. Undefined: none. */
export function namesakeOf(said: string, schema: z.ZodType): string | undefined {
  const known = fieldsAt(schema, [])
  return known.includes(said) ? undefined : known.find((name) => bare(name) === bare(said))
}

/** The field nearest to the one at the end of `path` among those its object takes; undefined when none is near. */
export function nearestTo(path: readonly PropertyKey[], schema: z.ZodType): string | undefined {
  const said = String(path.at(-1))
  const known = fieldsAt(schema, path.slice(0, -1))
  const namesake = known.find((name) => bare(name) === bare(said))
  if (namesake !== undefined) return namesake
  const byDistance = known
    .map((name) => ({ name, away: distance(bare(said), bare(name)) }))
    .sort((a, b) => a.away - b.away)[0]
  if (byDistance && byDistance.away <= Math.max(1, Math.floor(said.length / 3))) return byDistance.name
  const within = known.filter((name) => said.length > 2 && bare(name).includes(bare(said)))
  return within.length === 1 ? within[0] : undefined
}

/** Case, separators and a plural s left out. */
function bare(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase().replace(/s$/, '')
}

/** Names of the fields an object of the schema has at a path, whichever branch of a union it is. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as Schema)._zod
  const inner = (def.innerType ?? (def.type === 'pipe' ? def.in : undefined)) as z.ZodType | undefined
  if (inner) return fieldsAt(inner, path)
  if (def.type === 'union') {
    return [...new Set((def.options as z.ZodType[]).flatMap((option) => fieldsAt(option, path)))]
  }
  if (def.type === 'array') {
    return fieldsAt(def.element as z.ZodType, typeof path[0] === 'number' ? path.slice(1) : path)
  }
  if (def.type === 'record')
    return path.length === 0 ? [] : fieldsAt(def.valueType as z.ZodType, path.slice(1))
  if (def.type !== 'object') return []
  const shape = def.shape as Record<string, z.ZodType>
  if (path.length === 0) return Object.keys(shape)
  const next = shape[String(path[0])]
  return next ? fieldsAt(next, path.slice(1)) : []
}

/** Edits between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
