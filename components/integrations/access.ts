/** Who may call which models of an integration: as it stands, and as somebody is changing it. Pure. */
import type { z } from 'zod'
import type {
  integrationModelsReply,
  integrationWorkspaceRow,
  integrationWorkspacesReply,
} from '@/lib/contract/catalog.ts'
import { budgetsOf, type LimitsDraft, ratesOf } from '../limits/draft.ts'

export type Model = z.output<typeof integrationModelsReply>['models'][number]
export type Place = z.output<typeof integrationWorkspaceRow>
type Rule = z.output<typeof integrationWorkspacesReply>['global_workspace_access']

/** What the server says. */
export interface Standing {
  models: readonly Model[]
  workspaces: readonly Place[]
  /** What workspaces to come get. */
  rule: Rule
}

/** What is to become of it: models by slug, workspaces by slug. What is left out stays. */
export interface AccessDraft {
  models: Readonly<Record<string, boolean>>
  workspaces: Readonly<Record<string, PlaceChange>>
  rule?: RuleChange | undefined
}

interface RuleChange {
  enabled?: boolean | undefined
  limits?: LimitsDraft | undefined
}
export type PlaceChange = RuleChange & { models?: readonly string[] | null | undefined }

export const UNCHANGED: AccessDraft = { models: {}, workspaces: {} }

/** What a workspace would have. `list` holds the only models it may call; null = every one that is on. */
export interface PlaceView {
  slug: string
  name: string
  enabled: boolean
  limits: LimitsDraft
  list: ReadonlySet<string> | null
}

export interface ModelView {
  slug: string
  name: string
  enabled: boolean
  isCustom: boolean
}

export interface View {
  models: ModelView[]
  workspaces: PlaceView[]
  rule: { enabled: boolean; limits: LimitsDraft }
}

/** The standing with a draft laid over it. */
export function viewOf(standing: Standing, draft: AccessDraft): View {
  return {
    models: standing.models.map(({ slug, name, enabled, is_custom }) => ({
      slug,
      name,
      enabled: draft.models[slug] ?? enabled,
      isCustom: is_custom,
    })),
    workspaces: standing.workspaces.map((place) => {
      const change = draft.workspaces[place.id] ?? {}
      const list = change.models === undefined ? place.models : change.models
      return {
        slug: place.id,
        name: place.name,
        enabled: change.enabled ?? place.enabled,
        limits: change.limits ?? limitsOf(place),
        list: list && new Set(list),
      }
    }),
    rule: {
      enabled: draft.rule?.enabled ?? standing.rule.enabled,
      limits: draft.rule?.limits ?? limitsOf(standing.rule),
    },
  }
}

function limitsOf({ usage_limits, rate_limits }: Pick<Rule, 'usage_limits' | 'rate_limits'>): LimitsDraft {
  return { budgets: budgetsOf(usage_limits), rates: ratesOf(rate_limits) }
}

/** `on` and `off` can be turned here; the other two are decided for the whole row or column. */
export type Cell = 'on' | 'off' | 'model-off' | 'workspace-off'

export function cellOf(place: Pick<PlaceView, 'enabled' | 'list'>, model: ModelView): Cell {
  if (!place.enabled) return 'workspace-off'
  if (!model.enabled) return 'model-off'
  return place.list === null || place.list.has(model.slug) ? 'on' : 'off'
}

/** How many models a workspace could call, if it is on. */
export function reachOf({ list }: Pick<PlaceView, 'list'>, models: readonly ModelView[]): number {
  return models.filter(({ slug, enabled }) => enabled && (list === null || list.has(slug))).length
}

// ───────────────────────────── changes ─────────────────────────────

/** Gives models to workspaces, or takes them. One that had every model then has a list of those that are left. */
export function setCells(
  standing: Standing,
  draft: AccessDraft,
  { workspaces, models, on }: { workspaces: readonly string[]; models: readonly string[]; on: boolean },
): AccessDraft {
  const view = viewOf(standing, draft)
  const wanted = new Set(workspaces)
  let next = draft
  for (const { slug, list } of view.workspaces.filter((one) => wanted.has(one.slug))) {
    if (list === null && on) continue
    const own = new Set(list ?? view.models.filter(({ enabled }) => enabled).map((model) => model.slug))
    const before = own.size
    for (const model of models) on ? own.add(model) : own.delete(model)
    if (own.size !== before) next = setList(standing, next, slug, own)
  }
  return next
}

/** The only models a workspace may call; null for every one. */
export function setList(
  standing: Standing,
  draft: AccessDraft,
  workspace: string,
  list: ReadonlySet<string> | null,
): AccessDraft {
  const known = new Set(standing.models.map(({ slug }) => slug))
  const models = list && [
    ...[...known].filter((slug) => list.has(slug)),
    ...[...list].filter((slug) => !known.has(slug)),
  ]
  return changePlace(draft, workspace, { models })
}

/** Whether workspaces have the integration at all. Their lists of models stay. */
export function setEnabled(draft: AccessDraft, workspaces: readonly string[], enabled: boolean): AccessDraft {
  return workspaces.reduce((next, slug) => changePlace(next, slug, { enabled }), draft)
}

/** Whether models are on for anybody. */
export function setModels(draft: AccessDraft, models: readonly string[], enabled: boolean): AccessDraft {
  return {
    ...draft,
    models: { ...draft.models, ...Object.fromEntries(models.map((slug) => [slug, enabled])) },
  }
}

export function setLimits(
  draft: AccessDraft,
  workspaces: readonly string[],
  limits: LimitsDraft,
): AccessDraft {
  return workspaces.reduce((next, slug) => changePlace(next, slug, { limits }), draft)
}

/** What workspaces to come get. */
export function setRule(draft: AccessDraft, change: RuleChange): AccessDraft {
  return { ...draft, rule: { ...draft.rule, ...change } }
}

function changePlace(draft: AccessDraft, slug: string, change: PlaceChange): AccessDraft {
  return {
    ...draft,
    workspaces: { ...draft.workspaces, [slug]: { ...draft.workspaces[slug], ...change } },
  }
}

/** The draft without what already stands, because it was turned back or somebody else did the same. */
export function trimmed(standing: Standing, draft: AccessDraft): AccessDraft {
  const models = Object.fromEntries(
    standing.models.flatMap(({ slug, enabled }) => {
      const said = draft.models[slug]
      return said === undefined || said === enabled ? [] : [[slug, said]]
    }),
  )
  const workspaces = Object.fromEntries(
    standing.workspaces.flatMap((place) => {
      const change = draft.workspaces[place.id] ?? {}
      const left: PlaceChange = {
        ...ruleLeft(place, change),
        ...(change.models === undefined || isSameList(change.models, place.models)
          ? {}
          : { models: change.models }),
      }
      return Object.keys(left).length === 0 ? [] : [[place.id, left]]
    }),
  )
  const rule = ruleLeft(standing.rule, draft.rule ?? {})
  return { models, workspaces, ...(Object.keys(rule).length === 0 ? {} : { rule }) }
}

export function isUnchanged(draft: AccessDraft): boolean {
  return !draft.rule && Object.keys(draft.models).length + Object.keys(draft.workspaces).length === 0
}

/** The draft that takes a draft back. */
export function reversed(standing: Standing, draft: AccessDraft): AccessDraft {
  const { models, workspaces, rule } = trimmed(standing, draft)
  return {
    models: Object.fromEntries(Object.entries(models).map(([slug, on]) => [slug, !on])),
    workspaces: Object.fromEntries(
      standing.workspaces.flatMap((place) => {
        const change = workspaces[place.id]
        if (!change) return []
        const { models: list } = place
        return [[place.id, { ...ruleBefore(place, change), ...('models' in change ? { models: list } : {}) }]]
      }),
    ),
    ...(rule ? { rule: ruleBefore(standing.rule, rule) } : {}),
  }
}

function ruleBefore(stands: Rule, change: RuleChange): RuleChange {
  return {
    ...('enabled' in change ? { enabled: stands.enabled } : {}),
    ...('limits' in change ? { limits: limitsOf(stands) } : {}),
  }
}

function ruleLeft(stands: Rule, { enabled, limits }: RuleChange): RuleChange {
  return {
    ...(enabled === undefined || enabled === stands.enabled ? {} : { enabled }),
    ...(limits === undefined || JSON.stringify(limits) === JSON.stringify(limitsOf(stands))
      ? {}
      : { limits }),
  }
}

function isSameList(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return one === other
  const others = new Set(other)
  return one.length === other.length && one.every((slug) => others.has(slug))
}
