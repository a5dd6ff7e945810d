/** Invitations: sent, listed, sent again, cancelled. Source: admin-contract §1.3, §2.2. */
import type { z } from 'zod'
import { mintLinkToken } from '../auth/link-tokens.ts'
import { invites } from '../contract/invites.ts'
import type { List } from '../contract/resource.ts'
import { type Invite, Prisma } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { absent, type Ctx, isUuid, need, notFound } from './context.ts'
import { tell } from './events.ts'
import {
  type InviteRow,
  placesOf,
  type StoredPlace,
  statusOf,
  toInviteRow,
  whereStatus,
} from './invite-rows.ts'
import { acceptInvite, lookAtInvite } from './invites-accept.ts'
import { grantedScopes } from './key-rules.ts'
import { lockPeople, nameOfCaller } from './people-find.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'
import { within } from './workspace-find.ts'

type Create = z.output<typeof invites.create>

const NOUN = invites.noun
const LIFE_MS = 7 * 86_400_000
const STATUSES = ['pending', 'accepted', 'expired', 'cancelled']

async function list(ctx: Ctx, query: z.output<typeof invites.query>): Promise<List<InviteRow>> {
  need(ctx, ['organisation_users.list'], null, NOUN)
  const unknown = query.status?.find((status) => !STATUSES.includes(status))
  if (unknown !== undefined) throw invalidField('status', `must be of ${STATUSES.join(', ')}`, 'enum')
  const where: Prisma.InviteWhereInput = {
    organisationId: ctx.organisation.id,
    ...(query.role ? { role: query.role } : {}),
    ...(query.email ? { email: query.email } : {}),
    ...(query.status ? { OR: query.status.map((status) => whereStatus(status, ctx.now)) } : {}),
  }
  const [total, found] = await Promise.all([
    ctx.db.invite.count({ where }),
    ctx.db.invite.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  const places = await placesOf(ctx.db, found)
  return { object: 'list', total, data: found.map((invite) => toInviteRow(invite, places, ctx.now)) }
}

async function read(ctx: Ctx, { id }: { id: string }): Promise<InviteRow> {
  need(ctx, ['organisation_users.read'], null, NOUN)
  return rowOf(ctx, await find(ctx, id))
}

/** The reply alone holds the link: what is kept of its token is the hash. */
async function create(ctx: Ctx, input: Create) {
  need(ctx, ['organisation_users.create'], null, NOUN)
  await lockPeople(ctx, ctx.organisation.id)
  const { email, role } = input
  await refuseKnown(ctx, email)
  await refuseInvited(ctx, email)
  const places = await placesSaid(ctx, input.workspaces ?? [])
  const scopes = keyScopes(ctx, places, input.workspace_api_key_details)
  const { token, hash } = mintLinkToken()
  const invite = await ctx.db.invite.create({
    data: {
      id: ctx.newId(),
      organisationId: ctx.organisation.id,
      email,
      role,
      workspaces: places as unknown as Prisma.InputJsonValue,
      keyScopes: scopes ?? Prisma.DbNull,
      tokenHash: hash,
      invitedBy: ctx.actor.kind === 'user' ? ctx.actor.id : null,
      expiresAt: new Date(ctx.now.getTime() + LIFE_MS),
      createdAt: ctx.now,
    },
  })
  const link = await send(ctx, invite, token, false)
  ctx.record({ id: invite.id, name: email, after: await rowOf(ctx, invite) })
  return { id: invite.id, invite_link: link }
}

/** A new link with a new week; the one before opens nothing any more. */
async function resend(ctx: Ctx, { id }: { id: string }) {
  need(ctx, ['organisation_users.create'], null, NOUN)
  await lockPeople(ctx, ctx.organisation.id)
  const before = await find(ctx, id)
  const status = statusOf(before, ctx.now)
  if (status === 'accepted' || status === 'cancelled') {
    throw new GatewayError(
      'conflict',
      `This invite was ${status}, so it cannot be sent again. Make a new one.`,
    )
  }
  await refuseKnown(ctx, before.email)
  if (before.status !== 'pending') await refuseInvited(ctx, before.email)
  const { token, hash } = mintLinkToken()
  const after = await ctx.db.invite.update({
    where: { id: before.id },
    data: { tokenHash: hash, status: 'pending', expiresAt: new Date(ctx.now.getTime() + LIFE_MS) },
  })
  const link = await send(ctx, after, token, true)
  ctx.record({
    id: after.id,
    name: after.email,
    before: await rowOf(ctx, before),
    after: await rowOf(ctx, after),
  })
  return { inviteLink: link, invite_link: link }
}

/** Its link opens nothing any more. To cancel again is no error. */
async function cancel(ctx: Ctx, { id }: { id: string }) {
  need(ctx, ['organisation_users.delete'], null, NOUN)
  await lockPeople(ctx, ctx.organisation.id)
  const before = await find(ctx, id)
  if (before.status === 'accepted') {
    throw new GatewayError(
      'conflict',
      'This invite was accepted already. Remove the person instead, if they are to go.',
    )
  }
  const after = await ctx.db.invite.update({ where: { id: before.id }, data: { status: 'cancelled' } })
  ctx.record({
    id: after.id,
    name: after.email,
    before: await rowOf(ctx, before),
    after: await rowOf(ctx, after),
  })
  return {}
}

export const inviteVerbs = verbs(invites, {
  list,
  read,
  create,
  delete: cancel,
  actions: { resend, look: lookAtInvite, accept: acceptInvite },
})

async function find(ctx: Ctx, id: string): Promise<Invite> {
  const found = isUuid(id)
    ? await ctx.db.invite.findFirst({ where: { id, organisationId: ctx.organisation.id } })
    : null
  if (!found) throw notFound(NOUN)
  return found
}

async function rowOf(ctx: Ctx, invite: Invite): Promise<InviteRow> {
  return toInviteRow(invite, await placesOf(ctx.db, [invite]), ctx.now)
}

/** E-mails are unique in the whole installation; whose an address is elsewhere is nobody's business here. */
async function refuseKnown(ctx: Ctx, email: string): Promise<void> {
  const known = await ctx.db.user.findUnique({ where: { email } })
  if (!known) return
  const isOurs = known.organisationId === ctx.organisation.id
  if (isOurs && known.status !== 'active') return
  throw new GatewayError(
    'conflict',
    isOurs
      ? `${email} is a member of this organisation already. Give them a role or a workspace instead.`
      : `${email} cannot be invited: the address is in use. Invite them by another one.`,
    { param: 'email', details: [{ path: 'email', rule: 'unique', message: 'cannot be invited' }] },
  )
}

/** One invite an e-mail may be open. One past its time gives way. */
async function refuseInvited(ctx: Ctx, email: string): Promise<void> {
  const open = { organisationId: ctx.organisation.id, email, status: 'pending' }
  await ctx.db.invite.updateMany({
    where: { ...open, expiresAt: { lte: ctx.now } },
    data: { status: 'expired' },
  })
  if ((await ctx.db.invite.count({ where: open })) === 0) return
  throw new GatewayError(
    'conflict',
    `An invite to ${email} is open already. Send that one again, or cancel it first.`,
    { param: 'email', details: [{ path: 'email', rule: 'unique', message: 'is invited already' }] },
  )
}

async function placesSaid(ctx: Ctx, said: NonNullable<Create['workspaces']>): Promise<StoredPlace[]> {
  const wanted = said.map(({ id }) => id.toLowerCase())
  const found = await ctx.db.workspace.findMany({
    where: {
      AND: [
        within(ctx),
        { status: 'active', OR: [{ id: { in: wanted.filter(isUuid) } }, { slug: { in: wanted } }] },
      ],
    },
    select: { id: true, slug: true },
  })
  const places: StoredPlace[] = []
  for (const [index, { role }] of said.entries()) {
    const workspace = found.find(({ id, slug }) => id === wanted[index] || slug === wanted[index])
    if (!workspace) throw absent(`workspaces.${index}.id`, 'workspace')
    if (places.some(({ id }) => id === workspace.id))
      throw invalidField(`workspaces.${index}.id`, 'names a workspace a second time', 'unique')
    places.push({ id: workspace.id, role })
  }
  return places
}

/** What the keys made on acceptance may do: what their kind may hold and the inviter may hand on, in each workspace. */
function keyScopes(
  ctx: Ctx,
  places: readonly StoredPlace[],
  said: Create['workspace_api_key_details'],
): string[] | null {
  if (!said) return null
  if (places.length === 0) {
    throw invalidField('workspace_api_key_details', 'needs workspaces to make keys in; name at least one')
  }
  try {
    const granted = places.map(({ id }) => grantedScopes(ctx, 'workspace-user', id, said.scopes, null))
    return granted[0] ?? null
  } catch (error) {
    throw error instanceof GatewayError ? atScopes(error) : error
  }
}

/** The same refusal, with the field as it is spelt here. */
function atScopes({ code, message, details, cause }: GatewayError): GatewayError {
  const param = 'workspace_api_key_details.scopes'
  return new GatewayError(code, message.replace(/^scopes/, param), {
    param,
    details: details.map((detail) => ({ ...detail, path: param })),
    cause,
  })
}

/** Tells of it, with the link; returns the link. Behind the #, the token reaches no server and no log on its way. */
async function send(ctx: Ctx, invite: Invite, token: string, isReminder: boolean): Promise<string> {
  const link = `${ctx.runtime.settings.publicUrl}/invite#${token}`
  const { workspaces } = await rowOf(ctx, invite)
  await tell(ctx, {
    kind: 'invite.created',
    organisationId: ctx.organisation.id,
    workspaceId: null,
    data: {
      id: invite.id,
      email: invite.email,
      role: invite.role as 'admin' | 'member',
      workspaces: workspaces.map(({ name }) => name),
      invited_by: await nameOfCaller(ctx),
      expires_at: invite.expiresAt.toISOString(),
      is_reminder: isReminder,
    },
    secret: link,
  })
  return link
}
