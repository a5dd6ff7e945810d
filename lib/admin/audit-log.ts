/** What was done on the admin plane, newest first. Source: admin-contract §8. */
import type { z } from 'zod'
import { auditLogs, type auditRow } from '../contract/audit.ts'
import type { AuditEvent, Prisma } from '../db/generated/client.ts'
import { absent, byIdOrSlug, type Ctx, literal } from './context.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

type AuditRow = z.output<typeof auditRow>
type Asked = z.output<typeof auditLogs.query>

export const auditVerbs = verbs(auditLogs, {
  list: async (ctx, query) => {
    const where = await selection(ctx, query)
    const [total, rows] = await Promise.all([
      ctx.db.auditEvent.count({ where }),
      ctx.db.auditEvent.findMany({
        where,
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        skip: query.current_page * query.page_size,
        take: query.page_size,
      }),
    ])
    const records = rows.map(toRow)
    return { object: 'analytics-graph', total, records, data: records }
  },
})

/** Filters that name a value whole, and the column each stands for. */
const EXACT = {
  method: 'method',
  request_id: 'requestId',
  user_id: 'actorId',
  user_type: 'actorType',
  response_status_code: 'responseStatusCode',
  resource_type: 'resourceType',
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
    ...Object.fromEntries(
      Object.entries(EXACT).flatMap(([asked, column]) => {
        const value = query[asked as keyof typeof EXACT]
        return value === undefined ? [] : [[column, value]]
      }),
    ),
  }
}

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

function toRow(event: AuditEvent): AuditRow {
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
