import { expect, test } from 'vitest'
import { SCOPES } from '@/lib/contract/scopes.ts'
import { TOGGLES } from '@/lib/contract/security.ts'
import { holdersOf, type Role, scopesBySearch, settingWords, wordOf } from './matrix.ts'

const role = (id: string, scopes: string[]): Role => ({
  id,
  name: id,
  level: 'workspace',
  description: '',
  scopes,
  sees_payloads: false,
  sees_all_data: false,
})

test('a cell says whether settings decide it, and how they stand', () => {
  const cell = { is_allowed: true, toggles: [], note: null }
  expect(wordOf({ ...cell, allowed: 'always' })).toBe('Always')
  expect(wordOf({ ...cell, allowed: 'toggle' })).toBe('On')
  expect(wordOf({ ...cell, allowed: 'toggle', is_allowed: false })).toBe('Off')
  expect(wordOf({ ...cell, allowed: 'never', is_allowed: false })).toBe('Never')
})

test('every setting reads as a sentence', () => {
  expect(settingWords('membersWriteConfigs')).toBe('Members may write configs')
  for (const { key } of TOGGLES) expect(settingWords(key)).toContain(' ')
})

test('all scopes are there, and found by id, group and meaning', () => {
  const count = (search: string) => scopesBySearch(search).flatMap(({ scopes }) => scopes).length
  expect(count('')).toBe(SCOPES.length)
  expect(count('configs.list')).toBe(1)
  expect(count('call models')).toBe(1)
  expect(count('no such thing')).toBe(0)
})

test('who holds a scope is said as short as it can be', () => {
  const all = ['owner', 'admin', 'workspace_admin', 'manager', 'member', 'organisation_member']
  const roles = all.map((id) => role(id, id === 'organisation_member' ? ['b'] : ['a', 'b']))
  expect(holdersOf(roles, 'b')).toBe('Everyone')
  expect(holdersOf(roles, 'a')).toBe('Everyone in a workspace')
  expect(holdersOf(roles, 'c')).toBe('Nobody: keys alone')
  expect(holdersOf([role('owner', ['x']), role('admin', [])], 'x')).toBe('owner')
})
