/**
 * What keys do by themselves: old secrets end, due keys turn, and people hear of it in time. Everything is found by the
 * state of the rows and done once, whoever comes first. Source: admin-contract §3.5, §10.
 */
import { apiKeys } from '../contract/access.ts'
import type { Job } from '../jobs.ts'
import { type Chore, work } from './chores.ts'
import type { AdminRuntime } from './context.ts'
import { type Teller, tell } from './events.ts'
import { rotationOf } from './key-rotation.ts'
import { keyInclude, keyRow, namedKey, olderSecret } from './key-rows.ts'
import { storedSchedule } from './key-schedule.ts'
import { keepForReveal, turnKey } from './key-secrets.ts'
import { IN_USE, keyEnds, oldSecretEnds, providerEnds, turnAhead } from './key-warnings.ts'
import { auditSystem } from './system-audit.ts'

const EVERY_MS = 60_000

export function keyJobs(runtime: AdminRuntime): Job[] {
  return [{ name: 'keys', everyMs: EVERY_MS, run: () => tendKeys(runtime) }]
}

/** One round. A step that fails holds up none of the others; the first failure is thrown at the end. */
async function tendKeys(runtime: AdminRuntime): Promise<void> {
  let done = 0
  const failures: unknown[] = []
  const attempt = async (step: () => Promise<number>) => {
    done += await step().catch((error: unknown) => failures.push(error) && 0)
  }
  await attempt(() => endOldSecrets(runtime))
  await attempt(() => work(runtime, dueTurn))
  await attempt(() => work(runtime, oldSecretEnds))
  await attempt(() => work(runtime, turnAhead))
  await attempt(() => work(runtime, keyEnds))
  await attempt(() => work(runtime, providerEnds))
  if (done > 0) runtime.nudge?.()
  if (failures.length > 0) throw failures[0]
}

async function endOldSecrets({ database, now }: AdminRuntime): Promise<number> {
  const past = { expiresAt: { lte: new Date(now()) } }
  await database.prisma.apiKeySecret.deleteMany({ where: past })
  await database.prisma.keyReveal.deleteMany({ where: past })
  return 0
}

/**
 * A key whose turn has come. One that nobody can use waits until it is in use again, and one whose old secret still
 * lives waits until that ends: at most two live.
 */
const dueTurn: Chore<{ id: string }> = {
  due: (db, now, limit) => db.$queryRaw`
    select k.id from api_keys k
    where k.next_rotation_at <= ${now} and (k.expires_at is null or k.expires_at > ${now}) and ${IN_USE}
      and not exists (select 1 from api_key_secrets s where s.api_key_id = k.id and s.expires_at > ${now})
    order by k.next_rotation_at limit ${limit}`,

  act: async (teller, { id }) => {
    const { db, now } = teller
    const locked = await db.$queryRaw<unknown[]>`
      select 1 from api_keys where id = ${id}::uuid and next_rotation_at <= ${now} and status = 'active'
      for update skip locked`
    if (locked.length > 0) await turnByItself(teller, id)
  },
}

async function turnByItself(teller: Teller, id: string): Promise<void> {
  const { db, now } = teller
  const key = await db.apiKey.findUniqueOrThrow({ where: { id }, include: keyInclude })
  const schedule = storedSchedule(key)
  if (!schedule || olderSecret(key, now)) return
  const { after, secret, expiresAt } = await turnKey(teller, key, schedule.policy.key_transition_period_ms)
  await keepForReveal(teller, id, secret)
  await auditSystem(teller, {
    uri: '/rotation',
    type: apiKeys.audit,
    action: 'rotate',
    of: key,
    before: keyRow(key, now),
    after: { ...keyRow(after, now), has_unrevealed_secret: true, ...rotationOf(key, 'auto', expiresAt) },
  })
  await tell(teller, {
    kind: 'key.rotated',
    organisationId: key.organisationId,
    workspaceId: key.workspaceId,
    data: {
      ...namedKey(after),
      old_key: key.mask,
      old_expires_at: expiresAt?.toISOString() ?? null,
      next_rotation_at: after.nextRotationAt?.toISOString() ?? null,
    },
  })
}
