/** The roles and scopes of the product, arranged for people who wonder. Pure. */
import type { z } from 'zod'
import type { roleCell, rolesRow } from '@/lib/contract/roles.ts'
import { type KeyLetter, SCOPES, type Scope, type ScopeGroup } from '@/lib/contract/scopes.ts'
import { TOGGLES } from '@/lib/contract/security.ts'
import { meaningOf } from '../keys/scope-groups.ts'

export type Roles = z.output<typeof rolesRow>
export type Role = Roles['roles'][number]
export type Cell = z.output<typeof roleCell>

/** A cell in a word, as settings stand: what no setting changes, and what one does. */
export function wordOf({ allowed, is_allowed: isAllowed }: Cell): 'Always' | 'Never' | 'On' | 'Off' {
  if (allowed === 'always') return 'Always'
  if (allowed === 'never') return 'Never'
  return isAllowed ? 'On' : 'Off'
}

/** A setting in a sentence: "Managers may see configs". */
export function settingWords(key: string): string {
  const toggle = TOGGLES.find((one) => one.key === key)
  if (!toggle) return key
  const who = toggle.role === null ? '' : `${PLURALS[toggle.role]} may `
  return `${who}${toggle.may}`
}

const PLURALS = { admin: 'Organisation admins', manager: 'Managers', member: 'Members' } as const

/** Kinds of keys that may hold a scope, by their letters in the contract. */
export const HOLDERS: Readonly<Record<KeyLetter, string>> = {
  A: 'organisation',
  S: 'service',
  U: 'user',
}

/** Scopes whose id, group or meaning holds every word of a search, by group, in the order of the picker. */
export function scopesBySearch(search: string): { group: ScopeGroup; scopes: Scope[] }[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<ScopeGroup, Scope[]>()
  for (const scope of SCOPES) {
    const text = `${scope.id} ${scope.group} ${meaningOf(scope)}`.toLowerCase()
    if (words.every((word) => text.includes(word)))
      groups.set(scope.group, [...(groups.get(scope.group) ?? []), scope])
  }
  return [...groups].map(([group, scopes]) => ({ group, scopes }))
}

/** Roles that hold a scope as settings stand: "everyone in a workspace" reads shorter than five names. */
export function holdersOf(roles: readonly Role[], scope: string): string {
  const holding = roles.filter(({ scopes }) => scopes.includes(scope))
  if (holding.length === 0) return 'Nobody: keys alone'
  if (holding.length === roles.length) return 'Everyone'
  const ids = new Set(holding.map(({ id }) => id))
  if (IN_WORKSPACE.every((id) => ids.has(id))) return 'Everyone in a workspace'
  return holding.map(({ name }) => name).join(', ')
}

const IN_WORKSPACE = ['owner', 'admin', 'workspace_admin', 'manager', 'member']
