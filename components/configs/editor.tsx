'use client'

import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { WandSparkles } from 'lucide-react'
import { type FormEvent, useDeferredValue, useMemo, useRef, useState } from 'react'
import { usePeople } from '../keys/data.ts'
import { focusFirst, submitOnKeys } from '../resource/form-keys.ts'
import { type FormState, problemsOf } from '../resource/form-state.ts'
import { prettyOf } from '../ui/json-text.ts'
import { notifyDone } from '../ui/notify.tsx'
import { SideBySide } from '../ui/side-by-side.tsx'
import { Time } from '../ui/time.tsx'
import { CodeEditor, goToLine } from './code-editor.tsx'
import styles from './configs.module.css'
import { byWhom, type Config, type Saved, useConfigQueries } from './data.ts'
import { type ConfigDraft, nameProblems } from './draft.ts'
import { formatted, type Judged, refusedAt } from './judge.ts'
import { treeOf } from './tree.ts'
import { TreeView } from './tree-view.tsx'

interface Props {
  /** As it is saved now, perhaps by somebody else since. */
  config: Config
  form: FormState<ConfigDraft>
  judged: Judged
  canUpdate: boolean
  /** Takes a saved state as what the text is written on, and shows it. */
  rebase: (saved: Config) => void
}

/** The text at the left, judged while it is written; what it does at the right. ⌘↵ saves a version. */
export function Editor({ config, form, judged, canUpdate, rebase }: Props) {
  const client = useQueryClient()
  const of = useConfigQueries()
  const update = useMutation(of.update<Saved>())
  const [refused, setRefused] = useState<{ text: string; found: Readonly<Record<string, string>> } | null>(
    null,
  )
  const body = useRef<HTMLFormElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const { values, set } = form
  const tree = useDeferredValue(judged.config)
  const drawn = useMemo(() => treeOf(tree), [tree])
  const fromServer = refused?.text === values.text && judged.root ? refusedAt(judged.root, refused.found) : []
  const problems = judged.problems.length > 0 ? judged.problems : fromServer
  const isBehind = values.base !== config.version_id && !form.isBusy

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!canUpdate || form.isBusy || !form.isDirty || isBehind) return
    const name = values.name.trim()
    const wrong = nameProblems(name)
    if (form.refuse(wrong)) return focusFirst(body.current, wrong)
    const [first] = judged.problems
    if (first || !judged.config) return goToLine(area.current, values.text, first?.line ?? 1)
    const said = judged.config
    const saved = await form.run(
      'The config was not saved',
      async () => {
        // Read once more, so that what somebody saved meanwhile is not written over unseen.
        const now = await client.fetchQuery({ ...of.one(config.slug), staleTime: 0 })
        if (now.version_id !== values.base)
          throw new Error('Somebody else saved a version meanwhile. See what changed first.')
        try {
          await update.mutateAsync({ id: config.slug, input: { name, config: said } })
        } catch (error) {
          setRefused({ text: values.text, found: problemsOf(error) })
          throw error
        }
        const next = await client.fetchQuery({ ...of.one(config.slug), staleTime: 0 })
        rebase(next)
        return next
      },
      (path) => /^(name|config)/.test(path),
    )
    if (saved)
      notifyDone(saved.version_id === values.base ? `${name} is saved` : `${name} is saved as a new version`)
  }

  return (
    <form
      ref={body}
      onSubmit={submit}
      onKeyDown={(event) => submitOnKeys(event, body.current)}
      noValidate
      aria-busy={form.isBusy}
    >
      {form.isRestored && form.isDirty && (
        <Text size="sm" c="dimmed" mb={12}>
          Unsaved work from before was put back. Secrets are not kept.
        </Text>
      )}
      {isBehind && (
        <Conflict
          config={config}
          values={values}
          keepMine={() => set({ base: config.version_id })}
          takeTheirs={() => {
            form.discard()
            rebase(config)
          }}
        />
      )}
      {form.general && (
        <Alert color="red" role="alert" p="sm" mb={12}>
          {form.general}
        </Alert>
      )}
      <div className={styles.split}>
        <div>
          <Group align="flex-end" gap={8} mb={12} wrap="nowrap">
            <TextInput
              label="Name"
              required
              data-path="name"
              value={values.name}
              error={form.problem('name')}
              readOnly={!canUpdate}
              style={{ flex: 1 }}
              onChange={(event) => {
                set({ name: event.currentTarget.value })
                form.judge(['name'], {})
              }}
            />
            <Button
              variant="default"
              leftSection={<WandSparkles size={14} />}
              disabled={
                !canUpdate || formatted(values.text) === null || formatted(values.text) === values.text
              }
              onClick={() => set({ text: formatted(values.text) ?? values.text })}
            >
              Format
            </Button>
          </Group>
          <CodeEditor
            label="Config as JSON"
            value={values.text}
            onChange={(text) => set({ text })}
            problems={problems}
            area={area}
            isReadOnly={!canUpdate}
          />
        </div>
        <div>
          <Text size="sm" fw={550} mb={8}>
            What it does
          </Text>
          <TreeView tree={drawn} />
        </div>
      </div>
      <div className={styles.bar}>
        <Text size="sm" c="dimmed">
          {!canUpdate
            ? 'You may read it. Saving needs the permission configs.update.'
            : form.isDirty
              ? 'Not saved yet. ⌘↵ saves.'
              : 'Saved.'}
        </Text>
        <Group gap={8}>
          <Button variant="default" disabled={!form.isDirty || form.isBusy} onClick={form.discard}>
            Discard
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={!canUpdate || !form.isDirty || isBehind}>
            Save version
          </Button>
        </Group>
      </div>
    </form>
  )
}

/** Somebody saved after this text was begun: what they saved beside it, and both ways on. */
function Conflict({
  config,
  values,
  keepMine,
  takeTheirs,
}: {
  config: Config
  values: ConfigDraft
  keepMine: () => void
  takeTheirs: () => void
}) {
  const { nameOf } = usePeople()
  return (
    <Alert color="yellow" role="alert" p="sm" mb={12} title="A newer version was saved meanwhile">
      <Text size="sm" mb={8}>
        By {byWhom(nameOf, config.updated_by)}, <Time at={config.last_updated_at} />. What they saved stands
        at the left, your text at the right.
      </Text>
      <SideBySide
        label="Their version beside your text"
        headings={['Saved now', 'Yours']}
        left={prettyOf(config.config ?? '{}')}
        right={values.text}
      />
      <Group gap={8} mt={12}>
        <Button variant="default" size="compact-sm" onClick={takeTheirs}>
          Take theirs
        </Button>
        <Button variant="default" size="compact-sm" onClick={keepMine}>
          Go on with mine
        </Button>
      </Group>
    </Alert>
  )
}
