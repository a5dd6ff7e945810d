import type { Prisma, Workspace } from '../db/generated/client.ts'
import { maskSecrets } from '../secrets.ts'
import type { Actor, Change, Db } from './context.ts'

/** What an audit row tells of a call beyond what the verb did. */
export interface AuditedCall {
  /** Null for what no request asked for. */
  requestId: string | null
  method: string
  /** Path as it came, without its query. */
  uri: string
  query: Record<string, unknown>
  body: unknown
  /** Only headers that may be kept, secrets masked. */
  headers: Record<string, string>
  clientIp: string | null
  userAgent: string | null
}

export interface AuditEntry {
  organisation: { id: string }
  workspace: Workspace | null
  actor: Actor
  now: Date
  newId: () => string
  route: { audit: { type: string; action: string } | null }
  call: AuditedCall
  change: Change
  reply: object
  status: number
}

/** Longer bodies are cut; nobody reads the rest of a bulk write in an audit row. */
const BODY_CHARS_MAX = 32_768

/**
 * Writes the audit row of a call with `db`, so it stands or falls with the change. Secrets are masked by field name and
 * by shape. Source: admin-contract §8.
 */
export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  const { route, call, change, reply } = entry
  const actor = change.actor ?? entry.actor
  const organisationId = change.organisationId ?? entry.organisation.id
  // A visitor whose link nobody made has no trail to be in.
  if (!route.audit || organisationId === '') return
  const named = reply as { id?: unknown; slug?: unknown }
  await db.auditEvent.create({
    data: {
      id: entry.newId(),
      at: entry.now,
      organisationId,
      workspaceId: change.workspaceId ?? entry.workspace?.id ?? null,
      requestId: call.requestId,
      method: call.method,
      uri: masked(call.uri),
      actorType: actor.kind,
      actorId: actor.kind === 'system' ? null : actor.id,
      resourceType: route.audit.type,
      resourceId: change.id ?? (typeof named.id === 'string' ? named.id : null),
      resourceName: change.name == null ? null : masked(change.name),
      action: change.action ?? route.audit.action,
      responseStatusCode: entry.status,
      requestBody: asText(call.body),
      queryParams: asText(call.query),
      requestHeaders: JSON.stringify(call.headers),
      ...(change.before === undefined ? {} : { before: asJson(change.before) }),
      ...(change.after === undefined ? {} : { after: asJson(change.after) }),
      clientIp: call.clientIp,
      userAgent: call.userAgent,
    },
  })
}

/** People paste keys into names and addresses too. */
function masked(text: string): string {
  return String(maskSecrets(text))
}

function asText(value: unknown): string | null {
  if (value === undefined) return null
  return JSON.stringify(maskSecrets(value)).slice(0, BODY_CHARS_MAX)
}

function asJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(maskSecrets(value) ?? null)) as Prisma.InputJsonValue
}
