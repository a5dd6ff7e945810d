/**
 * What a form holds, and how it becomes what the wire wants: pure, so that forms decide nothing themselves.
 */
import type { z } from 'zod'

export type Values = Record<string, unknown>
export type FieldKind = 'text' | 'textarea' | 'secret' | 'number' | 'switch' | 'select' | 'tags' | 'json'
export type Errors = Record<string, string | undefined>
export const emptyErrors: Errors = {}

/** The input a member of a schema calls for; plain text where nothing tells. Wrappers (optional, default…) are seen through. */
export function fieldKind(schema: z.core.$ZodType | undefined): FieldKind {
  const inner = unwrap(schema)
  switch (inner?._zod.def.type) {
    case 'number':
    case 'int':
      return 'number'
    case 'boolean':
      return 'switch'
    case 'enum':
    case 'literal':
      return 'select'
    case 'array':
      return 'tags'
    case 'object':
    case 'record':
      return 'json'
    case 'union':
      return (inner as z.core.$ZodUnion)._zod.def.options.some((option) => option._zod.def.type === 'boolean')
        ? 'switch'
        : 'text'
    default:
      return 'text'
  }
}

/** Choices of an enum member, spelt for people: `workspace-user` reads "Workspace user". */
export function optionsOf(schema: z.core.$ZodType | undefined): { value: string; label: string }[] {
  const inner = unwrap(schema)
  if (inner?._zod.def.type !== 'enum') return []
  return Object.values((inner as z.core.$ZodEnum)._zod.def.entries).map((value) => {
    const words = String(value).replace(/[-_]/g, ' ')
    return { value: String(value), label: words.charAt(0).toUpperCase() + words.slice(1) }
  })
}

/**
 * The body to send. Creating, an empty field is left out. Updating, only what changed is sent, and a cleared field is
 * null (admin-contract §0.1, three-state). `kinds` names the fields asked for; JSON is parsed, text is trimmed.
 */
export function toPayload(
  values: Values,
  initial: Values,
  mode: 'create' | 'update',
  kinds: Readonly<Record<string, FieldKind>>,
): Values {
  const payload: Values = {}
  for (const [name, kind] of Object.entries(kinds)) {
    const value = settled(values[name], kind)
    if (mode === 'update') {
      if (JSON.stringify(value) !== JSON.stringify(settled(initial[name], kind))) payload[name] = value
    } else if (value !== null) {
      payload[name] = value
    }
  }
  return payload
}

/** First problem of each top-level member, as a sentence for the field. Updating, members not sent are not asked for. */
export function problems(
  schema: z.ZodObject,
  payload: Values,
  mode: 'create' | 'update',
): Record<string, string> {
  const parsed = (mode === 'update' ? schema.partial() : schema).safeParse(payload)
  if (parsed.success) return {}
  const found: Record<string, string> = {}
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? '')
    found[name] ??= payload[name] === undefined ? 'Required' : sentence(issue)
  }
  return found
}

function sentence(issue: z.core.$ZodIssue): string {
  const inside = issue.path.slice(1).join('.')
  const text = inside ? `${inside} ${issue.message}` : issue.message
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Empty text, empty lists and undefined are all "nothing", which is null. */
function settled(value: unknown, kind: FieldKind): unknown {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.length === 0 ? null : value
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (text === '') return null
  if (kind !== 'json') return kind === 'secret' ? value : text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = schema
  for (;;) {
    const def = inner?._zod.def as
      | { type: string; innerType?: z.core.$ZodType; in?: z.core.$ZodType }
      | undefined
    const next = def?.innerType ?? def?.in
    if (!next) return inner
    inner = next
  }
}
