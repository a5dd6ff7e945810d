/** A key in the making or in change: what its form holds, what is wrong with it, and how it becomes calls. Pure. */
import { z } from 'zod'
import type { apiKeyRow, apiKeys } from '@/lib/contract/access.ts'
import type { CreateOf, UpdateOf } from '@/lib/contract/resource.ts'
import { DEFAULT_WORKSPACE_SCOPES, type KeyType, scopesFor } from '@/lib/contract/scopes.ts'
import {
  type BudgetDraft,
  budgetsBody,
  budgetsOf,
  limitProblems,
  type RateDraft,
  ratesBody,
  ratesOf,
} from '../limits/draft.ts'
import { type MetadataDraft, metadataBody, metadataOf, metadataProblems } from '../metadata/draft.ts'
import type { Problems } from '../resource/form-state.ts'

export type ApiKey = z.output<typeof apiKeyRow>

export interface KeyDraft {
  type: KeyType
  /** Owner of a user key; '' is the signed-in person. */
  userId: string
  name: string
  description: string
  metadata: MetadataDraft['metadata']
  /** RFC 3339; '' never. */
  expiresAt: string
  /** Slug or id of the config its calls use; '' none. */
  configId: string
  allowConfigOverride: boolean
  budgets: readonly BudgetDraft[]
  rates: readonly RateDraft[]
  alertEmails: readonly string[]
  scopes: readonly string[]
}

export const TYPE_WORDS: Readonly<Record<KeyType, { label: string; meaning: string }>> = {
  'workspace-service': {
    label: 'Service',
    meaning: 'For a program: a backend, an agent, a pipeline. It outlives people.',
  },
  'workspace-user': {
    label: 'User',
    meaning: 'For a person. It can do no more than they can, and ends with their account.',
  },
  'organisation-service': {
    label: 'Admin',
    meaning: 'For automation of the organisation itself. It cannot call models; use a service key for that.',
  },
}

export function newKeyDraft(type: KeyType = 'workspace-service'): KeyDraft {
  return {
    type,
    userId: '',
    name: '',
    description: '',
    metadata: [],
    expiresAt: '',
    configId: '',
    allowConfigOverride: true,
    budgets: [],
    rates: [],
    alertEmails: [],
    scopes: defaultScopesOf(type),
  }
}

/** What a key of this type starts with. */
export function defaultScopesOf(type: KeyType): readonly string[] {
  return type === 'organisation-service' ? [] : DEFAULT_WORKSPACE_SCOPES
}

/** The same draft as another type: scopes that type may not hold fall away; none left, its defaults stand in. */
export function asType(draft: KeyDraft, type: KeyType): KeyDraft {
  const legal = new Set(scopesFor(type).map(({ id }) => id))
  const kept = draft.scopes.filter((scope) => legal.has(scope))
  return { ...draft, type, scopes: kept.length > 0 ? kept : defaultScopesOf(type) }
}

export function draftOf(key: ApiKey): KeyDraft {
  return {
    type: key.type,
    userId: key.user_id ?? '',
    name: key.name,
    description: key.description ?? '',
    metadata: metadataOf(key.defaults.metadata),
    expiresAt: key.expires_at ?? '',
    configId: key.defaults.config_id ?? '',
    allowConfigOverride: key.defaults.allow_config_override ?? true,
    budgets: budgetsOf(key.usage_limits_all),
    rates: ratesOf(key.rate_limits),
    alertEmails: key.alert_emails,
    scopes: key.scopes,
  }
}

const EMAIL = z.email()

/** Fields of the first step; the second has only `scopes`. */
export const DETAIL_PATHS = [
  'name',
  'description',
  'defaults',
  'expires_at',
  'user_id',
  'usage_limits',
  'rate_limits',
  'alert_emails',
] as const

/** A stored key as if it were made today: what the server counts for it is left out. */
export function asNew(draft: KeyDraft): KeyDraft {
  return { ...draft, budgets: draft.budgets.map((budget) => ({ ...budget, nextResetAt: '' })) }
}

/**
 * What is wrong with a draft, by wire path; metadata by row as `defaults.metadata.<index>.name` and `….value`. An expiry that a stored key
 * has already (`keptExpiry`) is not judged again.
 */
export function keyProblems(draft: KeyDraft, nowMs: number, keptExpiry = ''): Problems {
  const found: Record<string, string> = {}
  const name = draft.name.trim()
  if (name.length < 1 || name.length > 100) found.name = 'Must have 1-100 characters'
  if (draft.description.trim().length > 200) found.description = 'Must have at most 200 characters'
  Object.assign(found, metadataProblems(draft))
  if (draft.expiresAt !== '' && draft.expiresAt !== keptExpiry && !(Date.parse(draft.expiresAt) > nowMs))
    found.expires_at = 'Must lie in the future'
  Object.assign(found, limitProblems(draft.budgets, draft.rates))
  for (const [index, address] of draft.alertEmails.entries())
    if (!EMAIL.safeParse(address).success)
      found[`alert_emails.${index}`] = `“${address}” is no e-mail address`
  if (draft.alertEmails.length > 50) found.alert_emails = 'May hold at most 50 addresses'
  if (draft.scopes.length === 0 && draft.type !== 'organisation-service')
    found.scopes = 'A key needs at least one permission'
  return found
}

/** The body of a create: a key of the workspace on screen. Admin keys are made elsewhere. */
export function createBody(draft: KeyDraft, workspaceId: string): CreateOf<typeof apiKeys> {
  const isUser = draft.type === 'workspace-user'
  const metadata = metadataBody(draft)
  const description = draft.description.trim()
  const defaults = {
    ...(metadata ? { metadata } : {}),
    ...(draft.configId ? { config_id: draft.configId } : {}),
    ...(draft.allowConfigOverride ? {} : { allow_config_override: false }),
  }
  return {
    type: 'workspace',
    sub_type: isUser ? 'user' : 'service',
    name: draft.name.trim(),
    workspace_id: workspaceId,
    ...(isUser && draft.userId ? { user_id: draft.userId } : {}),
    scopes: [...draft.scopes],
    ...(description ? { description } : {}),
    ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
    ...(draft.expiresAt ? { expires_at: draft.expiresAt } : {}),
    ...(draft.budgets.length > 0 ? { usage_limits: budgetsBody(draft.budgets) } : {}),
    ...(draft.rates.length > 0 ? { rate_limits: ratesBody(draft.rates) } : {}),
    ...(draft.alertEmails.length > 0 ? { alert_emails: [...draft.alertEmails] } : {}),
  }
}

/** What changed of a key; nothing says `{}`. A cleared field is null. */
export function updateBody(before: KeyDraft, now: KeyDraft): UpdateOf<typeof apiKeys> {
  const metadata = metadataBody(now)
  const defaults = {
    ...(same(metadataBody(before), metadata) ? {} : { metadata: metadata ?? null }),
    ...(before.configId === now.configId ? {} : { config_id: now.configId || null }),
    ...(before.allowConfigOverride === now.allowConfigOverride
      ? {}
      : { allow_config_override: now.allowConfigOverride }),
  }
  return {
    ...(before.name.trim() === now.name.trim() ? {} : { name: now.name.trim() }),
    ...(before.description.trim() === now.description.trim()
      ? {}
      : { description: now.description.trim() || null }),
    ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
    ...(before.expiresAt === now.expiresAt ? {} : { expires_at: now.expiresAt || null }),
    ...(same(before.budgets, now.budgets)
      ? {}
      : { usage_limits: now.budgets.length > 0 ? budgetsBody(now.budgets) : null }),
    ...(same(before.rates, now.rates)
      ? {}
      : { rate_limits: now.rates.length > 0 ? ratesBody(now.rates) : null }),
    ...(same(before.alertEmails, now.alertEmails)
      ? {}
      : { alert_emails: now.alertEmails.length > 0 ? [...now.alertEmails] : null }),
    ...(same([...before.scopes].sort(), [...now.scopes].sort()) ? {} : { scopes: [...now.scopes] }),
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
