import { describe, expect, it } from 'vitest'
import { apiKeys } from '@/lib/contract/access.ts'
import { SCOPES, scopesFor } from '@/lib/contract/scopes.ts'
import {
  type ApiKey,
  asType,
  createBody,
  draftOf,
  type KeyDraft,
  type KeyRules,
  keyProblems,
  legalScopes,
  newKeyDraft,
  updateBody,
} from './key-draft.ts'
import { figuresOf, passes } from './key-filters.ts'
import { warningsOf } from './key-warnings.ts'
import {
  cadenceWords,
  type RotationDraft,
  rotationBody,
  rotationOf,
  rotationProblems,
} from './rotation-draft.ts'
import { groupsOf, meaningOf, presetsFor, tickOf, toggled } from './scope-groups.ts'

const NOW = Date.parse('2026-03-01T00:00:00Z')
const RULES: KeyRules = {
  object: 'api-key-rules',
  api_key_metadata_schema: {
    type: 'object',
    properties: {
      team: { type: 'string', enum: ['shop', 'search'] },
      stage: { type: 'string', default: 'prod' },
    },
    required: ['team', 'stage'],
    additionalProperties: true,
  },
  user_api_key_ttl: { default_days: 30, max_days: 90 },
  user_api_key_rotation_period: 30,
  max_user_api_keys: null,
}
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

  it('of the organisation belongs to no workspace unless it is bound to one, and then may call models there', () => {
    const admin = asType(draft, 'organisation-service')
    expect(createBody(admin, 'ws-1')).toMatchObject({ type: 'organisation', sub_type: 'service' })
    expect(createBody(admin, 'ws-1')).not.toHaveProperty('workspace_id')
    expect(createBody({ ...admin, boundTo: 'ws-2' }, 'ws-1')).toHaveProperty('workspace_id', 'ws-2')
    const mayCall = (boundTo: string) =>
      legalScopes({ ...admin, boundTo }).some(({ id }) => id === 'completions.write')
    expect([mayCall(''), mayCall('ws-2')]).toEqual([false, true])
  })

  it('of a person obeys what the organisation rules, and says nothing where the usual will do', () => {
    const own = { ...draft, type: 'workspace-user' as const }
    expect(createBody(own, 'ws-1', RULES)).not.toHaveProperty('expires_at')
    expect(createBody(own, 'ws-1', RULES)).not.toHaveProperty('rotation_policy')
    const slower = { ...own, rotation: { ...own.rotation, transitionMs: 86_400_000 } }
    expect(createBody(slower, 'ws-1', RULES).rotation_policy).toEqual({
      rotation_period_days: 30,
      key_transition_period_ms: 86_400_000,
    })
    const problems = (expiresAt: string) =>
      keyProblems({ ...own, expiresAt }, { nowMs: NOW, rules: RULES }).expires_at
    expect(problems('never')).toMatch(/^Must be a date/)
    expect(problems('2026-08-01T00:00:00.000Z')).toMatch(/^Is too late/)
    expect(problems('2026-04-01T00:00:00.000Z')).toBeUndefined()
    expect(problems('')).toBeUndefined()
  })

  it('has to say what the metadata schema asks for', () => {
    const problems = (metadata: KeyDraft['metadata']) =>
      Object.keys(keyProblems({ ...draft, metadata }, { nowMs: NOW, rules: RULES }))
    expect(problems([])).toEqual(['defaults.metadata'])
    expect(problems([{ name: 'team', value: 'shop' }])).toEqual([])
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
    expect(Object.keys(keyProblems(wrong, { nowMs: NOW }))).toEqual([
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
    rotation_policy: null,
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

const MONTHLY = {
  rotation_period: 'monthly',
  next_rotation_at: '2026-04-01T00:00:00.000Z',
  key_transition_period_ms: 86_400_000,
  status: 'ACTIVE',
} as const

describe('a rotation schedule', () => {
  it('comes back from the form as the contract takes it', () => {
    const { status: _, ...said } = MONTHLY
    expect(rotationBody(rotationOf(MONTHLY))).toEqual(said)
    expect(rotationBody(rotationOf(null))).toBeNull()
    expect(cadenceWords(MONTHLY)).toBe('On the 1st of each month')
  })

  it('says at the field what is wrong', () => {
    const at = (part: Partial<RotationDraft>) =>
      Object.keys(rotationProblems({ ...rotationOf(null), ...part }, NOW))
    expect(at({ cadence: 'days' })).toContain('rotation_policy.rotation_period_days')
    expect(at({ cadence: 'weekly', transitionMs: 7 * 86_400_000 })).toEqual([
      'rotation_policy.key_transition_period_ms',
    ])
    expect(at({ cadence: 'once' })).toEqual(['rotation_policy.next_rotation_at'])
    expect(at({ cadence: 'weekly', nextAt: '2026-02-01T00:00:00.000Z' })).toEqual([
      'rotation_policy.next_rotation_at',
    ])
    expect(at({ cadence: 'weekly' })).toEqual([])
  })
})

describe('what needs attention', () => {
  const key = {
    status: 'active',
    created_at: '2026-02-20T00:00:00.000Z',
    last_used_at: null,
    last_rotated_at: null,
    expires_at: null,
    key_transition_expires_at: null,
    rotation_policy: null,
    has_unrevealed_secret: false,
    scopes: ['completions.write'],
    defaults: { config_slug: null },
  } as unknown as ApiKey
  const kinds = (part: Partial<ApiKey>) => warningsOf({ ...key, ...part }, NOW).map(({ kind }) => kind)
  const soon = '2026-03-01T12:00:00.000Z'

  it('is said of a key in time, and of a disabled one not at all', () => {
    expect(kinds({})).toEqual([])
    expect(kinds({ expires_at: soon })).toEqual(['expiring'])
    expect(kinds({ expires_at: '2026-03-12T00:00:00.000Z' })).toEqual([])
    expect(kinds({ key_transition_expires_at: soon, last_rotated_at: '2026-02-28T12:00:00.000Z' })).toEqual([
      'older',
    ])
    const rotation_policy = { ...MONTHLY, next_rotation_at: soon }
    expect(kinds({ rotation_policy })).toEqual(['turn'])
    const later = { key_transition_expires_at: '2026-03-02T12:00:00.000Z' }
    expect(kinds({ rotation_policy, ...later }), 'the turn waits for the older secret').toEqual([])
    expect(kinds({ defaults: { ...key.defaults, config_slug: 'pc-1' } })).toEqual(['config'])
    expect(kinds({ created_at: '2026-01-01T00:00:00.000Z' })).toEqual(['unused'])
    expect(kinds({ status: 'expired', expires_at: '2026-02-28T00:00:00.000Z' })).toEqual(['expired'])
    expect(kinds({ status: 'disabled', expires_at: soon })).toEqual([])
  })

  it('puts a secret that nobody has seen first', () => {
    const rotated = { has_unrevealed_secret: true, key_transition_expires_at: soon }
    expect(kinds({ ...rotated, expires_at: soon })).toEqual(['secret', 'expiring'])
  })

  it('is what the filter and the figure count', () => {
    const idle = { ...key, id: 'a', created_at: '2026-01-01T00:00:00.000Z' }
    const fresh = { ...key, id: 'b', last_used_at: '2026-02-27T00:00:00.000Z' }
    const both = [idle, fresh] as ApiKey[]
    expect(figuresOf(both, NOW)).toEqual({
      total: 2,
      active: 2,
      usedThisWeek: 1,
      unused: 1,
      endless: 2,
      inNeed: 1,
    })
    for (const state of ['unused', 'attention'])
      expect(both.filter((one) => passes(one, { state, owner: null }, NOW))).toEqual([idle])
  })
})

describe('the scopes picker', () => {
  it('starts from sets that every kind of key may hold', () => {
    for (const type of ['organisation-service', 'workspace-service', 'workspace-user'] as const)
      for (const { name, wants } of presetsFor(type))
        expect(scopesFor(type).filter(wants).length, `${type}: ${name}`).toBeGreaterThan(0)
  })

  it('offers every scope of a type once', () => {
    for (const type of ['organisation-service', 'workspace-service', 'workspace-user'] as const) {
      const ids = groupsOf(scopesFor(type)).flatMap(({ families }) =>
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
    const found = groupsOf(scopesFor('workspace-service'), 'list config')
    expect(found.flatMap(({ families }) => families.map(({ prefix }) => prefix))).toEqual(['configs'])
    expect(groupsOf(scopesFor('workspace-user'), 'zzz')).toEqual([])
  })

  it('ticks a group whole, and unticks it only when all of it is ticked', () => {
    const scopes = [{ id: 'a.read' }, { id: 'a.list' }]
    expect(tickOf(scopes, new Set(['a.read']))).toBe('some')
    expect(toggled(['x', 'a.read'], scopes)).toEqual(['x', 'a.read', 'a.list'])
    expect(toggled(['x', 'a.read', 'a.list'], scopes)).toEqual(['x'])
  })
})
