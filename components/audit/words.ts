/** What audit rows say, for people: who did what to which thing, and whether it was let. Pure. Source: admin-contract §8. */
import type { z } from 'zod'
import type { auditRow } from '@/lib/contract/audit.ts'

export type AuditRow = z.output<typeof auditRow>

/** An action as it was done and as it was tried: "Changed", "change". */
export const ACTIONS: Readonly<Record<string, { done: string; tried: string }>> = {
  create: { done: 'Created', tried: 'create' },
  update: { done: 'Changed', tried: 'change' },
  delete: { done: 'Deleted', tried: 'delete' },
  rotate: { done: 'Rotated', tried: 'rotate' },
  reset: { done: 'Reset', tried: 'reset' },
  export: { done: 'Exported', tried: 'export' },
  publish: { done: 'Published', tried: 'publish' },
  duplicate: { done: 'Duplicated', tried: 'duplicate' },
  manage: { done: 'Managed', tried: 'manage' },
  provision: { done: 'Provisioned', tried: 'provision' },
  login: { done: 'Signed in', tried: 'sign in' },
  logout: { done: 'Signed out', tried: 'sign out' },
  threshold: { done: 'Passed a threshold of', tried: 'pass a threshold of' },
  exhausted: { done: 'Used up', tried: 'use up' },
}

/** Resource types in the singular. */
export const RESOURCES: Readonly<Record<string, string>> = {
  api_keys: 'key',
  workspaces: 'workspace',
  users: 'person',
  invites: 'invite',
  integrations: 'integration',
  providers: 'provider',
  configs: 'config',
  prompts: 'prompt',
  partials: 'partial',
  collections: 'collection',
  labels: 'label',
  guardrails: 'guardrail',
  policies: 'policy',
  secret_references: 'secret reference',
  organisation: 'the organisation',
  sso: 'single sign-on',
  scim: 'SCIM',
  logs: 'logs',
  analytics: 'analytics',
  audit_logs: 'the audit log',
  exports: 'export',
  plugins: 'plugin',
}

/** The thing acted on: "key", "secret reference"; a type nobody told us of is read as it is spelt. */
export function nounOf(type: string): string {
  if (Object.hasOwn(RESOURCES, type)) return RESOURCES[type]!
  return type.replaceAll(/[_/]/g, ' ').replace(/ies$/, 'y').replace(/s$/, '')
}

export function actionWords(action: string): string {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action]!.done : capital(action.replaceAll('_', ' '))
}

export const isRefused = ({ response_status_code: status }: Pick<AuditRow, 'response_status_code'>) =>
  status >= 400

/** What was done, and to what: `["Changed key", "checkout-bot"]`. The name is null where the words say it all. */
export function deedOf(row: AuditRow): { words: string; name: string | null } {
  const { action, resource_type: type } = row
  const { done, tried } = ACTIONS[action] ?? { done: actionWords(action), tried: action.replaceAll('_', ' ') }
  const refused = isRefused(row)
  if (action === 'login' || action === 'logout') {
    const name = row.user_id === null ? row.resource_name : null
    return { words: `${refused ? `Failed to ${tried}` : done}${name === null ? '' : ' as'}`, name }
  }
  // A test of credentials is the one act that manages without changing anything.
  const verb = action === 'manage' && row.uri.endsWith('/test') ? 'Tested credentials of' : done
  const isOwn = type === 'users' && row.user_type === 'user' && row.user_id === row.resource_id
  const noun = isOwn ? 'their own profile' : nounOf(type)
  const isWhole = isOwn || type === 'organisation' || row.resource_id === null
  const name = isWhole && row.resource_name === null ? null : nameOf(row)
  return {
    words: `${refused ? `Tried to ${tried}` : verb} ${noun}`,
    name: isOwn || type === 'organisation' ? null : name,
  }
}

function nameOf({ resource_name: name, resource_id: id }: AuditRow): string | null {
  if (name) return name
  return id === null ? null : shortId(id)
}

/** An id as the eye takes it: its end, since ids of one minute begin alike. */
export function shortId(id: string): string {
  return id.length > 12 ? `…${id.slice(-8)}` : id
}

export interface Doer {
  name: string
  kind: 'person' | 'key' | 'scim' | 'system' | 'stranger'
  /** Beside the name: "key", "rotation". */
  note: string | null
}

/** Who did it. Names of what is gone are not known any more; the end of the id stands in. */
export function doerOf(row: AuditRow): Doer {
  const { user_type: type, user_id: id, actor_name: name } = row
  if (type === 'system')
    return { name: 'Tollgate', kind: 'system', note: SYSTEM_ACTS[row.uri] ?? name ?? 'by itself' }
  if (type === 'scim') return { name: name ?? 'SCIM', kind: 'scim', note: null }
  if (id === null) return { name: 'Not signed in', kind: 'stranger', note: null }
  if (type === 'api_key') return { name: name ?? shortId(id), kind: 'key', note: 'key' }
  return { name: name ?? shortId(id), kind: 'person', note: name === null ? 'gone' : null }
}

const SYSTEM_ACTS: Readonly<Record<string, string>> = {
  '/rotation': 'rotation',
  '/expiry': 'expiry',
  '/auto-create': 'automatic key',
}

/** The entry in one sentence: who, what, where, and what became of it. */
export function sentenceOf(row: AuditRow, workspace: string | null): string {
  const doer = doerOf(row)
  const { words, name } = deedOf(row)
  const who = doer.kind === 'stranger' ? 'Somebody' : doer.kind === 'key' ? `The key ${doer.name}` : doer.name
  const what = `${words.charAt(0).toLowerCase()}${words.slice(1)}${name === null ? '' : ` ${name}`}`
  const where = workspace === null ? '' : ` in ${workspace}`
  return `${who} ${what}${where}${outcomeOf(row)}.`
}

function outcomeOf({ response_status_code: status, action }: AuditRow): string {
  if (status < 400 || action === 'login') return ''
  if (status === 403)
    return ' and was refused: their role, their scopes or a security setting does not let them'
  return ` and was refused with ${status}`
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
