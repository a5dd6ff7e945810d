/** A key in the making or in change: what its form holds, what is wrong with it, and how it becomes calls. Pure. */
import { z } from 'zod'
import type { apiKeyRow, apiKeys, keyRulesRow } from '@/lib/contract/access.ts'
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
import {
  NO_ROTATION,
  type RotationDraft,
  rotationBody,
  rotationOf,
  rotationProblems,
} from './rotation-draft.ts'

export type ApiKey = z.output<typeof apiKeyRow>
export type KeyRules = z.output<typeof keyRulesRow>

export interface KeyDraft {
  type: KeyType
  /** Owner of a user key; '' is the signed-in person. */
  userId: string
  /** Workspace an admin key is bound to; '' none. Other keys belong to the workspace on screen. */
  boundTo: string
  name: string
  description: string
  metadata: MetadataDraft['metadata']
  /** RFC 3339. '' says nothing: a stored key has no end, a new one the usual. `never` is for those that have one. */
  expiresAt: string
  rotation: RotationDraft
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
    meaning: 'For automation of the organisation itself: Terraform, SCIM, scripts. It calls no models.',
  },
}

export function newKeyDraft(type: KeyType = 'workspace-service'): KeyDraft {
  return {
    type,
    userId: '',
    boundTo: '',
    name: '',
    description: '',
    metadata: [],
    expiresAt: '',
    rotation: NO_ROTATION,
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

/** What the key in the making may hold. */
export function legalScopes({ type, boundTo }: Pick<KeyDraft, 'type' | 'boundTo'>) {
  return scopesFor(type, boundTo !== '')
}

/** The same draft as another type: scopes that type may not hold fall away; none left, its defaults stand in. */
export function asType(draft: KeyDraft, type: KeyType): KeyDraft {
  const next = { ...draft, type }
  const legal = new Set(legalScopes(next).map(({ id }) => id))
  const kept = draft.scopes.filter((scope) => legal.has(scope))
  return { ...next, scopes: kept.length > 0 ? kept : defaultScopesOf(type) }
}

export function draftOf(key: ApiKey): KeyDraft {
  return {
    type: key.type,
    userId: key.user_id ?? '',
    boundTo: key.type === 'organisation-service' ? (key.workspace_id ?? '') : '',
    name: key.name,
    description: key.description ?? '',
    metadata: metadataOf(key.defaults.metadata),
    expiresAt: key.expires_at ?? '',
    rotation: rotationOf(key.rotation_policy),
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
  'rotation_policy',
  'user_id',
  'workspace_id',
  'usage_limits',
  'rate_limits',
  'alert_emails',
] as const

/** A stored key as if it were made today: what the server counts for it is left out. */
export function asNew(draft: KeyDraft): KeyDraft {
  const { rotation, budgets } = draft
  return {
    ...draft,
    budgets: budgets.map((budget) => ({ ...budget, nextResetAt: '' })),
    rotation: rotation.cadence === 'once' ? NO_ROTATION : { ...rotation, nextAt: '' },
  }
}

const DAY_MS = 86_400_000

/** What the organisation rules for this draft: the metadata of every key, and the life of user keys. */
export function rulesFor({ type }: Pick<KeyDraft, 'type'>, rules: KeyRules | undefined) {
  const own = type === 'workspace-user' ? rules : undefined
  return {
    schema: rules?.api_key_metadata_schema ?? null,
    maxDays: own?.user_api_key_ttl.max_days ?? null,
    /** What a new key lives when nobody says. */
    usualDays: own?.user_api_key_ttl.default_days ?? own?.user_api_key_ttl.max_days ?? null,
    rotationDays: own?.user_api_key_rotation_period ?? null,
  }
}

interface Against {
  nowMs: number
  rules?: KeyRules | undefined
  /** The draft a stored key began as: what it has already is not judged again. */
  before?: KeyDraft
}

/** What is wrong with a draft, by wire path; metadata as `metadataProblems` says. */
export function keyProblems(draft: KeyDraft, { nowMs, rules, before }: Against): Problems {
  const found: Record<string, string> = {}
  const { schema, maxDays, rotationDays } = rulesFor(draft, rules)
  const name = draft.name.trim()
  if (name.length < 1 || name.length > 100) found.name = 'Must have 1-100 characters'
  if (draft.description.trim().length > 200) found.description = 'Must have at most 200 characters'
  Object.assign(found, metadataProblems(draft, schema))
  const expiry = expiryProblem(draft.expiresAt, nowMs, maxDays, before)
  if (expiry) found.expires_at = expiry
  Object.assign(found, rotationProblems(draft.rotation, nowMs, before?.rotation.nextAt, rotationDays))
  Object.assign(found, limitProblems(draft.budgets, draft.rates))
  for (const [index, address] of draft.alertEmails.entries())
    if (!EMAIL.safeParse(address).success)
      found[`alert_emails.${index}`] = `“${address}” is no e-mail address`
  if (draft.alertEmails.length > 50) found.alert_emails = 'May hold at most 50 addresses'
  if (draft.scopes.length === 0 && draft.type !== 'organisation-service')
    found.scopes = 'A key needs at least one permission'
  return found
}

function expiryProblem(
  expiresAt: string,
  nowMs: number,
  maxDays: number | null,
  before: KeyDraft | undefined,
): string | null {
  if (expiresAt === before?.expiresAt) return null
  const isNever = expiresAt === 'never' || (before !== undefined && expiresAt === '')
  const rule = `the organisation lets user keys live ${maxDays} days at most`
  if (isNever) return maxDays === null ? null : `Must be a date: ${rule}`
  if (expiresAt === '') return null
  if (!(Date.parse(expiresAt) > nowMs)) return 'Must lie in the future'
  return maxDays !== null && Date.parse(expiresAt) > nowMs + maxDays * DAY_MS ? `Is too late: ${rule}` : null
}

/** The body of a create: a key of the workspace on screen, or an admin key. */
export function createBody(draft: KeyDraft, workspaceId: string, rules?: KeyRules): CreateOf<typeof apiKeys> {
  const isUser = draft.type === 'workspace-user'
  const isOrganisation = draft.type === 'organisation-service'
  const home = isOrganisation ? draft.boundTo : workspaceId
  const metadata = metadataBody(draft)
  const description = draft.description.trim()
  const { rotationDays } = rulesFor(draft, rules)
  const isUsual = rotationDays !== null && draft.rotation.transitionMs === NO_ROTATION.transitionMs
  const rotation = isUsual ? null : rotationBody(draft.rotation, rotationDays)
  const defaults = {
    ...(metadata ? { metadata } : {}),
    ...(draft.configId ? { config_id: draft.configId } : {}),
    ...(draft.allowConfigOverride ? {} : { allow_config_override: false }),
  }
  return {
    type: isOrganisation ? 'organisation' : 'workspace',
    sub_type: isUser ? 'user' : 'service',
    name: draft.name.trim(),
    ...(home ? { workspace_id: home } : {}),
    ...(isUser && draft.userId ? { user_id: draft.userId } : {}),
    scopes: [...draft.scopes],
    ...(description ? { description } : {}),
    ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
    ...(draft.expiresAt ? { expires_at: draft.expiresAt === 'never' ? null : draft.expiresAt } : {}),
    ...(rotation ? { rotation_policy: rotation } : {}),
    ...(draft.budgets.length > 0 ? { usage_limits: budgetsBody(draft.budgets) } : {}),
    ...(draft.rates.length > 0 ? { rate_limits: ratesBody(draft.rates) } : {}),
    ...(draft.alertEmails.length > 0 ? { alert_emails: [...draft.alertEmails] } : {}),
  }
}

/** What changed of a key; nothing says `{}`. A cleared field is null. */
export function updateBody(before: KeyDraft, now: KeyDraft, rules?: KeyRules): UpdateOf<typeof apiKeys> {
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
    ...(same(before.rotation, now.rotation)
      ? {}
      : { rotation_policy: rotationBody(now.rotation, rulesFor(now, rules).rotationDays) }),
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
