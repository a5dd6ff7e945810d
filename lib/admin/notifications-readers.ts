/** Finds the readers that the contract names for each kind of event. Source: admin-contract §10. */
import { EVENTS, type EventKind, type ReaderName } from '../contract/notifications.ts'
import type { Prisma } from '../db/generated/client.ts'
import type { Db } from './context.ts'

export interface Reader {
  /** Lower-case. */
  email: string
  /** Null for an address that is nobody's account: no bell. */
  userId: string | null
}

/** An event as it stands in the outbox. */
export interface Told {
  organisationId: string
  workspaceId: string | null
  data: Record<string, unknown>
}

type Find = (db: Db, told: Told) => Promise<Reader[]>

/**
 * The readers of an event, each once. `mail` are addresses; `bell` are ids of people. An event of a kind this version
 * does not know has none.
 */
export async function readersOf(
  db: Db,
  kind: EventKind,
  told: Told,
): Promise<{ mail: string[]; bell: string[] }> {
  const row = EVENTS.find((event) => event.kind === kind)
  if (!row) return { mail: [], bell: [] }
  const found = (await Promise.all(row.readers.map((name) => FIND[name](db, told)))).flat()
  const mail = row.ways.includes('mail') ? found.map(({ email }) => email) : []
  const bell = row.ways.includes('bell')
    ? found.flatMap(({ userId }) => (userId === null ? [] : [userId]))
    : []
  return { mail: [...new Set(mail)], bell: [...new Set(bell)] }
}

/** An address the event itself names. */
const addressed: Find = async (_, { data }) => [{ email: lower(data.email), userId: null }]

/** The person the event is about, who may have just lost their place. */
const concerned: Find = async (db, { organisationId, data }) =>
  readers(await people(db, { organisationId, id: String(data.user_id) }))

const inviter: Find = async (db, { organisationId, data }) =>
  typeof data.invited_by === 'string'
    ? readers(await people(db, { organisationId, id: data.invited_by, status: 'active' }))
    : []

const organisationAdmins: Find = async (db, { organisationId }) =>
  readers(await people(db, { organisationId, status: 'active', role: { in: ['owner', 'admin'] } }))

/** A workspace without an admin of its own is looked after by those of the organisation, as is what is in none. */
const workspaceAdmins: Find = async (db, told) => {
  const { organisationId, workspaceId } = told
  if (workspaceId === null) return organisationAdmins(db, told)
  const own = await people(db, {
    organisationId,
    status: 'active',
    memberships: { some: { workspaceId, role: 'admin' } },
  })
  return own.length > 0 ? readers(own) : organisationAdmins(db, told)
}

/** Whose key it is; of a service key, who made it. */
const keyPerson: Find = async (db, { organisationId, data }) => {
  const key = await keyOf(db, organisationId, data)
  const id = key?.userId ?? key?.createdBy
  return id ? readers(await people(db, { organisationId, id, status: 'active' })) : []
}

const alertEmails: Find = async (db, { organisationId, data }) => {
  const key = await keyOf(db, organisationId, data)
  return (key?.alertEmails ?? []).map((email) => ({ email: lower(email), userId: null }))
}

const providerPerson: Find = async (db, { organisationId, data }) => {
  const provider = await db.provider.findFirst({
    where: { id: String(data.id), workspace: { organisationId } },
    select: { createdBy: true },
  })
  const id = provider?.createdBy
  return id ? readers(await people(db, { organisationId, id, status: 'active' })) : []
}

const FIND: Record<ReaderName, Find> = {
  addressed,
  concerned,
  inviter,
  organisationAdmins,
  workspaceAdmins,
  keyPerson,
  alertEmails,
  providerPerson,
}

type Person = { id: string; email: string }

function people(db: Db, where: Prisma.UserWhereInput): Promise<Person[]> {
  return db.user.findMany({ where, select: { id: true, email: true }, orderBy: { email: 'asc' } })
}

const readers = (found: readonly Person[]): Reader[] => found.map(({ id, email }) => ({ email, userId: id }))

function keyOf(db: Db, organisationId: string, data: Record<string, unknown>) {
  return db.apiKey.findFirst({
    where: { id: String(data.id), organisationId },
    select: { userId: true, createdBy: true, alertEmails: true },
  })
}

const lower = (email: unknown) => String(email).trim().toLowerCase()
