/** What of an integration is edited as words and figures, and the call that saves it. Pure. */
import type { integrations } from '@/lib/contract/catalog.ts'
import type { UpdateOf } from '@/lib/contract/resource.ts'
import type { Integration } from '../catalog/data.ts'
import { budgetsBody, budgetsOf, type LimitsDraft, ratesBody, ratesOf } from '../limits/draft.ts'
import type { Problems } from '../resource/form-state.ts'
import { factorOf } from './connect-draft.ts'

export interface EditDraft extends LimitsDraft {
  name: string
  description: string
  /** One factor on all prices; '' for none. */
  factor: string
  /** JSON of a factor for each kind of token; null while one does for all. */
  multiplier: string | null
}

export function editDraft(integration: Integration): EditDraft {
  const multiplier = (integration.pricing_adjustments?.multiplier ?? {}) as Record<string, unknown>
  const isPlain = Object.keys(multiplier).every((kind) => kind === 'default')
  return {
    name: integration.name,
    description: integration.description ?? '',
    factor: isPlain && multiplier.default !== undefined ? String(multiplier.default) : '',
    multiplier: isPlain ? null : JSON.stringify(multiplier, null, 2),
    budgets: budgetsOf(integration.usage_limits ?? []),
    rates: ratesOf(integration.rate_limits ?? null),
  }
}

export function editProblems({ name, description, factor, multiplier }: EditDraft): Problems {
  return {
    ...(name.trim() === '' || name.trim().length > 255 ? { name: 'Must have 1-255 characters' } : {}),
    ...(description.length > 1024 ? { description: 'Must have at most 1,024 characters' } : {}),
    ...(multiplier === null && Number.isNaN(factorOf(factor))
      ? { pricing_adjustments: 'Must be a number from 0 to 1,000' }
      : {}),
    ...(multiplier !== null && multiplier.trim() !== '' && !isObject(multiplier)
      ? { pricing_adjustments: 'Must be a JSON object' }
      : {}),
  }
}

/** Only what changed. */
export function updateBody(before: EditDraft, now: EditDraft): UpdateOf<typeof integrations> {
  const has = (...names: (keyof EditDraft)[]) =>
    names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
  return {
    ...(has('name') ? { name: now.name.trim() } : {}),
    ...(has('description') ? { description: now.description.trim() } : {}),
    ...(has('factor', 'multiplier') ? { pricing_adjustments: adjustments(now) } : {}),
    ...(has('budgets') ? { usage_limits: budgetsBody(now.budgets) } : {}),
    ...(has('rates') ? { rate_limits: ratesBody(now.rates) } : {}),
  }
}

function adjustments({ factor, multiplier }: EditDraft) {
  if (multiplier !== null) return multiplier.trim() === '' ? null : { multiplier: JSON.parse(multiplier) }
  const times = factorOf(factor)
  return times === null ? null : { multiplier: { default: times } }
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
