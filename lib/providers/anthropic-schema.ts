import type { Json, JsonObject } from './adapter.ts'
import { invalid, isObject } from './fields.ts'

const DEPTH_MAX = 200
const HOLDS_SCHEMAS_BY_NAME = new Set([
  'properties',
  '$defs',
  'definitions',
  'patternProperties',
  'dependentSchemas',
])
const HOLDS_SCHEMAS = new Set([
  'items',
  'prefixItems',
  'anyOf',
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'contains',
])
/** Limits structured output answers with 400; the model is still told the shape. */
const REFUSED = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
])

/**
 * A JSON schema as Anthropic's structured output takes it: `additionalProperties: false` on every object, `oneOf` as
 * `anyOf`, and without the limits it refuses. Key order is kept. Throws `invalid_body` beyond 200 levels.
 * Source: gateway-contract §8.3.
 */
export function closedSchema(schema: JsonObject, param: string): JsonObject {
  return closed(schema, param, 0)
}

function closed(schema: JsonObject, param: string, depth: number): JsonObject {
  if (depth > DEPTH_MAX) throw invalid(param, 'is nested too deeply')
  const entries = Object.entries(schema)
    .filter(
      ([key, value]) => !REFUSED.has(key) && !(key === 'minItems' && typeof value === 'number' && value > 1),
    )
    .map(([key, value]): [string, Json] => {
      if (key === 'additionalProperties') return [key, false]
      if (HOLDS_SCHEMAS_BY_NAME.has(key) && isObject(value)) return [key, closedEach(value, param, depth)]
      if (!HOLDS_SCHEMAS.has(key)) return [key, value]
      const name = key === 'oneOf' && !('anyOf' in schema) ? 'anyOf' : key
      if (Array.isArray(value)) return [name, value.map((item) => closedIfObject(item, param, depth))]
      return [name, closedIfObject(value, param, depth)]
    })
  const isObjectSchema = schema.type === 'object' || isObject(schema.properties)
  if (isObjectSchema && !('additionalProperties' in schema)) entries.push(['additionalProperties', false])
  return Object.fromEntries(entries)
}

function closedEach(schemas: JsonObject, param: string, depth: number): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, value]) => [name, closedIfObject(value, param, depth)]),
  )
}

function closedIfObject(value: Json, param: string, depth: number): Json {
  return isObject(value) ? closed(value, param, depth + 1) : value
}
