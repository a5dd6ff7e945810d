/** The admin API as an OpenAPI 3.1 document, drawn from the routes themselves. */
import { z } from 'zod'
import type { Route, Verbs } from '../admin/verbs.ts'
import type { Document, JsonSchema, Operation, Parameter } from '../contract/openapi.ts'
import { SCOPES } from '../contract/scopes.ts'
import { ERRORS } from '../errors.ts'

/** `publicUrl` has no trailing slash; `version` is the product's. */
export function openApi(families: readonly Verbs[], about: { publicUrl: string; version: string }): Document {
  const paths: Document['paths'] = {}
  const tags = new Set<string>()
  const templates = new Map<string, string>()
  for (const { resource, routes } of families) {
    for (const route of routes) {
      tags.add(resource.path)
      // Two templates that differ in the names of their parts alone are one path, which may stand here once.
      const shape = route.path.replaceAll(/\{\w+\}/g, '{}')
      const at = templates.get(shape) ?? `/${route.path}`
      templates.set(shape, at)
      paths[at] = { ...paths[at], [route.method.toLowerCase()]: operation(route, at, resource.path) }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate admin API',
      version: about.version,
      description:
        'Everything the console does. Replies are JSON objects; a refusal says what happened in `message`, the field in `error.param`, and its request in `request_id`.',
    },
    servers: [{ url: `${about.publicUrl}/api/v1` }],
    tags: [...tags].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'x-portkey-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'tollgate.session' },
      },
      schemas: { Error: jsonSchema(ENVELOPE, 'output') },
    },
  }
}

const ENVELOPE = z.object({
  success: z.literal(false),
  status: z.literal('failure'),
  message: z.string(),
  errorCode: z.string(),
  data: z.object({
    message: z.string(),
    errorCode: z.string(),
    details: z.array(z.object({ path: z.string(), rule: z.string(), message: z.string().optional() })),
  }),
  error: z.object({
    message: z.string(),
    code: z.string(),
    type: z.enum(['client_error', 'server_error']),
    param: z.string().nullable(),
  }),
  request_id: z.string(),
})

/** Refusals any route may make, by what they are called in `lib/errors.ts`. */
const REFUSALS = ['validation', 'unauthenticated', 'forbidden', 'not_found', 'conflict', 'throttled'] as const

function operation(route: Route, at: string, tag: string): Operation {
  const input = jsonSchema(route.input, 'input')
  const takesBody = route.method === 'POST' || route.method === 'PUT'
  const inPath = partsOf(at)
  const ownNames = partsOf(route.path)
  const hasFields = Object.keys(input.properties ?? {}).length > 0
  return {
    operationId: `${route.verb}_${route.path.replaceAll(/[^a-z0-9]+/gi, '_').replace(/_$/, '')}`,
    tags: [tag],
    summary: route.summary,
    description: whoMay(route),
    'x-scopes': route.scopes,
    ...(route.needsAllScopes ? { 'x-needs-all-scopes': true as const } : {}),
    security: route.isOpen ? [] : signIns(route),
    parameters: [
      ...inPath.map(
        (name, index): Parameter => ({
          ...{ name, in: 'path', required: true, schema: { type: 'string' } },
          ...(ownNames[index] === name ? {} : { description: `The \`${ownNames[index]}\`.` }),
        }),
      ),
      ...(takesBody ? [] : queryOf(input, inPath)),
    ],
    ...(takesBody && hasFields
      ? {
          requestBody: {
            required: (input.required ?? []).length > 0,
            content: { 'application/json': { schema: input } },
          },
        }
      : {}),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: jsonSchema(route.reply, 'output') } },
      },
      ...Object.fromEntries(
        REFUSALS.map((code) => {
          const [status, errorCode] = ERRORS[code].portkey
          const schema = { $ref: '#/components/schemas/Error' }
          return [status, { description: errorCode, content: { 'application/json': { schema } } }]
        }),
      ),
    },
  }
}

function queryOf(input: JsonSchema, inPath: readonly string[]): Parameter[] {
  return Object.entries(input.properties ?? {})
    .filter(([name]) => !inPath.includes(name))
    .map(([name, schema]) => ({
      name,
      in: 'query',
      required: (input.required ?? []).includes(name),
      schema,
    }))
}

function signIns(route: Route): Record<string, string[]>[] {
  return route.isSessionOnly ? [{ session: [] }] : [{ key: [] }, { bearer: [] }, { session: [] }]
}

function whoMay(route: Route): string {
  if (route.isOpen) return 'Answers without sign-in.'
  const [first, ...more] = route.scopes
  const who = route.isSessionOnly ? 'For signed-in people.' : ''
  if (first === undefined) return who || 'For everyone who is signed in, and for every key.'
  const joint = route.needsAllScopes ? ' and ' : ' or '
  const scopes = [first, ...more].map((scope) => `\`${scope}\` (${meaning(scope)})`).join(joint)
  return `${who} Needs ${scopes}.`.trim()
}

const meaning = (id: string) => SCOPES.find((scope) => scope.id === id)?.meaning ?? id

const partsOf = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))

/** The one schema of the contract that holds itself is any JSON, which a schema without rules says too, and in any place. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  const plain = JSON.stringify(rest, (_, value) => (value?.$ref === undefined ? value : {}))
  return JSON.parse(plain) as JsonSchema
}
