/** "Send test": one message sent at once, on the way every other takes, and what really became of it. */
import type { EventData } from '../contract/notifications.ts'
import type { Webhook } from '../db/generated/client.ts'
import type { Ctx } from './context.ts'
import { attempt, type Channel, LEASE_MS, settle } from './deliveries-send.ts'
import { letterOf } from './notifications-letters.ts'
import { webhookBody } from './webhooks-post.ts'

export type TestTarget = { channel: 'mail'; to: string } | { channel: 'webhook'; webhook: Webhook }

export interface TestReply {
  success: boolean
  message: string
  status: number | null
  latency_ms: number
  delivery_id: string
}

/** Waits for the receiver. The test stands in the list of deliveries; it is not tried again. */
export async function sendTest(ctx: Ctx, target: TestTarget): Promise<TestReply> {
  const { runtime } = ctx
  const webhook = target.channel === 'webhook' ? target.webhook : null
  const workspaceId = webhook?.workspaceId ?? null
  const data: EventData['test'] = {
    to: target.channel === 'mail' ? target.to : target.webhook.name,
    by: await nameOfActor(ctx),
  }
  const message = await ctx.db.outboxMessage.create({
    data: {
      id: ctx.newId(),
      organisationId: ctx.organisation.id,
      workspaceId,
      kind: 'test',
      payload: { ...data },
      createdAt: ctx.now,
      doneAt: ctx.now,
    },
  })
  const letter = letterOf('test', data, { organisation: ctx.organisation.name })
  const claimed = await ctx.db.delivery.create({
    data: {
      id: ctx.newId(),
      organisationId: ctx.organisation.id,
      workspaceId,
      messageId: message.id,
      channel: target.channel satisfies Channel,
      webhookId: webhook?.id ?? null,
      recipient: target.channel === 'mail' ? target.to : target.webhook.url,
      subject: webhook ? 'test' : letter.subject,
      content: webhook
        ? webhookBody(webhook, message, letter, runtime.settings.publicUrl)
        : JSON.stringify(letter),
      attempts: 1,
      createdAt: ctx.now,
      availableAt: new Date(ctx.now.getTime() + LEASE_MS),
    },
    include: { message: true, webhook: true },
  })
  const startMs = performance.now()
  const outcome = await attempt(runtime, claimed)
  const latencyMs = Math.round(performance.now() - startMs)
  await settle(runtime, claimed, { ...outcome, isPermanent: true })
  return {
    success: outcome.isSent,
    message: outcome.answer,
    status: outcome.status,
    latency_ms: latencyMs,
    delivery_id: claimed.id,
  }
}

/** As people know them; null for a key. */
async function nameOfActor({ db, actor }: Ctx): Promise<string | null> {
  if (actor.kind !== 'user') return null
  const user = await db.user.findUnique({ where: { id: actor.id } })
  return user && (`${user.firstName} ${user.lastName}`.trim() || user.email)
}
