/** How mail leaves, and trying it. Source: admin-contract §10. */
import { mailSettings, testMail } from '../contract/notifications.ts'
import { GatewayError } from '../errors.ts'
import type { Ctx } from './context.ts'
import { sendTest } from './notifications-test.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

export const mailVerbs = verbs(mailSettings, {
  actions: {
    show: async ({ db, organisation, runtime: { mail } }) => ({
      object: 'mail-settings' as const,
      is_configured: mail != null,
      server: mail?.server ?? null,
      from: mail?.from ?? null,
      held: await db.delivery.count({
        where: { organisationId: organisation.id, channel: 'mail', status: 'held' },
      }),
    }),
  },
})

export const testMailVerbs = verbs(testMail, {
  actions: {
    send: async (ctx, { to: said }) => {
      const to = said ?? (await ownAddress(ctx))
      ctx.record({ name: to })
      if (!ctx.runtime.mail) {
        throw new GatewayError(
          'conflict',
          'No SMTP server is set up, so mail is held here. Set SMTP_URL and MAIL_FROM and start again.',
        )
      }
      return sendTest(ctx, { channel: 'mail', to })
    },
  },
})

async function ownAddress({ db, actor }: Ctx): Promise<string> {
  if (actor.kind !== 'user') throw invalidField('to', 'is required: a key has no address', 'required')
  return (await db.user.findUniqueOrThrow({ where: { id: actor.id } })).email
}
