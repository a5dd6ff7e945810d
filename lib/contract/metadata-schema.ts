/**
 * The schema an organisation gives the metadata of its keys or workspaces: the part of JSON Schema draft-07 that speaks
 * of flat maps of strings. Source: admin-contract §5.4.
 */
import { z } from 'zod'

const VALUE_CHARS_MAX = 128
const PROPERTIES_MAX = 100
const VALUES_MAX = 200

const key = z.string().min(1, 'must have 1-128 characters').max(VALUE_CHARS_MAX, 'must have 1-128 characters')
const value = z.string().max(VALUE_CHARS_MAX, 'must have at most 128 characters')
/** Said to readers of the schema; decides nothing. */
const annotation = z.string().max(500, 'must have at most 500 characters').optional()

const metadataProperty = z
  .strictObject({
    type: z.literal('string', 'must be "string": metadata values are text'),
    enum: z
      .array(value)
      .min(1, 'must name at least one value')
      .max(VALUES_MAX, `may name at most ${VALUES_MAX} values`)
      .optional(),
    default: value.optional(),
    title: annotation,
    description: annotation,
  })
  .refine(
    (property) => property.default === undefined || (property.enum?.includes(property.default) ?? true),
    {
      path: ['default'],
      message: 'must be one of enum',
    },
  )

export const metadataSchema = z.strictObject({
  $schema: annotation,
  title: annotation,
  description: annotation,
  type: z.literal('object', 'must be "object"'),
  properties: z
    .record(key, metadataProperty)
    .refine(
      (properties) => Object.keys(properties).length <= PROPERTIES_MAX,
      `may hold at most ${PROPERTIES_MAX} properties`,
    )
    .default({}),
  required: z.array(key).max(PROPERTIES_MAX, `may name at most ${PROPERTIES_MAX} properties`).optional(),
  additionalProperties: z.literal(true, 'must be true: metadata the schema does not name is let through'),
})

export type MetadataSchema = z.output<typeof metadataSchema>
