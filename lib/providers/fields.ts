/** Reading fields of a body nobody has checked yet: each of these either gives the type asked for or refuses with the field's name. */
import { GatewayError } from '../errors.ts'
import type { Json, JsonObject } from './adapter.ts'

type Maybe = Json | undefined

/** True for a JSON object; false for null, lists and everything else. */
export function isObject(value: Maybe): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True when the field is there at all: SDKs send null for "not set". */
export function isSet<T extends Maybe>(value: T): value is Exclude<T, null | undefined> {
  return value !== null && value !== undefined
}

/** The object at `param`. Throws `invalid_body` for anything else. */
export function objectAt(value: Maybe, param: string): JsonObject {
  if (isObject(value)) return value
  throw invalid(param, 'must be an object')
}

/** The list at `param`. Throws `invalid_body` for anything else. */
export function listAt(value: Maybe, param: string): Json[] {
  if (Array.isArray(value)) return value
  throw invalid(param, 'must be a list')
}

/** The string at `param`. Throws `invalid_body` for anything else. */
export function textAt(value: Maybe, param: string): string {
  if (typeof value === 'string') return value
  throw invalid(param, 'must be a string')
}

/** The finite number at `param`. Throws `invalid_body` for anything else. */
export function numberAt(value: Maybe, param: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw invalid(param, 'must be a number')
}

/** The positive whole number at `param`. Throws `invalid_body` for anything else. */
export function countAt(value: Maybe, param: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw invalid(param, 'must be a positive whole number')
}

/** A call id as text: some clients count them with integers. Throws `invalid_body` for anything else. */
export function idAt(value: Maybe, param: string): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value === 'string' && value !== '') return value
  throw invalid(param, 'must be a non-empty string')
}

/** The refusal every check here makes: `<param> <rule>.` */
export function invalid(param: string, rule: string): GatewayError {
  return new GatewayError('invalid_body', `${param} ${rule}.`, { param })
}

/** The refusal of something valid in itself that the provider has no form for. */
export function unsupported(param: string, rule: string): GatewayError {
  return new GatewayError('unsupported_parameter', `${param} ${rule}.`, { param })
}

/** Parsed JSON, or undefined when `text` is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** A whole, non-negative number out of a provider's figures; 0 for anything else. */
export function tokens(value: Maybe): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0
}
