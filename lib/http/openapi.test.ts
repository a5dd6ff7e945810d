import { expect, test } from 'vitest'
import type { Operation } from '../contract/openapi.ts'
import { SCOPES } from '../contract/scopes.ts'
import { adminFamilies } from '../testing/admin-families.ts'
import { openApi } from './openapi.ts'

const families = await adminFamilies()
const document = openApi(families, { publicUrl: 'https://gate.test', version: '1.2.3' })
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
)

const SAID =
  /^(Accept|Ask|Change|Choose|Create|Delete|Give|List|Make|Mark|Read|Remove|Reveal|Rotate|Say|Send|Set|Sign|Store|Test|Update) (?!.*(keies|\ban us))/

test('every route is told once, under a name of its own', () => {
  const routes = families.flatMap((family) => family.routes.map((route) => `${route.method} /${route.path}`))
  expect(operations.map(([method, path]) => `${method.toUpperCase()} ${path}`).sort()).toEqual(
    [...new Set(routes)].sort(),
  )
  const ids = operations.map(([, , operation]) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('what a path names is a parameter, what a body takes has types, and scopes are real', () => {
  const known = new Set(SCOPES.map(({ id }) => id))
  for (const [method, path, operation] of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const inPath = operation.parameters.filter((one) => one.in === 'path').map((one) => one.name)
    expect([path, inPath]).toEqual([path, named])
    expect(operation['x-scopes'].filter((scope) => !known.has(scope))).toEqual([])
    if (method === 'get' || method === 'delete') expect(operation).not.toHaveProperty('requestBody')
    expect(operation.summary).toMatch(SAID)
  }
  const create = document.paths['/api-keys/{type}/{sub_type}']?.post as Operation
  expect(create.requestBody?.content['application/json'].schema.properties).toMatchObject({
    name: { type: 'string', minLength: 1, maxLength: 100 },
  })
  expect(create.summary).toBe('Create an API key')
})

test('it is JSON, and every reference in it leads somewhere', () => {
  const text = JSON.stringify(document)
  const schemas = document.components.schemas as Record<string, unknown>
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(schemas).toHaveProperty(String(name))
  expect(JSON.parse(text)).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://gate.test/api/v1' }] })
})
