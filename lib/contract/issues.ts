/** What a schema found wrong, in sentences whose subject is the field: for refusals, and for whoever judges before sending. */
import type { z } from 'zod'
import { nearestTo } from './near-miss.ts'

type Issue = z.core.$ZodIssue

export interface FieldFault {
  /** As the input spells it: `targets.0.weight`; '' for the whole. */
  path: string
  rule: string
  /** Finishes a sentence whose subject is the field. */
  message: string
}

/** Everything wrong with `input` by `schema`; empty when it is fit. */
export function faultsOf(schema: z.ZodType, input: unknown): FieldFault[] {
  const result = schema.safeParse(input)
  return result.success ? [] : faultsIn(result.error, schema, input)
}

/** The faults an error of `schema` names. */
export function faultsIn(error: z.ZodError, schema: z.ZodType, input: unknown): FieldFault[] {
  return error.issues.flatMap((issue) => detailsOf(issue, [], input, schema))
}

function detailsOf(
  issue: Issue,
  parents: readonly PropertyKey[],
  input: unknown,
  schema: z.ZodType,
): FieldFault[] {
  const path = [...parents, ...issue.path]
  const detail = (rule: string, message: string): FieldFault[] => [
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

/** The branch that got furthest: one that did not fail on what the value is at all, or else not on its kind. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const without = (...codes: Issue['code'][]) =>
    branches.find((branch) => !branch.some(({ code, path }) => codes.includes(code) && path.length === 0))
  return without('invalid_type', 'invalid_value') ?? without('invalid_type')
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
