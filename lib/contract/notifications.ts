// ───────────────────────────── events ─────────────────────────────

/** What the event bus tells of: one row a kind. Source: admin-contract §10. */
export interface EventRow {
  kind: string
  /** In the console's list of events. */
  title: string
  /** Finishes "Sent when …". */
  when: string
  /** Between us and one reader: no webhook hears of it. */
  isPrivate?: true
}

const ROWS = [
  { kind: 'invite.created', title: 'Invitation', when: 'somebody is invited, or an invite is sent again' },
  { kind: 'invite.accepted', title: 'Invitation accepted', when: 'an invited person has joined' },
  { kind: 'member.added', title: 'Member added', when: 'somebody gets access to a workspace' },
  { kind: 'member.changed', title: 'Role changed', when: 'the role of a member or a person changes' },
  {
    kind: 'member.removed',
    title: 'Member removed',
    when: 'somebody loses access to a workspace or is removed',
  },
  { kind: 'key.rotated', title: 'Key rotated', when: 'a key was rotated on schedule' },
  { kind: 'key.rotation_upcoming', title: 'Key rotation ahead', when: 'a key is rotated within a day' },
  {
    kind: 'key.version_expiring',
    title: 'Old secret expiring',
    when: 'the secret before a rotation stops working within a day',
  },
  {
    kind: 'key.expiring',
    title: 'Key expiring',
    when: 'a key expires in 7 days, in a day, and when it has expired',
  },
  {
    kind: 'provider.expiring',
    title: 'Provider expiring',
    when: 'a provider expires in 7 days, in a day, and when it has expired',
  },
  {
    kind: 'password.reset',
    title: 'New password',
    when: 'somebody asks for a new password',
    isPrivate: true,
  },
  { kind: 'test', title: 'Test message', when: 'somebody presses "Send test"', isPrivate: true },
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
