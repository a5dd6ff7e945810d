/** An integration in the making, and how it becomes calls. Pure. */
import type { integrations } from '@/lib/contract/catalog.ts'
import type { CreateOf } from '@/lib/contract/resource.ts'
import type { Service } from '../catalog/data.ts'
import {
  bodyForCode,
  credentialProblems,
  nameProblems,
  newDraft,
  type ProviderDraft,
  testBody,
  withoutSecrets,
} from '../catalog/new-provider.ts'
import type { Problems } from '../resource/form-state.ts'

export interface IntegrationDraft extends ProviderDraft {
  description: string
  /** What prices are multiplied by; '' for 1. */
  factor: string
}

export function newIntegration(service: Service): IntegrationDraft {
  return { ...newDraft(service), scope: 'organisation', description: '', factor: '' }
}

/** What of it may be kept in the browser. */
export function keepable(service: Service) {
  const without = withoutSecrets(service)
  return (draft: IntegrationDraft): IntegrationDraft => ({ ...draft, ...without(draft) })
}

export function integrationProblems(service: Service, draft: IntegrationDraft): Problems {
  return {
    ...nameProblems(draft),
    ...(draft.description.length > 1024 ? { description: 'Must have at most 1,024 characters' } : {}),
    ...(Number.isNaN(factorOf(draft.factor))
      ? { pricing_adjustments: 'Must be a number from 0 to 1,000' }
      : {}),
    ...credentialProblems(service, draft),
  }
}

type Body = CreateOf<typeof integrations>

/** The call that stores it. No workspace has it yet: that is the next step. */
export function connectBody(service: Service, draft: IntegrationDraft): Body {
  return {
    name: draft.name.trim(),
    slug: draft.slug,
    ...restOf(draft),
    ...(testBody(service, { ...draft, integration: '' }) as Pick<Body, 'ai_provider_id'>),
    global_workspace_access: { enabled: false },
  }
}

/** The same with every secret named instead of printed. */
export function connectCode(service: Service, draft: IntegrationDraft): Record<string, unknown> {
  const { create_default_provider: _, default_provider_slug: __, ...body } = bodyForCode(service, draft)
  return { ...body, slug: draft.slug, ...restOf(draft), global_workspace_access: { enabled: false } }
}

function restOf({ description, factor }: IntegrationDraft) {
  const said = description.trim()
  const times = factorOf(factor)
  return {
    ...(said ? { description: said } : {}),
    ...(times === null || Number.isNaN(times)
      ? {}
      : { pricing_adjustments: { multiplier: { default: times } } }),
  }
}

const FACTOR_MAX = 1000

/** A factor on prices as typed: null for nothing, NaN for what is none. */
export function factorOf(text: string): number | null {
  const said = text.trim()
  if (said === '') return null
  const value = /^\d*\.?\d+$/.test(said) ? Number(said) : Number.NaN
  return value <= FACTOR_MAX ? value : Number.NaN
}
