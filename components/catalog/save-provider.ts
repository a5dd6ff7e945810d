'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { notifyError } from '../ui/notify.tsx'
import { type Service, useCatalog } from './data.ts'
import { integrationBody, type ProviderDraft } from './new-provider.ts'

/**
 * Makes a provider: new credentials with the provider that comes with them in one call, or one on stored credentials.
 * `offered` are models to add where the catalogue knows none. Resolves to the provider's slug; rejects as the server does.
 */
export function useSaveProvider(service: Service) {
  const { integrations, providers, shared } = useCatalog()
  const client = useQueryClient()
  const createHere = useMutation(integrations.create<{ slug: string }>())
  const createShared = useMutation(shared.create<{ slug: string }>())
  const createProvider = useMutation(providers.create<{ slug: string }>())
  const updateProvider = useMutation(providers.update())
  const offer = useMutation(integrations.act('updateModels'))

  return async (
    draft: ProviderDraft,
    offered: readonly { slug: string; name: string }[],
  ): Promise<{ slug: string }> => {
    const note = draft.note.trim()
    if (draft.integration !== '') {
      return createProvider.mutateAsync({
        name: draft.name.trim(),
        slug: draft.slug,
        integration_id: draft.integration,
        ...(note ? { note } : {}),
      })
    }
    const create = draft.scope === 'organisation' ? createShared : createHere
    const { slug: integration } = await create.mutateAsync(integrationBody(service, draft))
    // What follows adds to a provider that exists; a refusal here must not ask for the credentials a second time.
    try {
      if (note) await updateProvider.mutateAsync({ id: draft.slug, input: { note } })
      if (offered.length > 0) {
        const models = offered.map(({ slug, name }) => ({ slug, name, enabled: true, is_custom: true }))
        await offer.mutateAsync({ id: integration, input: { models } })
      }
    } catch (error) {
      notifyError(error, 'The provider was added, but not all of it')
    }
    await Promise.all([
      client.invalidateQueries({ queryKey: providers.key }),
      client.invalidateQueries({ queryKey: integrations.key }),
    ])
    return { slug: draft.slug }
  }
}
