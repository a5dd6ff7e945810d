'use client'

import { useCallback } from 'react'
import { plural } from '../format.ts'
import { useCan } from '../shell/workspace.tsx'
import { notifyUndo } from '../ui/notify.tsx'
import {
  type CallableModel,
  type IntegrationModels,
  type ModelSetting,
  type Provider,
  useChangeModels,
} from './data.ts'

/** Turns models on and off: at once on screen, with Undo; a refusal takes it back and says why. */
export function useModelSwitch() {
  const { mutateAsync } = useChangeModels()
  const canOwn = useCan('workspace_integrations.update')
  const canShared = useCan('organisation_integrations.update')
  const put = useCallback(
    (slug: string, models: readonly { slug: string; enabled: boolean }[], allowAll?: boolean) =>
      mutateAsync({ slug, models, ...(allowAll === undefined ? {} : { allowAll }) }),
    [mutateAsync],
  )

  const turn = useCallback(
    async (provider: Provider, model: ModelSetting) => {
      const enabled = !model.enabled
      const done = await put(provider.integration_id, [{ slug: model.slug, enabled }]).catch(() => null)
      if (done)
        notifyUndo(`@${provider.slug}/${model.slug} is ${enabled ? 'on' : 'off'}`, () =>
          put(provider.integration_id, [{ slug: model.slug, enabled: !enabled }]),
        )
    },
    [put],
  )

  /** Many at once, one call an integration; only those that change are sent. */
  const turnAll = async (rows: readonly CallableModel[], enabled: boolean) => {
    const byIntegration = new Map<string, Set<string>>()
    for (const { provider, model } of rows) {
      if (model.enabled === enabled) continue
      const slugs = byIntegration.get(provider.integration_id) ?? new Set()
      byIntegration.set(provider.integration_id, slugs.add(model.slug))
    }
    const putAll = (to: boolean) =>
      Promise.all(
        [...byIntegration].map(([integration, slugs]) =>
          put(
            integration,
            [...slugs].map((slug) => ({ slug, enabled: to })),
          ),
        ),
      )
    const changed = [...byIntegration.values()].reduce((sum, slugs) => sum + slugs.size, 0)
    if (changed === 0) return
    const done = await putAll(enabled).catch(() => null)
    if (done)
      notifyUndo(`${plural(changed, 'model')} turned ${enabled ? 'on' : 'off'}`, () => putAll(!enabled))
  }

  /** What the catalogue learns of later is on or off by itself; what is there now stays as it is. */
  const setNew = async (integration: string, { models, allow_all_models }: IntegrationModels) => {
    const now = models.map(({ slug, enabled }) => ({ slug, enabled }))
    const done = await put(integration, now, !allow_all_models).catch(() => null)
    if (done)
      notifyUndo(`New models are ${allow_all_models ? 'off' : 'on'} by themselves`, () =>
        put(integration, now, allow_all_models),
      )
  }

  return { turn, turnAll, setNew, canTurn: canOwn || canShared }
}
