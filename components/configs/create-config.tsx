'use client'

import { Anchor, Button, Group, SegmentedControl, Skeleton, Switch, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type FormEvent, useDeferredValue, useMemo, useRef, useState } from 'react'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { problemsOf, useFormState } from '../resource/form-state.ts'
import { useCan } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { CreateAsCode } from './code.tsx'
import { CodeEditor, goToLine } from './code-editor.tsx'
import styles from './configs.module.css'
import { type Saved, useConfigQueries, useProviderSlugs } from './data.ts'
import { nameProblems, withoutSecrets } from './draft.ts'
import { judge, refusedAt } from './judge.ts'
import { NotRunYet } from './not-run.tsx'
import { TEMPLATES, templateText } from './templates.ts'
import { treeOf } from './tree.ts'
import { TreeView } from './tree-view.tsx'

/** Create config, at `?create=1`: a template with the providers of the workspace, changed as one likes. */
export function CreateConfig() {
  return (
    <UrlDrawer param="create" title="Create config" size={720}>
      {() => <Making />}
    </UrlDrawer>
  )
}

export function openCreateConfig(): void {
  setUrlState({ create: '1' }, { push: true })
}

function Making() {
  const canCreate = useCan('configs.create')
  const slugs = useProviderSlugs()
  if (!canCreate) {
    return (
      <EmptyState title="You cannot create configs">
        That needs the permission <code>configs.create</code> in this workspace.
      </EmptyState>
    )
  }
  return slugs ? <Form slugs={slugs} /> : <Skeleton height={360} />
}

interface Draft {
  name: string
  template: string
  text: string
  isDefault: boolean
}

function Form({ slugs }: { slugs: readonly string[] }) {
  const router = useRouter()
  const create = useMutation(useConfigQueries().create<Saved>())
  const initial = useMemo(
    (): Draft => ({
      name: '',
      template: 'fallback',
      text: templateText('fallback', slugs),
      isDefault: false,
    }),
    [slugs],
  )
  const form = useFormState({
    draft: 'config.new',
    initial,
    withoutSecrets: (draft) => ({ ...draft, ...withoutSecrets({ ...draft, base: '' }) }),
  })
  const [isCode, setCode] = useState(false)
  const [refused, setRefused] = useState<{ text: string; found: Readonly<Record<string, string>> } | null>(
    null,
  )
  const body = useRef<HTMLFormElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const { values, set } = form
  const judged = useMemo(() => judge(values.text), [values.text])
  const tree = useDeferredValue(judged.config)
  const fromServer = refused?.text === values.text && judged.root ? refusedAt(judged.root, refused.found) : []
  const problems = judged.problems.length > 0 ? judged.problems : fromServer
  const isUntouched = TEMPLATES.some(({ id }) => templateText(id, slugs) === values.text)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const name = values.name.trim()
    const wrong = nameProblems(name)
    if (form.refuse(wrong)) return focusFirst(body.current, wrong)
    const [first] = judged.problems
    if (first || !judged.config) return goToLine(area.current, values.text, first?.line ?? 1)
    const { config } = judged
    const made = await form.run(
      'The config was not created',
      async () => {
        try {
          return await create.mutateAsync({ name, config, is_default: values.isDefault })
        } catch (error) {
          setRefused({ text: values.text, found: problemsOf(error) })
          throw error
        }
      },
      (path) => /^(name|config)/.test(path),
    )
    if (!made) return
    notifyDone(`${name} is created`)
    router.push(`/configs/${encodeURIComponent(made.slug)}`)
  }

  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      restoredNote="Secrets are not kept."
      footer={
        <>
          <Button variant="default" onClick={() => setUrlState({ create: null })}>
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy}>
            Create config
          </Button>
        </>
      }
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap={16}>
        <NotRunYet />
        <SegmentedControl
          size="xs"
          value={isCode ? 'api' : 'form'}
          onChange={(value) => setCode(value === 'api')}
          aria-label="Form or code"
          flex="none"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'api', label: 'API' },
          ]}
        />
      </Group>
      {isCode ? (
        <CreateAsCode name={values.name} config={judged.config ?? {}} />
      ) : (
        <>
          <TextInput
            label="Name"
            required
            data-autofocus
            data-path="name"
            value={values.name}
            error={form.problem('name')}
            onChange={(event) => {
              set({ name: event.currentTarget.value })
              form.judge(['name'], {})
            }}
          />
          <fieldset className={styles.fieldset}>
            <legend>Begin with</legend>
            <div className={styles.templates}>
              {TEMPLATES.map(({ id, title, why }) => (
                <label key={id} className={styles.template}>
                  <input
                    type="radio"
                    name="template"
                    value={id}
                    checked={values.template === id}
                    disabled={!isUntouched && values.template !== id}
                    onChange={() => set({ template: id, text: templateText(id, slugs) })}
                  />
                  <b>{title}</b>
                  <span>{why}</span>
                </label>
              ))}
            </div>
            {!isUntouched && (
              <Text size="xs" c="dimmed" mt={6}>
                You changed the text.{' '}
                <Anchor
                  component="button"
                  type="button"
                  fz="inherit"
                  onClick={() => set({ text: templateText(values.template, slugs) })}
                >
                  Put the template back
                </Anchor>{' '}
                to choose another.
              </Text>
            )}
            {slugs.length === 0 && (
              <Text size="xs" c="var(--tg-warn)" mt={6}>
                This workspace has no provider yet.{' '}
                <Anchor component={Link} href="/catalog?add=1" fz="inherit">
                  Add provider
                </Anchor>{' '}
                first, or begin with Cache and retry.
              </Text>
            )}
          </fieldset>
          <CodeEditor
            label="Config as JSON"
            value={values.text}
            onChange={(text) => set({ text })}
            problems={problems}
            area={area}
          />
          <TreeView tree={treeOf(tree)} />
          <Switch
            label="Default of this workspace"
            description="For calls that name no config, by keys that carry none."
            checked={values.isDefault}
            onChange={(event) => set({ isDefault: event.currentTarget.checked })}
          />
        </>
      )}
    </DrawerForm>
  )
}
