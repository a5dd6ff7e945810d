import { type AuditedCall, writeAudit } from './audit.ts'
import type { Teller } from './events.ts'

/** What the system did by itself: to whom or what, and why, named as a path. */
export interface SystemAct {
  uri: '/rotation' | '/expiry' | '/auto-create'
  /** As in the audit rows of requests: `api_keys`. */
  type: string
  action: 'create' | 'update' | 'rotate'
  of: { id: string; name: string; organisationId: string; workspaceId: string | null }
  before?: unknown
  after: unknown
}

/** The audit row of what no request asked for, in the transaction of the change. Source: admin-contract §8. */
export async function auditSystem({ db, now, newId }: Teller, act: SystemAct): Promise<void> {
  const { uri, type, action, of, before, after } = act
  await writeAudit(db, {
    organisation: { id: of.organisationId },
    workspace: null,
    actor: { kind: 'system', name: uri.slice(1) },
    now,
    newId,
    route: { audit: { type, action } },
    call: { ...NO_REQUEST, uri },
    change: { id: of.id, name: of.name, workspaceId: of.workspaceId, before, after },
    reply: {},
    status: 200,
  })
}

const NO_REQUEST: Omit<AuditedCall, 'uri'> = {
  requestId: null,
  method: 'POST',
  query: {},
  body: undefined,
  headers: {},
  clientIp: null,
  userAgent: null,
}
