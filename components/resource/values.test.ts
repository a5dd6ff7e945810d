import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldKind, optionsOf, problems, toPayload } from './values.ts'

const schema = z.object({
  name: z.string().trim().min(1, 'must have 1-255 characters'),
  note: z.string().nullish(),
  limit: z.number().int('must be a whole number').optional(),
  type: z.enum(['workspace-user', 'workspace-service']).default('workspace-user'),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
  isOn: z.union([z.boolean(), z.string()]).transform(Boolean).optional(),
})

describe('a form drawn from a schema', () => {
  it('asks with the input each member calls for', () => {
    const kinds = Object.fromEntries(
      Object.entries(schema.shape).map(([name, type]) => [name, fieldKind(type)]),
    )
    expect(kinds).toEqual({
      name: 'text',
      note: 'text',
      limit: 'number',
      type: 'select',
      tags: 'tags',
      metadata: 'json',
      isOn: 'switch',
    })
  })

  it('spells choices for people', () => {
    expect(optionsOf(schema.shape.type)).toEqual([
      { value: 'workspace-user', label: 'Workspace user' },
      { value: 'workspace-service', label: 'Workspace service' },
    ])
  })

  it('leaves empty fields out of a create', () => {
    const kinds = { name: 'text', note: 'text', tags: 'tags', metadata: 'json' } as const
    const values = { name: ' Shop ', note: '', tags: [], metadata: '{"team":"shop"}' }
    expect(toPayload(values, {}, 'create', kinds)).toEqual({ name: 'Shop', metadata: { team: 'shop' } })
  })

  it('takes text as text, whatever it looks like', () => {
    expect(toPayload({ name: '[1]' }, {}, 'create', { name: 'text' })).toEqual({ name: '[1]' })
  })

  it('sends only what an update changes, and null for what it clears', () => {
    const initial = { name: 'Shop', note: 'ours', limit: 5 }
    const kinds = { name: 'text', note: 'text', limit: 'number' } as const
    const changed = toPayload({ name: 'Shop', note: '', limit: 6 }, initial, 'update', kinds)
    expect(changed).toEqual({ note: null, limit: 6 })
  })

  it('says what is wrong at the field', () => {
    expect(problems(schema, {}, 'create')).toEqual({ name: 'Required' })
    expect(problems(schema, { limit: 1.5 }, 'update')).toEqual({ limit: 'Must be a whole number' })
    expect(problems(schema, { name: 'x', metadata: '{oops' }, 'create').metadata).toMatch(/^Invalid input/)
  })
})
