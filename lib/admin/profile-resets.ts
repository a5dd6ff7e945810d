/** A new password for whoever forgot the old one: a link by mail that opens once. Source: admin-contract §6.4. */
import { setTimeout as wait } from 'node:timers/promises'
import { forgetAttempts } from '../auth/attempts.ts'
import { hashLinkToken, mintLinkToken } from '../auth/link-tokens.ts'
import type { OrganisationRole } from '../auth/scopes.ts'
import { passwordResets } from '../contract/profile.ts'
import type { User } from '../db/generated/client.ts'
import type { Ctx } from './context.ts'
import { tell } from './events.ts'
import { guard, setPassword } from './profile.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

const LINK_MS = 60 * 60_000
/** Every question for a link takes this long, so that its answer does not tell whether there is such a person. */
const ANSWER_MS = 500

export const passwordResetVerbs = verbs(passwordResets, {
  actions: {
    ask: async (ctx, { email }) => {
      const startedMs = performance.now()
      await guard(ctx, 'password-reset', email)
      const user = await ctx.db.user.findUnique({ where: { email } })
      // Whoever has no password here signs in elsewhere, and a link must not be a way around that.
      if (user?.status === 'active' && user.passwordHash !== null) await send(ctx, user)
      const organisationId = user?.organisationId ?? (await firstOrganisation(ctx))
      await wait(Math.max(0, ANSWER_MS - (performance.now() - startedMs)))
      ctx.record({ id: user?.id ?? null, name: email, organisationId })
      return {}
    },

    accept: async (ctx, { token, password }) => {
      const tokenHash = hashLinkToken(token)
      // Taken before anything else, so that of two at once one alone finds it.
      const { count } = await ctx.db.passwordReset.updateMany({
        where: { tokenHash, usedAt: null, expiresAt: { gt: ctx.now }, user: { status: 'active' } },
        data: { usedAt: ctx.now },
      })
      if (count === 0) {
        throw invalidField(
          'token',
          'opens nothing: the link was used, is older than an hour, or was replaced by a newer one. Ask for a new link.',
        )
      }
      const { user } = await ctx.db.passwordReset.findUniqueOrThrow({
        where: { tokenHash },
        include: { user: true },
      })
      const ended = await setPassword(ctx, user, password, { except: null })
      await forgetAttempts(ctx.db, 'sign-in', user.email)
      ctx.record({
        id: user.id,
        name: user.email,
        organisationId: user.organisationId,
        actor: { kind: 'user', id: user.id, role: user.role as OrganisationRole, sessionId: '' },
        after: { password_changed: true, sessions_ended: ended },
      })
      return {}
    },
  },
})

/** The newest link alone opens something. */
async function send(ctx: Ctx, user: User): Promise<void> {
  const { token, hash } = mintLinkToken()
  const expiresAt = new Date(ctx.now.getTime() + LINK_MS)
  await ctx.runtime.database.prisma.$transaction(async (db) => {
    await db.passwordReset.deleteMany({ where: { userId: user.id, usedAt: null } })
    await db.passwordReset.create({
      data: { tokenHash: hash, userId: user.id, createdAt: ctx.now, expiresAt },
    })
    await tell(
      { ...ctx, db },
      {
        kind: 'password.reset',
        organisationId: user.organisationId,
        workspaceId: null,
        data: { user_id: user.id, email: user.email, expires_at: expiresAt.toISOString() },
        // Behind the #, the token reaches no server and no log on its way.
        secret: `${ctx.runtime.settings.publicUrl}/reset/new#${token}`,
      },
    )
  })
  ctx.runtime.nudge?.()
}

/** E-mails nobody has stand in the trail of those who run this installation, as their sign-ins do. */
async function firstOrganisation(ctx: Ctx): Promise<string> {
  const found = await ctx.db.organisation.findFirst({ orderBy: { createdAt: 'asc' }, select: { id: true } })
  return found?.id ?? ''
}
