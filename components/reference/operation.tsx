'use client'

import { Table, Text } from '@mantine/core'
import type { JsonSchema, Operation } from '@/lib/contract/openapi.ts'
import { CodeBlock, Copyable } from '../ui/copyable.tsx'
import { type Field, fieldsOf } from './fields.ts'
import styles from './reference.module.css'

/** One route: what it does, who may, what it takes, what it answers, and a call to paste. */
export function OperationDetail({
  method,
  path,
  operation,
  origin,
}: {
  method: string
  path: string
  operation: Operation
  origin: string
}) {
  const body = operation.requestBody?.content['application/json'].schema
  const reply = replyOf(operation)
  const query = operation.parameters.filter((one) => one.in === 'query')
  return (
    <div className={styles.detail}>
      <Text c="dimmed" fz={13}>
        <Marked text={operation.description} />
      </Text>
      {query.length > 0 && (
        <Fields
          title="Query"
          fields={query.flatMap(({ name, schema, required }) =>
            fieldsOf({ properties: { [name]: schema }, required: required ? [name] : [] }),
          )}
        />
      )}
      {body && <Fields title="Body" fields={fieldsOf(body)} />}
      {reply && <Fields title="Reply" fields={fieldsOf(reply)} />}
      <CodeBlock code={curlOf(method, path, origin, body)} label="curl" />
    </div>
  )
}

function Fields({ title, fields }: { title: string; fields: readonly Field[] }) {
  if (fields.length === 0) return null
  return (
    <div className={styles.table}>
      <Table verticalSpacing={6} fz={13} aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{title}</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Rules</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map(({ name, type, isRequired, rules }) => (
            <Table.Tr key={name}>
              <Table.Td className={styles.name}>
                <code>{name}</code>
                {isRequired && title !== 'Reply' && <span className={styles.required}> required</span>}
              </Table.Td>
              <Table.Td>{type}</Table.Td>
              <Table.Td c="dimmed">{rules.join(', ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

/** Text in which backticks mark what is code. */
function Marked({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never move
    index % 2 === 1 ? <Copyable key={index} value={part} label="scope" /> : <span key={index}>{part}</span>,
  )
}

function replyOf(operation: Operation): JsonSchema | undefined {
  const done = operation.responses[200] as
    | { content: { 'application/json': { schema: JsonSchema } } }
    | undefined
  return done?.content['application/json'].schema
}

function curlOf(method: string, path: string, origin: string, body: JsonSchema | undefined): string {
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}'${origin}/api/v1${path}'`,
    `-H 'x-portkey-api-key: '"$TOLLGATE_API_KEY"`,
  ]
  const required = Object.entries(body?.properties ?? {}).filter(([name]) => body?.required?.includes(name))
  if (body) {
    const said = Object.fromEntries(required.map(([name, schema]) => [name, sample(schema)]))
    lines.push(`-H 'content-type: application/json'`, `-d '${JSON.stringify(said)}'`)
  }
  return lines.join(' \\\n  ')
}

function sample(schema: JsonSchema): unknown {
  const choices = schema.enum as unknown[] | undefined
  if (choices) return choices[0]
  if (schema.type === 'array') return []
  if (schema.type === 'object') return {}
  if (schema.type === 'number' || schema.type === 'integer') return 1
  return schema.type === 'boolean' ? true : '…'
}
