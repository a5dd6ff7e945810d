/** Queries of a conditional strategy: what may be asked of a call, and by which operators. Source: gateway-contract §4.3. */
import { z } from 'zod'
import { didYouMean } from './nearest.ts'

export const OPERATORS = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$regex'] as const
export type Operator = (typeof OPERATORS)[number]
const LOGIC = ['$and', '$or'] as const
const COMPARING = new Set<string>(['$gt', '$gte', '$lt', '$lte'])
const LISTING = new Set<string>(['$in', '$nin'])

/** `metadata.<k>`, `params.<k>`, `url.pathname`: two parts, no deeper. */
const ASKED = /^(?:metadata|params)\.[^.]+$|^url\.pathname$/

/** A query object; every member of it must hold. */
export const conditionQuery = z
  .record(z.string(), z.json())
  .superRefine((query, context) => judgeQuery(query, [], context))

function judgeQuery(query: unknown, at: PropertyKey[], context: z.RefinementCtx): void {
  const refuse = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...at, ...path], message })
  if (!isObject(query)) {
    refuse([], 'must be an object')
    return
  }
  if (Object.keys(query).length === 0) refuse([], 'must ask something')
  for (const [key, value] of Object.entries(query)) {
    if ((LOGIC as readonly string[]).includes(key)) {
      if (!Array.isArray(value) || value.length === 0) refuse([key], 'must be a list of queries')
      else for (const [index, inner] of value.entries()) judgeQuery(inner, [...at, key, index], context)
    } else if (!ASKED.test(key)) {
      const hint = key.startsWith('$') ? didYouMean(key, LOGIC) : ''
      refuse([key], `is nothing that can be asked: metadata.<key>, params.<key> or url.pathname${hint}`)
    } else judgeValue(value, [...at, key], context)
  }
}

function judgeValue(value: unknown, at: PropertyKey[], context: z.RefinementCtx): void {
  const refuse = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...at, ...path], message })
  if (Array.isArray(value)) refuse([], 'must be one value, or an object of operators such as $in')
  if (!isObject(value)) return
  if (Object.keys(value).length === 0) refuse([], 'must hold an operator')
  for (const [operator, operand] of Object.entries(value)) {
    if (!(OPERATORS as readonly string[]).includes(operator)) {
      refuse([operator], `is no operator${didYouMean(operator, OPERATORS)}`)
    } else if (LISTING.has(operator)) {
      if (!Array.isArray(operand)) refuse([operator], 'must be a list')
    } else if (COMPARING.has(operator)) {
      if (!isNumeric(operand)) refuse([operator], 'must be a number')
    } else if (operator === '$regex') {
      if (!isPattern(operand)) refuse([operator], 'must be a regular expression')
    } else if (Array.isArray(operand) || isObject(operand)) refuse([operator], 'must be one value')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && Number.isFinite(Number.parseFloat(value)))
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    new RegExp(value)
    return true
  } catch {
    return false
  }
}
