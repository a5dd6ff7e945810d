import { describe, expect, it } from 'vitest'
import { SETTINGS_DEFAULTS } from '@/lib/contract/organisation.ts'
import { DEFAULT_TOGGLES } from '@/lib/contract/security.ts'
import {
  bodyOf,
  changedPaths,
  draftOf,
  EXAMPLE_SCHEMA,
  type Organisation,
  schemaWords,
  wrongWith,
} from './draft.ts'

const before = draftOf({
  name: 'Acme',
  settings: { ...SETTINGS_DEFAULTS, block_inline_config: false },
  security_settings: { ...DEFAULT_TOGGLES, workspace_overrides: { logs: true } },
} as unknown as Organisation)

const KEYS = 'settings.api_key_metadata_schema'

describe('settings that were changed', () => {
  it('are none at first, and none once each is back where it stood', () => {
    expect(changedPaths(before, before)).toEqual([])
    expect(changedPaths({ ...before, name: ' Acme ' }, before)).toEqual([])
    const stored = { ...before, [KEYS]: '{"type": "object", "required": ["team"]}' }
    expect(changedPaths({ ...before, [KEYS]: '{"required":["team"],"type":"object"}' }, stored)).toEqual([])
  })

  it('are sent alone, each at its place; what was emptied is null', () => {
    const now = {
      ...before,
      name: 'Acme Ltd',
      'settings.session_settings.max_session_ttl': 3600,
      'security_settings.membersViewLogs': false,
      'security_settings.workspace_overrides.logs': false,
      [KEYS]: EXAMPLE_SCHEMA,
    }
    expect(bodyOf(now, before)).toEqual({
      name: 'Acme Ltd',
      settings: {
        session_settings: { max_session_ttl: 3600 },
        api_key_metadata_schema: JSON.parse(EXAMPLE_SCHEMA),
      },
      security_settings: { membersViewLogs: false, workspace_overrides: { logs: false } },
    })
    expect(wrongWith(now, before)).toEqual({})
    expect(bodyOf({ ...now, [KEYS]: '' }, now)).toEqual({ settings: { api_key_metadata_schema: null } })
  })

  it('are judged at their fields, a schema by what is wrong inside it', () => {
    expect(wrongWith({ ...before, 'settings.session_settings.max_session_ttl': 60 }, before)).toEqual({
      'settings.session_settings.max_session_ttl': 'Must be a whole number from 900 to 31536000',
    })
    expect(wrongWith({ ...before, [KEYS]: '{"type":' }, before)[KEYS]).toMatch(/^Is not JSON: /)
    const numbers = '{"type":"object","properties":{"n":{"type":"number"}},"additionalProperties":true}'
    expect(wrongWith({ ...before, [KEYS]: numbers }, before)[KEYS]).toBe(
      'Properties.n.type must be "string": metadata values are text',
    )
  })
})

it('a schema is said in sentences', () => {
  expect(schemaWords(EXAMPLE_SCHEMA)).toEqual([
    'team must be given as search, support',
    'cost_center may be given',
  ])
  expect(
    schemaWords(
      '{"type":"object","required":["a"],"properties":{"a":{"type":"string","default":"x"}},"additionalProperties":true}',
    ),
  ).toEqual(['a may be given and is x when left out'])
  expect(schemaWords('{')).toEqual([])
})
