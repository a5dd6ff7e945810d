'use client'

import { SegmentedControl } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { webhooks } from '@/lib/contract/webhooks.ts'
import { type Field, ResourceForm } from '../resource/form.tsx'
import type { Values } from '../resource/values.ts'
import { useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ofWebhooks, useManages, type Webhook } from './data.ts'
import { FORGOTTEN, showWebhookSecret } from './webhook-acts.tsx'
import { AddingAsCode } from './webhook-code.tsx'
import { FIELDS, oneOf } from './webhook-fields.tsx'

/** Add webhook, at `?create=1`. */
export function CreateWebhook() {
  return (
    <UrlDrawer param="create" title="Add webhook" size={640}>
      {() => <Making />}
    </UrlDrawer>
  )
}

export function openCreateWebhook(): void {
  setUrlState({ tab: 'webhooks', create: '1', open: null, pane: null }, { push: true })
}

const close = () => setUrlState({ create: null })
/** Stands for no workspace in a list of them: a select takes no null. */
const ORGANISATION = ''

function Making() {
  const { all } = useWorkspaces()
  const here = useWorkspaceId()
  const manages = useManages()
  const places = useMemo(
    () => [
      ...(manages(null) ? [{ value: ORGANISATION, label: 'The whole organisation' }] : []),
      ...all.filter(({ id }) => manages(id)).map(({ id, name }) => ({ value: id, label: name })),
    ],
    [all, manages],
  )
  if (places.length === 0) {
    return (
      <EmptyState title="You cannot add webhooks">
        That needs <code>organisation_settings.update</code>, or <code>workspaces.update</code> in a
        workspace. An admin can give it.
      </EmptyState>
    )
  }
  const usual = places.find(({ value }) => value === ORGANISATION || value === here) ?? places[0]
  return <Form places={places} initialPlace={usual?.value ?? ORGANISATION} />
}

function Form({
  places,
  initialPlace,
}: {
  places: readonly { value: string; label: string }[]
  initialPlace: string
}) {
  const create = useMutation({ ...ofWebhooks.create<Webhook>(), ...FORGOTTEN })
  const [values, setValues] = useState<Values>({})
  const [isCode, setCode] = useState(false)
  const fields: Field<keyof typeof webhooks.create.shape>[] = [
    ...FIELDS,
    oneOf(
      'workspace_id',
      'Belongs to',
      places,
      'Of one workspace, it hears of what happens there and of nothing else.',
    ),
    {
      name: 'secret',
      label: 'Signing secret',
      as: 'secret',
      hint: 'Left empty, a strong one is made and shown once.',
    },
  ]
  return (
    <>
      <SegmentedControl
        size="xs"
        mb={16}
        value={isCode ? 'api' : 'form'}
        onChange={(value) => setCode(value === 'api')}
        aria-label="Form or code"
        data={[
          { value: 'form', label: 'Form' },
          { value: 'api', label: 'API' },
        ]}
      />
      {isCode && <AddingAsCode values={values} />}
      <div hidden={isCode}>
        <ResourceForm
          schema={webhooks.create}
          draft="webhook.new"
          fields={fields}
          initial={{ events: [], format: 'json', workspace_id: initialPlace }}
          verb="Add webhook"
          submit={create.mutateAsync}
          onValues={setValues}
          onCancel={close}
          onDone={(made) => {
            setUrlState({ create: null, open: made.id })
            if (values.secret) notifyDone(`${made.name} is added`)
            else showWebhookSecret(made)
          }}
        />
      </div>
    </>
  )
}
