/** The people of an organisation: listed, given a role, removed. Source: admin-contract §1.3, §2.2. */
import type { z } from 'zod'
import type { OrganisationRole, WorkspaceRole } from '../auth/scopes.ts'
import { type personRow, users } from '../contract/people.ts'
import type { List } from '../contract/resource.ts'
import type { Prisma, User } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, isUuid, need, notFound } from './context.ts'
import { tell } from './events.ts'
import { findPerson, lockPeople, nameOfCaller, peopleLike } from './people-find.ts'
import { endKeys } from './people-keys.ts'
import { refuseTouchingOwner } from './people-rank.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

type UserRow = z.output<typeof personRow>

const NOUN = users.noun
const STATUSES: readonly string[] = ['active', 'archived', 'pending']
const withPlaces = {
  memberships: {
    where: { workspace: { status: 'active' } },
    include: { workspace: { select: { slug: true, name: true } } },
    orderBy: { createdAt: 'asc' },
  },
} satisfies Prisma.UserInclude
type StoredUser = Prisma.UserGetPayload<{ include: typeof withPlaces }>

async function list(ctx: Ctx, query: z.output<typeof users.query>): Promise<List<UserRow>> {
  need(ctx, ['organisation_users.list'], null, NOUN)
  const where: Prisma.UserWhereInput = {
    organisationId: ctx.organisation.id,
    status: { in: statusesAsked(query.status) },
    ...(query.role ? { role: query.role } : {}),
    ...(query.email ? { email: query.email } : {}),
    ...(query.search ? peopleLike(query.search) : {}),
  }
  const [total, found, everywhere] = await Promise.all([
    ctx.db.user.count({ where }),
    ctx.db.user.findMany({
      where,
      include: withPlaces,
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
    allSlugs(ctx),
  ])
  const seen = await lastSeen(
    ctx,
    found.map(({ id }) => id),
  )
  return {
    object: 'list',
    total,
    data: found.map((user) => toRow(user, { everywhere, seenAt: seen.get(user.id) })),
  }
}

/** With what ends with them. Who was removed can still be read by id: history names them. */
async function read(ctx: Ctx, { id }: { id: string }): Promise<UserRow> {
  need(ctx, ['organisation_users.read'], null, NOUN)
  const found = isUuid(id)
    ? await ctx.db.user.findFirst({
        where: { id, organisationId: ctx.organisation.id },
        include: withPlaces,
      })
    : null
  if (!found) throw notFound(NOUN)
  const [everywhere, seen, sessions, keys] = await Promise.all([
    allSlugs(ctx),
    lastSeen(ctx, [found.id]),
    ctx.db.session.count({ where: { userId: found.id, revokedAt: null, expiresAt: { gt: ctx.now } } }),
    ctx.db.apiKey.count({ where: { userId: found.id, status: { not: 'archived' } } }),
  ])
  return {
    ...toRow(found, { everywhere, seenAt: seen.get(found.id) }),
    workspaces: found.memberships.map(({ workspaceId, workspace, role }) => ({
      id: workspace.slug,
      workspace_id: workspaceId,
      name: workspace.name,
      role: role as WorkspaceRole,
    })),
    holds: { sessions, api_keys: keys },
  }
}

/** Keys and sessions of the person follow at once: what they may do is looked up by role on every call. */
async function update(ctx: Ctx, { id, role }: { id: string; role: 'admin' | 'member' }) {
  need(ctx, ['organisation_users.update'], null, NOUN)
  await lockPeople(ctx, ctx.organisation.id)
  const before = await findPerson(ctx, id)
  await refuseOwnerless(ctx, before)
  const after = await ctx.db.user.update({ where: { id: before.id }, data: { role } })
  ctx.record({ id: after.id, name: after.email, before: summary(before), after: summary(after) })
  if (before.role === role) return {}
  await tell(ctx, {
    kind: 'member.changed',
    organisationId: ctx.organisation.id,
    workspaceId: null,
    data: {
      user_id: after.id,
      email: after.email,
      workspace: null,
      by: await nameOfCaller(ctx),
      role_before: before.role,
      role,
    },
  })
  return {}
}

/**
 * The person's sessions, keys and places in workspaces end with them, so that nothing of it comes back should they be
 * invited again. The row stays for what they did.
 */
async function remove(ctx: Ctx, { id }: { id: string }) {
  need(ctx, ['organisation_users.delete'], null, NOUN)
  await lockPeople(ctx, ctx.organisation.id)
  const before = await findPerson(ctx, id)
  await refuseOwnerless(ctx, before)
  const by = await nameOfCaller(ctx)
  const places = await ctx.db.membership.findMany({
    where: { userId: before.id },
    include: { workspace: { select: { slug: true } } },
  })
  await ctx.db.membership.deleteMany({ where: { userId: before.id } })
  const keys = await endKeys(ctx.db, { userId: before.id })
  const { count: sessions } = await ctx.db.session.updateMany({
    where: { userId: before.id, revokedAt: null },
    data: { revokedAt: ctx.now },
  })
  await ctx.db.passwordReset.deleteMany({ where: { userId: before.id } })
  const after = await ctx.db.user.update({ where: { id: before.id }, data: { status: 'archived' } })
  const workspaces = places.map(({ workspace, role }) => ({ id: workspace.slug, role }))
  ctx.record({
    id: after.id,
    name: after.email,
    before: { ...summary(before), workspaces },
    after: { ...summary(after), workspaces: [], keys_ended: keys, sessions_ended: sessions },
  })
  await tell(ctx, {
    kind: 'member.removed',
    organisationId: ctx.organisation.id,
    workspaceId: null,
    data: { user_id: after.id, email: after.email, workspace: null, by },
  })
  return {}
}

export const userVerbs = verbs(users, { list, read, update, delete: remove })

/**
 * Refuses what would leave the organisation without an owner, and what a caller may not do to an owner. A key is told
 * of the last owner first, a person of their own rank: each hears the reason that would remain.
 */
async function refuseOwnerless(ctx: Ctx, target: User): Promise<void> {
  if (target.role !== 'owner') return
  if (ctx.actor.kind === 'user') refuseTouchingOwner(ctx, target)
  const owners = await ctx.db.user.count({
    where: { organisationId: ctx.organisation.id, role: 'owner', status: 'active' },
  })
  if (owners <= 1) {
    throw new GatewayError(
      'conflict',
      'This is the last owner: an organisation needs one, so they can neither be removed nor given another role.',
    )
  }
  refuseTouchingOwner(ctx, target)
}

function statusesAsked(said: readonly string[] | undefined): string[] {
  const asked = said ?? ['active']
  if (asked.some((status) => !STATUSES.includes(status)))
    throw invalidField('status', `must be of ${STATUSES.join(', ')}`, 'enum')
  return [...asked]
}

/** Where owners and admins are: everywhere. */
async function allSlugs(ctx: Ctx): Promise<string[]> {
  const found = await ctx.db.workspace.findMany({
    where: { organisationId: ctx.organisation.id, status: 'active' },
    select: { slug: true },
    orderBy: [{ isDefault: 'desc' }, { name: 'asc' }],
  })
  return found.map(({ slug }) => slug)
}

/** When each of some people last used a session; one who never signed in is not among them. */
async function lastSeen(ctx: Ctx, ids: string[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await ctx.db.session.groupBy({
    by: ['userId'],
    where: { userId: { in: ids } },
    _max: { lastSeenAt: true },
  })
  return new Map(
    rows.flatMap(({ userId, _max: { lastSeenAt } }) => (lastSeenAt ? [[userId, lastSeenAt]] : [])),
  )
}

function toRow(
  user: StoredUser,
  { everywhere, seenAt }: { everywhere: readonly string[]; seenAt: Date | undefined },
): UserRow {
  const isEverywhere = user.role !== 'member' && user.status === 'active'
  return {
    object: 'user',
    id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    role: user.role as OrganisationRole,
    status: user.status as UserRow['status'],
    workspace_ids: isEverywhere ? [...everywhere] : user.memberships.map(({ workspace }) => workspace.slug),
    provisioned_by: user.provisionedBy,
    created_at: user.createdAt.toISOString(),
    last_updated_at: user.lastUpdatedAt.toISOString(),
    last_seen_at: seenAt?.toISOString() ?? null,
  }
}

const summary = ({ email, role, status }: User) => ({ email, role, status })
