'use client'

import { useMemo } from 'react'
import { useModels, useProviders } from '../catalog/data.ts'

export interface Model {
  /** `@slug/model`, as callers write it. */
  id: string
  name: string
  /** Provider slug. */
  provider: string
  /** Service id of that provider (`openai`). */
  service: string
  /** Tokens; null when unknown. */
  window: number | null
  /** Dollars per million tokens; null when unpriced. */
  prices: Prices | null
}

export interface Prices {
  input: number | null
  output: number | null
  cache_read: number | null
  cache_write: number | null
}

/**
 * Every model that can be called in the workspace on screen: what `GET /models` tells a key, for a signed-in person,
 * from the active providers and the models enabled for them.
 */
export function useCallableModels() {
  const providers = useProviders()
  const active = useMemo(
    () => providers.data?.data.filter(({ status }) => status === 'active'),
    [providers.data],
  )
  const { models, isPending, error, refetch } = useModels(active)
  const enabled = models.filter(({ model }) => model.enabled)
  return {
    models: enabled.map(
      ({ id, provider, model }): Model => ({
        id,
        name: model.name,
        provider: provider.slug,
        service: provider.ai_provider_id,
        window: model.context_window,
        prices: model.prices,
      }),
    ),
    isPending: isPending && !providers.error,
    error: providers.error ?? error,
    refetch: () => (providers.error ? providers.refetch() : refetch()),
  }
}
