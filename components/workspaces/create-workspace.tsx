'use client'

import { Button, Group, SegmentedControl, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { workspaceSlugStem } from '@/lib/contract/slugs.ts'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'
import { useCan } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { CreateAsCode } from './code.tsx'
import { ALSO, ofWorkspaces, useMetadataSchema, type Workspace } from './data.ts'
import { createBody, isShownPath, NEW_WORKSPACE, workspaceProblems } from './draft.ts'
import { GeneralFields } from './general-fields.tsx'
import { NextSteps } from './next-steps.tsx'
import styles from './workspaces.module.css'

/** Add workspace, at `?create=1`; once it is made, `&made=<id>` says what comes next. */
export function CreateWorkspace() {
  const [made] = useUrlState('made')
  return (
    <UrlDrawer param="create" title={made ? 'Workspace added' : 'Add workspace'} size={620}>
      {() => (made ? <Made key={made} id={made} /> : <Making />)}
    </UrlDrawer>
  )
}

export function openCreateWorkspace(): void {
  setUrlState({ create: '1', made: null, open: null }, { push: true })
}

const close = () => setUrlState({ create: null, made: null })

function Making() {
  const canCreate = useCan('workspaces.create')
  if (!canCreate) {
    return (
      <EmptyState title="You cannot add workspaces">
        That needs the permission <code>workspaces.create</code>, which owners and admins of the organisation
        hold.
      </EmptyState>
    )
  }
  return <Form />
}

function Form() {
  const create = useMutation(ofWorkspaces.create<Workspace>(ALSO))
  const schema = useMetadataSchema()
  const form = useFormState({ draft: 'workspace.new', initial: NEW_WORKSPACE })
  const [isCode, setCode] = useState(false)
  const body = useRef<HTMLFormElement>(null)
  const { values } = form
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = workspaceProblems(values, schema)
    if (form.refuse(found)) return focusFirst(body.current, found)
    const made = await form.run(
      'The workspace was not added',
      () => create.mutateAsync(createBody(values)),
      isShownPath,
    )
    if (made) setUrlState({ made: made.id })
  }
  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      footer={
        <>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy}>
            Add workspace
          </Button>
        </>
      }
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap={16}>
        <Text size="sm" c="dimmed">
          A team, a product or a stage: with its own providers, keys, members, limits and logs.
        </Text>
        <SegmentedControl
          size="xs"
          value={isCode ? 'api' : 'form'}
          onChange={(value) => setCode(value === 'api')}
          aria-label="Form or code"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'api', label: 'API' },
          ]}
        />
      </Group>
      {isCode ? (
        <CreateAsCode draft={values} />
      ) : (
        <GeneralFields
          form={form}
          schema={schema}
          isNew
          nameHint={
            <>
              Its slug will be <code className={styles.stem}>{workspaceSlugStem(values.name)}…</code>, for the
              API. The name can be changed later.
            </>
          }
        />
      )}
    </DrawerForm>
  )
}

function Made({ id }: { id: string }) {
  const { data } = useQuery(ofWorkspaces.one(id))
  return (
    <>
      <Text size="sm" mb={16}>
        <b className={styles.breakable}>{data?.name ?? 'The workspace'}</b> is ready and in the switcher
        above. Nothing can be called in it before it has a provider and a key.
      </Text>
      <NextSteps id={id} counts={data?.counts} />
      <Group justify="flex-end" mt={24}>
        <Button variant="default" onClick={close}>
          Later
        </Button>
      </Group>
    </>
  )
}
