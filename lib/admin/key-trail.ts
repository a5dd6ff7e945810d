import { apiKeys } from '../contract/access.ts'
import type { ApiKey } from '../db/generated/client.ts'
import { type AuditedCall, writeAudit } from './audit.ts'
import type { Teller } from './events.ts'

/** What the system did to a key, and why: `uri` names the cause as a path (`/rotation`). */
export interface SystemAct {
  uri: '/rotation' | '/expiry' | '/auto-create'
  action: 'create' | 'update' | 'rotate'
  before?: unknown
  after: unknown
}

/** The audit row of what no request asked for, in the transaction of the change. Source: admin-contract §8. */
export async function auditSystem({ db, now, newId }: Teller, key: ApiKey, act: SystemAct): Promise<void> {
  const { uri, action, before, after } = act
  await writeAudit(db, {
    organisation: { id: key.organisationId },
    workspace: null,
    actor: { kind: 'system', name: uri.slice(1) },
    now,
    newId,
    route: { audit: { type: apiKeys.audit, action } },
    call: { ...NO_REQUEST, uri },
    change: { id: key.id, name: key.name, workspaceId: key.workspaceId, before, after },
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
