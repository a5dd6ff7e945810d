'use client'

import { Switch } from '@mantine/core'
import { SECURITY_CATEGORIES, type SecurityCategory, TOGGLES } from '@/lib/contract/security.ts'
import type { SettingsForm } from './form.ts'
import { Locked, Mark } from './mark.tsx'
import styles from './settings.module.css'
import { CATEGORY_WORDS, toggleWords } from './words.ts'

/** What managers, members and admins may do, by what it is about. Saved-only mode has a tab of its own. */
export function SecurityTab({ form }: { form: SettingsForm }) {
  return (
    <>
      <Locked form={form} />
      {SECURITY_CATEGORIES.filter((category) => category !== 'data_plane_security_settings').map(
        (category) => (
          <section key={category} className={styles.section} aria-label={CATEGORY_WORDS[category]}>
            <div className={styles.head}>
              <h2>{CATEGORY_WORDS[category]}</h2>
              <Opening form={form} category={category} />
            </div>
            <Toggles form={form} category={category} />
          </section>
        ),
      )}
    </>
  )
}

/** Whether workspaces may decide a category. */
export function Opening({ form, category }: { form: SettingsForm; category: SecurityCategory }) {
  const path = `security_settings.workspace_overrides.${category}`
  return (
    <Switch
      size="xs"
      label="Workspaces may decide"
      aria-label={`Workspaces may decide: ${CATEGORY_WORDS[category]}`}
      title="Opening it hands the values below to each workspace, to change there. Closing it makes theirs inert."
      checked={form.value(path) === true}
      disabled={!form.canChange}
      onChange={(event) => form.set(path, event.currentTarget.checked)}
    />
  )
}

export function Toggles({ form, category }: { form: SettingsForm; category: SecurityCategory }) {
  return (
    <ul className={styles.toggles}>
      {TOGGLES.filter((one) => one.category === category).map((toggle) => {
        const path = `security_settings.${toggle.key}`
        const isOn = form.value(path) === true
        return (
          <li key={toggle.key}>
            <Switch
              label={toggleWords(toggle)}
              description={
                <>
                  {toggle.isOnByDefault ? 'On' : 'Off'} by default
                  {isOn !== toggle.isOnByDefault &&
                    (form.forced(path) ? ', forced on by the server' : ', changed here')}
                  . <Mark form={form} path={path} />
                </>
              }
              error={form.problem(path)}
              checked={isOn}
              disabled={!form.canChange || form.forced(path) !== undefined}
              onChange={(event) => form.set(path, event.currentTarget.checked)}
            />
          </li>
        )
      })}
    </ul>
  )
}
