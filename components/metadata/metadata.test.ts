import { describe, expect, it } from 'vitest'
import { metadataSchema } from '@/lib/contract/metadata-schema.ts'
import { expectedRows, metadataBody, metadataOf, metadataProblems } from './draft.ts'

const schema = metadataSchema.parse({
  type: 'object',
  additionalProperties: true,
  properties: {
    team: { type: 'string', description: 'Who pays' },
    stage: { type: 'string', enum: ['prod', 'test'], default: 'prod' },
  },
  required: ['team', 'stage'],
})

describe('metadata in a form', () => {
  it('goes out and comes back, without rows that say nothing', () => {
    const rows = [...metadataOf({ team: 'search' }), { name: ' ', value: '' }]
    expect(metadataBody({ metadata: rows })).toEqual({ team: 'search' })
    expect(metadataBody({ metadata: [] })).toBeUndefined()
    expect(metadataOf(null)).toEqual([])
  })

  it('names each row that is wrong', () => {
    const metadata = [
      { name: '', value: 'x' },
      { name: 'team', value: 'a' },
      { name: 'team', value: 'b' },
      { name: 'long', value: 'x'.repeat(129) },
    ]
    expect(Object.keys(metadataProblems({ metadata }))).toEqual([
      'defaults.metadata.0.name',
      'defaults.metadata.2.name',
      'defaults.metadata.3.value',
    ])
  })

  it('says what the organisation asks for: a default need not be said', () => {
    expect(metadataProblems({ metadata: [] }, schema)).toEqual({
      'defaults.metadata': 'team is required by the organisation',
    })
    const metadata = metadataOf({ team: 'search', stage: 'beta' })
    expect(metadataProblems({ metadata }, schema)).toEqual({
      'defaults.metadata.1.value': 'Must be one of prod, test',
    })
    expect(expectedRows(metadataOf({ team: 'a' }), schema)).toEqual([
      { name: 'stage', isRequired: true, hint: 'one of prod, test; prod unless said', value: 'prod' },
    ])
    expect(expectedRows([], schema)[0]).toMatchObject({ name: 'team', hint: 'Who pays', value: '' })
  })
})
