import { expect, test } from 'vitest'
import { DEFAULT_TOGGLES, SECURITY_CATEGORIES, TOGGLES, togglesOf } from '../contract/security.ts'
import {
  canonicalScope,
  defaultScopes,
  isLegalScope,
  mayGrant,
  type OrganisationRole,
  rightsOfRole,
  shrinkToRole,
  toggleAgainst,
  type WorkspaceRole,
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

const scopesOfRole = (
  organisation: OrganisationRole,
  workspace: WorkspaceRole | null,
  toggles = DEFAULT_TOGGLES,
) => rightsOfRole(organisation, workspace, toggles).scopes

test('a user key shrinks with its owner', () => {
  const scopes = ['completions.write', 'configs.create']
  const left = (...role: Parameters<typeof scopesOfRole>) => [
    ...shrinkToRole(scopes, rightsOfRole(role[0], role[1], DEFAULT_TOGGLES)).scopes,
  ]
  expect(left('owner', null)).toEqual(scopes)
  expect(left('member', 'manager')).toEqual(scopes)
  expect(left('member', 'member')).toEqual(['completions.write'])
  expect(left('member', null)).toEqual([])
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

test('a toggle that is off takes from its role exactly what it says, and from no other', () => {
  for (const { key, role, grants } of TOGGLES) {
    if (role === null || role === 'admin') continue
    const on = rightsOfRole('member', role, { ...DEFAULT_TOGGLES, [key]: true })
    const off = rightsOfRole('member', role, { ...DEFAULT_TOGGLES, [key]: false })
    const gone = [...on.scopes].filter((scope) => !off.scopes.has(scope))
    expect([key, gone.sort()]).toEqual([key, grants.filter((grant) => !grant.startsWith('right:')).sort()])
    expect(rightsOfRole('member', 'admin', { ...DEFAULT_TOGGLES, [key]: false })).toEqual(
      rightsOfRole('member', 'admin', DEFAULT_TOGGLES),
    )
  }
})

test('payloads and the calls of others are rights of their own', () => {
  const off = { ...DEFAULT_TOGGLES, membersViewLogs: false, membersViewAllData: false }
  expect(rightsOfRole('member', 'member', DEFAULT_TOGGLES)).toMatchObject({
    seesPayloads: true,
    seesAllData: true,
  })
  expect(rightsOfRole('member', 'member', off)).toMatchObject({ seesPayloads: false, seesAllData: false })
  expect(
    rightsOfRole('admin', null, { ...DEFAULT_TOGGLES, organisationAdminsViewLogs: false }).seesPayloads,
  ).toBe(false)
  expect(
    rightsOfRole('owner', null, { ...DEFAULT_TOGGLES, organisationAdminsViewLogs: false }).seesPayloads,
  ).toBe(true)
})

test('a workspace has its say only in categories the organisation opened', () => {
  const theirs = { membersWriteConfigs: true }
  expect(togglesOf({}, theirs).membersWriteConfigs).toBe(false)
  expect(togglesOf({ workspace_overrides: { configs: true } }, theirs).membersWriteConfigs).toBe(true)
  expect(
    togglesOf({ workspace_overrides: { configs: true }, membersWriteConfigs: true }, {}).membersWriteConfigs,
  ).toBe(true)
  expect(new Set(TOGGLES.map(({ category }) => category))).toEqual(new Set(SECURITY_CATEGORIES))
})

test('the toggle in the way is known by name', () => {
  expect(toggleAgainst('configs.create', 'member', DEFAULT_TOGGLES)?.key).toBe('membersWriteConfigs')
  expect(toggleAgainst('configs.create', 'manager', DEFAULT_TOGGLES)).toBeUndefined()
})
