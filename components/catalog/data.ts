'use client'

import {
  hashKey,
  type UseQueryResult,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { z } from 'zod'
import {
  type aiProviderRow,
  aiProviders,
  type integrationRow,
  integrations,
  type modelSettingRow,
  type providerRow,
  providers,
} from '@/lib/contract/catalog.ts'
import { queries } from '@/lib/queries.ts'
import { useCan, useWorkspaceId } from '../shell/workspace.tsx'
import { notifyError } from '../ui/notify.tsx'

export type Service = z.output<typeof aiProviderRow>
export type Integration = z.output<typeof integrationRow>
export type Provider = z.output<typeof providerRow>
export type ModelSetting = z.output<typeof modelSettingRow>
export interface IntegrationModels {
  object: 'list'
  total: number
  allow_all_models: boolean
  models: ModelSetting[]
}

/** As many rows as a list answers at once. */
export const ROWS_MAX = 100

/** Query and mutation options of the catalogue in the workspace on screen. */
export function useCatalog() {
  const workspaceId = useWorkspaceId()
  const canSeeSwitches = useCanSeeSwitches()
  return useMemo(() => {
    const ofProviders = queries(providers, workspaceId)
    const ofIntegrations = queries(integrations, workspaceId)
    return {
      workspaceId,
      providers: ofProviders,
      integrations: ofIntegrations,
      /** Without a workspace, so what is created belongs to the organisation. */
      shared: queries(integrations, null),
      /** The models of a provider: all of its integration's, or just those that are on for who may not see more. */
      modelsOf: ({ slug, integration_id }: Provider) =>
        canSeeSwitches
          ? ofIntegrations.read<IntegrationModels>('listModels', {}, integration_id)
          : ofProviders.read<IntegrationModels>('listModels', {}, slug),
    }
  }, [workspaceId, canSeeSwitches])
}

function useCanSeeSwitches(): boolean {
  const ofOrganisation = useCan('organisation_integrations.read')
  return useCan('workspace_integrations.read') || ofOrganisation
}

/** Every service this version can call, and a look-up by id. They change with the version only. */
export function useServices() {
  const list = useQuery({ ...queries(aiProviders, null).list(), staleTime: Number.POSITIVE_INFINITY })
  const byId = useMemo(() => new Map(list.data?.data.map((service) => [service.id, service])), [list.data])
  return { list, byId }
}

/** The providers of the workspace, the first hundred. */
export function useProviders() {
  const { providers } = useCatalog()
  return useQuery(providers.list({ page_size: ROWS_MAX }))
}

/** One model as a workspace can call it: through a provider, by the settings of its integration. */
export interface CallableModel {
  /** `@slug/model`. */
  id: string
  provider: Provider
  model: ModelSetting
}

/** The models of several providers; those of one integration are asked for once. */
export function useModels(providers: readonly Provider[] | undefined) {
  const { modelsOf } = useCatalog()
  const asked = useMemo(
    () =>
      new Map(
        (providers ?? []).map((provider) => [hashKey(modelsOf(provider).queryKey), modelsOf(provider)]),
      ),
    [providers, modelsOf],
  )
  // The same function while its inputs are the same, so that hundreds of rows are put together once and not every time.
  const combine = useCallback(
    (answers: UseQueryResult<IntegrationModels>[]) => {
      const byKey = new Map([...asked.keys()].map((key, index) => [key, answers[index]]))
      const models = (providers ?? []).flatMap((provider) =>
        (byKey.get(hashKey(modelsOf(provider).queryKey))?.data?.models ?? []).map(
          (model): CallableModel => ({ id: `@${provider.slug}/${model.slug}`, provider, model }),
        ),
      )
      return {
        models,
        isPending: providers === undefined || answers.some(({ isPending }) => isPending),
        error: answers.find(({ error }) => error)?.error ?? null,
        refetch: () => Promise.all(answers.map((answer) => answer.refetch())),
      }
    },
    [providers, asked, modelsOf],
  )
  return useQueries({ queries: [...asked.values()], combine })
}

/** What a change of one model says; what is left out stays. Prices in cents per token. */
export interface ModelChange {
  slug: string
  enabled: boolean
  name?: string | null
  is_custom?: boolean
  is_finetune?: boolean
  base_model_slug?: string | null
  pricing_config?: object | null
  context_window?: number | null
  max_output_tokens?: number | null
}

interface ModelsChange {
  /** Of the integration. */
  slug: string
  models: readonly ModelChange[]
  /** Whether models the catalogue learns of later are on by themselves. */
  allowAll?: boolean
}

/**
 * Changes models of an integration: on screen at once, taken back when refused. Quiet where a form says why itself;
 * shared where the integration is seen from the organisation and not from a workspace.
 */
export function useChangeModels({ isQuiet = false, isShared = false } = {}) {
  const { integrations: here, shared } = useCatalog()
  const integrations = isShared ? shared : here
  const client = useQueryClient()
  const { onSuccess: _, ...act } = integrations.act('updateModels')
  return useMutation({
    ...act,
    mutationFn: ({ slug, models, allowAll }: ModelsChange, context) =>
      act.mutationFn!(
        { id: slug, input: { models, ...(allowAll === undefined ? {} : { allow_all_models: allowAll }) } },
        context,
      ),
    onMutate: async ({ slug, models, allowAll }: ModelsChange) => {
      const { queryKey } = integrations.read<IntegrationModels>('listModels', {}, slug)
      await client.cancelQueries({ queryKey })
      const before = client.getQueryData<IntegrationModels>(queryKey)
      const said = new Map(models.map((change) => [change.slug, change]))
      client.setQueryData<IntegrationModels>(
        queryKey,
        (now) =>
          now && {
            ...now,
            allow_all_models: allowAll ?? now.allow_all_models,
            models: now.models.map((model) => {
              const change = said.get(model.slug)
              return change ? { ...model, enabled: change.enabled } : model
            }),
          },
      )
      return { before, queryKey }
    },
    onError: (error, _, kept) => {
      if (kept) client.setQueryData(kept.queryKey, kept.before)
      if (!isQuiet) notifyError(error, 'The model was not changed')
    },
    onSettled: (_, __, ___, kept) =>
      kept &&
      client.invalidateQueries(
        isShared
          ? { predicate: ({ queryKey }) => queryKey[1] === shared.key[1] }
          : { queryKey: kept.queryKey },
      ),
  })
}
