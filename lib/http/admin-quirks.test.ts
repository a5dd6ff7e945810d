import { expect, test } from 'vitest'
import type { Route } from '../admin/verbs.ts'
import { forThisClient } from './admin-quirks.ts'

const providers = { method: 'GET', path: 'providers' } as Route
const list = {
  object: 'list',
  total: 2,
  data: [
    { slug: 'a', usage_limits: { type: 'cost' }, rate_limits: [{ value: 1 }, { value: 2 }] },
    { slug: 'b', usage_limits: null, rate_limits: [] },
  ],
}
const python = { 'x-portkey-package-version': 'portkey-2.3.1', 'x-portkey-runtime': 'CPython' }

test('the Python client reads one limit where others read a list', () => {
  expect(forThisClient(providers, list, new Headers(python))).toEqual({
    object: 'list',
    total: 2,
    data: [
      { slug: 'a', usage_limits: { type: 'cost' }, rate_limits: { value: 1 } },
      { slug: 'b', usage_limits: null, rate_limits: null },
    ],
  })
})

test.each([
  ['nobody in particular', {}],
  ['Node', { ...python, 'x-portkey-runtime': 'node' }],
  ['a browser', { ...python, 'x-portkey-runtime': 'browser:chrome' }],
  ['another package', { 'x-portkey-package-version': 'other-1' }],
])('%s gets lists', (_, headers) => {
  expect(forThisClient(providers, list, new Headers(headers))).toBe(list)
})

test('an integration’s workspaces are read the same way, other lists are left alone', () => {
  const workspaces = {
    total: 1,
    workspaces: [{ id: 'ws', usage_limits: [{ type: 'cost' }], rate_limits: [] }],
  }
  const route = { method: 'GET', path: 'integrations/{slug}/workspaces' } as Route
  expect(forThisClient(route, workspaces, new Headers(python))).toEqual({
    total: 1,
    workspaces: [{ id: 'ws', usage_limits: { type: 'cost' }, rate_limits: null }],
  })
  expect(forThisClient({ method: 'GET', path: 'api-keys' } as Route, list, new Headers(python))).toBe(list)
})
