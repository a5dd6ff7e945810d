import type { Json, JsonObject } from './adapter.ts'

export interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

/**
 * The calls a practice model makes: every tool the last user text names as a word, obeying `tool_choice` and
 * `parallel_tool_calls`. Arguments fit the tool's schema. `id` makes the call ids; empty when no tool is wanted.
 */
export function toolCalls(body: JsonObject, messages: readonly JsonObject[], id: string): ToolCall[] {
  const last = messages.at(-1)
  if (body.tool_choice === 'none' || last?.role !== 'user' || !Array.isArray(body.tools)) return []
  const text = textOf(last.content)
  const tools = body.tools
    .map((tool) => (isObject(tool) && isObject(tool.function) ? tool.function : null))
    .filter((tool) => tool !== null)
  const chosen =
    isObject(body.tool_choice) && isObject(body.tool_choice.function) ? body.tool_choice.function.name : null
  const named = tools.filter(({ name }) =>
    chosen ? name === chosen : typeof name === 'string' && mentions(text, name),
  )
  const wanted = named.length === 0 && body.tool_choice === 'required' ? tools.slice(0, 1) : named
  const limited = body.parallel_tool_calls === false ? wanted.slice(0, 1) : wanted
  return limited.map((tool, index) => ({
    id: `call_${id.slice(0, 20)}${index}`,
    type: 'function',
    function: {
      name: String(tool.name),
      arguments: JSON.stringify(sample(tool.parameters ?? { type: 'object' }, '', text)),
    },
  }))
}

function mentions(text: string, name: string): boolean {
  const escaped = name.replace(/[^a-z0-9_]/gi, '\\$&')
  return new RegExp(`(^|[^a-z0-9_])${escaped}($|[^a-z0-9_])`, 'i').test(text)
}

/** A value that fits a JSON schema: its own default, example or first choice, else something the text or the name suggests. */
export function sample(schema: Json | undefined, name: string, text: string, depth = 0): Json {
  if (!isObject(schema) || depth > DEPTH_MAX) return {}
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0] as Json
  const variants = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (Array.isArray(variants) && variants.length > 0) return sample(variants[0], name, text, depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'string':
      return phrase(name, text)
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1
    case 'boolean':
      return false
    case 'null':
      return null
    case 'array':
      return [sample(schema.items ?? { type: 'string' }, name, text, depth + 1)]
    default:
      return record(schema, text, depth)
  }
}

function record(schema: JsonObject, text: string, depth: number): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required.map(String) : []
  return Object.fromEntries(
    required.map((name) => [name, sample(properties[name] ?? { type: 'string' }, name, text, depth + 1)]),
  )
}

function phrase(name: string, text: string): string {
  const quoted = /"([^"]+)"|'([^']+)'|`([^`]+)`/.exec(text)
  const given = quoted?.[1] ?? quoted?.[2] ?? quoted?.[3]
  if (given) return given
  if (/path|file|dir/i.test(name)) return /[\w./~-]*[./][\w./-]*\w/.exec(text)?.[0] ?? 'README.md'
  if (/command|cmd/i.test(name)) return 'ls'
  return text || name || 'text'
}

/** Text of a message's content: the string, or its text parts; parts of other kinds are named. */
export function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const texts = content
    .filter(isObject)
    .map((part) => (typeof part.text === 'string' ? part.text : `[${String(part.type)}]`))
  return texts.join('\n')
}

const DEPTH_MAX = 6

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
