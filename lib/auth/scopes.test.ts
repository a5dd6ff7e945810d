import { expect, test } from 'vitest'
import {
  canonicalScope,
  defaultScopes,
  isLegalScope,
  mayGrant,
  scopesOfRole,
  shrinkToRole,
} from './scopes.ts'

test('an organisation key may infer only when it is bound to a workspace', () => {
  expect(isLegalScope('organisation-service', 'completions.write')).toBe(false)
  expect(isLegalScope('organisation-service', 'completions.write', true)).toBe(true)
  expect(isLegalScope('organisation-service', 'logs.write', true)).toBe(false)
  expect(isLegalScope('workspace-user', 'workspace_user_api_keys.create')).toBe(false)
})

test('old spellings are understood, unknown ones are not', () => {
  expect(canonicalScope('logs.read')).toBe('logs.view')
  expect(canonicalScope('completions.read')).toBeNull()
  expect(canonicalScope('logs.view')).toBe('logs.view')
  for (const word of ['nope', '', 'toString', '__proto__']) expect(canonicalScope(word)).toBeUndefined()
})

test('nobody hands on what they lack, but an organisation key can make keys that infer', () => {
  const held = new Set(['logs.view'])
  expect(mayGrant(held, 'logs.view', false)).toBe(true)
  expect(mayGrant(held, 'logs.list', true)).toBe(false)
  expect(mayGrant(held, 'completions.write', false)).toBe(false)
  expect(mayGrant(held, 'completions.write', true)).toBe(true)
})

test('a user key shrinks with its owner', () => {
  const scopes = ['completions.write', 'configs.create']
  expect([...shrinkToRole(scopes, 'owner', null)]).toEqual(scopes)
  expect([...shrinkToRole(scopes, 'member', 'manager')]).toEqual(scopes)
  expect([...shrinkToRole(scopes, 'member', 'member')]).toEqual(['completions.write'])
  expect([...shrinkToRole(scopes, 'member', null)]).toEqual([])
})

test('each role holds at least what the one below it holds', () => {
  const [member, manager, admin, owner] = [
    scopesOfRole('member', 'member'),
    scopesOfRole('member', 'manager'),
    scopesOfRole('member', 'admin'),
    scopesOfRole('owner', null),
  ]
  expect([...member].every((scope) => manager.has(scope))).toBe(true)
  expect([...manager].every((scope) => admin.has(scope))).toBe(true)
  expect([...admin].every((scope) => owner.has(scope))).toBe(true)
  expect(owner.size).toBe(139)
  expect(defaultScopes('workspace-user').every((scope) => member.has(scope))).toBe(true)
})
