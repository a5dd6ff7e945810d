import { expect, test } from 'vitest'
import { invites } from '@/lib/contract/invites.ts'
import { inviteBody, inviteProblems, newInviteDraft } from './invite-draft.ts'

const draft = newInviteDraft('', 'ws-shop')

test('a new invite is for a member of the workspace on screen, without a key', () => {
  const body = inviteBody({ ...draft, email: ' nia@example.test ' })
  expect(body).toEqual({
    email: 'nia@example.test',
    role: 'member',
    workspaces: [{ id: 'ws-shop', role: 'member' }],
  })
  expect(invites.create.safeParse(body).success).toBe(true)
  expect(inviteBody(newInviteDraft('nia@example.test', undefined)).workspaces).toEqual([])
})

test('a key is asked for with its permissions, and only where there is a workspace to make it in', () => {
  const keyed = { ...draft, email: 'nia@example.test', hasKey: true, scopes: ['completions.write'] }
  expect(inviteBody(keyed).workspace_api_key_details).toEqual({ scopes: ['completions.write'] })
  expect(inviteBody({ ...keyed, places: [] })).not.toHaveProperty('workspace_api_key_details')
})

test.each([
  ['', { email: 'Is required' }],
  ['nia', { email: 'Must be an e-mail address' }],
  ['Nia@Example.Test', {}],
])('%j as an e-mail: %j', (email, problems) => {
  expect(inviteProblems({ ...draft, email })).toEqual(problems)
})

test('a key that may do nothing is none', () => {
  const empty = { ...draft, email: 'nia@example.test', hasKey: true, scopes: [] }
  expect(Object.keys(inviteProblems(empty))).toEqual(['workspace_api_key_details.scopes'])
  expect(inviteProblems({ ...empty, places: [] })).toEqual({})
})
