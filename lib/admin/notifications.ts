/**
 * The worker behind the bus. An event of the outbox is handed out once: whoever hears of it is decided, and the bell's
 * entries and the deliveries are written, in one transaction. Deliveries then leave on lanes of their own, so that a
 * slow mail server holds up no webhook. Source: admin-contract §10.
 */
import { EVENTS, type EventData, type EventKind, WEBHOOK_EVENTS } from '../contract/notifications.ts'
import { isDatabaseBusy } from '../db/client.ts'
import type { OutboxMessage, Webhook } from '../db/generated/client.ts'
import type { Job } from '../jobs.ts'
import type { AdminRuntime, Db } from './context.ts'
import { holdMail, sendDue } from './deliveries-send.ts'
import { type Letter, letterOf } from './notifications-letters.ts'
import { readersOf } from './notifications-readers.ts'
import { webhookBody } from './webhooks-post.ts'

export interface NotificationJobs {
  jobs: Job[]
  /** Begins nothing more; what is on its way gets a moment. */
  stop(): void
}

const EVERY_MS = 2_000
/** Nobody waits for it, so it may take its time on a busy machine. */
const PATIENCE = { maxWait: 5_000, timeout: 15_000 }

/** `log` gets a line for what an operator must know; none holds a secret. `nudge` brings a job forward by its name. */
export function notificationJobs(
  runtime: AdminRuntime,
  { log, nudge }: { log: (line: string) => void; nudge: (job: string) => void },
): NotificationJobs {
  const stopping = new AbortController()
  const { signal } = stopping
  return {
    jobs: [
      {
        name: 'notifications',
        everyMs: EVERY_MS,
        run: async () => {
          if ((await handOut(runtime, log, signal)) === 0) return
          nudge('mail')
          nudge('webhooks')
        },
      },
      {
        name: 'mail',
        everyMs: EVERY_MS,
        run: () => (runtime.mail ? sendDue(runtime, 'mail', signal) : holdMail(runtime)),
      },
      { name: 'webhooks', everyMs: EVERY_MS, run: () => sendDue(runtime, 'webhook', signal) },
    ],
    stop: () => stopping.abort(),
  }
}

/** Hands out every event there is, oldest first. Returns how many there were. */
export async function handOut(
  runtime: AdminRuntime,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<number> {
  let count = 0
  while (!signal?.aborted && (await handOutNext(runtime, log))) count++
  return count
}

async function handOutNext(runtime: AdminRuntime, log: (line: string) => void): Promise<boolean> {
  const { prisma } = runtime.database
  let taken: string | undefined
  const held: string[] = []
  try {
    await prisma.$transaction(async (db) => {
      const [row] = await db.$queryRaw<{ id: string }[]>`
        select id from outbox_messages where done_at is null
        order by created_at, id limit 1 for update skip locked`
      taken = row?.id
      if (!row) return
      const message = await db.outboxMessage.findUniqueOrThrow({ where: { id: row.id } })
      held.push(...(await address(runtime, db, message)))
      await db.outboxMessage.update({
        where: { id: row.id },
        data: { doneAt: new Date(runtime.now()) },
      })
    }, PATIENCE)
  } catch (error) {
    if (taken === undefined || isDatabaseBusy(error)) throw error
    // It would fail the same every time, and all that came after it would wait.
    log(`The event ${taken} could not be told: ${(error as Error).message.slice(0, 300)}`)
    await prisma.outboxMessage.update({ where: { id: taken }, data: { doneAt: new Date(runtime.now()) } })
  }
  for (const line of held) log(line)
  return taken !== undefined
}

/** Writes what an event becomes. Returns a line for each mail that waits for an SMTP server. */
async function address(runtime: AdminRuntime, db: Db, message: OutboxMessage): Promise<string[]> {
  const { organisationId, workspaceId } = message
  const kind = EVENTS.find((event) => event.kind === message.kind)?.kind
  if (!kind) return []
  const data = message.payload as Record<string, unknown>
  const readers = await readersOf(db, kind, { organisationId, workspaceId, data })
  const hooks = await hooksFor(db, message)
  const { name: organisation } = await db.organisation.findUniqueOrThrow({ where: { id: organisationId } })
  const letter = letterOf(kind, data as unknown as EventData[EventKind] & never, { organisation })

  const now = new Date(runtime.now())
  const common = { organisationId, workspaceId, messageId: message.id, createdAt: now, availableAt: now }
  const mailStatus = runtime.mail ? 'pending' : 'held'
  await db.delivery.createMany({
    data: [
      ...readers.mail.map((recipient) => ({
        ...common,
        id: runtime.newId(),
        channel: 'mail',
        recipient,
        subject: letter.subject,
        content: JSON.stringify(letter),
        status: mailStatus,
      })),
      ...hooks.map((hook) => ({
        ...common,
        id: runtime.newId(),
        channel: 'webhook',
        webhookId: hook.id,
        recipient: hook.url,
        subject: kind,
        content: webhookBody(hook, message, letter, runtime.settings.publicUrl),
        status: 'pending',
      })),
    ],
  })
  await ring(runtime, db, message, letter, readers.bell)
  if (runtime.mail) return []
  return readers.mail.map(
    (recipient) =>
      `Mail is held, since no SMTP_URL is set: ${JSON.stringify(letter.subject)} to ${JSON.stringify(recipient)}. The console shows it under notifications.`,
  )
}

/** Endpoints of the organisation, and of the workspace the event is about, that asked for its kind. */
async function hooksFor(db: Db, { organisationId, workspaceId, kind }: OutboxMessage): Promise<Webhook[]> {
  if (!(WEBHOOK_EVENTS as string[]).includes(kind)) return []
  return db.webhook.findMany({
    where: {
      organisationId,
      status: 'active',
      AND: [
        {
          OR: [
            { workspaceId: null },
            ...(workspaceId === null ? [] : [{ workspaceId, workspace: { status: 'active' } }]),
          ],
        },
        { OR: [{ events: { isEmpty: true } }, { events: { has: kind } }] },
      ],
    },
    orderBy: { id: 'asc' },
  })
}

async function ring(
  runtime: AdminRuntime,
  db: Db,
  { organisationId, kind }: OutboxMessage,
  { subject, lines, button }: Letter,
  userIds: readonly string[],
): Promise<void> {
  await db.notification.createMany({
    data: userIds.map((userId) => ({
      id: runtime.newId(),
      organisationId,
      userId,
      kind,
      title: subject,
      body: lines[0] ?? '',
      link: button?.path ?? null,
      createdAt: new Date(runtime.now()),
    })),
  })
}
