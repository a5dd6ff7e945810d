/** How a group picks among its targets, and how a target is tried. Source: gateway-contract §4.2, §5, §6. */
import { z } from 'zod'
import { text } from './resource.ts'
import { conditionQuery } from './routing-conditions.ts'

const RETRIES_MAX = 5
const CACHE_SECONDS = { min: 60, max: 7_776_000 }
const COOLDOWN_MS_MIN = 30_000

const whole = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .number()
    .int('must be a whole number')
    .min(min, `must be ${min} or more`)
    .max(max, `must be at most ${max}`)

export const statusCodes = z.array(whole(100, 599)).max(100, 'may hold at most 100 statuses')

/** More attempts than there may be are cut, not refused (gateway-contract §5.2). */
export const retry = z
  .strictObject({
    attempts: whole(0).default(0),
    on_status_codes: statusCodes.optional(),
    use_retry_after_header: z.boolean().optional(),
    use_retry_after_headers: z.boolean().optional(),
  })
  .transform(({ attempts, use_retry_after_header: one, use_retry_after_headers: other, ...rest }) => ({
    ...rest,
    attempts: Math.min(attempts, RETRIES_MAX),
    use_retry_after_header: one ?? other ?? false,
  }))

const cacheMode = z.enum(['simple', 'semantic'])

/** `max_age` in seconds; undefined where the organisation's own holds. */
export const cache = z
  .union([
    cacheMode,
    z.strictObject({ mode: cacheMode, max_age: whole(CACHE_SECONDS.min, CACHE_SECONDS.max).nullish() }),
  ])
  .transform((said) => (typeof said === 'string' ? { mode: said } : said))

export const breaker = z
  .strictObject({
    failure_threshold: whole(1).optional(),
    failure_threshold_percentage: z
      .number()
      .gt(0, 'must be above 0')
      .max(100, 'must be at most 100')
      .optional(),
    minimum_requests: whole(1).optional(),
    /** Milliseconds. */
    cooldown_interval: whole(COOLDOWN_MS_MIN).optional(),
    failure_status_codes: statusCodes.optional(),
  })
  .refine((said) => said.failure_threshold !== undefined || said.failure_threshold_percentage !== undefined, {
    path: ['failure_threshold'],
    message: 'is required, unless failure_threshold_percentage is given',
  })

/** `metadata.<k>`, or `params.<k>` as deep as need be. */
const HASHED = /^(?:metadata\.[^.]+|params(?:\.[^.]+)+)$/

const sticky = z.strictObject({
  enabled: z.boolean().optional(),
  hash_fields: z
    .array(z.string().regex(HASHED, 'must be metadata.<key> or params.<key>'))
    .min(1, 'must name at least one field')
    .optional(),
  /** Seconds. */
  ttl: whole(1).optional(),
})

export const MODES = ['single', 'fallback', 'loadbalance', 'conditional'] as const
export type Mode = (typeof MODES)[number]

/** What only one mode obeys: elsewhere it would be kept and never heeded. */
const ONLY_FOR = { conditions: 'conditional', default: 'conditional', sticky: 'loadbalance' } as const

export const strategy = z
  .strictObject({
    mode: z.enum(MODES),
    on_status_codes: statusCodes.optional(),
    conditions: z
      // biome-ignore lint/suspicious/noThenProperty: the wire's word, and a schema is never awaited
      .array(z.strictObject({ query: conditionQuery, then: text(1, 255) }))
      .min(1, 'must hold at least one condition')
      .optional(),
    default: text(1, 255).optional(),
    sticky: sticky.optional(),
    cb_config: breaker.optional(),
  })
  .superRefine((said, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message })
    for (const [field, mode] of Object.entries(ONLY_FOR)) {
      const isSaid = said[field as keyof typeof ONLY_FOR] !== undefined
      if (isSaid && said.mode !== mode) refuse(field, `is for mode ${mode}, and mode is ${said.mode}`)
      if (!isSaid && said.mode === mode && field !== 'sticky') refuse(field, `is required for mode ${mode}`)
    }
  })

export type Strategy = z.output<typeof strategy>
