/** Who belongs to a workspace, and as what. Source: admin-contract §2.2, §5.1. */
import type { z } from 'zod'
import type { WorkspaceRole } from '../auth/scopes.ts'
import { members } from '../contract/people.ts'
import type { List } from '../contract/resource.ts'
import type { Prisma, Workspace } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, isUuid, notFound } from './context.ts'
import { tell } from './events.ts'
import { lockPeople, nameOfCaller, peopleLike, peopleNamed } from './people-find.ts'
import { joinWorkspace } from './people-join.ts'
import { endKeys } from './people-keys.ts'
import { refuseAbove, refuseTouching } from './people-rank.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'
import { findWorkspace } from './workspace-find.ts'
import { type MemberRow, type StoredMember, toMemberRow } from './workspace-rows.ts'
import { rulesOf } from './workspace-settings.ts'

/** `id` is the workspace's. */
type Within<T> = T & { id: string }
type One = Within<{ user_id: string }>

async function list(
  ctx: Ctx,
  { id, ...query }: Within<z.output<typeof members.query>>,
): Promise<List<MemberRow>> {
  const workspace = await findWorkspace(ctx, id, 'workspace_users.list')
  const where: Prisma.MembershipWhereInput = {
    workspaceId: workspace.id,
    ...(query.role ? { role: query.role } : {}),
    user: {
      ...(query.email ? { email: query.email } : {}),
      ...(query.search ? peopleLike(query.search) : {}),
    },
  }
  const [total, found] = await Promise.all([
    ctx.db.membership.count({ where }),
    ctx.db.membership.findMany({
      where,
      include: { user: true },
      orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  const security = await securityOf(ctx, workspace)
  return { object: 'list', total, data: found.map((one) => toMemberRow(one, security)) }
}

async function show(ctx: Ctx, { id, user_id }: One): Promise<MemberRow> {
  const workspace = await findWorkspace(ctx, id, 'workspace_users.read')
  return toMemberRow(await find(ctx, workspace, user_id), await securityOf(ctx, workspace))
}

/** People of the organisation alone; others are invited first. All are added, or none. */
async function create(ctx: Ctx, { id, users }: Within<z.output<typeof members.create>>) {
  const workspace = await findWorkspace(ctx, id, 'workspace_users.create')
  for (const [index, { role }] of users.entries()) {
    refuseAbove(ctx, workspace.id, role, `users.${index}.role`)
  }
  const people = await peopleNamed(
    ctx,
    users.map((one) => one.id),
    (index) => `users.${index}.id`,
  )
  const repeated = people.findIndex(({ id }, index) => people.findIndex((one) => one.id === id) < index)
  if (repeated >= 0) throw invalidField(`users.${repeated}.id`, 'names somebody a second time', 'unique')
  await refuseMembers(
    ctx,
    workspace,
    people.map((person) => person.id),
  )
  const joining = people.map((user, index) => ({ user, role: users[index]?.role as WorkspaceRole }))
  await joinWorkspace(ctx, workspace, joining, { by: await nameOfCaller(ctx) })
  ctx.record({
    id: people.length === 1 ? (people[0]?.id ?? null) : workspace.id,
    name: people.map(({ email }) => email).join(', '),
    workspaceId: workspace.id,
    after: { users: joining.map(({ user, role }) => ({ id: user.id, email: user.email, role })) },
  })
  return {}
}

async function edit(ctx: Ctx, { id, user_id, role }: One & { role: WorkspaceRole }) {
  const workspace = await findWorkspace(ctx, id, 'workspace_users.update')
  await lockPeople(ctx, ctx.organisation.id)
  const before = await find(ctx, workspace, user_id)
  refuseTouching(ctx, workspace.id, before)
  refuseAbove(ctx, workspace.id, role, 'role')
  await ctx.db.membership.update({
    where: { workspaceId_userId: { workspaceId: workspace.id, userId: before.userId } },
    data: { role },
  })
  ctx.record({
    id: before.userId,
    name: before.user.email,
    workspaceId: workspace.id,
    before: summary(before),
    after: { ...summary(before), role },
  })
  if (before.role === role) return {}
  await tell(ctx, {
    kind: 'member.changed',
    organisationId: ctx.organisation.id,
    workspaceId: workspace.id,
    data: { ...(await named(ctx, workspace, before)), role_before: before.role, role },
  })
  return {}
}

/** Their own keys of the workspace end for good: should they come back, the keys do not. */
async function remove(ctx: Ctx, { id, user_id }: One) {
  const workspace = await findWorkspace(ctx, id, 'workspace_users.delete')
  await lockPeople(ctx, ctx.organisation.id)
  const before = await find(ctx, workspace, user_id)
  refuseTouching(ctx, workspace.id, before)
  await ctx.db.membership.delete({
    where: { workspaceId_userId: { workspaceId: workspace.id, userId: before.userId } },
  })
  const keys = await endKeys(ctx.db, { userId: before.userId, workspaceId: workspace.id })
  ctx.record({
    id: before.userId,
    name: before.user.email,
    workspaceId: workspace.id,
    before: summary(before),
    after: { keys_ended: keys },
  })
  await tell(ctx, {
    kind: 'member.removed',
    organisationId: ctx.organisation.id,
    workspaceId: workspace.id,
    data: await named(ctx, workspace, before),
  })
  return {}
}

export const memberVerbs = verbs(members, {
  list: (ctx, query) => list(ctx, inWorkspace(query)),
  create: (ctx, input) => create(ctx, inWorkspace(input)),
  actions: {
    show: (ctx, input) => show(ctx, inWorkspace(input)),
    edit: (ctx, input) => edit(ctx, inWorkspace(input)),
    remove: (ctx, input) => remove(ctx, inWorkspace(input)),
  },
})

/** The part that stands in the path of the resource itself is there, though no type says so. */
const inWorkspace = <T>(input: T) => input as Within<T>

async function find(ctx: Ctx, workspace: Workspace, userId: string): Promise<StoredMember> {
  const found = isUuid(userId)
    ? await ctx.db.membership.findUnique({
        where: { workspaceId_userId: { workspaceId: workspace.id, userId } },
        include: { user: true },
      })
    : null
  if (!found) throw notFound(members.noun)
  return found
}

async function refuseMembers(ctx: Ctx, workspace: Workspace, ids: readonly string[]): Promise<void> {
  const there = await ctx.db.membership.findMany({
    where: { workspaceId: workspace.id, userId: { in: [...ids] } },
    include: { user: { select: { email: true } } },
  })
  if (there.length === 0) return
  const who = there.map(({ user }) => user.email).join(', ')
  throw new GatewayError(
    'conflict',
    `${who} ${there.length === 1 ? 'is' : 'are'} in this workspace already. Change the role there instead.`,
    {
      param: 'users',
      details: there.map(({ userId }) => ({
        path: `users.${ids.indexOf(userId)}.id`,
        rule: 'unique',
        message: 'is in this workspace already',
      })),
    },
  )
}

async function securityOf(ctx: Ctx, workspace: Workspace) {
  const { securitySettings } = await rulesOf(ctx)
  return { organisation: securitySettings, workspace: workspace.securitySettings }
}

async function named(ctx: Ctx, workspace: Workspace, { user }: StoredMember) {
  return {
    user_id: user.id,
    email: user.email,
    workspace: workspace.name,
    by: await nameOfCaller(ctx),
  }
}

const summary = ({ user, role }: StoredMember) => ({ id: user.id, email: user.email, role })
