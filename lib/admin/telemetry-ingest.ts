/** Calls that went elsewhere, logged like those that came through. Source: admin-contract §2.5, gateway-contract §1.5. */
import type { z } from 'zod'
import type { logIngest } from '../contract/telemetry.ts'
import { GatewayError } from '../errors.ts'
import { type IngestCaller, type IngestEntry, type IngestMeter, ingestRecord } from '../logs/ingest.ts'
import { keepingOf } from '../logs/keeping.ts'
import { catalogueCard, costNanos } from '../pricing.ts'
import type { Ctx } from './context.ts'
import { usageSaid } from './telemetry-usage.ts'

/**
 * Appends each entry to the journal, so it survives what any call survives; its row is in Postgres within a second or
 * so. Answers the ids in the order of the entries. Throws `unavailable` when the journal takes no more.
 */
export async function ingest(ctx: Ctx, { entries }: z.output<typeof logIngest>) {
  const { journal } = ctx.runtime
  if (!journal) throw new GatewayError('unavailable', 'This process keeps no journal.')
  const caller = await callerOf(ctx)
  const nowMs = ctx.now.getTime()
  const made = entries.map((entry) =>
    ingestRecord(entry, caller, { nowMs, meter: (answer) => metered(entry, answer) }),
  )
  for (const { record, bodies } of made) journal.append(record, bodies)
  const ids = made.map(({ record }) => record.id)
  return {
    status: 'success',
    message: ids.length === 1 ? 'Log accepted.' : `${ids.length} logs accepted.`,
    ids,
  }
}

async function callerOf(ctx: Ctx): Promise<IngestCaller> {
  const { actor, workspace } = ctx
  if (actor.kind !== 'api_key' || !workspace)
    throw new GatewayError('forbidden', 'A log belongs to a key: send an API key of the workspace.')
  const organisation = await ctx.db.organisation.findUniqueOrThrow({
    where: { id: ctx.organisation.id },
    select: { settings: true },
  })
  return {
    organisationId: ctx.organisation.id,
    workspaceId: workspace.id,
    apiKeyId: actor.id,
    userId: actor.userId,
    ...keepingOf(organisation.settings, workspace.settings),
  }
}

const FAILED_FROM = 400

/** An answer that failed and reports nothing cost nothing; one that worked and reports nothing has no known price. */
function metered(
  { response: { status } }: IngestEntry,
  answer: { provider: string | null; model: string | null; response: unknown; atMs: number },
): IngestMeter {
  const provider = (answer.provider ?? '').toLowerCase()
  const usage = usageSaid(answer.response, provider)
  if (usage === null) {
    const isFree = status >= FAILED_FROM
    return { usage, costNanos: isFree ? 0 : null, isUnpriced: !isFree }
  }
  const card = answer.model === null ? null : catalogueCard(provider, answer.model, answer.atMs)
  return { usage, ...costNanos(usage, card, answer.atMs) }
}
