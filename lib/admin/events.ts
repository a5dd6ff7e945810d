/**
 * The bus: what happened and others want to hear of. An event is written with the change it tells of, so it is told
 * exactly when the change stands; a worker hands it to mail, bell and webhooks. Source: admin-contract §10.
 */
import type { EventData, EventKind } from '../contract/notifications.ts'
import type { Prisma } from '../db/generated/client.ts'
import { encryptSecret } from '../secrets.ts'
import type { Db } from './context.ts'

/** An event of one kind, with the data its kind asks for; more may stand beside it. */
export type DomainEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind]

interface EventOf<Kind extends EventKind> {
  kind: Kind
  organisationId: string
  /** Null: it is about the organisation. */
  workspaceId: string | null
  /** The `data` of the webhook; wire-shaped, no secret in it. */
  data: EventData[Kind] & Record<string, unknown>
  /** What only the reader of a mail may know: the whole link with its token. Sealed at rest, never in `data` or an audit row. */
  secret?: string
}

/** Where an event is written from: a verb's `ctx`, or a job's transaction. */
export interface Teller {
  db: Db
  now: Date
  newId: () => string
  /** TOLLGATE_SECRET. */
  secretKey: string
}

/** Writes an event beside the change it tells of. */
export async function tell(teller: Teller, event: DomainEvent): Promise<void> {
  const { db, now, newId, secretKey } = teller
  await db.outboxMessage.create({
    data: {
      id: newId(),
      organisationId: event.organisationId,
      workspaceId: event.workspaceId,
      kind: event.kind,
      payload: event.data as Prisma.InputJsonValue,
      ...(event.secret === undefined ? {} : { secret: encryptSecret(secretKey, event.secret) }),
      createdAt: now,
    },
  })
}
