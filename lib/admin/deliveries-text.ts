/** What a delivery says, to those who may read it. */
import type { Ctx } from './context.ts'
import { type Claimed, linkOf } from './deliveries-send.ts'
import { asText, PLAIN_BRANDING } from './notifications-layout.ts'
import type { Letter } from './notifications-letters.ts'

/** A mail as text, or the body of a webhook. A link that opens something for its reader alone may be left out. */
export async function textOf(
  ctx: Ctx,
  delivery: Claimed,
): Promise<{ text: string; link: string | null; is_link_hidden: boolean }> {
  if (delivery.channel === 'webhook') return { text: delivery.content, link: null, is_link_hidden: false }
  const { runtime } = ctx
  const letter = JSON.parse(delivery.content) as Letter
  const hasLink = delivery.message.secret !== null
  const link = hasLink && (await mayHandOn(ctx, delivery)) ? openedLink(ctx, delivery) : null
  const branding = runtime.mail?.branding ?? PLAIN_BRANDING
  const text = asText(letter, { publicUrl: runtime.settings.publicUrl, branding, link })
  return { text, link, is_link_hidden: hasLink && link === null }
}

/**
 * A link that never reached its reader is handed on by those who could have made it: an invite's by whoever may invite,
 * a new password's by somebody signed in whose role is not below that of the person it is for. What was sent is the
 * reader's alone.
 */
async function mayHandOn({ db, actor, principal, organisation }: Ctx, delivery: Claimed): Promise<boolean> {
  if (delivery.status !== 'held' && delivery.status !== 'failed') return false
  const { kind } = delivery.message
  if (kind === 'invite.created') return principal.organisationScopes.has('organisation_users.create')
  if (kind !== 'password.reset' || actor.kind !== 'user') return false
  if (actor.role === 'owner') return true
  const email = delivery.recipient
  const reader = await db.user.findFirst({ where: { organisationId: organisation.id, email } })
  return actor.role === 'admin' && reader?.role === 'member'
}

function openedLink({ runtime }: Ctx, { message }: Claimed): string | null {
  try {
    return linkOf(runtime, message)
  } catch {
    return null
  }
}
