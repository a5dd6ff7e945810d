/** What the first page of the console shows. Source: admin-contract §7.6, §9. */
import type { z } from 'zod'
import { type Figures, type Mover, overview as readOverview } from '../analytics/query.ts'
import type { overview, overviewRow } from '../contract/telemetry.ts'
import type { OwnCalls } from '../logs/own.ts'
import { nanosToCents } from '../units.ts'
import type { Ctx } from './context.ts'
import { ownCallsOf, restrictedBy } from './telemetry-visibility.ts'

type Row = z.output<typeof overviewRow>

const HOUR_MS = 3_600_000
const RANGE_MS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS, '30d': 720 * HOUR_MS }

/** Figures of the range that ends now, from the roll-ups; and whether a workspace has what its first day needs. */
export async function showOverview(ctx: Ctx, { range }: z.output<typeof overview.query>): Promise<Row> {
  const workspaceIds = ctx.workspace ? [ctx.workspace.id] : []
  const own = await ownCallsOf(ctx, workspaceIds)
  const to = ctx.now
  const from = new Date(to.getTime() - RANGE_MS[range])
  const { prisma } = ctx.runtime.database
  const found = await readOverview(prisma, { workspaceIds, own, from, to, now: ctx.now })
  return {
    object: 'overview',
    range,
    from: found.from.toISOString(),
    to: found.to.toISOString(),
    bucket_seconds: found.bucketMs / 1000,
    now: figures(found.totals),
    before: figures(found.before),
    series: found.series.map((bucket) => ({
      at: bucket.at.toISOString(),
      requests: bucket.requests,
      errors: bucket.errors,
      cost: cents(bucket.costNanos),
      p50_ms: bucket.latencyP50Ms,
    })),
    blame: found.totals.blame,
    providers: found.topProviders.map(mover),
    models: found.topModels.map(mover),
    restricted_by: restrictedBy(ctx, workspaceIds),
    checklist: await checklist(ctx, own),
  }
}

function figures(found: Figures): Row['now'] {
  return {
    requests: found.requests,
    errors: found.errors,
    cost: cents(found.costNanos),
    unpriced: found.unpriced,
    input_tokens: found.inputTokens,
    output_tokens: found.outputTokens,
    p50_ms: found.latencyP50Ms,
    p99_ms: found.latencyP99Ms,
    overhead_ms: found.overheadP50Ms,
  }
}

function mover({ id, name, requests, errors, costNanos }: Mover): Row['models'][number] {
  return { name: name ?? id, requests, errors, cost: cents(costNanos) }
}

function cents(nanos: number): number {
  return nanosToCents(nanos) ?? 0
}

/** What every installation comes with, the sandbox and the key of the first start, ticks nothing. */
async function checklist(ctx: Ctx, own: OwnCalls | undefined): Promise<Row['checklist']> {
  if (!ctx.workspace) return { has_provider: false, has_key: false, has_request: false }
  const workspaceId = ctx.workspace.id
  const [provider, key, call] = await Promise.all([
    ctx.db.provider.findFirst({
      where: {
        workspaceId,
        status: 'active',
        integration: { status: 'active', aiProviderId: { not: 'sandbox' } },
      },
      select: { id: true },
    }),
    ctx.db.apiKey.findFirst({
      where: { workspaceId, status: 'active', creationMode: { not: 'auto' } },
      select: { id: true },
    }),
    ctx.db.rollupDay.findFirst({
      where: { workspaceId, ...(own ? { apiKeyId: { in: [...own.keyIds] } } : {}) },
      select: { at: true },
    }),
  ])
  return { has_provider: provider !== null, has_key: key !== null, has_request: call !== null }
}
