/** What a draft of access changes, as sentences a person reads before saving, and as bodies the server takes. Pure. */
import { plural } from '../format.ts'
import { budgetsBody, type LimitsDraft, ratesBody } from '../limits/draft.ts'
import { budgetWords, rateWords } from '../limits/words.tsx'
import { type AccessDraft, type PlaceChange, type Standing, trimmed } from './access.ts'

export interface Change {
  /** "3 models taken from Shop". */
  words: string
  /** What it names: slugs of models. */
  slugs: readonly string[]
}

/** One sentence for each thing that changes. */
export function changesOf(standing: Standing, draft: AccessDraft): Change[] {
  const { models, workspaces, rule } = trimmed(standing, draft)
  const turned = (on: boolean) => Object.keys(models).filter((slug) => models[slug] === on)
  return [
    ...counted(turned(true), (count) => `${count} turned on`),
    ...counted(turned(false), (count) => `${count} turned off for every workspace`),
    ...standing.workspaces.flatMap((place) => {
      const change = workspaces[place.id]
      return change ? placeChanges(standing, place, change) : []
    }),
    ...(rule?.enabled === undefined
      ? []
      : [said(`New workspaces ${rule.enabled ? 'get it by themselves' : 'no longer get it by themselves'}`)]),
    ...(rule?.limits ? [said(`New workspaces: ${limitsWords(rule.limits)}`)] : []),
  ]
}

function placeChanges(
  { models }: Standing,
  place: Standing['workspaces'][number],
  change: PlaceChange,
): Change[] {
  const { name } = place
  const found: Change[] = []
  if (change.enabled === true) found.push(said(`${name} gets the integration`))
  if (change.enabled === false) found.push(said(`${name} loses the integration: its calls are refused`))
  if (change.models !== undefined) found.push(...listChanges(models, name, place.models, change.models))
  if (change.limits) found.push(said(`${name}: ${limitsWords(change.limits)}`))
  return found
}

function listChanges(
  models: Standing['models'],
  name: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): Change[] {
  if (after === null) return [said(`${name} may call every model, later ones too`)]
  const had = before ?? models.filter(({ enabled }) => enabled).map(({ slug }) => slug)
  const now = new Set(after)
  const taken = had.filter((slug) => !now.has(slug))
  const owned = new Set(had)
  const given = before === null ? [] : after.filter((slug) => !owned.has(slug))
  // Few of many left: what stays says more than what goes.
  if (before === null && taken.length > after.length)
    return [{ words: `${name} is kept to ${plural(after.length, 'model')}`, slugs: after }]
  const found = [
    ...counted(taken, (count) => `${count} taken from ${name}`),
    ...counted(given, (count) => `${count} given to ${name}`),
  ]
  return found.length > 0 ? found : [said(`${name} gets no later models by itself`)]
}

function counted(slugs: readonly string[], words: (count: string) => string): Change[] {
  return slugs.length === 0 ? [] : [{ words: words(plural(slugs.length, 'model')), slugs }]
}

function said(words: string): Change {
  return { words, slugs: [] }
}

function limitsWords(limits: LimitsDraft): string {
  return limitPhrases(limits).join(', ') || 'no limits'
}

/** Budgets and rates of a draft as phrases. */
export function limitPhrases({ budgets, rates }: LimitsDraft): string[] {
  return [
    ...budgetsBody(budgets).map((one) => budgetWords({ ...one, periodic_reset: one.periodic_reset ?? null })),
    ...ratesBody(rates).map((one) => rateWords(one)),
  ]
}

/** The calls that say all a draft holds: of models, and of workspaces; null where it holds nothing. */
export function bodiesOf(standing: Standing, { models, workspaces, rule }: AccessDraft) {
  const limited = (limits: LimitsDraft | undefined) =>
    limits ? { usage_limits: budgetsBody(limits.budgets), rate_limits: ratesBody(limits.rates) } : {}
  const places = standing.workspaces.flatMap((place) => {
    const change = workspaces[place.id]
    if (!change) return []
    const { enabled = place.enabled, models: list, limits } = change
    return [{ id: place.id, enabled, ...(list === undefined ? {} : { models: list }), ...limited(limits) }]
  })
  const settings = Object.entries(models).map(([slug, enabled]) => ({ slug, enabled }))
  return {
    models: settings.length > 0 ? { models: settings } : null,
    workspaces:
      places.length > 0 || rule
        ? {
            workspaces: places,
            ...(rule
              ? {
                  global_workspace_access: {
                    enabled: rule.enabled ?? standing.rule.enabled,
                    ...limited(rule.limits),
                  },
                }
              : {}),
          }
        : null,
  }
}
