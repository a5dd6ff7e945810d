/** The scopes picker as data: families in their groups, found by words, ticked one by one or together. Pure. */
import { DEFAULT_WORKSPACE_SCOPES, type KeyType, type Scope, type ScopeGroup } from '@/lib/contract/scopes.ts'

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

/** Those of `scopes` whose id, group or meaning holds every word, by group and family, in picker order. */
export function groupsOf(scopes: readonly Scope[], search = ''): ScopeGroupRows[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<ScopeGroup, Map<string, ScopeFamilyRow & { scopes: Scope[] }>>()
  for (const scope of scopes) {
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

export interface Preset {
  name: string
  hint: string
  wants: (scope: Scope) => boolean
}

const LOOKING = new Set(['read', 'list', 'view'])

/** Sets people start from, for keys of a type. */
export function presetsFor(type: KeyType): readonly Preset[] {
  const everything = {
    name: 'Everything you may give',
    hint: 'For somebody you trust as yourself.',
    wants: () => true,
  }
  const reading = {
    name: 'Only look at things',
    hint: 'Every read, list and view.',
    wants: ({ verb }: Scope) => LOOKING.has(verb),
  }
  if (type === 'organisation-service') {
    return [
      {
        name: 'Terraform',
        hint: 'Workspaces, integrations, configs, guardrails, policies and keys of workspaces.',
        wants: ({ group, prefix }) =>
          ['Workspace', 'Model catalog', 'Routing'].includes(group) ||
          /^workspace_\w+_api_keys$/.test(prefix),
      },
      {
        name: 'People',
        hint: 'Users, invites and members, for onboarding.',
        wants: ({ prefix }) => prefix === 'organisation_users' || prefix === 'workspace_users',
      },
      reading,
      everything,
    ]
  }
  return [
    {
      name: 'The usual',
      hint: 'Calls models and renders prompts.',
      wants: ({ id }) => DEFAULT_WORKSPACE_SCOPES.includes(id),
    },
    {
      name: 'Only call models',
      hint: 'For an agent or an app.',
      wants: ({ id }) => id === 'completions.write',
    },
    {
      name: 'Call models and read its logs',
      hint: 'For a developer who looks into their own calls.',
      wants: ({ id }) =>
        ['completions.write', 'logs.list', 'logs.view', 'logs.write', 'analytics.view'].includes(id),
    },
    reading,
    everything,
  ]
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
