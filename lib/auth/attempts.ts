/**
 * Attempts that somebody could make to guess: five in fifteen minutes by what is tried and by the address it comes from,
 * in any process. Source: architecture §7.
 */
import { createHash } from 'node:crypto'
import type { Prisma, PrismaClient } from '../db/generated/client.ts'
import { uuidv7 } from '../ids.ts'

/** What is tried. Each is counted by itself, so asking for a new password does not bar the way to sign in. */
export type Attempted = 'sign-in' | 'password-reset' | 'password-change'

const ATTEMPTS_MAX = 5
const WINDOW_MS = 15 * 60_000

/**
 * Writes an attempt down, unless its e-mail or its address already has five in fifteen minutes: then nothing is written,
 * and it says when (epoch ms) the oldest of those five falls out. Null: go on. Attempts of one e-mail or address queue
 * up, so a burst cannot pass. `ip` null counts by e-mail alone.
 */
export async function countAttempt(
  prisma: PrismaClient,
  what: Attempted,
  who: { email: string; ip: string | null },
  nowMs: number,
): Promise<number | null> {
  const [email, ip] = [named(what, who.email), named(what, who.ip ?? '')]
  const since = new Date(nowMs - WINDOW_MS)
  const locks = [lockKey(`email:${email}`), lockKey(`ip:${ip}`)].sort((a, b) => (a < b ? -1 : 1))
  return prisma.$transaction(async (tx) => {
    for (const lock of locks) await tx.$executeRaw`select pg_advisory_xact_lock(${lock}::bigint)`
    await tx.signInFailure.deleteMany({ where: { at: { lt: since } } })
    const counted = await Promise.all(
      [{ email }, ...(who.ip === null ? [] : [{ ip }])].map((by) =>
        tx.signInFailure.findMany({
          where: { ...by, at: { gte: since } },
          orderBy: { at: 'desc' },
          take: ATTEMPTS_MAX,
          select: { at: true },
        }),
      ),
    )
    const blocking = counted.flatMap((rows) =>
      rows.length >= ATTEMPTS_MAX ? [rows.at(-1)!.at.getTime()] : [],
    )
    if (blocking.length > 0) return Math.max(...blocking) + WINDOW_MS
    await tx.signInFailure.create({ data: { id: uuidv7(nowMs), email, ip, at: new Date(nowMs) } })
    return null
  })
}

/** Takes the attempts of an e-mail away again: the last one succeeded. */
export function forgetAttempts(
  db: Prisma.TransactionClient,
  what: Attempted,
  email: string,
): Prisma.PrismaPromise<unknown> {
  return db.signInFailure.deleteMany({ where: { email: named(what, email) } })
}

/** When to try again, for a person to read. */
export function comeBack(retryAtMs: number, nowMs: number): string {
  const minutes = Math.max(1, Math.ceil((retryAtMs - nowMs) / 60_000))
  const at = new Date(Math.ceil(retryAtMs / 60_000) * 60_000).toISOString().slice(11, 16)
  return `Come back in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}, at ${at} UTC.`
}

/** Sign-ins stand under the bare e-mail and address, everything else behind its name. */
function named(what: Attempted, who: string): string {
  return what === 'sign-in' ? who : `${what}:${who}`
}

function lockKey(name: string): bigint {
  return createHash('sha256').update(`sign-in:${name}`).digest().readBigInt64BE(0)
}
