/** Metadata as a form holds it, row by row, and as the wire wants it. Pure. */
import type { MetadataSchema } from '@/lib/contract/metadata-schema.ts'
import type { Problems } from '../resource/form-state.ts'

export interface MetadataRow {
  name: string
  value: string
}

/** What a form with metadata holds of it, whatever else it holds. */
export interface MetadataDraft {
  metadata: readonly MetadataRow[]
}

const PATH = 'defaults.metadata'
const CHARS_MAX = 128

export function metadataOf(said: Readonly<Record<string, string>> | null | undefined): MetadataRow[] {
  return Object.entries(said ?? {}).map(([name, value]) => ({ name, value }))
}

/** Undefined where nothing is said. */
export function metadataBody({ metadata }: MetadataDraft): Record<string, string> | undefined {
  const said = metadata.filter(({ name }) => name.trim() !== '')
  return said.length === 0
    ? undefined
    : Object.fromEntries(said.map(({ name, value }) => [name.trim(), value]))
}

/** What is wrong, by row as `defaults.metadata.<index>.name` and `….value`; what a schema asks for and misses, as a whole. */
export function metadataProblems({ metadata }: MetadataDraft, schema?: MetadataSchema | null): Problems {
  const found: Record<string, string> = {}
  const names = metadata.map((row) => row.name.trim())
  for (const [index, row] of metadata.entries()) {
    const path = `${PATH}.${index}`
    const said = row.name.trim()
    if (said === '' && row.value.trim() === '') continue
    if (said.length < 1 || said.length > CHARS_MAX)
      found[`${path}.name`] = 'The name must have 1-128 characters'
    else if (names.indexOf(said) !== index) found[`${path}.name`] = `“${said}” stands here twice`
    const values = schema?.properties?.[said]?.enum
    if (row.value.length > CHARS_MAX) found[`${path}.value`] = 'The value must have at most 128 characters'
    else if (values && !values.includes(row.value))
      found[`${path}.value`] = `Must be one of ${values.join(', ')}`
  }
  const missing = missingNames(metadata, schema)
  if (missing.length > 0)
    found[PATH] = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} required by the organisation`
  return found
}

/** What a schema requires, and neither a row nor a default of the schema says. */
function missingNames(rows: readonly MetadataRow[], schema: MetadataSchema | null | undefined): string[] {
  const said = new Set(rows.map(({ name }) => name.trim()))
  return (schema?.required ?? []).filter(
    (name) => !said.has(name) && schema?.properties?.[name]?.default === undefined,
  )
}

export interface Expected {
  name: string
  isRequired: boolean
  /** Ends the sentence about it: "one of prod, test; prod unless said". */
  hint: string
  /** What a new row starts with. */
  value: string
}

/** What a schema names and no row says yet. */
export function expectedRows(
  rows: readonly MetadataRow[],
  schema: MetadataSchema | null | undefined,
): Expected[] {
  const said = new Set(rows.map(({ name }) => name.trim()))
  const names = new Set([...(schema?.required ?? []), ...Object.keys(schema?.properties ?? {})])
  return [...names]
    .filter((name) => !said.has(name))
    .map((name) => {
      const property = schema?.properties?.[name]
      const fallback = property?.default
      const hint = [
        property?.description ?? property?.title,
        property?.enum && `one of ${property.enum.join(', ')}`,
        fallback !== undefined && `${fallback} unless said`,
      ]
      return {
        name,
        isRequired: schema?.required?.includes(name) ?? false,
        hint: hint.filter(Boolean).join('; '),
        value: fallback ?? property?.enum?.[0] ?? '',
      }
    })
}
