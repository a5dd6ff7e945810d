'use client'

import { Accordion, Button, Stack, TextInput, Title } from '@mantine/core'
import { Braces, Search } from 'lucide-react'
import { useMemo } from 'react'
import type { Document, Operation } from '@/lib/contract/openapi.ts'
import { useOrigin } from '../ui/code-tabs.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { OperationDetail } from './operation.tsx'
import styles from './reference.module.css'

interface Entry {
  id: string
  method: string
  path: string
  operation: Operation
}

/** The admin API to read: every route with who may call it, what it takes and answers, and a call to paste. */
export function ReferenceScreen({ document }: { document: Document }) {
  const origin = useOrigin()
  const [said, setSaid] = useUrlState('q')
  const [open, setOpen] = useUrlState('open')
  const groups = useMemo(() => groupsOf(document, said ?? ''), [document, said])
  const count = groups.reduce((sum, { entries }) => sum + entries.length, 0)
  return (
    <>
      <PageHeader
        title="API reference"
        why="Everything this console does, as calls: sign them with a key that holds the scope each one names."
        action={
          <Button
            component="a"
            href="/api/openapi.json"
            download="tollgate-openapi.json"
            variant="default"
            leftSection={<Braces size={14} />}
          >
            Download OpenAPI
          </Button>
        }
      />
      <TextInput
        value={said ?? ''}
        onChange={(event) => setSaid(event.currentTarget.value)}
        placeholder="Search routes, scopes, fields"
        aria-label="Search the reference"
        leftSection={<Search size={14} />}
        type="search"
        maw={360}
        mb={4}
      />
      <p className={styles.count} role="status">
        {count} {count === 1 ? 'route' : 'routes'}
      </p>
      {count === 0 && (
        <EmptyState
          title="No route matches"
          action={
            <Button variant="default" onClick={() => setSaid(null)}>
              Clear search
            </Button>
          }
        >
          Nothing here holds “{said}”.
        </EmptyState>
      )}
      <Stack gap={28}>
        {groups.map(({ tag, entries }) => (
          <section key={tag} aria-label={tag}>
            <Title order={2} mb={8} className={styles.tag}>
              {tag}
            </Title>
            <Accordion
              value={open}
              onChange={(id) => setOpen(id)}
              variant="separated"
              radius={8}
              chevronPosition="right"
              classNames={{
                item: styles.item ?? '',
                control: styles.control ?? '',
                label: styles.label ?? '',
              }}
              transitionDuration={120}
            >
              {entries.map(({ id, method, path, operation }) => (
                <Accordion.Item key={id} value={id}>
                  <Accordion.Control>
                    <span className={styles.row}>
                      <span className={styles.method} data-method={method}>
                        {method}
                      </span>
                      <code className={styles.path}>{path}</code>
                      <span className={styles.summary}>{operation.summary}</span>
                    </span>
                  </Accordion.Control>
                  <Accordion.Panel>
                    {open === id && (
                      <OperationDetail method={method} path={path} operation={operation} origin={origin} />
                    )}
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          </section>
        ))}
      </Stack>
    </>
  )
}

function groupsOf(document: Document, said: string): { tag: string; entries: Entry[] }[] {
  const words = said.toLowerCase().split(/\s+/).filter(Boolean)
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
  const found = entries.filter((entry) => {
    const text = textOf(entry)
    return words.every((word) => text.includes(word))
  })
  return document.tags
    .map(({ name }) => ({ tag: name, entries: found.filter(({ operation }) => operation.tags[0] === name) }))
    .filter((group) => group.entries.length > 0)
}

function textOf({ method, path, operation }: Entry): string {
  const fields = Object.keys(operation.requestBody?.content['application/json'].schema.properties ?? {})
  const parameters = operation.parameters.map(({ name }) => name)
  return [method, path, operation.summary, ...operation['x-scopes'], ...fields, ...parameters]
    .join(' ')
    .toLowerCase()
}
