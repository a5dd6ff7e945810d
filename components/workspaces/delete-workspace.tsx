'use client'

import { Button, Checkbox, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { List } from '@/lib/contract/resource.ts'
import { ApiError } from '@/lib/queries.ts'
import { describeError, notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { type Blocker, Blockers } from './blockers.tsx'
import { ALSO, ofWorkspaces, type Workspace } from './data.ts'
import { useEnter } from './enter.ts'

/** Why a workspace can never be deleted; null when it can. */
export function undeletable({ is_default }: Pick<Workspace, 'is_default'>): string | null {
  return is_default === 1 ? 'The default workspace stays: people and calls that name none are in it.' : null
}

type Target = Pick<Workspace, 'id' | 'name'>

/** Says first what is in the way, asks for the name, and ends what is in it only when told to. */
export function useDeleteWorkspace(): (workspace: Target) => void {
  const enter = useEnter()
  return (workspace) => {
    const id = modals.open({
      title: 'Delete workspace',
      children: (
        <Deleting
          workspace={workspace}
          close={() => modals.close(id)}
          see={(page) => {
            modals.close(id)
            enter(workspace, page)
          }}
        />
      ),
    })
  }
}

/** Dialogs stand outside of the shell, so they are handed the way to a page of the workspace. */
function Deleting({
  workspace: { id, name },
  close,
  see,
}: {
  workspace: Target
  close: () => void
  see: (page: string) => void
}) {
  const drop = useMutation(ofWorkspaces.remove(ALSO))
  const blockers = useQuery({
    ...ofWorkspaces.read<List<Blocker>>('blockers', {}, id),
    enabled: !drop.isPending && !drop.isSuccess,
    staleTime: 0,
  })
  const [typed, setTyped] = useState('')
  const [isForced, setForced] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const found = blockers.data?.data ?? []
  const isBlocked = found.length > 0

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setProblem(null)
    try {
      await drop.mutateAsync({ id, input: { name, ...(isBlocked ? { force_delete: isForced } : {}) } })
      setUrlState({ open: null, pane: null })
      close()
      notifyDone(`${name} is deleted`)
    } catch (error) {
      // Something came in the way since it was asked.
      if (error instanceof ApiError && error.status === 409) await blockers.refetch()
      setProblem(describeError(error).message)
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack gap={16}>
        <Text>
          Its keys stop working within 2 seconds, and its members lose it. What was logged stays, and its name
          is free again. This cannot be undone.
        </Text>
        {blockers.error && !blockers.data ? (
          <Text size="sm" c="var(--tg-bad)" role="alert">
            What is in it could not be read: {describeError(blockers.error).message}
          </Text>
        ) : !blockers.data ? (
          <Skeleton height={64} />
        ) : (
          <Blockers of={found} see={see} />
        )}
        {isBlocked && (
          <Checkbox
            label="End all of it with the workspace"
            description="Without this, it is deleted only once it is empty."
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        )}
        <TextInput
          data-autofocus
          label={
            <>
              Type <code>{name}</code> to go on
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={problem}
          autoComplete="off"
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            color="red"
            disabled={typed.trim() !== name.trim() || !blockers.data || (isBlocked && !isForced)}
            loading={drop.isPending}
          >
            Delete workspace
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
