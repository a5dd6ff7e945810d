/** The filters of the key list, which live in the address, and its figures. Pure. */
import type { KeyType } from '@/lib/contract/scopes.ts'
import type { ApiKey } from './key-draft.ts'
import { isUnused, warningsOf } from './key-warnings.ts'

export const TABS = {
  all: { label: 'All', type: undefined },
  service: { label: 'Service', type: 'workspace-service' },
  user: { label: 'User', type: 'workspace-user' },
  admin: { label: 'Admin', type: 'organisation-service' },
} as const satisfies Record<string, { label: string; type: KeyType | undefined }>
export type Tab = keyof typeof TABS

export function tabOf(said: string | null, mayAdmin: boolean): Tab {
  if (said === 'admin') return mayAdmin ? 'admin' : 'all'
  return said === 'service' || said === 'user' ? said : 'all'
}

const STATUSES = ['active', 'disabled', 'expired'] as const
export const STATES = [
  { value: 'active', label: 'Active' },
  { value: 'disabled', label: 'Disabled' },
  { value: 'expired', label: 'Expired' },
  { value: 'attention', label: 'Needs attention' },
  { value: 'unused', label: 'Unused' },
] as const

export interface Filter {
  /** One of `STATES`. */
  state: string | null
  /** Id of the person whose keys they are. */
  owner: string | null
}

/** What of it the server can filter by: nothing else narrows a list that comes in pages. */
export function serverStatus({ state }: Filter): ApiKey['status'] | undefined {
  return STATUSES.find((status) => status === state)
}

export function passes(key: ApiKey, { state, owner }: Filter, nowMs: number): boolean {
  if (owner !== null && key.user_id !== owner) return false
  if (state === 'attention') return warningsOf(key, nowMs).length > 0
  if (state === 'unused') return isUnused(key, nowMs)
  return state === null || key.status === state
}

const WEEK_MS = 7 * 86_400_000

/** What a list of keys answers at a glance. */
export function figuresOf(keys: readonly ApiKey[], nowMs: number) {
  const active = keys.filter(({ status }) => status === 'active')
  return {
    total: keys.length,
    active: active.length,
    usedThisWeek: active.filter(({ last_used_at: at }) => at !== null && nowMs - Date.parse(at) <= WEEK_MS)
      .length,
    unused: keys.filter((key) => isUnused(key, nowMs)).length,
    endless: active.filter(
      ({ expires_at, rotation_policy }) => expires_at === null && rotation_policy === null,
    ).length,
    inNeed: keys.filter((key) => warningsOf(key, nowMs).length > 0).length,
  }
}
