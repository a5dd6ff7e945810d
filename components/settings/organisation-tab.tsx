'use client'

import { NumberInput, Select, Switch, TextInput } from '@mantine/core'
import type { SettingsForm } from './form.ts'
import { Locked, Mark } from './mark.tsx'
import styles from './settings.module.css'
import { SETTINGS, type Setting } from './words.ts'

/** Name, sessions, keys of people, logging and defaults. */
export function OrganisationTab({ form }: { form: SettingsForm }) {
  return (
    <>
      <Locked form={form} />
      {SETTINGS.map(({ title, why, settings }) => (
        <section key={title} className={styles.section} aria-label={title}>
          <h2>{title}</h2>
          <p className={styles.why}>{why}</p>
          <div className={styles.fields}>
            {settings.map((setting) => (
              <Field key={setting.path} setting={setting} form={form} />
            ))}
          </div>
        </section>
      ))}
    </>
  )
}

function Field({ setting, form }: { setting: Setting; form: SettingsForm }) {
  const { path, label, hint, kind, scale = 1, empty, options = [] } = setting
  const value = form.value(path)
  const common = {
    label,
    description: (
      <>
        {hint} <Mark form={form} path={path} />
      </>
    ),
    error: form.problem(path),
    disabled: !form.canChange,
    onBlur: () => form.judge(path),
    ...(empty ? { placeholder: empty } : {}),
  }
  if (kind === 'switch') {
    const { onBlur, placeholder: _, ...rest } = common as typeof common & { placeholder?: string }
    return (
      <Switch
        {...rest}
        checked={value === true}
        onChange={(event) => form.set(path, event.currentTarget.checked)}
      />
    )
  }
  if (kind === 'number')
    return (
      <NumberInput
        {...common}
        value={typeof value === 'number' ? value / scale : ''}
        onChange={(next) => form.set(path, next === '' ? null : Math.round(Number(next) * scale))}
        thousandSeparator=","
        hideControls
      />
    )
  if (kind === 'select')
    return (
      <Select
        {...common}
        data={options.map((option) => ({ value: String(option.value), label: option.label }))}
        value={String(value)}
        onChange={(next) =>
          form.set(path, options.find((option) => String(option.value) === next)?.value ?? value)
        }
        allowDeselect={false}
      />
    )
  return (
    <TextInput
      {...common}
      value={String(value ?? '')}
      onChange={(event) => form.set(path, event.currentTarget.value)}
      autoComplete="off"
    />
  )
}
