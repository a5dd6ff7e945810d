/**
 * Deliveries on their way out. Each is claimed with a lease before it is sent, so of several workers one sends it, and a
 * worker that dies leaves at most what it had claimed to be sent again. Source: admin-contract §10.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { isDatabaseBusy } from '../db/client.ts'
import type { Delivery, OutboxMessage, Webhook } from '../db/generated/client.ts'
import { decryptSecret } from '../secrets.ts'
import type { AdminRuntime } from './context.ts'
import { asHtml, asText } from './notifications-layout.ts'
import type { Letter } from './notifications-letters.ts'
import { post } from './webhooks-post.ts'

export type Channel = 'mail' | 'webhook'
export type Claimed = Delivery & { message: OutboxMessage; webhook: Webhook | null }

/** Waits after the first attempt, the second, …; after the last one it has failed. */
const RETRY_AFTER_MS = [10_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 60 * 60_000]
export const ATTEMPTS_MAX = RETRY_AFTER_MS.length + 1
/** Longer than any attempt may take. */
export const LEASE_MS = 60_000
/** Together well within what a lease leaves after the longest attempt. */
const SETTLE_AGAIN_AFTER_MS = [200, 500, 1_000, 2_000]
/** How many are on their way at once, and how many of those to one address: a dead one must not fill the lane. */
const LANES: Readonly<Record<Channel, { width: number; each: number }>> = {
  mail: { width: 4, each: 4 },
  webhook: { width: 16, each: 4 },
}
/** What is on its way when the process stops has this long to arrive. */
const GRACE_MS = 3_000

/** Sends what is due on a channel, until nothing is or `signal` says stop. */
export async function sendDue(runtime: AdminRuntime, channel: Channel, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const claimed = await claim(runtime, channel)
    if (claimed.length === 0) return
    await withGrace(Promise.all(claimed.map((one) => deliver(runtime, one))), signal)
  }
}

/**
 * Sends a claimed delivery and writes down how that ended; where the database is too busy for it, once more: what stays
 * unwritten is sent again after its lease.
 */
async function deliver(runtime: AdminRuntime, claimed: Claimed): Promise<void> {
  const outcome = await attempt(runtime, claimed)
  for (const waitMs of SETTLE_AGAIN_AFTER_MS) {
    try {
      return await settle(runtime, claimed, outcome)
    } catch (error) {
      if (!isDatabaseBusy(error)) throw error
      await wait(waitMs, undefined, { ref: false })
    }
  }
  await settle(runtime, claimed, outcome)
}

/** Mail that was to leave when the process still had an SMTP server waits in the console now. */
export async function holdMail(runtime: AdminRuntime): Promise<void> {
  await runtime.database.prisma.delivery.updateMany({
    where: { channel: 'mail', status: 'pending' },
    data: { status: 'held' },
  })
}

/** Takes due deliveries for the length of a lease and counts the attempt; nobody else gets them meanwhile. */
export async function claim(runtime: AdminRuntime, channel: Channel): Promise<Claimed[]> {
  const { prisma } = runtime.database
  const now = new Date(runtime.now())
  const until = new Date(now.getTime() + LEASE_MS)
  const { width, each } = LANES[channel]
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    with due as materialized (
      select id from deliveries
      where channel = ${channel} and status = 'pending' and available_at <= ${now} and id in (
        select id from (
          select id, row_number() over (partition by recipient order by available_at, id) as place
          from deliveries where channel = ${channel} and status = 'pending' and available_at <= ${now}
        ) as queue where place <= ${each}
      )
      order by available_at, id limit ${width} for update skip locked
    )
    update deliveries set attempts = attempts + 1, available_at = ${until}
    from due where deliveries.id = due.id returning deliveries.id`
  return prisma.delivery.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    include: { message: true, webhook: true },
    orderBy: { id: 'asc' },
  })
}

export interface Outcome {
  isSent: boolean
  isPermanent: boolean
  status: number | null
  answer: string
}

/** One attempt at a claimed delivery. Never throws. */
export async function attempt(runtime: AdminRuntime, claimed: Claimed): Promise<Outcome> {
  try {
    return claimed.channel === 'mail' ? await mail(runtime, claimed) : await call(runtime, claimed)
  } catch (error) {
    return permanent((error as Error).message)
  }
}

/** Writes down how an attempt ended; nothing when the lease has passed to another meanwhile. */
export async function settle(
  runtime: AdminRuntime,
  { id, attempts }: Pick<Delivery, 'id' | 'attempts'>,
  { isSent, isPermanent, status, answer }: Outcome,
): Promise<void> {
  const now = runtime.now()
  const wait = isPermanent ? undefined : RETRY_AFTER_MS[attempts - 1]
  const isOver = isSent || wait === undefined
  await runtime.database.prisma.delivery.updateMany({
    where: { id, attempts, status: 'pending' },
    data: {
      status: isSent ? 'sent' : isOver ? 'failed' : 'pending',
      lastStatus: status,
      lastError: isSent ? null : answer,
      ...(isOver ? { doneAt: new Date(now) } : { availableAt: new Date(now + (wait ?? 0)) }),
    },
  })
}

async function mail(runtime: AdminRuntime, { id, recipient, content, message }: Claimed): Promise<Outcome> {
  const mailer = runtime.mail
  if (!mailer) return { isSent: false, isPermanent: false, status: null, answer: 'No SMTP_URL is set.' }
  const letter = JSON.parse(content) as Letter
  const layout = {
    publicUrl: runtime.settings.publicUrl,
    branding: mailer.branding,
    link: linkOf(runtime, message),
  }
  const outcome = await mailer.send({
    id,
    to: recipient,
    subject: letter.subject,
    text: asText(letter, layout),
    html: asHtml(letter, layout),
  })
  return { ...outcome, status: null }
}

async function call(runtime: AdminRuntime, { content, webhook }: Claimed): Promise<Outcome> {
  if (webhook?.status !== 'active')
    return permanent(`The webhook was ${webhook?.status === 'disabled' ? 'disabled' : 'deleted'}.`)
  const secret = decryptSecret(keysOf(runtime), webhook.secret)
  return post(runtime.egress, { url: webhook.url, secret, body: content })
}

/** The secret link of an event; null when it has none. Throws when it was sealed under another TOLLGATE_SECRET. */
export function linkOf(runtime: AdminRuntime, { secret }: Pick<OutboxMessage, 'secret'>): string | null {
  return secret === null ? null : decryptSecret(keysOf(runtime), secret)
}

const keysOf = ({ settings }: AdminRuntime) => [settings.secret, ...(settings.olderSecrets ?? [])]

const permanent = (answer: string): Outcome => ({ isSent: false, isPermanent: true, status: null, answer })

/** Waits for work, but once `signal` says stop, no longer than the grace. */
function withGrace(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, failed) => {
    const onAbort = () => void setTimeout(done, GRACE_MS).unref()
    signal?.addEventListener('abort', onAbort)
    work.then(() => done(), failed).finally(() => signal?.removeEventListener('abort', onAbort))
  })
}
