/** What the event bus tells of: one row a kind. Source: admin-contract §10. */
export interface EventRow {
  kind: string
  /** In the console's list of events, and the start of a mail's subject. */
  title: string
  /** Finishes "Sent when …". */
  when: string
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
  { kind: 'password.reset', title: 'New password', when: 'somebody asks for a new password' },
  { kind: 'test', title: 'Test message', when: 'somebody presses "Send test"' },
] as const satisfies readonly EventRow[]

export type EventKind = (typeof ROWS)[number]['kind']
export const EVENTS: readonly (EventRow & { kind: EventKind })[] = ROWS
