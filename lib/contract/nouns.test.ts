import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as access from './access.ts'
import * as audit from './audit.ts'
import * as catalog from './catalog.ts'
import * as guardrails from './guardrails.ts'
import * as invites from './invites.ts'
import { rateLimits, usageLimits } from './limits.ts'
import * as notifications from './notifications.ts'
import * as organisation from './organisation.ts'
import * as people from './people.ts'
import { planeOf } from './planes.ts'
import * as policies from './policies.ts'
import * as profile from './profile.ts'
import { flag, paging, type Resource } from './resource.ts'
import * as roles from './roles.ts'
import * as routing from './routing.ts'
import { SCOPE_FAMILIES } from './scopes.ts'
import * as telemetry from './telemetry.ts'
import * as webhooks from './webhooks.ts'

const nouns = [
  access,
  audit,
  catalog,
  invites,
  guardrails,
  notifications,
  organisation,
  people,
  policies,
  profile,
  roles,
  routing,
  telemetry,
  webhooks,
]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter(
    (value): value is Resource =>
      value !== null && typeof value === 'object' && 'noun' in value && 'path' in value,
  )

describe.each(nouns.map((noun) => [noun.path, noun] as const))('%s', (path, noun) => {
  test('is of the admin plane, and its scopes exist', () => {
    expect(planeOf(path)).toBe('admin')
    const families = SCOPE_FAMILIES.map((family) => family.prefix)
    for (const family of noun.scopes) expect(families).toContain(family)
  })

  test('can be drawn as forms and written as JSON Schema', () => {
    const inputs = [
      noun.create,
      noun.update,
      noun.query,
      ...Object.values(noun.actions ?? {}).map((action) => action.input),
    ]
    for (const input of inputs)
      expect(z.toJSONSchema(input, { io: 'input' })).toHaveProperty('type', 'object')
    expect(z.toJSONSchema(noun.row)).toHaveProperty('type', 'object')
  })
})

test.each([true, 'true', 'True', 'TRUE', 1, '1'])('%s means yes', (said) => {
  expect(flag.parse(said)).toBe(true)
})
test.each([false, 'false', 'False', 0, '0'])('%s means no', (said) => {
  expect(flag.parse(said)).toBe(false)
})
test.each(['yes', '', 2, null, [], {}])('%s means neither', (said) => {
  expect(flag.safeParse(said).success).toBe(false)
})

test('a lone limit and a list of them are the same; null clears', () => {
  const one = { type: 'cost', credit_limit: 5 } as const
  expect(usageLimits.parse(one)).toEqual(usageLimits.parse([one]))
  expect(usageLimits.parse(null)).toEqual([])
  expect(usageLimits.parse({ credit_limit: 5 })).toEqual([
    { ...one, alert_threshold: null, periodic_reset: null },
  ])
  expect(rateLimits.parse({ type: 'requests', unit: 'rpw', value: 0 })).toEqual([
    { type: 'requests', unit: 'rpw', value: 0 },
  ])
})

test.each([
  { credit_limit: 9_000_001 },
  { credit_limit: Number.POSITIVE_INFINITY },
  { credit_limit: '5' },
  { type: 'cost' },
  { type: 'tokens', credit_limit: 100.5 },
  { credit_limit: 5, alert_threshold: 5 },
  { credit_limit: 5, periodic_reset: 'monthly', periodic_reset_days: 3 },
  { credit_limit: 5, periodic_reset_days: 366 },
  [{ credit_limit: 5 }, { type: 'tokens', credit_limit: 500 }, { credit_limit: 7 }],
])('a budget that cannot be kept is refused: %j', (budget) => {
  expect(usageLimits.safeParse(budget).success).toBe(false)
})

test.each([
  { type: 'requests', unit: 'rpm', value: -1 },
  { type: 'requests', unit: 'rpm', value: 1.5 },
  { type: 'requests', unit: 'rpy', value: 1 },
  { type: 'concurrent', unit: 'rpm', value: 1 },
  [
    { type: 'requests', unit: 'rpm', value: 1 },
    { type: 'requests', unit: 'rpd', value: 1 },
  ],
])('a rate that cannot be kept is refused: %j', (rate) => {
  expect(rateLimits.safeParse(rate).success).toBe(false)
})

test('pages are zero-based and bounded', () => {
  const page = z.object(paging(50))
  expect(page.parse({})).toEqual({ current_page: 0, page_size: 50 })
  expect(page.parse({ current_page: '2', page_size: '100' })).toEqual({ current_page: 2, page_size: 100 })
  for (const wrong of [
    { page_size: '0' },
    { page_size: '101' },
    { page_size: '1.5' },
    { current_page: '-1' },
    { page_size: 'x' },
  ]) {
    expect(page.safeParse(wrong).success).toBe(false)
  }
})
