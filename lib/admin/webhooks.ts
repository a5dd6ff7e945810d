/** Endpoints that hear of events: of the organisation, or of one workspace. Source: admin-contract §10. */
import type { z } from 'zod'
import type { List } from '../contract/resource.ts'
import { type webhookRow, webhooks } from '../contract/webhooks.ts'
import type { Webhook } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { checkHostUrl, refusedAddress } from '../providers/address.ts'
import { decryptSecret, encryptSecret, maskSecret } from '../secrets.ts'
import type { Ctx } from './context.ts'
import { sendTest } from './notifications-test.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'
import { findWebhook, mayManage, visibleWebhooks } from './webhooks-find.ts'
import { newSecret } from './webhooks-post.ts'

export const webhookVerbs = verbs(webhooks, {
  actions: {
    list: async (ctx, query): Promise<List<WebhookRow>> => {
      const where = await visibleWebhooks(ctx)
      const [total, rows] = await Promise.all([
        ctx.db.webhook.count({ where }),
        ctx.db.webhook.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          skip: query.current_page * query.page_size,
          take: query.page_size,
        }),
      ])
      const last = await lastDeliveries(ctx, rows)
      const data = rows.map((row) => ({ ...toRow(ctx, row), last_delivery: last.get(row.id) ?? null }))
      return { object: 'list', total, data }
    },

    create: async (ctx, input) => {
      const workspaceId = ctx.workspace?.id ?? null
      mayManage(ctx, workspaceId)
      const url = checkedUrl(ctx, input.url)
      const secret = input.secret ?? newSecret()
      const row = await ctx.db.webhook.create({
        data: {
          id: ctx.newId(),
          organisationId: ctx.organisation.id,
          workspaceId,
          name: input.name ?? new URL(url).host,
          url,
          secret: encryptSecret(ctx.secretKey, secret),
          events: input.events ?? [],
          format: input.format ?? 'json',
          status: input.status ?? 'active',
          createdBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
          createdAt: ctx.now,
        },
      })
      ctx.record({ id: row.id, name: row.name, workspaceId, after: toRow(ctx, row) })
      return { ...toRow(ctx, row), secret }
    },

    read: async (ctx, { id }) => {
      const row = await findWebhook(ctx, id, 'read')
      const last = await lastDeliveries(ctx, [row])
      return { ...toRow(ctx, row), last_delivery: last.get(row.id) ?? null }
    },

    update: async (ctx, { id, ...said }) => {
      const before = await findWebhook(ctx, id, 'update')
      const secret = said.secret === toRow(ctx, before).secret ? undefined : said.secret
      const url = said.url === undefined ? before.url : checkedUrl(ctx, said.url)
      const row = await ctx.db.webhook.update({
        where: { id: before.id },
        data: {
          url,
          ...(said.name === undefined ? {} : { name: said.name }),
          ...(secret === undefined ? {} : { secret: encryptSecret(ctx.secretKey, checkedSecret(secret)) }),
          ...(said.events === undefined ? {} : { events: said.events ?? [] }),
          ...(said.format === undefined ? {} : { format: said.format }),
          ...(said.status === undefined ? {} : { status: said.status }),
        },
      })
      if (url !== before.url) {
        await ctx.db.delivery.updateMany({
          where: { webhookId: row.id, status: 'pending' },
          data: { recipient: url },
        })
      }
      recordChange(ctx, before, row)
      return secret === undefined ? toRow(ctx, row) : { ...toRow(ctx, row), secret }
    },

    remove: async (ctx, { id }) => {
      const before = await findWebhook(ctx, id, 'update')
      await ctx.db.webhook.update({ where: { id: before.id }, data: { status: 'archived' } })
      const { name, workspaceId } = before
      ctx.record({ id: before.id, name, workspaceId, before: toRow(ctx, before) })
      return {}
    },

    rotate: async (ctx, { id, secret: said }) => {
      const before = await findWebhook(ctx, id, 'update')
      const secret = said ?? newSecret()
      const row = await ctx.db.webhook.update({
        where: { id: before.id },
        data: { secret: encryptSecret(ctx.secretKey, secret) },
      })
      recordChange(ctx, before, row)
      return { ...toRow(ctx, row), secret }
    },

    test: async (ctx, { id }) => {
      const webhook = await findWebhook(ctx, id, 'update')
      ctx.record({ id: webhook.id, name: webhook.name, workspaceId: webhook.workspaceId })
      if (webhook.status !== 'active') {
        throw new GatewayError(
          'conflict',
          `The webhook ${webhook.name} is disabled: switch it on to test it.`,
        )
      }
      return sendTest(ctx, { channel: 'webhook', webhook })
    },
  },
})

type WebhookRow = z.output<typeof webhookRow>

function toRow(ctx: Ctx, row: Webhook): WebhookRow {
  return {
    object: 'webhook',
    id: row.id,
    organisation_id: row.organisationId,
    workspace_id: row.workspaceId,
    name: row.name,
    url: row.url,
    secret: maskedSecret(ctx, row),
    events: row.events,
    format: row.format as WebhookRow['format'],
    status: row.status as WebhookRow['status'],
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    last_updated_at: row.lastUpdatedAt.toISOString(),
  }
}

/** The newest message of each webhook, by its id. */
async function lastDeliveries(
  { db, organisation }: Ctx,
  rows: readonly Pick<Webhook, 'id'>[],
): Promise<Map<string, NonNullable<WebhookRow['last_delivery']>>> {
  const found = await db.$queryRaw<LastDelivery[]>`
    select newest.* from unnest(${rows.map(({ id }) => id)}::uuid[]) as asked (id)
    cross join lateral (
      select webhook_id, id, status, attempts, last_status, last_error, created_at from deliveries
      where organisation_id = ${organisation.id}::uuid and webhook_id = asked.id
      order by created_at desc, id desc limit 1
    ) as newest`
  return new Map(
    found.map(({ webhook_id, created_at, ...rest }) => [
      webhook_id,
      { ...rest, created_at: created_at.toISOString() },
    ]),
  )
}

type LastDelivery = Omit<NonNullable<WebhookRow['last_delivery']>, 'created_at'> & {
  webhook_id: string
  created_at: Date
}

/** One that was sealed under a lost TOLLGATE_SECRET shows nothing, and can be replaced. */
function maskedSecret({ runtime: { settings } }: Ctx, { secret }: Webhook): string {
  try {
    return maskSecret(decryptSecret([settings.secret, ...(settings.olderSecrets ?? [])], secret))
  } catch {
    return '********'
  }
}

function checkedSecret(said: string): string {
  const checked = webhooks.create.shape.secret.safeParse(said)
  if (checked.success && checked.data != null) return checked.data
  throw invalidField('secret', checked.error?.issues[0]?.message ?? 'is required', 'format')
}

/** Names are resolved when they are called, and judged again there. */
function checkedUrl({ runtime: { allowPrivateHosts } }: Ctx, said: string): string {
  try {
    return checkHostUrl(said, { isStoredHost: true, allowPrivateHosts }).href
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const isAddress = error.message === refusedAddress().message
    const hint = isAddress ? ' An operator can allow a private one with ALLOW_PRIVATE_HOSTS.' : ''
    const message = `${error.message}${hint}`
    throw new GatewayError('validation', message, {
      param: 'url',
      details: [{ path: 'url', rule: 'host', message }],
    })
  }
}

function recordChange(ctx: Ctx, before: Webhook, after: Webhook): void {
  ctx.record({
    id: after.id,
    name: after.name,
    workspaceId: after.workspaceId,
    before: toRow(ctx, before),
    after: toRow(ctx, after),
  })
}
