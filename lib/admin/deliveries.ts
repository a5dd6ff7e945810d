/** What was sent to whom, and sending it again. Source: admin-contract §10. */
import type { z } from 'zod'
import type { List } from '../contract/resource.ts'
import { deliveries, type deliveryRow } from '../contract/webhooks.ts'
import type { Prisma } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, isUuid, need, notFound, workspacesOf } from './context.ts'
import { ATTEMPTS_MAX, type Claimed } from './deliveries-send.ts'
import { textOf } from './deliveries-text.ts'
import { verbs } from './verbs.ts'

export const deliveryVerbs = verbs(deliveries, {
  actions: {
    list: async (ctx, query): Promise<List<DeliveryRow>> => {
      const where: Prisma.DeliveryWhereInput = {
        AND: [await visible(ctx)],
        ...(query.channel === undefined ? {} : { channel: query.channel }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.kind === undefined ? {} : { message: { kind: query.kind } }),
        ...(query.webhook_id === undefined ? {} : { webhookId: query.webhook_id }),
      }
      const [total, rows] = await Promise.all([
        ctx.db.delivery.count({ where }),
        ctx.db.delivery.findMany({
          where,
          include: WHOLE,
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          skip: query.current_page * query.page_size,
          take: query.page_size,
        }),
      ])
      return { object: 'list', total, data: rows.map(toRow) }
    },

    read: async (ctx, { id }): Promise<DeliveryRow> => {
      const found = await find(ctx, id)
      return { ...toRow(found), ...(await textOf(ctx, found)) }
    },

    resend: async (ctx, { id }) => {
      const before = await find(ctx, id)
      if (before.channel === 'mail') need(ctx, ['organisation_settings.update'], null, deliveries.noun)
      refuse(ctx, before)
      const due = { status: 'pending', availableAt: ctx.now }
      // A mail that never left goes; what was tried stays on record, and goes once more as a delivery of its own.
      const after =
        before.status === 'held'
          ? await ctx.db.delivery.update({ where: { id: before.id }, data: due, include: WHOLE })
          : await ctx.db.delivery.create({ data: again(ctx, before), include: WHOLE })
      const { workspaceId, subject } = after
      ctx.record({ id: after.id, name: subject, workspaceId, before: toRow(before), after: toRow(after) })
      return toRow(after)
    },
  },
})

type DeliveryRow = z.output<typeof deliveryRow>

const WHOLE = { message: true, webhook: true } as const

/** Those who read the organisation's settings see all; who looks after a workspace, what its webhooks were sent. */
async function visible(ctx: Ctx): Promise<Prisma.DeliveryWhereInput> {
  const within = {
    organisationId: ctx.organisation.id,
    ...(ctx.workspace === null ? {} : { workspaceId: ctx.workspace.id }),
  }
  if (ctx.principal.organisationScopes.has('organisation_settings.read')) return within
  const workspaceIds = await workspacesOf(ctx, ['workspaces.update'])
  return { ...within, webhook: { workspaceId: { in: workspaceIds } } }
}

async function find(ctx: Ctx, id: string): Promise<Claimed> {
  const found = isUuid(id)
    ? await ctx.db.delivery.findFirst({
        where: { AND: [await visible(ctx), { id: id.toLowerCase() }] },
        include: WHOLE,
      })
    : null
  if (!found) throw notFound(deliveries.noun)
  return found
}

function refuse(ctx: Ctx, { status, channel, webhook }: Claimed): void {
  const no = (why: string) => new GatewayError('conflict', why)
  if (status === 'pending') throw no('This message is on its way already.')
  if (channel === 'webhook' && webhook?.status !== 'active') {
    throw no(
      `The webhook was ${webhook?.status === 'disabled' ? 'disabled: switch it on first' : 'deleted'}.`,
    )
  }
  if (channel === 'mail' && !ctx.runtime.mail) {
    throw no('No SMTP server is set up. Set SMTP_URL and MAIL_FROM, start again, and send it then.')
  }
}

function again(ctx: Ctx, before: Claimed): Prisma.DeliveryUncheckedCreateInput {
  const { organisationId, workspaceId, messageId, channel, webhookId, subject, content, webhook } = before
  const recipient = webhook?.url ?? before.recipient
  const kept = { organisationId, workspaceId, messageId, channel, webhookId, subject, content, recipient }
  return { ...kept, id: ctx.newId(), createdAt: ctx.now, availableAt: ctx.now }
}

function toRow(row: Claimed): DeliveryRow {
  return {
    object: 'delivery',
    id: row.id,
    event_id: row.messageId,
    kind: row.message.kind,
    channel: row.channel as DeliveryRow['channel'],
    recipient: row.recipient,
    subject: row.subject,
    status: row.status as DeliveryRow['status'],
    attempts: row.attempts,
    attempts_max: ATTEMPTS_MAX,
    last_status: row.lastStatus,
    last_error: row.lastError,
    webhook_id: row.webhookId,
    workspace_id: row.workspaceId,
    created_at: row.createdAt.toISOString(),
    next_attempt_at: row.status === 'pending' ? row.availableAt.toISOString() : null,
    done_at: row.doneAt?.toISOString() ?? null,
  }
}
