import { expect, test } from 'vitest'
import { changesOf } from './changes.ts'

test('a change shows the fields that differ, and not those that always do', () => {
  const before = { id: '1', name: 'bot', limits: { cost: 5, unit: 'usd' }, last_updated_at: '1' }
  const after = {
    id: '1',
    name: 'robot',
    limits: { unit: 'usd', cost: 5 },
    last_updated_at: '2',
    status: 'on',
  }
  const found = changesOf(before, after)
  expect(found).toMatchObject({ kind: 'changed', fields: ['name', 'status'] })
  expect(JSON.parse(found?.before ?? '')).toEqual({ name: 'bot' })
  expect(JSON.parse(found?.after ?? '')).toEqual({ name: 'robot', status: 'on' })
  expect(JSON.parse(found?.whole.before ?? '')).toEqual(before)
})

test('a write that moved nothing but its stamp still says so', () => {
  expect(changesOf({ a: 1, updated_at: '1' }, { a: 1, updated_at: '2' })?.fields).toEqual(['updated_at'])
  expect(changesOf({ a: 1 }, { a: 1 })?.fields).toEqual([])
})

test('what was made has no before, what was deleted no after, and a refusal neither', () => {
  expect(changesOf(null, { a: 1 })).toMatchObject({ kind: 'created', before: '', fields: ['a'] })
  expect(changesOf({ a: 1 }, null)).toMatchObject({ kind: 'deleted', after: '', fields: ['a'] })
  expect(changesOf(null, null)).toBeNull()
})
