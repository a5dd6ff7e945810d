/** The parts of an OpenAPI 3.1 document that ours has. */

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  /** Any one opens it, unless `x-needs-all-scopes`. */
  'x-scopes': readonly string[]
  'x-needs-all-scopes'?: true
  security: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: { required: boolean; content: { 'application/json': { schema: JsonSchema } } }
  responses: Record<string, unknown>
}

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: JsonSchema
}

export interface JsonSchema {
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  [rule: string]: unknown
}

export interface Document {
  openapi: string
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: Record<string, unknown>
}
