import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Operation } from '../contract/openapi.ts'
import { SCOPES } from '../contract/scopes.ts'
import { adminFamilies } from '../testing/admin-families.ts'
import { openApi } from './openapi.ts'

const families = await adminFamilies()
const document = openApi(families, { publicUrl: 'https://gate.test', version: '1.2.3' })
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
)

const shape = (path: string) => path.replaceAll(/\{\w+\}/g, '{}')

const SAID =
  /^(Accept|Ask|Change|Choose|Create|Delete|Give|List|Make|Mark|Read|Remove|Reveal|Rotate|Say|Send|Set|Sign|Store|Test|Update) (?!.*(keies|\ban us))/

test('every route is told once, under a name of its own', () => {
  const routes = families.flatMap((family) => family.routes.map((route) => `${route.method} /${route.path}`))
  expect(operations.map(([method, path]) => shape(`${method.toUpperCase()} ${path}`)).sort()).toEqual(
    [...new Set(routes.map(shape))].sort(),
  )
  // To OpenAPI, /api-keys/{id} and /api-keys/{type} are one path.
  const paths = Object.keys(document.paths)
  expect(new Set(paths.map(shape)).size).toBe(paths.length)
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
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => String(reference))
  expect(references.length).toBeGreaterThan(100)
  for (const reference of new Set(references)) {
    const path = reference.replace(/^#\//, '').split('/')
    const found = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)?.[name], document)
    expect(found, reference).toBeTypeOf('object')
  }
  expect(text).not.toContain('"$defs"')
  expect(JSON.parse(text)).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://gate.test/api/v1' }] })
})

test('any JSON is the only schema that holds itself', () => {
  const definitions = families.flatMap(({ routes }) =>
    routes.flatMap(({ input, reply }) =>
      [z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }), z.toJSONSchema(reply)].flatMap(
        ({ $defs }) => Object.values($defs ?? {}).map((one) => JSON.stringify(one)),
      ),
    ),
  )
  const any = JSON.stringify(Object.values(z.toJSONSchema(z.object({ any: z.json() })).$defs ?? {})[0])
  expect(new Set(definitions.map((one) => one.replaceAll(/__schema\d+/g, '__schema0')))).toEqual(
    new Set([any]),
  )
})

test('every operation says what it answers, takes each parameter once, and signs in by a known way', () => {
  const { securitySchemes } = document.components as { securitySchemes: object }
  const tags = document.tags.map(({ name }) => name)
  for (const [, path, operation] of operations) {
    const { responses, parameters, security } = operation
    expect(Object.keys(responses), path).toEqual(['200', '400', '401', '403', '404', '409', '429'])
    for (const response of Object.values(responses)) {
      expect(response).toMatchObject({
        description: expect.any(String),
        content: { 'application/json': { schema: expect.any(Object) } },
      })
    }
    const names = parameters.map((one) => `${one.in} ${one.name}`)
    expect([path, names]).toEqual([path, [...new Set(names)]])
    expect(parameters.filter((one) => one.in === 'path' && !one.required)).toEqual([])
    for (const way of security.flatMap((one) => Object.keys(one))) expect(securitySchemes).toHaveProperty(way)
    expect(tags).toEqual(expect.arrayContaining(operation.tags))
  }
  expect(new Set(tags).size).toBe(tags.length)
})
