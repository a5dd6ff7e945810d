import { z } from 'zod'
import { flag, listOf, nothing, paging, resource } from './resource.ts'

// ───────────────────────────── events ─────────────────────────────

/** Who hears of events, by the name of the rule that finds them; the words finish "Tells …". */
export const READERS = {
  addressed: 'the address it is for',
  concerned: 'the person it is about',
  inviter: 'whoever sent the invitation',
  organisationAdmins: 'owners and admins of the organisation',
  workspaceAdmins: 'admins of the workspace, or of the organisation where it has none',
  keyPerson: 'whose key it is, or who made it',
  alertEmails: 'the alert e-mails of the key',
  providerPerson: 'who added the provider',
} as const
export type ReaderName = keyof typeof READERS

/** What the event bus tells of: one row a kind. Source: admin-contract §10. */
export interface EventRow {
  kind: string
  /** In the console's list of events. */
  title: string
  /** Finishes "Sent when …". */
  when: string
  /** Who is told unasked, and on which ways; those without an account get mail only. */
  readers: readonly ReaderName[]
  ways: readonly ('mail' | 'bell')[]
  /** Between us and one reader: no webhook hears of it. */
  isPrivate?: true
}

const BOTH = ['mail', 'bell'] as const
const KEY_READERS = ['organisationAdmins', 'keyPerson', 'alertEmails'] as const

const ROWS = [
  {
    kind: 'invite.created',
    title: 'Invitation',
    when: 'somebody is invited, or an invite is sent again',
    readers: ['addressed'],
    ways: ['mail'],
  },
  {
    kind: 'invite.accepted',
    title: 'Invitation accepted',
    when: 'an invited person has joined',
    readers: ['inviter'],
    ways: ['bell'],
  },
  {
    kind: 'member.added',
    title: 'Member added',
    when: 'somebody gets access to a workspace',
    readers: ['concerned'],
    ways: BOTH,
  },
  {
    kind: 'member.changed',
    title: 'Role changed',
    when: 'the role of a member or a person changes',
    readers: ['concerned'],
    ways: BOTH,
  },
  {
    kind: 'member.removed',
    title: 'Member removed',
    when: 'somebody loses access to a workspace or is removed',
    readers: ['concerned'],
    ways: BOTH,
  },
  {
    kind: 'key.rotated',
    title: 'Key rotated',
    when: 'a key was rotated on schedule',
    readers: KEY_READERS,
    ways: BOTH,
  },
  {
    kind: 'key.rotation_upcoming',
    title: 'Key rotation ahead',
    when: 'a key is rotated within a day',
    readers: KEY_READERS,
    ways: BOTH,
  },
  {
    kind: 'key.version_expiring',
    title: 'Old secret expiring',
    when: 'the secret before a rotation stops working within a day',
    readers: KEY_READERS,
    ways: BOTH,
  },
  {
    kind: 'key.expiring',
    title: 'Key expiring',
    when: 'a key expires in 7 days, in a day, and when it has expired',
    readers: ['keyPerson', 'workspaceAdmins'],
    ways: BOTH,
  },
  {
    kind: 'provider.expiring',
    title: 'Provider expiring',
    when: 'a provider expires in 7 days, in a day, and when it has expired',
    readers: ['providerPerson', 'workspaceAdmins'],
    ways: BOTH,
  },
  {
    kind: 'password.reset',
    title: 'New password',
    when: 'somebody asks for a new password',
    readers: ['addressed'],
    ways: ['mail'],
    isPrivate: true,
  },
  {
    // Sent by whoever presses the button, not by the bus.
    kind: 'test',
    title: 'Test message',
    when: 'somebody presses "Send test"',
    readers: [],
    ways: [],
    isPrivate: true,
  },
] as const satisfies readonly EventRow[]

export type EventKind = (typeof ROWS)[number]['kind']
export const EVENTS: readonly (EventRow & { kind: EventKind })[] = ROWS

/** Kinds a webhook may ask for. */
export const WEBHOOK_EVENTS = EVENTS.filter(({ isPrivate }) => !isPrivate).map(({ kind }) => kind)

/** How near the end is: `7d` and `1d` before it, or past it. */
export type ExpiryStage = '7d' | '1d' | 'expired'

interface KeyNamed {
  id: string
  name: string
}
/** `workspace` is its name; null when the change is about the organisation. */
interface MemberNamed {
  user_id: string
  email: string
  workspace: string | null
  /** Who did it, as people know them; null for a key or the system. */
  by: string | null
}

/** What each kind tells at least: the `data` of a webhook, and what its mail is written from. Times are RFC 3339. */
export interface EventData {
  'invite.created': {
    id: string
    email: string
    role: 'admin' | 'member'
    /** Names of the workspaces it opens. */
    workspaces: string[]
    /** As people know the inviter; null for a key. */
    invited_by: string | null
    expires_at: string
    is_reminder: boolean
  }
  'invite.accepted': {
    id: string
    user_id: string
    email: string
    role: string
    /** The person who invited, by id. */
    invited_by: string | null
  }
  'member.added': MemberNamed & { role: string }
  'member.changed': MemberNamed & { role_before: string; role: string }
  'member.removed': MemberNamed
  'key.rotated': KeyNamed & {
    /** Until when the secret before still works; null when it stopped at once. */
    old_expires_at: string | null
    next_rotation_at: string | null
  }
  'key.rotation_upcoming': KeyNamed & { rotates_at: string }
  'key.version_expiring': KeyNamed & { expires_at: string }
  'key.expiring': KeyNamed & { expires_at: string; stage: ExpiryStage }
  'provider.expiring': { id: string; slug: string; name: string; expires_at: string; stage: ExpiryStage }
  'password.reset': { user_id: string; email: string; expires_at: string }
  test: {
    /** Where to: an address or a webhook's name. */
    to: string
    by: string | null
  }
}

/** What really happened to a test. */
export const testReply = z.object({
  success: z.boolean(),
  /** The server's words, or why there were none. */
  message: z.string(),
  /** HTTP status of a webhook; null for mail, and when no answer came. */
  status: z.number().nullable(),
  latency_ms: z.number(),
  delivery_id: z.string(),
})

// ────────────────────────────── mail ──────────────────────────────

export const mailRow = z.object({
  object: z.literal('mail-settings'),
  /** Whether SMTP_URL is set; without it mail is held. */
  is_configured: z.boolean(),
  /** `host:port`. */
  server: z.string().nullable(),
  from: z.string().nullable(),
  /** How many mails wait. */
  held: z.number(),
})

/** How mail leaves; it is set up by environment. */
export const mailSettings = resource({
  path: 'admin/notifications/mail',
  noun: 'mail setting',
  object: 'mail-settings',
  scopes: ['organisation_settings'],
  id: 'id',
  audit: 'notifications',
  workspace: 'none',
  row: mailRow,
  create: nothing,
  update: nothing,
  query: nothing,
  actions: {
    show: {
      method: 'GET',
      path: '',
      verb: 'read',
      input: nothing,
      reply: mailRow,
      summary: 'Read how mail leaves',
      audit: null,
    },
  },
})

export const testMail = resource({
  path: 'admin/notifications/test-mail',
  noun: 'test mail',
  object: 'test-mail',
  scopes: ['organisation_settings'],
  id: 'id',
  audit: 'notifications',
  workspace: 'none',
  row: testReply,
  create: nothing,
  update: nothing,
  query: nothing,
  actions: {
    send: {
      method: 'POST',
      path: '',
      verb: 'update',
      /** The caller's own address when left out; a key has none. */
      input: z.object({
        to: z.email('must be an e-mail address').max(254, 'must have at most 254 characters').nullish(),
      }),
      mistaken: { email: 'to', recipient: 'to' },
      reply: testReply,
      summary: 'Send a test mail and wait for what the server says',
      audit: 'manage',
      isUnbound: true,
    },
  },
})

// ────────────────────────────── bell ──────────────────────────────

export const notificationRow = z.object({
  object: z.literal('notification'),
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  body: z.string(),
  /** A page of the console. */
  link: z.string().nullable(),
  created_at: z.string(),
  read_at: z.string().nullable(),
})

const bellQuery = z.object({ ...paging(20), unread: flag.optional() })

/** What the signed-in person is told. Sessions only. */
export const bell = resource({
  path: 'admin/notifications/bell',
  noun: 'notification',
  object: 'notification',
  scopes: [],
  id: 'id',
  audit: 'notifications',
  workspace: 'none',
  row: notificationRow,
  create: nothing,
  update: nothing,
  query: bellQuery,
  actions: {
    list: {
      method: 'GET',
      path: '',
      verb: 'read',
      isSessionOnly: true,
      input: bellQuery,
      reply: listOf(notificationRow).extend({ unread: z.number() }),
      summary: 'List own notifications',
      audit: null,
    },
    markRead: {
      method: 'POST',
      path: '',
      verb: 'update',
      isSessionOnly: true,
      /** All of them when left out. */
      input: z.object({
        ids: z.array(z.guid('must be a UUID')).max(1000, 'must have at most 1000 ids').nullish(),
      }),
      mistaken: { id: 'ids' },
      reply: z.object({ unread: z.number() }),
      summary: 'Mark own notifications as read',
      audit: 'update',
    },
  },
})
