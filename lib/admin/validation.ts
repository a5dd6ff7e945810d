import type { z } from 'zod'
import { faultsIn } from '../contract/issues.ts'
import { type ErrorDetail, GatewayError } from '../errors.ts'

/**
 * Parses what a caller sent. Throws `validation` (AB01) whose message is one sentence about the first thing wrong,
 * with every thing wrong in `details` and the first field in `param`, spelt as the caller spelt it.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw invalid(faultsIn(result.error, schema, input))
}

/** A refusal of one or more fields, in the words `parse` uses. */
export function invalid(details: ErrorDetail[]): GatewayError {
  const first = details[0]
  const field = first?.path ?? ''
  return new GatewayError('validation', `${field || 'body'} ${first?.message ?? 'is not valid'}`, {
    ...(field ? { param: field } : {}),
    details,
  })
}

/** One field refused for a reason no schema knows. `message` finishes a sentence whose subject is the field. */
export function invalidField(path: string, message: string, rule = 'custom'): GatewayError {
  return invalid([{ path, rule, message }])
}
