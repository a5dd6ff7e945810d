'use client'

import { Alert } from '@mantine/core'
import type { SettingsForm } from './form.ts'
import styles from './settings.module.css'

/** Beside what is kept and not acted on yet, as the API lists it. */
export function Mark({ form, path }: { form: SettingsForm; path: string }) {
  if (form.isEnforced(path)) return null
  return (
    <span className={styles.mark} title="Stored; this version does not act on it yet.">
      Not enforced yet
    </span>
  )
}

/** Why nothing here can be changed, for whoever may only read it. */
export function Locked({ form }: { form: SettingsForm }) {
  if (form.canChange) return null
  return (
    <Alert color="gray" p="sm" mb={24} maw={760}>
      You may read these settings. Changing them needs <code>organisation_settings.update</code>.
    </Alert>
  )
}
