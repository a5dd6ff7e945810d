'use client'

import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useRef } from 'react'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'
import { notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, useKeyQueries, useKeyRules } from './data.ts'
import { type ApiKey, DETAIL_PATHS, draftOf, keyProblems, updateBody } from './key-draft.ts'
import { KeyFields } from './key-fields.tsx'
import styles from './keys.module.css'
import { ScopesPicker } from './scopes-picker.tsx'

/** Changes to a stored key; only what changed is sent. */
export function EditKey({ apiKey: key }: { apiKey: ApiKey }) {
  const keys = useKeyQueries(key.type)
  const rules = useKeyRules()
  const update = useMutation(keys.update(ALSO))
  const initial = useMemo(() => draftOf(key), [key])
  const form = useFormState({ draft: `key.${key.id}`, initial })
  const body = useRef<HTMLFormElement>(null)
  const change = updateBody(initial, form.values, rules)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = keyProblems(form.values, { nowMs: Date.now(), rules, before: initial })
    if (form.refuse(found)) return focusFirst(body.current, found)
    const done = await form.run(
      'The key was not saved',
      () => update.mutateAsync({ id: key.id, input: change }),
      (path) => path === 'scopes' || DETAIL_PATHS.some((one) => path === one || path.startsWith(`${one}.`)),
    )
    if (!done) return
    notifyDone(`${form.values.name.trim()} is saved`)
    setUrlState({ pane: null })
  }
  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      footer={
        <>
          <Button
            variant="default"
            onClick={() => {
              form.discard()
              setUrlState({ pane: null })
            }}
          >
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={Object.keys(change).length === 0}>
            Save key
          </Button>
        </>
      }
    >
      <KeyFields form={form} rules={rules} before={initial} />
      <section className={styles.section}>
        <h3>Permissions</h3>
        <ScopesPicker
          of={form.values}
          value={form.values.scopes}
          error={form.problem('scopes')}
          set={(scopes) => {
            form.set({ scopes })
            form.judge(['scopes'], {})
          }}
        />
      </section>
    </DrawerForm>
  )
}
