/** Settings being changed, flat: the wire path of each and what stands in its field. Pure. */
import type { z } from 'zod'
import { metadataSchema } from '@/lib/contract/metadata-schema.ts'
import { organisation, type organisationRow } from '@/lib/contract/organisation.ts'
import { OPENABLE, TOGGLES } from '@/lib/contract/security.ts'

export type Organisation = z.output<typeof organisationRow>
export type Value = string | number | boolean | null
export type SettingsDraft = Readonly<Record<string, Value>>

/** Kept as the text of a JSON Schema. */
export const SCHEMA_PATHS = [
  'settings.api_key_metadata_schema',
  'settings.workspace_metadata_schema',
] as const
/** Two names of one switch: it is changed under the other. */
const ALIAS = 'settings.block_inline_config'

export function draftOf(row: Organisation): SettingsDraft {
  const draft: Record<string, Value> = { name: row.name }
  spread(draft, 'settings', row.settings)
  delete draft[ALIAS]
  for (const { key } of TOGGLES) draft[`security_settings.${key}`] = row.security_settings[key as never]
  for (const key of OPENABLE)
    draft[`security_settings.workspace_overrides.${key}`] =
      row.security_settings.workspace_overrides[key] === true
  return draft
}

/** Paths whose field differs from what stands. */
export function changedPaths(draft: SettingsDraft, before: SettingsDraft): string[] {
  return Object.keys(before).filter((path) => meant(path, draft[path]) !== meant(path, before[path]))
}

/** A schema is what it says, however it is spaced and in whatever order: the database keeps neither. */
function meant(path: string, value: Value | undefined): Value {
  const said = settled(value)
  if (!isSchema(path) || typeof said !== 'string') return said
  return JSON.stringify(parsed(said), (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** The body of the PUT: what changed alone. A schema that is no JSON goes as its text, which the contract refuses. */
export function bodyOf(draft: SettingsDraft, before: SettingsDraft): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const path of changedPaths(draft, before)) {
    const value = settled(draft[path])
    lay(body, path.split('.'), isSchema(path) && typeof value === 'string' ? parsed(value) : value)
  }
  return body
}

/** What the contract says is wrong with the changes, by wire path. */
export function wrongWith(draft: SettingsDraft, before: SettingsDraft): Record<string, string> {
  const found: Record<string, string> = {}
  for (const path of SCHEMA_PATHS) {
    const text = settled(draft[path])
    const problem = typeof text === 'string' ? notJson(text) : null
    if (problem) found[path] = problem
  }
  const judged = organisation.update.safeParse(bodyOf(draft, before))
  for (const { path, message } of judged.error?.issues ?? []) {
    const schema = SCHEMA_PATHS.find((one) => path.join('.').startsWith(one))
    const inside = schema ? path.slice(2).join('.') : ''
    found[schema ?? path.join('.')] ??= sentence(inside ? `${inside} ${message}` : message)
  }
  return found
}

/** A metadata schema in sentences: each key it speaks of, whether it has to be there, and what it may say. */
export function schemaWords(text: string): string[] {
  const { data } = metadataSchema.safeParse(parsed(text))
  if (!data) return []
  const { properties, required = [] } = data
  return [...new Set([...required, ...Object.keys(properties)])].map((key) => {
    const { enum: values, default: usual } = properties[key] ?? {}
    const must = required.includes(key) && usual === undefined ? 'must be given' : 'may be given'
    return [
      `${key} ${must}`,
      values ? `as ${values.join(', ')}` : null,
      usual === undefined ? null : `and is ${usual} when left out`,
    ]
      .filter((part) => part !== null)
      .join(' ')
  })
}

export const EXAMPLE_SCHEMA = JSON.stringify(
  {
    type: 'object',
    properties: { team: { type: 'string', enum: ['search', 'support'] }, cost_center: { type: 'string' } },
    required: ['team'],
    additionalProperties: true,
  },
  null,
  2,
)

const isSchema = (path: string) => (SCHEMA_PATHS as readonly string[]).includes(path)

function spread(onto: Record<string, Value>, at: string, value: unknown): void {
  if (isSchema(at)) onto[at] = value === null ? '' : JSON.stringify(value, null, 2)
  else if (Array.isArray(value)) return
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) spread(onto, `${at}.${key}`, inner)
  else onto[at] = value as Value
}

function settled(value: Value | undefined): Value {
  if (typeof value !== 'string') return value ?? null
  return value.trim() === '' ? null : value.trim()
}

function lay(onto: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) onto[key] = value
  else {
    onto[key] ??= {}
    lay(onto[key] as Record<string, unknown>, rest, value)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function notJson(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return `Is not JSON: ${(error as Error).message}`
  }
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
