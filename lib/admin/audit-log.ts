/** What was done on the admin plane, newest first. Source: admin-contract §8. */
import type { z } from 'zod'
import { AUDIT_COLUMNS, auditLogs, type auditRow } from '../contract/audit.ts'
import type { AuditEvent, Prisma } from '../db/generated/client.ts'
import { absent, byIdOrSlug, type Ctx, type Db, isUuid, literal, notFound } from './context.ts'
import { csvLine, Download } from './download.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

type AuditRow = z.output<typeof auditRow>
type Asked = z.output<typeof auditLogs.query>

export const auditVerbs = verbs(auditLogs, {
  list: async (ctx, query) => {
    const where = await selection(ctx, query)
    if (query.format !== 'json') return exported(ctx, where, query.format)
    const [total, rows] = await Promise.all([
      ctx.db.auditEvent.count({ where }),
      ctx.db.auditEvent.findMany({
        where,
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        skip: query.current_page * query.page_size,
        take: query.page_size,
      }),
    ])
    const records = await toRows(ctx.db, rows)
    return { object: 'analytics-graph', total, records, data: records }
  },
  actions: {
    entry: async (ctx, { id }) => {
      const found =
        isUuid(id) &&
        (await ctx.db.auditEvent.findFirst({ where: { id, organisationId: ctx.organisation.id } }))
      const [row] = found ? await toRows(ctx.db, [found]) : []
      if (!row) throw notFound('audit entry')
      return row
    },
  },
})

/** The whole selection, newest first, read a piece at a time. */
function exported(ctx: Ctx, where: Prisma.AuditEventWhereInput, format: 'csv' | 'jsonl'): Download {
  const line =
    format === 'csv' ? (row: AuditRow) => csvLine(AUDIT_COLUMNS.map((name) => row[name])) : jsonLine
  async function* chunks() {
    if (format === 'csv') yield csvLine(AUDIT_COLUMNS)
    for await (const rows of pieces(ctx.db, where)) yield (await toRows(ctx.db, rows)).map(line).join('')
  }
  return new Download({
    fileName: `audit-${ctx.now.toISOString().slice(0, 10)}.${format}`,
    contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
    audit: auditLogs.audit,
    chunks: chunks(),
  })
}

const jsonLine = (row: AuditRow) => `${JSON.stringify(row)}\n`
const PIECE = 500

/** Pages by place, not by number, so that what is written meanwhile moves nothing. */
async function* pieces(db: Db, where: Prisma.AuditEventWhereInput): AsyncGenerator<AuditEvent[]> {
  let last: AuditEvent | undefined
  do {
    const after: Prisma.AuditEventWhereInput = last
      ? { OR: [{ at: { lt: last.at } }, { at: last.at, id: { lt: last.id } }] }
      : {}
    const rows = await db.auditEvent.findMany({
      where: { AND: [where, after] },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: PIECE,
    })
    last = rows.length < PIECE ? undefined : rows.at(-1)
    if (rows.length > 0) yield rows
  } while (last)
}

/** Filters that name a value whole, and the column each stands for. */
const EXACT = {
  method: 'method',
  request_id: 'requestId',
  user_id: 'actorId',
  user_type: 'actorType',
  response_status_code: 'responseStatusCode',
  resource_type: 'resourceType',
  resource_id: 'resourceId',
  action: 'action',
  client_ip: 'clientIp',
  country: 'country',
} as const satisfies Partial<Record<keyof Asked, keyof AuditEvent>>

async function selection(ctx: Ctx, query: Asked): Promise<Prisma.AuditEventWhereInput> {
  const [from, until] = [new Date(query.start_time), new Date(query.end_time)]
  if (until <= from) throw invalidField('end_time', 'must be after start_time', 'range')
  const { organisation } = ctx
  const named = query.organisation_id
  if (named !== undefined && named.toLowerCase() !== organisation.id && named !== organisation.slug)
    throw absent('organisation_id', 'organisation')
  return {
    organisationId: organisation.id,
    at: { gte: from, lt: until },
    ...(query.workspace_id === undefined ? {} : { workspaceId: await workspaceId(ctx, query.workspace_id) }),
    ...(query.uri === undefined ? {} : { uri: { contains: literal(query.uri) } }),
    ...(query.search === undefined ? {} : { OR: anywhere(literal(query.search)) }),
    ...Object.fromEntries(
      Object.entries(EXACT).flatMap(([asked, column]) => {
        const value = query[asked as keyof typeof EXACT]
        return value === undefined ? [] : [[column, value]]
      }),
    ),
  }
}

const anywhere = (said: string): Prisma.AuditEventWhereInput[] => [
  { resourceName: { contains: said, mode: 'insensitive' } },
  { uri: { contains: said, mode: 'insensitive' } },
]

/** Archived ones too: what was done in them stays to be read. */
async function workspaceId(ctx: Ctx, named: string): Promise<string> {
  const found = await ctx.db.workspace.findFirst({
    where: { AND: [{ organisationId: ctx.organisation.id }, byIdOrSlug(named)] },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  })
  if (!found) throw absent('workspace_id', 'workspace')
  return found.id
}

async function toRows(db: Db, events: readonly AuditEvent[]): Promise<AuditRow[]> {
  const ids = (kind: string) => [
    ...new Set(events.flatMap((event) => (event.actorType === kind && event.actorId ? [event.actorId] : []))),
  ]
  const [people, keys] = await Promise.all([
    db.user.findMany({ where: { id: { in: ids('user') } }, select: { id: true, email: true } }),
    db.apiKey.findMany({ where: { id: { in: ids('api_key') } }, select: { id: true, name: true } }),
  ])
  const names = new Map<string, string>([
    ...people.map(({ id, email }) => [id, email] as const),
    ...keys.map(({ id, name }) => [id, name] as const),
  ])
  return events.map((event) => toRow(event, names.get(event.actorId ?? '') ?? null))
}

function toRow(event: AuditEvent, actorName: string | null): AuditRow {
  return {
    id: event.id,
    timestamp: event.at.toISOString(),
    request_id: event.requestId,
    method: event.method,
    uri: event.uri,
    request_body: event.requestBody,
    query_params: event.queryParams,
    request_headers: event.requestHeaders,
    response_status_code: event.responseStatusCode,
    user_id: event.actorId,
    user_type: event.actorType as AuditRow['user_type'],
    actor_name: actorName,
    client_ip: event.clientIp,
    country: event.country,
    user_agent: event.userAgent,
    organisation_id: event.organisationId,
    workspace_id: event.workspaceId,
    resource_type: event.resourceType,
    resource_id: event.resourceId,
    resource_name: event.resourceName,
    action: event.action,
    before: (event.before ?? null) as AuditRow['before'],
    after: (event.after ?? null) as AuditRow['after'],
  }
}
