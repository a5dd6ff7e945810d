'use client'

import { useCan } from '../shell/workspace.tsx'
import { notifyUndo } from '../ui/notify.tsx'
import { type ModelSetting, type Provider, useChangeModels } from './data.ts'

/** Turns models on and off: at once on screen, with Undo; a refusal takes it back and says why. */
export function useModelSwitch() {
  const change = useChangeModels()
  const canOwn = useCan('workspace_integrations.update')
  const canShared = useCan('organisation_integrations.update')
  const put = (slug: string, models: readonly { slug: string; enabled: boolean }[]) =>
    change.mutateAsync({ slug, models })

  const turn = async (provider: Provider, model: ModelSetting) => {
    const enabled = !model.enabled
    const done = await put(provider.integration_id, [{ slug: model.slug, enabled }]).catch(() => null)
    if (done)
      notifyUndo(`@${provider.slug}/${model.slug} is ${enabled ? 'on' : 'off'}`, () =>
        put(provider.integration_id, [{ slug: model.slug, enabled: !enabled }]),
      )
  }
  return { turn, canTurn: canOwn || canShared }
}
