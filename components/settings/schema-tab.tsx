'use client'

import { Button, Group, Textarea } from '@mantine/core'
import { EXAMPLE_SCHEMA, schemaWords } from './draft.ts'
import type { SettingsForm } from './form.ts'
import { Locked } from './mark.tsx'
import styles from './settings.module.css'

const SCHEMAS = [
  {
    path: 'settings.api_key_metadata_schema',
    title: 'Keys',
    why: 'Metadata of a key is checked when the key is made or changed. Keys that stand are left alone until then.',
  },
  {
    path: 'settings.workspace_metadata_schema',
    title: 'Workspaces',
    why: 'Metadata of a workspace is checked when the workspace is made or changed.',
  },
] as const

/** What metadata has to say, as JSON Schema. */
export function SchemaTab({ form }: { form: SettingsForm }) {
  return (
    <>
      <Locked form={form} />
      {SCHEMAS.map(({ path, title, why }) => {
        const text = String(form.value(path) ?? '')
        const words = form.problem(path) ? [] : schemaWords(text)
        return (
          <section key={path} className={styles.section} aria-label={title}>
            <h2>{title}</h2>
            <p className={styles.why}>{why}</p>
            <Textarea
              label={`Schema for ${title.toLowerCase()}`}
              description="JSON Schema: an object of strings with required, enum and default; additionalProperties is true. Empty asks for nothing."
              autosize
              minRows={6}
              maxRows={24}
              spellCheck={false}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
              value={text}
              disabled={!form.canChange}
              error={form.problem(path)}
              onChange={(event) => form.set(path, event.currentTarget.value)}
              onBlur={() => form.judge(path)}
            />
            {words.length > 0 && (
              <ul className={styles.words} aria-label={`What the schema for ${title.toLowerCase()} asks`}>
                {words.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
            {text.trim() === '' && form.canChange && (
              <Group mt={8}>
                <Button variant="default" size="compact-sm" onClick={() => form.set(path, EXAMPLE_SCHEMA)}>
                  Insert an example
                </Button>
              </Group>
            )}
          </section>
        )
      })}
    </>
  )
}
