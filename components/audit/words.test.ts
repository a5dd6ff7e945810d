import { expect, test } from 'vitest'
import { type AuditRow, deedOf, doerOf, nounOf, sentenceOf } from './words.ts'

const row = (more: Partial<AuditRow> = {}): AuditRow => ({
  id: '019a0000-0000-7000-8000-000000000001',
  timestamp: '2026-03-09T07:55:25.000Z',
  request_id: null,
  method: 'PUT',
  uri: '/api/v1/api-keys/1',
  request_body: null,
  query_params: null,
  request_headers: null,
  response_status_code: 200,
  user_id: 'u-1',
  user_type: 'user',
  actor_name: 'ada@example.test',
  client_ip: null,
  country: null,
  user_agent: null,
  organisation_id: 'o-1',
  workspace_id: 'w-1',
  resource_type: 'api_keys',
  resource_id: 'k-1',
  resource_name: 'checkout-bot',
  action: 'update',
  before: null,
  after: null,
  ...more,
})

test.each([
  [{}, 'ada@example.test changed key checkout-bot in Shop.'],
  [
    { response_status_code: 403, user_type: 'api_key', actor_name: 'ci' },
    'The key ci tried to change key checkout-bot in Shop and was refused: their role, their scopes or a security setting does not let them.',
  ],
  [
    { user_type: 'system', user_id: null, actor_name: null, uri: '/rotation', action: 'rotate' },
    'Tollgate rotated key checkout-bot in Shop.',
  ],
  [
    { resource_type: 'organisation', resource_name: 'Acme', resource_id: 'o-1' },
    'ada@example.test changed the organisation in Shop.',
  ],
  [
    { resource_type: 'audit_logs', resource_name: null, resource_id: null, action: 'export' },
    'ada@example.test exported the audit log in Shop.',
  ],
  [
    { resource_type: 'users', resource_id: 'u-1', resource_name: 'ada@example.test' },
    'ada@example.test changed their own profile in Shop.',
  ],
  [
    {
      resource_type: 'integrations',
      action: 'manage',
      uri: '/v1/integrations/test',
      resource_name: 'openai',
    },
    'ada@example.test tested credentials of integration openai in Shop.',
  ],
] as [Partial<AuditRow>, string][])('%j reads as a sentence', (more, said) => {
  expect(sentenceOf(row(more), 'Shop')).toBe(said)
})

test('a sign-in that failed names the e-mail nobody has, and no workspace', () => {
  const stranger = { user_id: null, actor_name: null, resource_id: null, resource_name: 'eve@example.test' }
  const login = { resource_type: 'users', action: 'login', workspace_id: null }
  expect(sentenceOf(row({ ...login, ...stranger, response_status_code: 401 }), null)).toBe(
    'Somebody failed to sign in as eve@example.test.',
  )
  expect(sentenceOf(row(login), null)).toBe('ada@example.test signed in.')
})

test('what is gone is called by the end of its id, and new types by their own spelling', () => {
  const id = '019a0000-0000-7000-8000-0000000000ff'
  expect(doerOf(row({ actor_name: null, user_id: id }))).toEqual({
    name: '…000000ff',
    kind: 'person',
    note: 'gone',
  })
  expect(deedOf(row({ resource_name: null, resource_id: id })).name).toBe('…000000ff')
  expect(nounOf('quota_policies')).toBe('quota policy')
  expect(deedOf(row({ action: 'hand_over' })).words).toBe('Hand over key')
})
