/** The scopes picker as data: families in their groups, found by words, ticked one by one or together. Pure. */
import { type KeyType, type Scope, type ScopeGroup, scopesFor } from '@/lib/contract/scopes.ts'

export interface ScopeFamilyRow {
  prefix: string
  meaning: string
  scopes: readonly Scope[]
}

export interface ScopeGroupRows {
  group: ScopeGroup
  families: readonly ScopeFamilyRow[]
}

/** The word on a scope's tick: its verb, but for the one everybody looks for. */
export function verbOf({ id, verb }: Pick<Scope, 'id' | 'verb'>): string {
  return id === 'completions.write' ? 'Call models' : verb.charAt(0).toUpperCase() + verb.slice(1)
}

/** One scope in words: `configs.list` is "List routing configs". */
export function meaningOf(scope: Scope): string {
  const isOwnWords = scope.prefix === 'completions' || scope.prefix === 'mcp' || scope.prefix === 'agents'
  return `${verbOf(scope)}${isOwnWords ? ':' : ''} ${scope.meaning}`
}

/** Scopes of a key type whose id, group or meaning holds every word, by group and family, in picker order. */
export function groupsFor(type: KeyType, search: string): ScopeGroupRows[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<ScopeGroup, Map<string, ScopeFamilyRow & { scopes: Scope[] }>>()
  for (const scope of scopesFor(type)) {
    const text = `${scope.id} ${scope.group} ${meaningOf(scope)}`.toLowerCase()
    if (!words.every((word) => text.includes(word))) continue
    const families = groups.get(scope.group) ?? new Map()
    groups.set(scope.group, families)
    const family = families.get(scope.prefix) ?? { prefix: scope.prefix, meaning: scope.meaning, scopes: [] }
    families.set(scope.prefix, family)
    family.scopes.push(scope)
  }
  return [...groups].map(([group, families]) => ({ group, families: [...families.values()] }))
}

/** How much of `scopes` is ticked. */
export function tickOf(
  scopes: readonly { id: string }[],
  held: ReadonlySet<string>,
): 'all' | 'some' | 'none' {
  const count = scopes.filter(({ id }) => held.has(id)).length
  return count === 0 ? 'none' : count === scopes.length ? 'all' : 'some'
}

/** Ticks all of `scopes`, or unticks them when all are ticked; the rest of `held` keeps its order. */
export function toggled(held: readonly string[], scopes: readonly { id: string }[]): string[] {
  const named = new Set(scopes.map(({ id }) => id))
  if (tickOf(scopes, new Set(held)) === 'all') return held.filter((scope) => !named.has(scope))
  return [...held, ...[...named].filter((scope) => !held.includes(scope))]
}
