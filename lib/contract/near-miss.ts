/**
 * The field someone meant who wrote another: top-level names that read the same, and inside structured values the nearest
 * name. Only used to word a refusal.
 */
import type { z } from 'zod'
import { namesakeAmong, nearestAmong } from './nearest.ts'

type Schema = z.ZodType & { _zod: { def: Record<string, unknown> & { type: string } } }

/** The field of `schema` that `said` reads like without being it: `ratelimits`, `usage_limit`. Undefined: none. */
export function namesakeOf(said: string, schema: z.ZodType): string | undefined {
  return namesakeAmong(said, fieldsAt(schema, []))
}

/** The field nearest to the one at the end of `path` among those its object takes; undefined when none is near. */
export function nearestTo(path: readonly PropertyKey[], schema: z.ZodType): string | undefined {
  return nearestAmong(String(path.at(-1)), fieldsAt(schema, path.slice(0, -1)))
}

/** Names of the fields an object of the schema has at a path, whichever branch of a union it is. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as Schema)._zod
  const inner = (def.innerType ?? (def.type === 'pipe' ? shapedEnd(def) : undefined)) as z.ZodType | undefined
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

/** The end of a pipe that has fields: a preprocessed schema has them after its transform, others before it. */
function shapedEnd(def: Record<string, unknown>): unknown {
  return (def.in as Schema)._zod.def.type === 'transform' ? def.out : def.in
}
