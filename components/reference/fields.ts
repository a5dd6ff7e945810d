import type { JsonSchema } from '@/lib/contract/openapi.ts'

/** One field as a row of a table. */
export interface Field {
  /** `usage_limits.credit_limit`; `[]` stands for each member of a list. */
  name: string
  type: string
  isRequired: boolean
  /** What else it must be: "1-100 characters", "one of a, b", "default 50". */
  rules: string[]
}

const DEPTH_MAX = 3

/** The fields of an object schema, nested ones below their parent. */
export function fieldsOf(schema: JsonSchema, prefix = '', depth = 0): Field[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = `${prefix}${name}`
    const row = { name: path, type: typeOf(inner), isRequired: required.has(name), rules: rulesOf(inner) }
    return depth >= DEPTH_MAX ? [row] : [row, ...below(inner, path, depth)]
  })
}

function below(schema: JsonSchema, path: string, depth: number): Field[] {
  const [one] = branches(schema).filter((branch) => branch.properties || itemsOf(branch)?.properties)
  if (!one) return []
  if (one.properties) return fieldsOf(one, `${path}.`, depth + 1)
  return fieldsOf(itemsOf(one) ?? {}, `${path}[].`, depth + 1)
}

/** "string", "number or null", "list of objects". */
function typeOf(schema: JsonSchema): string {
  const types = branches(schema).map((branch) => {
    if (branch.const !== undefined) return JSON.stringify(branch.const)
    const items = itemsOf(branch)
    if (items) return `list of ${typeOf(items)}s`
    if (branch.enum) return 'string'
    return Array.isArray(branch.type) ? branch.type.join(' or ') : (branch.type ?? 'any')
  })
  return [...new Set(types)].join(' or ')
}

function rulesOf(schema: JsonSchema): string[] {
  const all = [schema, ...branches(schema)]
  const first = <T>(name: string) => all.map((one) => one[name]).find((value) => value !== undefined) as T
  const rules: string[] = []
  const choices = first<unknown[] | undefined>('enum')
  if (choices) rules.push(`one of ${choices.join(', ')}`)
  const [shortest, longest] = [first<number | undefined>('minLength'), first<number | undefined>('maxLength')]
  if (longest !== undefined) rules.push(`${shortest ?? 0}-${longest} characters`)
  const [least, most] = [first<number | undefined>('minimum'), first<number | undefined>('maximum')]
  if (least !== undefined && least > -Number.MAX_SAFE_INTEGER) rules.push(`at least ${least}`)
  if (most !== undefined && most < Number.MAX_SAFE_INTEGER) rules.push(`at most ${most}`)
  const members = first<number | undefined>('maxItems')
  if (members !== undefined) rules.push(`at most ${members} members`)
  const format = first<string | undefined>('format')
  if (format) rules.push(format)
  const usual = schema.default
  if (usual !== undefined) rules.push(`default ${JSON.stringify(usual)}`)
  return rules
}

function branches(schema: JsonSchema): JsonSchema[] {
  const some = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined
  return some ? some.flatMap(branches) : [schema]
}

function itemsOf(schema: JsonSchema): JsonSchema | undefined {
  return schema.type === 'array' ? (schema.items as JsonSchema) : undefined
}
