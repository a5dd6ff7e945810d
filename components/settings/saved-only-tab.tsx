'use client'

import { Alert } from '@mantine/core'
import type { SettingsForm } from './form.ts'
import { Locked } from './mark.tsx'
import { Opening, Toggles } from './security-tab.tsx'
import styles from './settings.module.css'

const CATEGORY = 'data_plane_security_settings'

/** Whether callers may bring configs and hosts of their own. */
export function SavedOnlyTab({ form }: { form: SettingsForm }) {
  const reason = form.forced('security_settings.block_inline_config')
  return (
    <>
      <Locked form={form} />
      <section className={styles.section} aria-label="Saved-only mode">
        <div className={styles.head}>
          <h2>Saved-only mode</h2>
          <Opening form={form} category={CATEGORY} />
        </div>
        {reason && (
          <Alert color="blue" p="sm" mb={12} title="Forced on">
            {reason}
          </Alert>
        )}
        <Toggles form={form} category={CATEGORY} />
        <p className={styles.why} style={{ marginTop: 16 }}>
          While it is on, a call is refused with 400 before it goes anywhere when it brings:
        </p>
        <ul className={styles.words}>
          <li>a config as JSON instead of the id of a stored one</li>
          <li>the bare name of a service instead of the slug of a provider</li>
          <li>a custom host, or another URL for a provider</li>
          <li>forward headers that the provider does not name</li>
        </ul>
        <p className={styles.why} style={{ marginTop: 16 }}>
          Ids of configs (<code>pc-…</code>), <code>@provider</code> and <code>@provider/model</code> go on
          working.
        </p>
      </section>
    </>
  )
}
