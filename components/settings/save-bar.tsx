'use client'

import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { plural } from '../format.ts'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import type { SettingsForm } from './form.ts'
import styles from './settings.module.css'

/** What was changed and not saved, on whichever tab; nothing while nothing changed. */
export function SaveBar({ form }: { form: SettingsForm }) {
  const origin = useOrigin()
  const [isCode, setCode] = useState(false)
  const { changes, isBusy } = form
  if (changes.length === 0) return null
  const isWrong = changes.some((path) => form.problem(path) !== undefined)
  return (
    <section className={styles.bar} aria-label="Changes not saved yet">
      <div>
        <Text size="sm">{plural(changes.length, 'change')} not saved</Text>
        {form.isRestored && (
          <Text size="xs" c="dimmed">
            Unsaved work from before was put back.
          </Text>
        )}
        {(form.general || isWrong) && (
          <Text size="sm" c="var(--tg-bad)" role="alert">
            Not saved. {form.general ?? 'See the fields in red.'}
          </Text>
        )}
      </div>
      <Group gap={8}>
        <Button variant="subtle" color="gray" aria-expanded={isCode} onClick={() => setCode(!isCode)}>
          API
        </Button>
        <Button variant="default" disabled={isBusy} onClick={form.discard}>
          Discard
        </Button>
        <Button loading={isBusy} onClick={form.save}>
          Save {plural(changes.length, 'change')}
        </Button>
      </Group>
      {isCode && (
        <div className={styles.code}>
          <CodeTabs
            snippets={actAsCode({ origin, method: 'PUT', path: 'admin/organisation', body: form.body })}
          />
        </div>
      )}
    </section>
  )
}
