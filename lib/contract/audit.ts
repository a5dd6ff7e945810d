import { z } from 'zod'
import { nothing, paging, queryNumber, reference, resource, text, timestamp } from './resource.ts'

/** Who acted. */
const actorType = z.enum(['user', 'api_key', 'scim', 'system'])

/** One write on the admin plane, or one sign-in. Secrets are masked in all of it. Source: admin-contract §8. */
export const auditRow = z.object({
  id: z.string(),
  timestamp: z.string(),
  request_id: z.string().nullable(),
  method: z.string(),
  uri: z.string(),
  /** JSON texts. */
  request_body: z.string().nullable(),
  query_params: z.string().nullable(),
  request_headers: z.string().nullable(),
  response_status_code: z.number(),
  /** A person's or a key's id; null for the system. */
  user_id: z.string().nullable(),
  user_type: actorType,
  /** The person's e-mail, the key's name, or what of the system it was; null when it is gone. */
  actor_name: z.string().nullable(),
  client_ip: z.string().nullable(),
  country: z.string().nullable(),
  user_agent: z.string().nullable(),
  organisation_id: z.string(),
  workspace_id: z.string().nullable(),
  resource_type: z.string(),
  resource_id: z.string().nullable(),
  resource_name: z.string().nullable(),
  action: z.string(),
  /** The row before and after the write; null where there was none, and for refusals. */
  before: z.json().nullable(),
  after: z.json().nullable(),
})

/** The columns of the csv form, in order; `before` and `after` are JSON texts. */
export const AUDIT_COLUMNS = Object.keys(auditRow.shape) as (keyof z.output<typeof auditRow>)[]

const word = text(1, 255)

export const auditLogs = resource({
  path: 'audit-logs',
  noun: 'audit log',
  object: 'audit-log',
  scopes: ['audit_logs'],
  id: 'id',
  audit: 'audit_logs',
  workspace: 'none',
  row: auditRow,
  create: nothing,
  update: nothing,
  query: z.object({
    ...paging(50),
    /** From, included. */
    start_time: timestamp,
    /** Until, not included. */
    end_time: timestamp,
    /** UUID or slug; the caller's own when absent. */
    organisation_id: reference.optional(),
    workspace_id: reference.optional(),
    method: z
      .string()
      .transform((said) => said.toUpperCase())
      .optional(),
    /** A part of the path. */
    uri: word.optional(),
    request_id: z.guid('must be a UUID').optional(),
    user_id: z.guid('must be a UUID').optional(),
    user_type: actorType.optional(),
    response_status_code: queryNumber.int('must be a whole number').optional(),
    resource_type: word.optional(),
    resource_id: word.optional(),
    /** A part of the resource's name or of the path, in any case. */
    search: word.optional(),
    action: word.optional(),
    client_ip: word.optional(),
    country: word.optional(),
    /** csv and jsonl send the whole selection, whatever the page says. */
    format: z.enum(['json', 'csv', 'jsonl']).default('json'),
  }),
  actions: {
    /** ▲ One entry, so that it can be linked to. */
    entry: {
      method: 'GET',
      path: '{id}',
      verb: 'list',
      input: nothing,
      reply: auditRow,
      audit: null,
      summary: 'Read an audit entry',
    },
  },
})
