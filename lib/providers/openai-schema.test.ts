import { describe, expect, it } from 'vitest'
import type { JsonObject } from './adapter.ts'
import { isStrictSchema } from './openai-schema.ts'

const TEXT = { type: 'string' }
const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
})

describe('strict mode takes', () => {
  it.each<[string, JsonObject]>([
    ['a closed object', closed({ a: TEXT, b: { type: ['integer', 'null'] } })],
    [
      'lists and choices of closed objects',
      closed({ a: { type: 'array', items: { anyOf: [closed({}), TEXT] } } }),
    ],
    ['references', closed({ a: { $ref: '#/$defs/a' } }, { $defs: { a: closed({ b: TEXT }) } })],
    ['values', closed({ a: { enum: ['x'] }, b: { const: 1 } })],
  ])('%s', (_, schema) => {
    expect(isStrictSchema(schema)).toBe(true)
  })
})

describe('strict mode refuses', () => {
  it.each<[string, JsonObject]>([
    ['an optional property', closed({ a: TEXT }, { required: [] })],
    ['an open object', closed({ a: TEXT }, { additionalProperties: true })],
    [
      'an optional property deep below',
      closed({ a: { type: 'array', items: closed({ b: TEXT }, { required: [] }) } }),
    ],
    [
      'one in a definition',
      closed({ a: { $ref: '#/$defs/a' } }, { $defs: { a: closed({ b: TEXT }, { required: [] }) } }),
    ],
    ['one in a choice', closed({ a: { anyOf: [TEXT, closed({ b: TEXT }, { required: [] })] } })],
    ['a choice at the root', { anyOf: [closed({})] }],
    ['no object at the root', { type: 'array', items: TEXT }],
    ['anything', closed({ a: {} })],
    ['a keyword it does not know', closed({ a: { allOf: [TEXT] } })],
    ['nonsense', { type: 'object', properties: [], required: 'a' }],
  ])('%s', (_, schema) => {
    expect(isStrictSchema(schema)).toBe(false)
  })
})
