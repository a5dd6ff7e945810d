'use client'

import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { TRANSITION_MS_MIN } from '@/lib/contract/key-rotation.ts'
import { useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { useKeyRules } from './data.ts'
import { type ApiKey, asNew, createBody, draftOf, type KeyDraft } from './key-draft.ts'
import { scopeOf } from './key-words.tsx'
import styles from './keys.module.css'

/** Creating this key, as code. */
export function KeyAsCode({ draft }: { draft: KeyDraft }) {
  const origin = useOrigin()
  const workspaceId = useWorkspaceId()
  const { me } = useWorkspaces()
  const { type, sub_type, ...rest } = createBody(draft, workspaceId, useKeyRules())
  const named = { ...rest, name: rest.name || 'checkout-bot' }
  // A session means its own person; a key has to say whom.
  const user = draft.type === 'workspace-user' && !draft.userId ? { user_id: me?.id } : {}
  const body = { ...named, ...user }
  return (
    <div>
      <Needs scope={scopeOf(draft.type, 'create')}>, and every scope it gives away</Needs>
      <CodeTabs
        snippets={actAsCode({
          origin,
          path: `api-keys/${type}/${sub_type}`,
          body,
          python: { call: 'api_keys.create', input: { type, sub_type, ...body } },
          node: { call: 'apiKeys.create', input: { type, 'sub-type': sub_type, ...body } },
        })}
      />
    </div>
  )
}

const ACTS = [
  { value: 'create', label: 'Make one like it' },
  { value: 'rotate', label: 'Rotate' },
  { value: 'disable', label: 'Disable' },
  { value: 'delete', label: 'Delete' },
] as const
type Act = (typeof ACTS)[number]['value']

/** What one does to a stored key, as code. */
export function KeyActsAsCode({ apiKey: key }: { apiKey: ApiKey }) {
  const [act, setAct] = useState<Act>('create')
  return (
    <Stack gap={16}>
      <div className={styles.scrolls}>
        <SegmentedControl
          size="xs"
          value={act}
          onChange={(value) => setAct(value as Act)}
          aria-label="What to do"
          data={[...ACTS]}
        />
      </div>
      {act === 'create' ? <KeyAsCode draft={asNew(draftOf(key))} /> : <ActAsCode act={act} apiKey={key} />}
    </Stack>
  )
}

function ActAsCode({ act, apiKey: { id, type } }: { act: Exclude<Act, 'create'>; apiKey: ApiKey }) {
  const origin = useOrigin()
  const path = `api-keys/${id}`
  const verbs = {
    // The SDKs have no method for it.
    rotate: {
      scope: 'rotate',
      act: {
        path: `${path}/rotate`,
        method: 'POST',
        body: { key_transition_period_ms: TRANSITION_MS_MIN },
      },
    },
    disable: {
      scope: 'update',
      act: {
        path,
        method: 'PUT',
        body: { status: 'disabled' },
        node: { call: 'apiKeys.update', input: { id, status: 'disabled' } },
      },
    },
    delete: {
      scope: 'delete',
      act: {
        path,
        method: 'DELETE',
        body: {},
        python: { call: 'api_keys.delete', input: { id } },
        node: { call: 'apiKeys.delete', input: { id } },
      },
    },
  } as const
  const { scope, act: one } = verbs[act]
  return (
    <div>
      <Needs scope={scopeOf(type, scope)} />
      <CodeTabs snippets={actAsCode({ origin, ...one })} />
    </div>
  )
}

function Needs({ scope, children }: { scope: string; children?: string }) {
  return (
    <Text size="sm" c="dimmed" mb={8}>
      The key in <code>TOLLGATE_API_KEY</code> needs the scope <code>{scope}</code>
      {children}.
    </Text>
  )
}
