/** Work that is found by the state of the rows, so a turn that was missed is made good by the next one. */
import type { AdminRuntime, Db } from './context.ts'
import type { Teller } from './events.ts'

export interface Chore<Due> {
  /** What waits to be done at `now`, `limit` of it at most. */
  due(db: Db, now: Date, limit: number): Promise<Due[]>
  /** Does one of it, in a transaction of its own. Another process may have been quicker, so it looks again. */
  act(teller: Teller, one: Due): Promise<void>
}

const AT_ONCE = 200

/**
 * Does what is due of a chore. One that fails holds up no other: all are tried, then the first failure is thrown. Returns
 * how many were done.
 */
export async function work<Due>(runtime: AdminRuntime, { due, act }: Chore<Due>): Promise<number> {
  const { prisma } = runtime.database
  let done = 0
  while (true) {
    const now = new Date(runtime.now())
    const found = await due(prisma, now, AT_ONCE)
    const failures: unknown[] = []
    for (const one of found) {
      const teller = { now, newId: runtime.newId, secretKey: runtime.settings.secret }
      await prisma
        .$transaction((db) => act({ ...teller, db }, one))
        .then(
          () => done++,
          (error: unknown) => failures.push(error),
        )
    }
    if (failures.length > 0) throw failures[0]
    if (found.length < AT_ONCE) return done
  }
}

/** Notes that something was told; false when it had been. Others who note the same wait until this transaction ends. */
export async function isFirst({ db, now }: Teller, mark: string): Promise<boolean> {
  const written =
    await db.$executeRaw`insert into notification_marks (mark, at) values (${mark}, ${now}) on conflict do nothing`
  return written === 1
}
