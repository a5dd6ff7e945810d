'use client'

import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import type { FormEvent, ReactNode, RefObject } from 'react'
import styles from './drawer-form.module.css'
import { submitOnKeys } from './form-keys.ts'
import type { FormState } from './form-state.ts'

interface Props {
  form: Pick<FormState<object>, 'general' | 'isBusy' | 'isRestored' | 'discard'>
  /** For `focusFirst`. */
  body: RefObject<HTMLFormElement | null>
  onSubmit: (event: FormEvent) => void
  /** Above everything, steps for instance. */
  head?: ReactNode
  /** Said of unsaved work that was put back, where not all of it was: "Secrets are not kept." */
  restoredNote?: string
  /** Buttons that stay in sight: the way back at the left, the verb at the right. */
  footer: ReactNode
  children: ReactNode
}

/** A form of several parts in a drawer: what was put back, what was refused, the fields, and buttons that stay in sight. ⌘↵ submits. */
export function DrawerForm({ form, body, onSubmit, head, restoredNote, footer, children }: Props) {
  return (
    <form
      ref={body}
      className={styles.form}
      onSubmit={onSubmit}
      onKeyDown={(event) => submitOnKeys(event, body.current)}
      noValidate
      aria-busy={form.isBusy}
    >
      {head}
      <Stack gap={16}>
        {form.isRestored && (
          <Group gap={8} justify="space-between">
            <Text size="sm" c="dimmed">
              Unsaved work from before was put back.{restoredNote && ` ${restoredNote}`}
            </Text>
            <Button variant="subtle" color="gray" size="compact-sm" onClick={form.discard}>
              Discard it
            </Button>
          </Group>
        )}
        {form.general && (
          <Alert color="red" role="alert" p="sm">
            {form.general}
          </Alert>
        )}
        {children}
      </Stack>
      <div className={styles.footer}>{footer}</div>
    </form>
  )
}
