/** What a name of a model must be to stand in an integration, as a custom one's donor, or in a workspace's list. Source: admin-contract §1.5, §5.6. */
import type { Integration, ModelSetting } from '../db/generated/client.ts'
import { catalogueCard, catalogueModels, foldModelId } from '../pricing.ts'
import type { Ctx } from './context.ts'
import { invalid, invalidField } from './validation.ts'

/** Slugs of every model an integration has, on or off: the catalogue's and its own. */
export async function knownModels(ctx: Ctx, integration: Integration): Promise<string[]> {
  const own = await ctx.db.modelSetting.findMany({
    where: { integrationId: integration.id },
    select: { slug: true },
  })
  return [
    ...new Set([
      ...catalogueModels(integration.aiProviderId).map(({ id }) => id),
      ...own.map(({ slug }) => slug),
    ]),
  ]
}

/**
 * A workspace's list of models for its column: what was said, or what it was where nothing was. Refuses slugs that the
 * integration does not have, naming them; one that stood in the list before may stand.
 */
export function keptModels(
  path: string,
  said: readonly string[] | null | undefined,
  before: readonly string[] | null,
  known: readonly string[],
): string[] | null {
  if (said === undefined) return before === null ? null : [...before]
  if (said === null) return null
  const names = new Set([...known, ...(before ?? [])])
  const unknown = said.filter((slug) => !names.has(slug))
  if (unknown.length === 0) return [...new Set(said)]
  const meant = unknown.length === 1 ? likeness(unknown[0] as string, known) : ''
  throw invalid([
    {
      path,
      rule: 'unknown',
      message: `names no model of this integration: ${shown(unknown)}${meant || '; add it under the models of the integration first'}`,
    },
  ])
}

interface Custom {
  slug: string
  isCustom: boolean
  isFinetune: boolean
  baseModelSlug: string | null
}

/**
 * Refuses a custom model without a known donor of its request and response shape, or with capitals in its slug. Neither
 * is asked where the catalogue cannot know: of a provider without models in it, and capitals where the provider's own
 * slugs, or a fine-tune's, have them, since the upstream tells them apart. What was stored before may stand.
 */
export function refuseOddCustom(
  integration: Integration,
  said: Custom,
  before: ModelSetting | undefined,
  known: ReadonlySet<string>,
  path: string,
): void {
  const isAsBefore = before?.isCustom && before.baseModelSlug === said.baseModelSlug
  if (!said.isCustom || isAsBefore) return
  const { slug, baseModelSlug: base } = said
  const catalogued = catalogueModels(integration.aiProviderId)
  if (catalogued.length === 0) return
  const hasCapitals = catalogued.some(({ id }) => /[A-Z]/.test(id))
  if (!before && !said.isFinetune && !hasCapitals && slug !== slug.toLowerCase()) {
    throw invalidField(
      `${path}.slug`,
      `must be lower-case for a custom model: ${slug.toLowerCase()}. A fine-tune (is_finetune) keeps its spelling`,
      'format',
    )
  }
  if (base === null) {
    throw invalidField(
      `${path}.base_model_slug`,
      'is required for a custom model: the known model whose requests and answers look like its own',
      'required',
    )
  }
  if (base !== slug && (known.has(base) || isCatalogued(integration.aiProviderId, base))) return
  throw invalidField(
    `${path}.base_model_slug`,
    `names no known model of ${integration.aiProviderId}: ${base.slice(0, 128)}${likeness(base, [...known])}`,
    'unknown',
  )
}

/** Known with its region, publisher or date, too. */
function isCatalogued(providerId: string, model: string): boolean {
  const { prices, contextWindow } = catalogueCard(providerId, model)
  return prices !== null || contextWindow !== null
}

const SHOWN_MAX = 10

function shown(slugs: readonly string[]): string {
  const rest = slugs.length - SHOWN_MAX
  return slugs.slice(0, SHOWN_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** The known slug that begins most alike, as a question; empty when none does. */
function likeness(said: string, known: readonly string[]): string {
  const wanted = foldModelId(said)
  let [best, length] = ['', 3]
  for (const slug of known) {
    const folded = foldModelId(slug)
    let shared = 0
    while (shared < wanted.length && wanted[shared] === folded[shared]) shared++
    if (shared > length || (shared === length && slug.length < best.length)) [best, length] = [slug, shared]
  }
  return best ? `; did you mean ${best}?` : ''
}
