/** What an invite's link opens, for whoever holds it: no sign-in, the token alone. Source: admin-contract §1.3. */
import type { z } from 'zod'
import { hashLinkToken } from '../auth/link-tokens.ts'
import { hashPassword } from '../auth/password.ts'
import type { InviteEnd, InviteOffer, invites } from '../contract/invites.ts'
import type { Invite, Organisation, User } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import type { Ctx } from './context.ts'
import { type Teller, tell } from './events.ts'
import { placesOf, statusOf, storedPlaces } from './invite-rows.ts'
import { lockPeople, nameOfPerson } from './people-find.ts'
import { joinWorkspace } from './people-join.ts'

type Accept = z.output<(typeof invites)['actions']['accept']['input']>
type Opened = Invite & { organisation: Organisation }

export async function lookAtInvite(ctx: Ctx, { token }: { token: string }): Promise<InviteOffer> {
  const invite = await opened(ctx, token)
  await refuseKnown(ctx, invite)
  return {
    email: invite.email,
    role: invite.role as InviteOffer['role'],
    organisation: { name: invite.organisation.name },
    workspaces: (await openPlaces(ctx, invite)).map(({ workspace: { name, icon }, role }) => ({
      name,
      icon,
      role,
    })),
    invited_by: await nameOfPerson(ctx.db, invite.invitedBy),
    expires_at: invite.expiresAt.toISOString(),
  }
}

/**
 * Makes the person, or makes them active again who were in the organisation before, with the places and keys the invite
 * gives. Of two acceptances of one link, one wins and the other is told that it was used.
 */
export async function acceptInvite(ctx: Ctx, { token, ...said }: Accept) {
  // A stranger must not keep the process busy: without a valid link nothing is hashed, with one a single time at once.
  const { id, organisationId } = await opened(ctx, token)
  await refuseSecond(ctx, id)
  const passwordHash = await hashPassword(said.password)
  await lockPeople(ctx, organisationId)
  const invite = await opened(ctx, token)
  const known = await refuseKnown(ctx, invite)
  const profile = {
    firstName: said.first_name,
    lastName: said.last_name ?? '',
    role: invite.role,
    status: 'active',
    passwordHash,
    provisionedBy: 'invite',
  }
  if (known) {
    // A sign-in that raced the removal may have left one behind.
    const rest = { where: { userId: known.id, revokedAt: null }, data: { revokedAt: ctx.now } }
    await ctx.db.session.updateMany(rest)
  }
  const user = known
    ? await ctx.db.user.update({ where: { id: known.id }, data: profile })
    : await ctx.db.user.create({
        data: { id: ctx.newId(), organisationId, email: invite.email, createdAt: ctx.now, ...profile },
      })
  await ctx.db.invite.update({
    where: { id: invite.id },
    data: { status: 'accepted', acceptedAt: ctx.now },
  })
  const teller: Teller = ctx
  const by = await nameOfPerson(ctx.db, invite.invitedBy)
  const keyScopes = invite.keyScopes as unknown as string[] | null
  const places = await openPlaces(ctx, invite)
  for (const { workspace, role } of places) {
    await joinWorkspace(teller, workspace, [{ user, role }], { by, keyScopes })
  }
  await tell(teller, {
    kind: 'invite.accepted',
    organisationId,
    workspaceId: null,
    data: {
      id: invite.id,
      user_id: user.id,
      email: user.email,
      role: user.role,
      invited_by: invite.invitedBy,
    },
  })
  ctx.record({
    id: invite.id,
    name: invite.email,
    organisationId,
    actor: { kind: 'user', id: user.id, role: invite.role as 'admin' | 'member', sessionId: '' },
    before: { status: 'pending', user: known && { id: known.id, status: known.status } },
    after: {
      status: 'accepted',
      user: { id: user.id, email: user.email, role: user.role, status: user.status },
      workspaces: places.map(({ workspace, role }) => ({ id: workspace.slug, role })),
    },
  })
  return { id: user.id, email: user.email }
}

/** Throws `conflict` while another call accepts the same invite; holds until this one is over. */
async function refuseSecond({ db }: Ctx, id: string): Promise<void> {
  const [row] = await db.$queryRaw<{ got: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended(${`invite:${id}`}, 0)) as got`
  if (row?.got) return
  throw new GatewayError(
    'conflict',
    'This invitation is being accepted in another window. Sign in with the password given there, or try again.',
  )
}

/** The invite behind a token, while it can be accepted. Throws `not_found` or `conflict`, each with what to do. */
async function opened(ctx: Ctx, token: string): Promise<Opened> {
  const invite = await ctx.db.invite.findUnique({
    where: { tokenHash: hashLinkToken(token.trim()) },
    include: { organisation: true },
  })
  if (!invite) throw ended('unknown', null)
  const status = statusOf(invite, ctx.now)
  if (status === 'pending') return invite
  throw ended(status, invite)
}

/** The person of the organisation who has the e-mail and was removed; null when nobody has it. */
async function refuseKnown(ctx: Ctx, invite: Opened): Promise<User | null> {
  const known = await ctx.db.user.findUnique({ where: { email: invite.email } })
  if (!known) return null
  if (known.organisationId !== invite.organisationId) throw ended('elsewhere', invite)
  if (known.status === 'active') throw ended('member', invite)
  return known
}

const ENDED: Readonly<Record<InviteEnd, (invite: Opened | null) => string>> = {
  unknown: () =>
    'This link opens no invitation. It may be cut short, or a newer one was sent since: use the link of the latest mail, whole.',
  accepted: () =>
    'This invitation was accepted already: its link works once. Sign in with the password you chose.',
  expired: () =>
    'This invitation has expired: links work for 7 days. Ask whoever invited you to send it again.',
  cancelled: () => 'This invitation was withdrawn. Ask whoever invited you if you still need access.',
  member: (invite) =>
    `${invite?.email} is a member of ${invite?.organisation.name} already. Sign in instead.`,
  elsewhere: (invite) =>
    `${invite?.email} cannot join by this invitation: the address is in use. Ask to be invited by another one.`,
}

function ended(why: InviteEnd, invite: Opened | null): GatewayError {
  return new GatewayError(why === 'unknown' ? 'not_found' : 'conflict', ENDED[why](invite), {
    param: 'token',
    details: [{ path: 'token', rule: why }],
  })
}

/** The workspaces it opens that are still there. */
async function openPlaces(ctx: Ctx, invite: Invite) {
  const workspaces = await placesOf(ctx.db, [invite])
  return storedPlaces(invite).flatMap(({ id, role }) => {
    const workspace = workspaces.get(id)
    return workspace?.status === 'active' ? [{ workspace, role }] : []
  })
}
