/** Which models and workspaces the grid shows. Pure. */
import type { ModelView, PlaceView, View } from './access.ts'

export const MODELS_SHOWN = [
  { value: 'all', label: 'All models' },
  { value: 'on', label: 'Models that are on' },
  { value: 'off', label: 'Models that are off' },
  { value: 'custom', label: 'Custom models' },
] as const

export const WORKSPACES_SHOWN = [
  { value: 'all', label: 'All workspaces' },
  { value: 'on', label: 'With the integration' },
  { value: 'off', label: 'Without it' },
  { value: 'chosen', label: 'With chosen models' },
] as const

export interface GridFilter {
  /** Words that must all stand in the name or slug. */
  search: string
  place: string
  /** Of `MODELS_SHOWN` and `WORKSPACES_SHOWN`; null for all. */
  models: string | null
  places: string | null
}

interface Before {
  models: ReadonlyMap<string, ModelView>
  workspaces: ReadonlyMap<string, PlaceView>
}

/** What of a view matches. States are those of `before`, so that turning something does not make it disappear. */
export function narrowed(
  view: View,
  before: Before,
  filter: GridFilter,
): Pick<View, 'models' | 'workspaces'> {
  return {
    models: view.models.filter((model) => {
      const { enabled, isCustom } = before.models.get(model.slug) ?? model
      if (filter.models === 'on' && !enabled) return false
      if (filter.models === 'off' && enabled) return false
      if (filter.models === 'custom' && !isCustom) return false
      return holds(filter.search, model)
    }),
    workspaces: view.workspaces.filter((place) => {
      const { enabled, list } = before.workspaces.get(place.slug) ?? place
      if (filter.places === 'on' && !enabled) return false
      if (filter.places === 'off' && enabled) return false
      if (filter.places === 'chosen' && list === null) return false
      return holds(filter.place, place)
    }),
  }
}

/** Whether a thing is called by every word of a search. */
export function holds(search: string, { slug, name }: { slug: string; name: string }): boolean {
  const text = `${slug} ${name}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
