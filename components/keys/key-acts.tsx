'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { List } from '@/lib/contract/resource.ts'
import { logs } from '@/lib/contract/telemetry.ts'
import { apiFetch } from '@/lib/queries.ts'
import { plural, relativeTime } from '../format.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError, notifyUndo } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { useKeyQueries } from './data.ts'
import type { ApiKey } from './key-draft.ts'

/** What can be done to a key from its row or its drawer, beside rotating and editing. */
export function useKeyActs() {
  const keys = useKeyQueries()
  const workspaceId = useWorkspaceId()
  const client = useQueryClient()
  const update = useMutation(keys.update())
  const drop = useMutation(keys.remove())

  const show = (id: string, status: ApiKey['status']) =>
    client.setQueriesData<List<ApiKey> | ApiKey>({ queryKey: keys.key }, (now) => {
      if (!now) return now
      if ('data' in now)
        return { ...now, data: now.data.map((row) => (row.id === id ? { ...row, status } : row)) }
      return now.id === id ? { ...now, status } : now
    })

  /** At once on screen; taken back when refused, and by Undo. */
  const setStatus = async (key: ApiKey, status: 'active' | 'disabled') => {
    const put = async (next: 'active' | 'disabled') => {
      show(key.id, next)
      await update.mutateAsync({ id: key.id, input: { status: next } })
    }
    try {
      await put(status)
      const words = status === 'disabled' ? 'is disabled: its calls are refused within 2 s' : 'is enabled'
      notifyUndo(`${key.name} ${words}`, () => put(status === 'disabled' ? 'active' : 'disabled'))
    } catch (error) {
      show(key.id, key.status)
      notifyError(error, 'The key was not changed')
    }
  }

  /** Asks for the name, and says who still leans on the key. */
  const remove = async (key: ApiKey) => {
    const week = { min: new Date(Date.now() - 7 * 86_400_000).toISOString() }
    const calls = await apiFetch<{ total: number | null }>(logs.path, {
      query: {
        workspace_id: workspaceId,
        api_key_ids: key.id,
        time_of_generation_min: week.min,
        page_size: 1,
      },
    }).then(
      ({ total }) => total,
      () => null,
    )
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

  return { setStatus, remove }
}
