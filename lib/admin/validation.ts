import type { z } from 'zod'
import { type ErrorDetail, GatewayError } from '../errors.ts'
import { nearestTo } from './near-miss.ts'

type Issue = z.core.$ZodIssue

/**
 * Parses what a caller sent. Throws `validation` (AB01) whose message is one sentence about the first thing wrong,
 * with every thing wrong in `details` and the first field in `param`, spelt as the caller spelt it.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const details = result.error.issues.flatMap((issue) => detailsOf(issue, [], input, schema))
  throw invalid(details)
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

function detailsOf(
  issue: Issue,
  parents: readonly PropertyKey[],
  input: unknown,
  schema: z.ZodType,
): ErrorDetail[] {
  const path = [...parents, ...issue.path]
  const detail = (rule: string, message: string): ErrorDetail[] => [
    { path: spell(path, input), rule, message },
  ]
  const said = /^[a-z]/.test(issue.message) ? issue.message : null
  switch (issue.code) {
    case 'invalid_type':
      if (valueAt(path, input) === undefined) return detail('required', 'is required')
      return detail('type', said ?? `must be ${KINDS[issue.expected] ?? issue.expected}`)
    case 'invalid_value':
      if (valueAt(path, input) === undefined) return detail('required', 'is required')
      return detail(
        'enum',
        said ?? `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`,
      )
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const meant = nearestTo([...path, key], schema)
        return {
          path: spell([...path, key], input),
          rule: 'unknown',
          message: meant ? `is not a field; did you mean ${meant}?` : 'is not a field of this object',
        }
      })
    case 'invalid_union': {
      const branch = bestBranch(issue.errors)
      if (branch) return branch.flatMap((inner) => detailsOf(inner, path, input, schema))
      if (valueAt(path, input) === undefined) return detail('required', 'is required')
      return detail('type', said ?? `must be ${alternatives(issue.errors)}`)
    }
    case 'invalid_key':
      return detail('key', `has a member whose name ${said ?? issue.issues[0]?.message ?? 'is not valid'}`)
    case 'invalid_element':
      return issue.issues.flatMap((inner) => detailsOf(inner, path, input, schema))
    case 'too_small':
      return detail(BOUNDS[issue.origin] ?? 'range', said ?? `must be at least ${issue.minimum}`)
    case 'too_big':
      return detail(BOUNDS[issue.origin] ?? 'range', said ?? `must be at most ${issue.maximum}`)
    case 'invalid_format':
      return detail('format', said ?? `must be a valid ${issue.format}`)
    default:
      return detail('custom', said ?? 'is not valid')
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const BOUNDS: Readonly<Record<string, string>> = { string: 'length', array: 'length' }

/** The branch that got furthest: one that did not fail on what the value is at all. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(
    (branch) => !branch.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  )
}

function alternatives(branches: readonly (readonly Issue[])[]): string {
  const kinds = branches.flatMap((branch) =>
    branch.flatMap((issue) =>
      issue.code === 'invalid_type' ? [KINDS[issue.expected] ?? issue.expected] : [],
    ),
  )
  return [...new Set(kinds)].join(' or ')
}

/** `usage_limits.credit_limit`: an index stands only where the caller sent a list. */
function spell(path: readonly PropertyKey[], input: unknown): string {
  let value = input
  const said: string[] = []
  for (const part of path) {
    const isListed = typeof part !== 'number' || Array.isArray(value)
    if (!isListed) continue
    said.push(String(part))
    value = inside(value, part)
  }
  return said.join('.')
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce<unknown>((value, part) => inside(value, part), input)
}

function inside(value: unknown, part: PropertyKey): unknown {
  return value !== null && typeof value === 'object'
    ? (value as Record<PropertyKey, unknown>)[part]
    : undefined
}
