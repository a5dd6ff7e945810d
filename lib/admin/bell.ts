/** What the signed-in person is told behind the bell. Source: admin-contract §10. */
import { bell } from '../contract/notifications.ts'
import type { Notification } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { Ctx } from './context.ts'
import { verbs } from './verbs.ts'

export const bellVerbs = verbs(bell, {
  actions: {
    list: async (ctx, query) => {
      const userId = selfId(ctx)
      const where = {
        userId,
        ...(query.unread === undefined ? {} : { readAt: query.unread ? null : { not: null } }),
      }
      const [total, unread, rows] = await Promise.all([
        ctx.db.notification.count({ where }),
        countUnread(ctx, userId),
        ctx.db.notification.findMany({
          where,
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          skip: query.current_page * query.page_size,
          take: query.page_size,
        }),
      ])
      return { object: 'list' as const, total, unread, data: rows.map(toRow) }
    },

    /** Ids of other people's are passed over like ids nobody has. */
    markRead: async (ctx, { ids }) => {
      const userId = selfId(ctx)
      const before = await countUnread(ctx, userId)
      await ctx.db.notification.updateMany({
        where: { userId, readAt: null, ...(ids == null ? {} : { id: { in: ids } }) },
        data: { readAt: ctx.now },
      })
      const unread = await countUnread(ctx, userId)
      ctx.record({ id: userId, before: { unread: before }, after: { unread } })
      return { unread }
    },
  },
})

function countUnread({ db }: Ctx, userId: string): Promise<number> {
  return db.notification.count({ where: { userId, readAt: null } })
}

function selfId({ actor }: Ctx): string {
  if (actor.kind === 'user') return actor.id
  throw new GatewayError('forbidden', 'This is for signed-in people.')
}

function toRow({ id, kind, title, body, link, createdAt, readAt }: Notification) {
  return {
    object: 'notification' as const,
    id,
    kind,
    title,
    body,
    link,
    created_at: createdAt.toISOString(),
    read_at: readAt?.toISOString() ?? null,
  }
}
