import { describe, expect, it } from 'vitest'
import { apiKeys } from '@/lib/contract/access.ts'
import { SCOPES, scopesFor } from '@/lib/contract/scopes.ts'
import {
  type ApiKey,
  asType,
  createBody,
  draftOf,
  keyProblems,
  newKeyDraft,
  updateBody,
} from './key-draft.ts'
import { groupsFor, meaningOf, tickOf, toggled } from './scope-groups.ts'

const NOW = Date.parse('2026-03-01T00:00:00Z')
const draft = { ...newKeyDraft(), name: ' checkout-bot ' }

describe('a new key', () => {
  it('may call models and render prompts unless somebody says otherwise', () => {
    expect(createBody(draft, 'ws-1')).toEqual({
      type: 'workspace',
      sub_type: 'service',
      name: 'checkout-bot',
      workspace_id: 'ws-1',
      scopes: ['completions.write', 'prompts.read', 'prompts.list', 'prompts.render'],
    })
  })

  it('is what the contract takes, whatever was filled in', () => {
    const full = {
      ...draft,
      type: 'workspace-user' as const,
      userId: '0190',
      description: 'd',
      metadata: [
        { name: 'team', value: 'shop' },
        { name: '', value: '' },
      ],
      expiresAt: '2026-04-01T00:00:00.000Z',
      allowConfigOverride: false,
    }
    const body = createBody(full, 'ws-1')
    expect(apiKeys.create.safeParse(body).success).toBe(true)
    expect(body).toMatchObject({
      sub_type: 'user',
      user_id: '0190',
      defaults: { metadata: { team: 'shop' }, allow_config_override: false },
    })
  })

  it('of another type keeps the permissions that type may hold', () => {
    const service = {
      ...draft,
      scopes: ['completions.write', 'workspace_users.list', 'workspace_service_api_keys.list'],
    }
    expect(asType(service, 'workspace-user').scopes).toEqual(['completions.write', 'workspace_users.list'])
    expect(
      asType({ ...draft, scopes: ['workspace_service_api_keys.list'] }, 'workspace-user').scopes,
    ).toEqual(draft.scopes)
  })

  it('says at the field what is wrong', () => {
    const wrong = {
      ...draft,
      name: ' ',
      description: 'x'.repeat(201),
      metadata: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
        { name: '', value: 'x' },
        { name: 'b', value: 'x'.repeat(129) },
      ],
      expiresAt: '2026-02-01T00:00:00.000Z',
      scopes: [],
    }
    expect(Object.keys(keyProblems(wrong, NOW))).toEqual([
      'name',
      'description',
      'defaults.metadata.1.name',
      'defaults.metadata.2.name',
      'defaults.metadata.3.value',
      'expires_at',
      'scopes',
    ])
  })
})

describe('a changed key', () => {
  const key = {
    type: 'workspace-service',
    name: 'bot',
    description: 'x',
    user_id: null,
    expires_at: '2026-04-01T00:00:00.000Z',
    scopes: ['logs.view', 'completions.write'],
    defaults: { config_id: null, config_slug: null, metadata: { team: 'shop' }, allow_config_override: null },
    usage_limits_all: [],
    rate_limits: null,
    alert_emails: [],
  } as unknown as ApiKey
  const before = draftOf(key)

  it('sends nothing when nothing changed, in whatever order its permissions stand', () => {
    expect(updateBody(before, { ...before, scopes: [...before.scopes].reverse() })).toEqual({})
  })

  it('sends what changed, and null for what was cleared', () => {
    const now = { ...before, description: '', metadata: [], expiresAt: '', scopes: ['completions.write'] }
    expect(updateBody(before, now)).toEqual({
      description: null,
      defaults: { metadata: null },
      expires_at: null,
      scopes: ['completions.write'],
    })
  })
})

describe('the scopes picker', () => {
  it('offers every scope of a type once', () => {
    for (const type of ['organisation-service', 'workspace-service', 'workspace-user'] as const) {
      const ids = groupsFor(type, '').flatMap(({ families }) =>
        families.flatMap(({ scopes }) => scopes.map(({ id }) => id)),
      )
      expect(ids.sort()).toEqual(
        scopesFor(type)
          .map(({ id }) => id)
          .sort(),
      )
    }
  })

  it('says what every scope means, each in its own words', () => {
    const words = SCOPES.map(meaningOf)
    expect(new Set(words).size).toBe(words.length)
    for (const text of words) expect(text).toMatch(/^[A-Z].* /)
  })

  it('finds by words of id, group and meaning', () => {
    const found = groupsFor('workspace-service', 'list config')
    expect(found.flatMap(({ families }) => families.map(({ prefix }) => prefix))).toEqual(['configs'])
    expect(groupsFor('workspace-user', 'zzz')).toEqual([])
  })

  it('ticks a group whole, and unticks it only when all of it is ticked', () => {
    const scopes = [{ id: 'a.read' }, { id: 'a.list' }]
    expect(tickOf(scopes, new Set(['a.read']))).toBe('some')
    expect(toggled(['x', 'a.read'], scopes)).toEqual(['x', 'a.read', 'a.list'])
    expect(toggled(['x', 'a.read', 'a.list'], scopes)).toEqual(['x'])
  })
})
