'use client'

import { Checkbox, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { List } from '@/lib/contract/resource.ts'
import { plural } from '../format.ts'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError, notifyUndo } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { type Provider, useCatalog } from './data.ts'

/** What can be done to a provider from its row or its drawer. */
export function useProviderActs() {
  const { providers, integrations, modelsOf } = useCatalog()
  const client = useQueryClient()
  const update = useMutation(providers.update())
  const drop = useMutation(providers.remove())
  const dropIntegration = useMutation(integrations.remove())

  const show = (slug: string, status: Provider['status']) =>
    client.setQueriesData<List<Provider> | Provider>({ queryKey: providers.key }, (now) => {
      if (!now) return now
      if ('data' in now)
        return { ...now, data: now.data.map((row) => (row.slug === slug ? { ...row, status } : row)) }
      return now.slug === slug ? { ...now, status } : now
    })

  /** At once on screen; taken back when refused, and by Undo. */
  const setStatus = async (provider: Provider, status: 'active' | 'disabled') => {
    const put = async (next: 'active' | 'disabled') => {
      show(provider.slug, next)
      await update.mutateAsync({ id: provider.slug, input: { status: next } })
    }
    try {
      await put(status)
      const words = status === 'disabled' ? 'is disabled: its calls are refused within 2 s' : 'is enabled'
      notifyUndo(`@${provider.slug} ${words}`, () => put(status === 'disabled' ? 'active' : 'disabled'))
    } catch (error) {
      show(provider.slug, provider.status)
      notifyError(error, 'The provider was not changed')
    }
  }

  /** Asks for the slug. The credentials go too where nothing else uses them and nobody unticks that. */
  const remove = async (provider: Provider) => {
    const [onSame, integration, models] = await Promise.all([
      client.fetchQuery(providers.list({ integration_id: provider.integration_id, page_size: 1 })),
      client.fetchQuery(integrations.one(provider.integration_id)),
      client.fetchQuery(modelsOf(provider)),
    ]).catch(() => [null, null, null])
    const isLast = integration?.type === 'workspace' && onSame?.total === 1
    const enabled = models?.models.filter((model) => model.enabled).length
    let withCredentials = isLast
    confirmByTyping({
      title: 'Delete provider',
      name: provider.slug,
      verb: 'Delete provider',
      consequence: (
        <Stack gap={12}>
          <span>
            Calls to <code>@{provider.slug}/…</code> are refused from then on
            {enabled ? `: ${plural(enabled, 'model')} can no longer be reached through it` : ''}. Keys, and
            what was logged, stay.
          </span>
          {isLast ? (
            <Checkbox
              label={`Forget the credentials “${provider.integration_name}” too`}
              description="No other provider uses them."
              defaultChecked
              onChange={(event) => {
                withCredentials = event.currentTarget.checked
              }}
            />
          ) : (
            <span>
              The credentials “{provider.integration_name}” stay: they belong to the organisation or other
              providers use them.
            </span>
          )}
        </Stack>
      ),
      run: async () => {
        // The drawer goes first: what is deleted must not be asked for again.
        const open = new URLSearchParams(window.location.search).get('open')
        setUrlState({ open: null, pane: null, made: null })
        try {
          await (withCredentials
            ? dropIntegration.mutateAsync(provider.integration_id)
            : drop.mutateAsync(provider.slug))
        } catch (error) {
          setUrlState({ open })
          throw error
        }
        await client.invalidateQueries({ queryKey: providers.key })
        notifyDone(`@${provider.slug} is deleted`)
      },
    })
  }

  return { setStatus, remove }
}
