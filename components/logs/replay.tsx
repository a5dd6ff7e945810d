'use client'

import { Button, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { logs, type replayRow } from '@/lib/contract/telemetry.ts'
import { ApiError, apiFetch } from '@/lib/queries.ts'
import { type NewKey, useCreateKey } from '../connect/create-key.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { CodeBlock } from '../ui/copyable.tsx'
import { describeError, notifyDone, notifyError } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import type { LogDetail } from './detail.ts'

type Replayed = z.output<typeof replayRow>

const REPLAYABLE: ReadonlySet<string> = new Set([
  'chatComplete',
  'messages',
  'complete',
  'embed',
  'createModelResponse',
])

/**
 * Sends a stored request again as the person's own user key and opens the call it made. `whyNot` is null when that can
 * be tried. Without such a key, it offers to make one. Admin-contract §2.5.
 */
export function useReplay({ metrics: log, request, bodies_absent: absent }: LogDetail) {
  const workspaceId = useWorkspaceId()
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: () =>
      apiFetch<Replayed>(`${logs.path}/${log.id}/replay`, {
        method: 'POST',
        query: { workspace_id: workspaceId },
        body: {},
      }),
    onSuccess: ({ log_id, status }) => {
      void client.invalidateQueries({ queryKey: [workspaceId, logs.path, 'tail'] })
      notifyDone(`Replayed: answered ${status}. This is the new call.`)
      setUrlState({ log: log_id }, { push: true })
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'AB03')
        offerKey({ workspaceId, reason: error.message, replay: () => mutation.mutate() })
      else notifyError(error, 'It was not replayed')
    },
  })
  const whyNot = !REPLAYABLE.has(log.endpoint_type)
    ? 'Calls of this kind cannot be sent again'
    : absent || request.body === undefined
      ? 'The body of this call was not kept'
      : null
  return { replay: () => mutation.mutate(), isReplaying: mutation.isPending, whyNot }
}

interface Offer {
  /** Dialogs stand outside of the shell, so they have to be told. */
  workspaceId: string
  reason: string
  replay: () => void
}

function offerKey(offer: Offer): void {
  const id = modals.open({
    title: 'Replaying needs a user key of yours',
    children: <KeyOffer {...offer} close={() => modals.close(id)} />,
  })
}

function KeyOffer({ workspaceId, reason, replay, close }: Offer & { close: () => void }) {
  const create = useCreateKey(workspaceId)
  const [made, setMade] = useState<NewKey | null>(null)
  if (made) {
    return (
      <Stack gap={12}>
        <Text>
          The key <b>{made.name}</b> is made. Replays find it by themselves; should you want to use it
          elsewhere, its secret is shown only now.
        </Text>
        <CodeBlock code={made.secret} label="key" />
        <Group justify="flex-end">
          <Button
            onClick={() => {
              close()
              replay()
            }}
          >
            Replay the call
          </Button>
        </Group>
      </Stack>
    )
  }
  return (
    <Stack gap={12}>
      <Text>{reason}</Text>
      <Text c="dimmed">
        A replay is a call of its own: it is signed in, limited, priced and logged as yours, with a user key
        of this workspace that may call models.
      </Text>
      {create.error && (
        <Text c="red" role="alert">
          {describeError(create.error).message}
        </Text>
      )}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          data-autofocus
          loading={create.isPending}
          onClick={() => create.mutate({ kind: 'user', name: 'Replay' }, { onSuccess: setMade })}
        >
          Create user key
        </Button>
      </Group>
    </Stack>
  )
}
