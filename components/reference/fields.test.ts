import { expect, test } from 'vitest'
import { fieldsOf } from './fields.ts'

test('fields are told with their types, their rules and what they hold', () => {
  const fields = fieldsOf({
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 100 },
      page_size: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
      kind: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] },
      limits: {
        anyOf: [
          {
            type: 'array',
            items: { type: 'object', properties: { value: { type: 'number' } } },
            maxItems: 2,
          },
          { type: 'object', properties: { value: { type: 'number' } } },
          { type: 'null' },
        ],
      },
    },
  })
  expect(fields).toEqual([
    { name: 'name', type: 'string', isRequired: true, rules: ['1-100 characters'] },
    {
      name: 'page_size',
      type: 'integer',
      isRequired: false,
      rules: ['at least 1', 'at most 100', 'default 50'],
    },
    { name: 'kind', type: 'string or null', isRequired: false, rules: ['one of a, b'] },
    {
      name: 'limits',
      type: 'list of objects or object or null',
      isRequired: false,
      rules: ['at most 2 members'],
    },
    { name: 'limits[].value', type: 'number', isRequired: false, rules: [] },
  ])
})
