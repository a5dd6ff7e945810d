'use client'

import { type IntegrationModels, type ModelSetting, useChangeModels } from '../catalog/data.ts'
import { plural } from '../format.ts'
import { notifyUndo } from '../ui/notify.tsx'

/** Turns models of one integration on and off for everybody: at once on screen, with Undo. */
export function useModelTurning(slug: string) {
  const { mutateAsync } = useChangeModels({ isShared: true })

  const turn = async (models: readonly ModelSetting[], on: boolean) => {
    const slugs = models.filter(({ enabled }) => enabled !== on).map((model) => model.slug)
    if (slugs.length === 0) return
    const put = (enabled: boolean) =>
      mutateAsync({ slug, models: slugs.map((model) => ({ slug: model, enabled })) })
    const done = await put(on).catch(() => null)
    const what = slugs.length === 1 ? `${slugs[0]} is` : `${plural(slugs.length, 'model')} are`
    if (done) notifyUndo(`${what} ${on ? 'on' : 'off'}`, () => put(!on))
  }

  /** What the catalogue learns of later is on or off by itself; what is there now stays as it is. */
  const setNew = async ({ models, allow_all_models: allowed }: IntegrationModels) => {
    const now = models.map(({ slug: model, enabled }) => ({ slug: model, enabled }))
    const put = (allowAll: boolean) => mutateAsync({ slug, models: now, allowAll })
    const done = await put(!allowed).catch(() => null)
    if (done) notifyUndo(`New models are ${allowed ? 'off' : 'on'} by themselves`, () => put(allowed))
  }

  return { turn, setNew }
}
