/** How many models integrations have and how many of them are on, for lists. Source: admin-contract §9 "Integrations". */
import type { Integration } from '../db/generated/client.ts'
import { catalogueModels } from '../pricing.ts'
import type { Ctx } from './context.ts'

interface Counts {
  model_count: number
  enabled_model_count: number
}

/** Counts of each integration, its own models and the catalogue's together. */
export async function modelCounts(
  ctx: Ctx,
  integrations: readonly Integration[],
): Promise<(integration: Integration) => Counts> {
  const settings = await ctx.db.modelSetting.findMany({
    where: { integrationId: { in: integrations.map(({ id }) => id) } },
    select: { integrationId: true, slug: true, enabled: true },
  })
  return ({ id, aiProviderId, allowAllModels }) => {
    const enabled = new Map(catalogueModels(aiProviderId).map((card) => [card.id, allowAllModels]))
    for (const one of settings) if (one.integrationId === id) enabled.set(one.slug, one.enabled)
    return {
      model_count: enabled.size,
      enabled_model_count: [...enabled.values()].filter(Boolean).length,
    }
  }
}
