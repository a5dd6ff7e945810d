/** Which models the Models tab shows, and in which order. Pure. */
import type { CallableModel } from './data.ts'

export const SHOWS = ['all', 'on', 'off', 'custom', 'unpriced'] as const
export type Show = (typeof SHOWS)[number]

export interface ModelFilter {
  /** Words that must all stand in id, name or service. */
  search: string
  /** Provider slug; '' for all. */
  provider: string
  show: Show
  /** `model`, or `-input` for descending. */
  sort: string
}

const SHOWN: Readonly<Record<Show, (model: CallableModel['model']) => boolean>> = {
  all: () => true,
  on: ({ enabled }) => enabled,
  off: ({ enabled }) => !enabled,
  custom: ({ is_custom }) => is_custom,
  unpriced: ({ prices }) => prices === null,
}

/** What each column sorts by; nulls go last either way. */
export const SORTS: Readonly<Record<string, (row: CallableModel) => string | number | null>> = {
  model: ({ id }) => id.toLowerCase(),
  provider: ({ provider }) => provider.name.toLowerCase(),
  context: ({ model }) => model.context_window,
  cap: ({ model }) => model.max_output_tokens,
  input: ({ model }) => model.prices?.input ?? null,
  output: ({ model }) => model.prices?.output ?? null,
  on: ({ model }) => (model.enabled ? 0 : 1),
}

export function filtered(all: readonly CallableModel[], filter: ModelFilter): CallableModel[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter((row) => {
    if (filter.provider !== '' && row.provider.slug !== filter.provider) return false
    if (!SHOWN[filter.show](row.model)) return false
    if (words.length === 0) return true
    const text =
      `${row.id} ${row.model.name} ${row.provider.name} ${row.provider.ai_provider_id}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const by = SORTS[filter.sort.replace(/^-/, '')]
  if (!by) return found
  const sign = filter.sort.startsWith('-') ? -1 : 1
  return found.sort((a, b) => {
    const [left, right] = [by(a), by(b)]
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * ORDER.compare(String(left), String(right))
  })
}

/** One for all: making a collator anew for each comparison costs most of a sort of thousands. */
const ORDER = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
