import type { MetadataSchema } from '../contract/metadata-schema.ts'
import type { ErrorDetail } from '../errors.ts'
import { invalid } from './validation.ts'

/**
 * Metadata as the organisation's schema asks for it: defaults filled in where nothing was said. Throws `validation` with
 * one detail for each field that is missing or has a value it may not have; `path` is where the metadata stands in the
 * body. Without a schema it is returned as it came. Source: admin-contract §5.4.
 */
export function fitMetadata(
  schema: MetadataSchema | null | undefined,
  metadata: Record<string, string>,
  path: string,
): Record<string, string> {
  if (!schema) return metadata
  const filled = { ...metadata }
  const details: ErrorDetail[] = []
  const wrong = (field: string, rule: string, message: string) =>
    details.push({ path: `${path}.${field}`, rule, message })
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(filled, field) && property.default !== undefined) filled[field] = property.default
    const value = Object.hasOwn(filled, field) ? filled[field] : undefined
    if (value !== undefined && property.enum && !property.enum.includes(value)) {
      wrong(field, 'enum', `must be one of ${property.enum.join(', ')}: the metadata schema asks for it`)
    }
  }
  for (const field of schema.required ?? []) {
    if (!Object.hasOwn(filled, field))
      wrong(field, 'required', 'is required: the metadata schema asks for it')
  }
  if (details.length > 0) throw invalid(details)
  return filled
}
