'use client'

import { Button, Group, Text } from '@mantine/core'
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { count, plural } from '../format.ts'
import styles from './integrations.module.css'
import type { Access } from './use-access.ts'

const SENTENCES = 4
const SLUGS = 6

/** What was collected, in sentences, with the ways on: save it all, take the last back, drop it. Nothing while nothing changed. */
export function SaveBar({ access, onSaved }: { access: Access; onSaved?: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const { changes, isDirty, isBusy, problem } = access
  if (!isDirty) return null
  const shown = isOpen ? changes : changes.slice(0, SENTENCES)
  return (
    <section className={styles.bar} aria-label="Changes not saved yet">
      <div className={styles.barWords}>
        {access.isRestored && (
          <Text size="xs" c="dimmed">
            Unsaved work from before was put back.
          </Text>
        )}
        <ul className={styles.changes}>
          {shown.map(({ words, slugs }) => (
            <li key={words}>
              {words}
              {slugs.length > 0 && (
                <span className={styles.dim}>
                  {' '}
                  {slugs.slice(0, SLUGS).join(', ')}
                  {slugs.length > SLUGS && ` and ${count(slugs.length - SLUGS)} more`}
                </span>
              )}
            </li>
          ))}
        </ul>
        {changes.length > SENTENCES && (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setOpen(!isOpen)}>
            {isOpen
              ? 'Show fewer'
              : `And ${plural(changes.length - SENTENCES, 'more change', 'more changes')}`}
          </Button>
        )}
        {problem && (
          <Text size="sm" c="var(--tg-bad)" role="alert" mt={4}>
            Not saved. {problem}
          </Text>
        )}
      </div>
      <Group gap={8} className={styles.barActs}>
        <Button
          variant="default"
          leftSection={<Undo2 size={14} />}
          disabled={!access.canUndo || isBusy}
          onClick={access.undo}
        >
          Undo
        </Button>
        <Button variant="default" disabled={isBusy} onClick={access.discard}>
          Discard
        </Button>
        <Button
          loading={isBusy}
          onClick={async () => {
            if (await access.save()) onSaved?.()
          }}
        >
          Save {plural(changes.length, 'change')}
        </Button>
      </Group>
    </section>
  )
}
