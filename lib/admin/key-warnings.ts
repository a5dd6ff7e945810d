/** What people hear of before a key or a provider stops working, each once. Source: admin-contract §10. */
import { apiKeys } from '../contract/access.ts'
import { providers } from '../contract/catalog.ts'
import type { ExpiryStage } from '../contract/notifications.ts'
import { Prisma } from '../db/generated/client.ts'
import { providerInclude, toProviderRow } from './catalog-rows.ts'
import { type Chore, isFirst } from './chores.ts'
import { tell } from './events.ts'
import { keyInclude, keyRow, namedKey } from './key-rows.ts'
import { auditSystem } from './system-audit.ts'

/** Keys `k` that are switched on and whose workspace and person are; others open nothing, whatever their dates say. */
export const IN_USE = Prisma.sql`(k.status = 'active'
  and not exists (select 1 from workspaces w where w.id = k.workspace_id and w.status <> 'active')
  and not exists (select 1 from users u where u.id = k.user_id and u.status <> 'active'))`

/** `at` is the moment it is about; `mark` names both, so a moment that is moved is told anew. */
interface Warning {
  id: string
  at: Date
  mark: string
}
interface Ending extends Warning {
  stage: ExpiryStage
}

/** The secret before a turn dies within a day. */
export const oldSecretEnds: Chore<Warning> = {
  due: (db, now, limit) =>
    db.$queryRaw(
      untold(
        Prisma.sql`
          select k.id, s.expires_at as at, 'key.version_expiring:' || k.id || ':' || ${epochMs('s.expires_at')} as mark
          from api_key_secrets s join api_keys k on k.id = s.api_key_id
          where s.expires_at > ${now} and s.expires_at <= ${now}::timestamptz + interval '1 day'
            and ${IN_USE}`,
        limit,
      ),
    ),

  act: async (teller, { id, at, mark }) => {
    const key = await teller.db.apiKey.findUniqueOrThrow({ where: { id }, include: keyInclude })
    const isStill = key.secrets.some(({ expiresAt }) => isSame(expiresAt, at))
    if (!isStill || !(await isFirst(teller, mark))) return
    await tell(teller, {
      kind: 'key.version_expiring',
      organisationId: key.organisationId,
      workspaceId: key.workspaceId,
      data: { ...namedKey(key), expires_at: at.toISOString() },
    })
  },
}

/** A scheduled turn comes within a day. */
export const turnAhead: Chore<Warning> = {
  due: (db, now, limit) =>
    db.$queryRaw(
      untold(
        Prisma.sql`
          select k.id, k.next_rotation_at as at,
            'key.rotation_upcoming:' || k.id || ':' || ${epochMs('k.next_rotation_at')} as mark
          from api_keys k
          where k.next_rotation_at > ${now} and k.next_rotation_at <= ${now}::timestamptz + interval '1 day'
            and ${IN_USE} and (k.expires_at is null or k.expires_at > k.next_rotation_at)`,
        limit,
      ),
    ),

  act: async (teller, { id, at, mark }) => {
    const key = await teller.db.apiKey.findUniqueOrThrow({ where: { id } })
    if (!isSame(key.nextRotationAt, at) || !(await isFirst(teller, mark))) return
    await tell(teller, {
      kind: 'key.rotation_upcoming',
      organisationId: key.organisationId,
      workspaceId: key.workspaceId,
      data: { ...namedKey(key), rotates_at: at.toISOString() },
    })
  },
}

/** A key's own end is near, or has come: that it expired stands in the audit log too. */
export const keyEnds: Chore<Ending> = {
  due: (db, now, limit) =>
    db.$queryRaw(untold(ending('key.expiring', Prisma.sql`api_keys k where ${IN_USE}`, now), limit)),

  act: async (teller, { id, at, mark, stage }) => {
    const key = await teller.db.apiKey.findUniqueOrThrow({ where: { id }, include: keyInclude })
    if (!isSame(key.expiresAt, at) || !(await isFirst(teller, mark))) return
    await tell(teller, {
      kind: 'key.expiring',
      organisationId: key.organisationId,
      workspaceId: key.workspaceId,
      data: { ...namedKey(key), expires_at: at.toISOString(), stage },
    })
    if (stage !== 'expired') return
    await auditSystem(teller, {
      uri: '/expiry',
      type: apiKeys.audit,
      action: 'update',
      of: key,
      before: keyRow(key, justBefore(at)),
      after: keyRow(key, teller.now),
    })
  },
}

/** The same of a provider. */
export const providerEnds: Chore<Ending> = {
  due: (db, now, limit) =>
    db.$queryRaw(
      untold(
        ending(
          'provider.expiring',
          Prisma.sql`providers k join workspaces w on w.id = k.workspace_id and w.status = 'active' where k.status = 'active'`,
          now,
        ),
        limit,
      ),
    ),

  act: async (teller, { id, at, mark, stage }) => {
    const provider = await teller.db.provider.findUniqueOrThrow({
      where: { id },
      include: { ...providerInclude, workspace: { select: { organisationId: true } } },
    })
    if (!isSame(provider.expiresAt, at) || !(await isFirst(teller, mark))) return
    const { slug, name, workspaceId } = provider
    const { organisationId } = provider.workspace
    const link = `/catalog?open=${id}`
    await tell(teller, {
      kind: 'provider.expiring',
      organisationId,
      workspaceId,
      data: { id, slug, name, link, expires_at: at.toISOString(), stage },
    })
    if (stage !== 'expired') return
    await auditSystem(teller, {
      uri: '/expiry',
      type: providers.audit,
      action: 'update',
      of: { id, name, organisationId, workspaceId },
      before: toProviderRow(provider, justBefore(at)),
      after: toProviderRow(provider, teller.now),
    })
  },
}

/**
 * What is within 7 days of its end, at the stage it is in now: of stages that were missed only the last is told. A thing
 * made within the span of a stage is not warned of it, since its maker has just said so. Ends of more than a month ago
 * are nobody's news. `rows` names them `k` and ends in a `where`.
 */
function ending(kind: 'key.expiring' | 'provider.expiring', rows: Prisma.Sql, now: Date): Prisma.Sql {
  return Prisma.sql`
    select id, at, stage, ${kind} || ':' || id || ':' || ${epochMs('at')} || ':' || stage as mark
    from (
      select k.id, k.created_at, k.expires_at as at,
        case when k.expires_at <= ${now} then 'expired'
          when k.expires_at <= ${now}::timestamptz + interval '1 day' then '1d' else '7d' end as stage
      from ${rows}
        and k.expires_at > ${now}::timestamptz - interval '30 days'
        and k.expires_at <= ${now}::timestamptz + interval '7 days'
    ) as near
    where created_at < at - case stage when '7d' then interval '7 days' when '1d' then interval '1 day' else interval '0' end`
}

function untold(warnings: Prisma.Sql, limit: number): Prisma.Sql {
  return Prisma.sql`
    select * from (${warnings}) as soon
    where not exists (select 1 from notification_marks told where told.mark = soon.mark)
    order by at limit ${limit}`
}

const epochMs = (column: string) => Prisma.raw(`(extract(epoch from ${column}) * 1000)::bigint`)
const isSame = (a: Date | null, b: Date) => a?.getTime() === b.getTime()
const justBefore = (at: Date) => new Date(at.getTime() - 1)
