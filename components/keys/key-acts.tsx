'use client'

import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { type apiKeySecretRow, apiKeys } from '@/lib/contract/access.ts'
import type { List } from '@/lib/contract/resource.ts'
import { logs } from '@/lib/contract/telemetry.ts'
import { apiFetch } from '@/lib/queries.ts'
import { plural, relativeTime } from '../format.ts'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError, notifyUndo } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, FORGOTTEN, useKeyQueries } from './data.ts'
import type { ApiKey } from './key-draft.ts'
import { openRotateKey } from './rotate-key.tsx'
import { showKeyOnce } from './show-key.tsx'

type Secret = z.output<typeof apiKeySecretRow>

/** What can be done to a key from its row or its drawer, beside editing it. */
export function useKeyActs(key: ApiKey) {
  const keys = useKeyQueries(key.type)
  const client = useQueryClient()
  const update = useMutation(keys.update(ALSO))
  const drop = useMutation(keys.remove(ALSO))
  const turn = useMutation({ ...keys.act<Secret>('rotate', ALSO), ...FORGOTTEN })
  const look = useMutation({ ...keys.act<Secret>('reveal', ALSO), ...FORGOTTEN })

  const show = (status: ApiKey['status']) =>
    client.setQueriesData<List<ApiKey> | ApiKey>(
      { predicate: ({ queryKey }) => queryKey[1] === apiKeys.path },
      (now) => {
        if (!now) return now
        if ('data' in now)
          return { ...now, data: now.data.map((row) => (row.id === key.id ? { ...row, status } : row)) }
        return now.id === key.id ? { ...now, status } : now
      },
    )

  /** At once on screen; taken back when refused, and by Undo. */
  const setStatus = async (status: 'active' | 'disabled') => {
    const put = async (next: 'active' | 'disabled') => {
      show(next)
      await update.mutateAsync({ id: key.id, input: { status: next } })
    }
    try {
      await put(status)
      const words = status === 'disabled' ? 'is disabled: its calls are refused within 2 s' : 'is enabled'
      notifyUndo(`${key.name} ${words}`, () => put(status === 'disabled' ? 'active' : 'disabled'))
    } catch (error) {
      show(key.status)
      notifyError(error, 'The key was not changed')
    }
  }

  const detachConfig = async () => {
    const put = (config_id: string | null) =>
      update.mutateAsync({ id: key.id, input: { defaults: { config_id } } })
    try {
      await put(null)
      notifyUndo(`${key.name} carries no config any more`, () => put(key.defaults.config_id))
    } catch (error) {
      notifyError(error, 'The key was not changed')
    }
  }

  const rotate = () =>
    openRotateKey(key, (ms) => turn.mutateAsync({ id: key.id, input: { key_transition_period_ms: ms } }))

  /** Shows the secret of a scheduled turn, for the one time there is. */
  const reveal = async () => {
    try {
      const { key: secret, key_transition_expires_at } = await look.mutateAsync({ id: key.id })
      const olderUntil = key_transition_expires_at ?? undefined
      showKeyOnce({ id: key.id, name: key.name, secret, ...(olderUntil ? { olderUntil } : {}) })
    } catch (error) {
      notifyError(error, 'The secret was not shown')
    }
  }

  /** Cannot be taken back, so it asks. */
  const resetUsage = () =>
    modals.openConfirmModal({
      title: 'Reset usage',
      children: (
        <Text>
          The counters of every budget of <b>{key.name}</b> start again at 0, and what they refused is let in.
          What was spent stays in the logs.
        </Text>
      ),
      labels: { confirm: 'Reset usage', cancel: 'Cancel' },
      onConfirm: () =>
        update
          .mutateAsync({ id: key.id, input: { reset_usage: true } })
          .then(() => notifyDone(`The usage of ${key.name} starts again at 0`))
          .catch((error: unknown) => notifyError(error, 'The usage was not reset')),
    })

  /** Asks for the name, and says who still leans on the key. */
  const remove = async () => {
    const calls = await callsThisWeek(key)
    const until = key.key_transition_expires_at
    confirmByTyping({
      title: 'Delete key',
      name: key.name,
      verb: 'Delete key',
      consequence: (
        <>
          Whatever uses <code>{key.key}</code> is refused within 2 seconds, for good
          {until && Date.parse(until) > Date.now() ? ', with its older secret too' : ''}. It was{' '}
          <b>{key.last_used_at ? `last used ${relativeTime(key.last_used_at, Date.now())}` : 'never used'}</b>
          {calls ? ` and made ${plural(calls, 'call')} in the last 7 days` : ''}. What it did stays in the
          logs.
        </>
      ),
      run: async () => {
        await drop.mutateAsync(key.id)
        setUrlState({ open: null, pane: null })
        notifyDone(`${key.name} is deleted`)
      },
    })
  }

  return { setStatus, detachConfig, rotate, reveal, resetUsage, remove }
}

/** Null where one may not know. */
async function callsThisWeek({ id, workspace_id }: ApiKey): Promise<number | null> {
  if (workspace_id === null) return null
  const since = new Date(Date.now() - 7 * 86_400_000).toISOString()
  const query = { workspace_id, api_key_ids: id, time_of_generation_min: since, page_size: 1 }
  return apiFetch<{ total: number | null }>(logs.path, { query }).then(
    ({ total }) => total,
    () => null,
  )
}
