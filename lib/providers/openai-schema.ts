import type { Json, JsonObject } from './adapter.ts'
import { isObject } from './fields.ts'

/** Keywords that strict mode answers with 400. */
const REFUSED = [
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
]
/** What a schema has to say at least: strict mode has no form for "anything". */
const KINDS = ['type', 'anyOf', '$ref', 'enum', 'const']

/**
 * Whether OpenAI takes a JSON schema with `strict: true`: it refuses optional properties, objects that are not closed,
 * and a few keywords. Anthropic's structured output takes them, and those calls must not fail elsewhere.
 * Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function isStrictSchema(schema: JsonObject): boolean {
  return schema.type === 'object' && !('anyOf' in schema) && isStrict(schema)
}

function isStrict(schema: Json | undefined): boolean {
  if (!isObject(schema) || !KINDS.some((kind) => kind in schema)) return false
  if (REFUSED.some((keyword) => keyword in schema)) return false
  const { properties = {}, required = [], items, anyOf = [], $defs = {}, definitions = {} } = schema
  if (!isObject(properties) || !isObject($defs) || !isObject(definitions)) return false
  if (!Array.isArray(required) || !Array.isArray(anyOf)) return false
  const isClosed = schema.additionalProperties === false
  if ((schema.type === 'object' || 'properties' in schema) && !isClosed) return false
  return (
    Object.keys(properties).every((name) => required.includes(name)) &&
    [properties, $defs, definitions].flatMap(Object.values<Json>).every(isStrict) &&
    anyOf.every(isStrict) &&
    (items === undefined || isStrict(items))
  )
}
