import { expect, test } from 'vitest'
import { DEFAULT_WORKSPACE_SCOPES, SCOPE_FAMILIES, SCOPES, scopesFor } from './scopes.ts'

test('there are 139 scopes: 133 for organisation keys, 91 for service keys, 79 for user keys', () => {
  expect(SCOPES).toHaveLength(139)
  expect(new Set(SCOPES.map((scope) => scope.id)).size).toBe(139)
  expect(scopesFor('organisation-service')).toHaveLength(133)
  expect(scopesFor('workspace-service')).toHaveLength(91)
  expect(scopesFor('workspace-user')).toHaveLength(79)
})

test('every family has a meaning and a group, and is named once', () => {
  expect(new Set(SCOPE_FAMILIES.map((family) => family.prefix)).size).toBe(SCOPE_FAMILIES.length)
  expect(SCOPE_FAMILIES.every((family) => family.meaning.length > 3)).toBe(true)
})

test('inference and writing logs are for workspace keys alone', () => {
  const organisation = scopesFor('organisation-service').map((scope) => scope.id)
  for (const id of [
    'completions.write',
    'logs.write',
    'prompts.render',
    'guardrails.invoke',
    'mcp.invoke',
    'agents.invoke',
  ]) {
    expect(organisation).not.toContain(id)
  }
})

test('the defaults of a workspace key are legal for both kinds of it', () => {
  for (const type of ['workspace-service', 'workspace-user'] as const) {
    const legal = scopesFor(type).map((scope) => scope.id)
    expect(DEFAULT_WORKSPACE_SCOPES.every((scope) => legal.includes(scope))).toBe(true)
  }
})
