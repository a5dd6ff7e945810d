/** Webhooks and what was delivered, by them and by mail. Source: admin-contract §10. */
import { z } from 'zod'
import { EVENTS, testReply, WEBHOOK_EVENTS } from './notifications.ts'
import { listOf, nothing, paging, reference, resource, text } from './resource.ts'

// ──────────────────────────── webhooks ────────────────────────────

const READ = ['organisation_settings.read', 'workspaces.update'] as const
const WRITE = ['organisation_settings.update', 'workspaces.update'] as const

export const webhookRow = z.object({
  object: z.literal('webhook'),
  id: z.string(),
  organisation_id: z.string(),
  /** Null: it hears of the whole organisation. */
  workspace_id: z.string().nullable(),
  name: z.string(),
  url: z.string(),
  /** Whole in the answer that made it, masked in every other. */
  secret: z.string(),
  /** Kinds of events; empty: all of them. */
  events: z.array(z.string()),
  format: z.enum(['json', 'slack']),
  status: z.enum(['active', 'disabled']),
  created_by: z.string().nullable(),
  created_at: z.string(),
  last_updated_at: z.string(),
  /** Where it is read, the newest message it was sent; null: none yet. */
  last_delivery: z
    .object({
      id: z.string(),
      status: z.enum(['pending', 'sent', 'failed', 'held']),
      attempts: z.number(),
      last_status: z.number().nullable(),
      last_error: z.string().nullable(),
      created_at: z.string(),
    })
    .nullable()
    .optional(),
})

const url = text(1, 2048)
const secret = z
  .string('must be a string')
  .regex(/^[\x21-\x7e]{16,255}$/, 'must have 16-255 visible characters and no white space')
const events = z
  .array(z.enum(WEBHOOK_EVENTS as [string, ...string[]], { error: eventRule }))
  .max(WEBHOOK_EVENTS.length, `must have at most ${WEBHOOK_EVENTS.length} kinds`)
  .transform((said) => [...new Set(said)])

function eventRule({ input }: { input?: unknown }): string {
  const isPrivate = EVENTS.some((event) => event.kind === input && event.isPrivate)
  return isPrivate ? 'names an event that no webhook hears of' : `must be one of ${WEBHOOK_EVENTS.join(', ')}`
}

const webhookCreate = z.object({
  name: text(1, 100).nullish(),
  url,
  /** Signs the deliveries; made when left out. */
  secret: secret.nullish(),
  events: events.nullish(),
  format: z.enum(['json', 'slack']).nullish(),
  status: z.enum(['active', 'disabled']).nullish(),
  workspace_id: reference.nullish(),
})
const webhookUpdate = z.object({
  name: text(1, 100).optional(),
  url: url.optional(),
  /** Another secret; the masked one, sent back, changes nothing. */
  secret: z.string('must be a string').optional(),
  events: events.nullish(),
  format: z.enum(['json', 'slack']).optional(),
  status: z.enum(['active', 'disabled']).optional(),
})
const webhookQuery = z.object({ ...paging(50), workspace_id: reference.optional() })

const MISTAKEN_WEBHOOK = {
  event: 'events',
  types: 'events',
  endpoint: 'url',
  signing_secret: 'secret',
  type: 'format',
}

/** Endpoints that hear of events. Without a workspace they are the organisation's. Admin-contract §10. */
export const webhooks = resource({
  path: 'admin/notifications/webhooks',
  noun: 'webhook',
  object: 'webhook',
  scopes: [],
  id: 'id',
  audit: 'webhooks',
  workspace: 'optional',
  row: webhookRow,
  create: webhookCreate,
  update: webhookUpdate,
  query: webhookQuery,
  actions: {
    list: {
      method: 'GET',
      path: '',
      verb: 'read',
      scopes: READ,
      input: webhookQuery,
      reply: listOf(webhookRow),
      summary: 'List webhooks',
      audit: null,
    },
    create: {
      method: 'POST',
      path: '',
      verb: 'update',
      scopes: WRITE,
      input: webhookCreate,
      mistaken: MISTAKEN_WEBHOOK,
      reply: webhookRow,
      audit: 'create',
    },
    read: {
      method: 'GET',
      path: '{id}',
      verb: 'read',
      scopes: READ,
      input: nothing,
      reply: webhookRow,
      audit: null,
    },
    update: {
      method: 'PUT',
      path: '{id}',
      verb: 'update',
      scopes: WRITE,
      input: webhookUpdate,
      mistaken: MISTAKEN_WEBHOOK,
      reply: webhookRow,
      audit: 'update',
    },
    remove: {
      method: 'DELETE',
      path: '{id}',
      verb: 'update',
      scopes: WRITE,
      input: nothing,
      summary: 'Delete a webhook',
      audit: 'delete',
    },
    rotate: {
      method: 'POST',
      path: '{id}/rotate',
      verb: 'update',
      scopes: WRITE,
      /** The secret to take; one is made when left out. What is on its way is signed with the new one. */
      input: z.object({ secret: secret.nullish() }),
      reply: webhookRow,
      summary: 'Give a webhook another secret',
      audit: 'rotate',
    },
    test: {
      method: 'POST',
      path: '{id}/test',
      verb: 'update',
      scopes: WRITE,
      input: nothing,
      reply: testReply,
      summary: 'Send a webhook a test and wait for its answer',
      audit: 'manage',
      isUnbound: true,
    },
  },
})

// ─────────────────────────── deliveries ───────────────────────────

export const deliveryRow = z.object({
  object: z.literal('delivery'),
  id: z.string(),
  /** The event; the same for everyone who hears of it, and the `id` a webhook gets. */
  event_id: z.string(),
  kind: z.string(),
  channel: z.enum(['mail', 'webhook']),
  recipient: z.string(),
  subject: z.string(),
  /** `held`: mail that waits for an SMTP server. */
  status: z.enum(['pending', 'sent', 'failed', 'held']),
  attempts: z.number(),
  attempts_max: z.number(),
  /** HTTP status of a webhook's last answer. */
  last_status: z.number().nullable(),
  last_error: z.string().nullable(),
  webhook_id: z.string().nullable(),
  workspace_id: z.string().nullable(),
  created_at: z.string(),
  next_attempt_at: z.string().nullable(),
  done_at: z.string().nullable(),
  /** On a single read only: the mail, or the body of the webhook. */
  text: z.string().optional(),
  /** The link that opens something for the reader of the mail alone, to be handed on; null where it is not to be seen. */
  link: z.string().nullable().optional(),
  /** The link of the mail is left out of `text`: who asks may not see it, or it reached its reader. */
  is_link_hidden: z.boolean().optional(),
})

const deliveryQuery = z.object({
  ...paging(50),
  channel: z.enum(['mail', 'webhook']).optional(),
  status: z.enum(['pending', 'sent', 'failed', 'held']).optional(),
  kind: z.enum(EVENTS.map(({ kind }) => kind) as [string, ...string[]]).optional(),
  webhook_id: z.guid('must be a UUID').optional(),
  workspace_id: reference.optional(),
})

/** What was sent to whom, newest first. Whoever looks after one workspace sees what its webhooks were sent. */
export const deliveries = resource({
  path: 'admin/notifications/deliveries',
  noun: 'delivery',
  object: 'delivery',
  scopes: [],
  id: 'id',
  audit: 'notifications',
  workspace: 'optional',
  row: deliveryRow,
  create: nothing,
  update: nothing,
  query: deliveryQuery,
  actions: {
    list: {
      method: 'GET',
      path: '',
      verb: 'read',
      scopes: READ,
      input: deliveryQuery,
      reply: listOf(deliveryRow),
      summary: 'List deliveries',
      audit: null,
    },
    read: {
      method: 'GET',
      path: '{id}',
      verb: 'read',
      scopes: READ,
      input: nothing,
      reply: deliveryRow,
      audit: null,
    },
    resend: {
      method: 'POST',
      path: '{id}/resend',
      verb: 'update',
      scopes: WRITE,
      input: nothing,
      reply: deliveryRow,
      summary: 'Send a delivery again, or a held mail now',
      audit: 'manage',
    },
  },
})
