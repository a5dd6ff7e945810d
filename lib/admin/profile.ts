/** What people do with their own sign-in. Source: admin-contract §6.4. */
import type { z } from 'zod'
import { comeBack, countAttempt, forgetAttempts } from '../auth/attempts.ts'
import { hashPassword, verifyPassword } from '../auth/password.ts'
import { sessionEnd } from '../contract/organisation.ts'
import { profile, type sessionRow } from '../contract/profile.ts'
import type { List } from '../contract/resource.ts'
import type { Prisma, Session, User } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, type Db, isUuid, notFound } from './context.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

export const profileVerbs = verbs(profile, {
  actions: {
    password: async (ctx, { current_password, new_password }) => {
      const { user, sessionId } = await self(ctx)
      if (user.passwordHash === null) {
        throw new GatewayError('conflict', 'You sign in elsewhere, so there is no password here to change.')
      }
      await guard(ctx, 'password-change', user.email)
      if (!(await verifyPassword(current_password, user.passwordHash))) {
        throw invalidField('current_password', 'is not your present password')
      }
      if (new_password === current_password) throw invalidField('new_password', 'must be another one')
      await forgetAttempts(ctx.db, 'password-change', user.email)
      const ended = await setPassword(ctx, user, new_password, { except: sessionId })
      ctx.record({ ...named(user), after: { password_changed: true, sessions_ended: ended } })
      return {}
    },

    sessions: async (ctx): Promise<List<SessionRow>> => {
      const { user, sessionId } = await self(ctx)
      const rows = await ctx.db.session.findMany({
        where: { userId: user.id, ...alive(ctx) },
        orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
      })
      const { settings } = await ctx.db.organisation.findUniqueOrThrow({ where: { id: ctx.organisation.id } })
      const data = rows
        .map((row) => ({ ...row, expiresAt: sessionEnd(row, settings) }))
        .filter(({ expiresAt }) => expiresAt > ctx.now)
        .map((row) => toRow(row, sessionId))
      return { object: 'list', total: data.length, data }
    },

    endSession: async (ctx, { id }) => {
      const { user, sessionId } = await self(ctx)
      const row = isUuid(id)
        ? await ctx.db.session.findFirst({ where: { id, userId: user.id, ...alive(ctx) } })
        : null
      if (!row) throw notFound(profile.noun)
      await endSessions(ctx, { id: row.id })
      ctx.record({ ...named(user), before: toRow(row, sessionId) })
      return {}
    },

    signOutEverywhere: async (ctx, { include_current }) => {
      const { user, sessionId } = await self(ctx)
      const others = include_current ? {} : { id: { not: sessionId } }
      const ended = await endSessions(ctx, { userId: user.id, ...others })
      ctx.record({ ...named(user), after: { sessions_ended: ended } })
      return {}
    },
  },
})

/**
 * Gives a person a new password and ends their sessions, but for `except`; how many ended. Whatever link was sent before
 * opens nothing any more.
 */
export async function setPassword(
  ctx: Pick<Ctx, 'db' | 'now'>,
  user: { id: string },
  password: string,
  { except }: { except: string | null },
): Promise<number> {
  const passwordHash = await hashPassword(password)
  await ctx.db.user.update({ where: { id: user.id }, data: { passwordHash } })
  await ctx.db.passwordReset.deleteMany({ where: { userId: user.id, usedAt: null } })
  return endSessions(ctx, { userId: user.id, ...(except === null ? {} : { id: { not: except } }) })
}

/** Counts one more attempt at guessing; throws `throttled` beyond five in fifteen minutes, by e-mail and by address. */
export async function guard(
  ctx: Ctx,
  what: 'password-change' | 'password-reset',
  email: string,
): Promise<void> {
  const nowMs = ctx.now.getTime()
  const retryAtMs = await countAttempt(ctx.runtime.database.prisma, what, { email, ip: ctx.clientIp }, nowMs)
  if (retryAtMs === null) return
  throw new GatewayError('throttled', `Too many attempts. ${comeBack(retryAtMs, nowMs)}`, {
    headers: { 'retry-after': String(Math.ceil((retryAtMs - nowMs) / 1000)) },
  })
}

type SessionRow = z.output<typeof sessionRow>

async function self(ctx: Ctx): Promise<{ user: User; sessionId: string }> {
  if (ctx.actor.kind !== 'user') throw new GatewayError('forbidden', 'This is for signed-in people.')
  const user = await ctx.db.user.findUniqueOrThrow({ where: { id: ctx.actor.id } })
  return { user, sessionId: ctx.actor.sessionId }
}

const named = ({ id, email }: User) => ({ id, name: email })

function alive({ now }: Pick<Ctx, 'now'>): Prisma.SessionWhereInput {
  return { revokedAt: null, expiresAt: { gt: now } }
}

async function endSessions(
  { db, now }: { db: Db; now: Date },
  where: Prisma.SessionWhereInput,
): Promise<number> {
  const { count } = await db.session.updateMany({
    where: { AND: [where, alive({ now })] },
    data: { revokedAt: now },
  })
  return count
}

function toRow(row: Session, presentId: string): SessionRow {
  return {
    object: 'session',
    id: row.id,
    is_current: row.id === presentId,
    ip: row.ip,
    user_agent: row.userAgent,
    created_at: row.createdAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }
}
