/** Logs and what is made of them. Source: admin-contract §2.5, §7. */
import type { z } from 'zod'
import { countRequests } from '../analytics/query.ts'
import { type logList, logs, overview } from '../contract/telemetry.ts'
import { type LogFilter, logFilterOf } from '../logs/filter.ts'
import { listLogs, readLog } from '../logs/query.ts'
import { detailForWire, rowForWire } from '../logs/wire.ts'
import { absent, byIdOrSlug, type Ctx, notFound, workspacesOf } from './context.ts'
import { ingest } from './telemetry-ingest.ts'
import { showOverview } from './telemetry-overview.ts'
import { replay } from './telemetry-replay.ts'
import { ownCallsOf, payloadsHidden, restrictedBy } from './telemetry-visibility.ts'
import { verbs } from './verbs.ts'

export const logVerbs = verbs(logs, { list, actions: { ingest, view, replay } })

export const overviewVerbs = verbs(overview, { actions: { show: showOverview } })

type Query = z.output<typeof logs.query>

const DAY_MS = 86_400_000
const RANGE_MS_DEFAULT = 90 * DAY_MS
/** As far as any list looks back from its end. */
const RANGE_MS_MAX = 400 * DAY_MS
/** A row written this moment by a clock a little ahead of ours is counted too. */
const AHEAD_MS = 60_000

/** Calls by time, newest first unless asked otherwise; `total` counts the whole range where the roll-ups can. */
async function list(ctx: Ctx, query: Query): Promise<z.output<typeof logList>> {
  const workspaceIds = await workspacesAsked(ctx, query.workspace_slug)
  const own = await ownCallsOf(ctx, workspaceIds)
  const filter = within(logFilterOf(query), ctx.now)
  const { prisma } = ctx.runtime.database
  const page = await listLogs(prisma, {
    workspaceIds,
    own,
    filter,
    cursor: query.cursor ?? null,
    pageSize: query.page_size,
    order: query.order_by_type,
    now: ctx.now,
  })
  const to = filter.to ?? new Date(ctx.now.getTime() + AHEAD_MS)
  const from = filter.from ?? new Date(to.getTime() - RANGE_MS_DEFAULT)
  const total = await countRequests(prisma, { workspaceIds, own, filter, from, to, now: ctx.now })
  return {
    object: 'list',
    total,
    data: page.rows.map(rowForWire),
    next_cursor: page.nextCursor,
    restricted_by: restrictedBy(ctx, workspaceIds),
  }
}

/** The filter with its range cut to where calls can be: not after now, and no longer than lists look back. */
function within(filter: LogFilter, now: Date): LogFilter {
  const endMs = now.getTime() + AHEAD_MS
  const toMs = Math.max(0, Math.min(filter.to?.getTime() ?? endMs, endMs))
  const fromMs = filter.from && Math.min(Math.max(filter.from.getTime(), toMs - RANGE_MS_MAX, 0), toMs)
  return {
    ...filter,
    ...(filter.to ? { to: new Date(toMs) } : {}),
    ...(fromMs === undefined ? {} : { from: new Date(fromMs) }),
  }
}

/** One call with everything that was kept of it, as far as the caller may see it. */
async function view(ctx: Ctx, { id }: { id: string }) {
  const workspaceIds = await workspacesOf(ctx, logs.actions?.view.scopes ?? [])
  const own = await ownCallsOf(ctx, workspaceIds)
  const detail = await readLog(ctx.runtime.database.prisma, id, { workspaceIds, own })
  if (!detail) throw notFound(logs.noun)
  return detailForWire(detail, payloadsHidden(ctx, detail.row.workspace_id))
}

/** The workspaces a filter names; the call's own when it names none, and always for keys that are bound to one. */
async function workspacesAsked(ctx: Ctx, slugs: readonly string[] | undefined): Promise<string[]> {
  if (ctx.principal.pinned || !slugs || slugs.length === 0) return ctx.workspace ? [ctx.workspace.id] : []
  const found = await ctx.db.workspace.findMany({
    where: { organisationId: ctx.organisation.id, OR: slugs.map(byIdOrSlug) },
    select: { id: true, slug: true },
  })
  const readable = new Set(await workspacesOf({ ...ctx, workspace: null }, ['logs.list']))
  return slugs.map((said) => {
    const match = found.find(({ id, slug }) => slug === said || id === said.toLowerCase())
    if (!match || !readable.has(match.id)) throw absent('workspace_slug', `workspace: ${said}`)
    return match.id
  })
}
