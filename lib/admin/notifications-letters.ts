/**
 * What people read of each kind of event: what happened, why, what to do. One letter is the mail, and its first line
 * the entry behind the bell. Source: interface.md "Speak", admin-contract §10.
 */
import type { EventData, EventKind, ExpiryStage } from '../contract/notifications.ts'

export interface Letter {
  subject: string
  /** One paragraph each, plain text. */
  lines: string[]
  /** `path` is a page of the console; null stands for the secret link of the event. */
  button: { label: string; path: string | null } | null
}

/** What an event leaves to be looked up. */
export interface Known {
  organisation: string
}

type Write<Kind extends EventKind> = (data: EventData[Kind], known: Known) => Letter

/** The letter of an event. `data` is what `tell` was given. */
export function letterOf<Kind extends EventKind>(kind: Kind, data: EventData[Kind], known: Known): Letter {
  const { subject, lines, button } = LETTERS[kind](data, known)
  return { subject: oneLine(subject).slice(0, SUBJECT_CHARS_MAX), lines: lines.map(oneLine), button }
}

const SUBJECT_CHARS_MAX = 200

const LETTERS: { [Kind in EventKind]: Write<Kind> } = {
  'invite.created': ({ email, role, workspaces, invited_by, expires_at, is_reminder }, { organisation }) => ({
    subject: `${is_reminder ? 'Reminder: ' : ''}${invited_by ?? 'An administrator'} invites you to ${organisation}`,
    lines: [
      `${invited_by ?? 'An administrator'} invites ${email} to ${organisation} on Tollgate, the gateway through which its teams call AI models.`,
      `You join as ${aRole(role)} of the organisation${workspaces.length > 0 ? `, with access to ${listed(workspaces)}` : ''}.`,
      `The link works once, until ${moment(expires_at)}. If you expected no invitation, leave it: nothing happens until the link is opened.`,
    ],
    button: { label: 'Accept invitation', path: null },
  }),

  'invite.accepted': ({ user_id, email, role }, { organisation }) => ({
    subject: `${email} joined ${organisation}`,
    lines: [`${email} accepted your invitation and is now ${aRole(role)} of ${organisation}.`],
    button: { label: 'Open the person', path: `/team?open=${user_id}` },
  }),

  'member.added': ({ workspace, role, by }, { organisation }) => ({
    subject: `You now have access to ${workspace ?? organisation}`,
    lines: [
      `${by ?? 'An administrator'} added you to ${place(workspace, organisation)} as ${aRole(role)}.`,
      'What you may do there follows from this role; an admin of the workspace can change it.',
    ],
    button: { label: 'Open the console', path: '/' },
  }),

  'member.changed': ({ workspace, role_before, role, by }, { organisation }) => ({
    subject: `Your role in ${workspace ?? organisation} is now ${role}`,
    lines: [
      `${by ?? 'An administrator'} changed your role in ${place(workspace, organisation)} from ${role_before} to ${role}.`,
      'It holds at once, for your own keys too. If it surprises you, ask whoever changed it.',
    ],
    button: { label: 'Open the console', path: '/' },
  }),

  'member.removed': ({ workspace, by }, { organisation }) => ({
    subject: `You no longer have access to ${workspace ?? organisation}`,
    lines: [
      `${by ?? 'An administrator'} removed you from ${place(workspace, organisation)}.`,
      workspace === null
        ? 'You are signed out everywhere, and your own keys have stopped working.'
        : 'Your own keys of this workspace have stopped working.',
      'If it surprises you, ask an owner or admin of the organisation.',
    ],
    button: null,
  }),

  'key.rotated': ({ id, name, old_expires_at, next_rotation_at }) => ({
    subject: `Key ${name} was rotated`,
    lines: [
      `The key ${name} has a new secret, as its rotation schedule asks.`,
      old_expires_at === null
        ? 'The secret before stopped working at once: clients that still send it are refused.'
        : `The secret before works until ${moment(old_expires_at)}: put the new one in its place by then.`,
      'A secret is never mailed. Whoever may see the key opens the new one in the console, once.',
      ...(next_rotation_at === null ? [] : [`The next rotation is on ${moment(next_rotation_at)}.`]),
    ],
    button: { label: 'Open the key', path: keyPath(id) },
  }),

  'key.rotation_upcoming': ({ id, name, rotates_at }) => ({
    subject: `Key ${name} is rotated within a day`,
    lines: [
      `The key ${name} gets a new secret on ${moment(rotates_at)}, as its rotation schedule asks.`,
      'Make ready to put the new secret in place: the present one works for the transition period only.',
    ],
    button: { label: 'Open the key', path: keyPath(id) },
  }),

  'key.version_expiring': ({ id, name, expires_at }) => ({
    subject: `The old secret of key ${name} stops working soon`,
    lines: [
      `The key ${name} was rotated, and the secret before stops working on ${moment(expires_at)}.`,
      'Clients that still send it are refused from then on: put the new secret in its place now.',
    ],
    button: { label: 'Open the key', path: keyPath(id) },
  }),

  'key.expiring': ({ id, name, expires_at, stage }) => ({
    subject: `Key ${name} ${ends(stage)}`,
    lines: [
      `The key ${name} ${stage === 'expired' ? 'expired' : 'expires'} on ${moment(expires_at)}.`,
      `Calls with it ${stage === 'expired' ? 'are refused' : 'are refused from then on'}. If it is still needed, give it a later expiry or make another.`,
    ],
    button: { label: 'Open the key', path: keyPath(id) },
  }),

  'provider.expiring': ({ slug, name, expires_at, stage }) => ({
    subject: `Provider ${name} ${ends(stage)}`,
    lines: [
      `The provider ${name} (@${slug}) ${stage === 'expired' ? 'expired' : 'expires'} on ${moment(expires_at)}.`,
      `Calls to it ${stage === 'expired' ? 'are refused' : 'are refused from then on'}. If it is still needed, give it a later expiry.`,
    ],
    button: { label: 'Open the model catalog', path: `/catalog?open=${encodeURIComponent(slug)}` },
  }),

  'password.reset': ({ email, expires_at }) => ({
    subject: 'Set a new password',
    lines: [
      `Somebody, most likely you, asked for a new password for ${email}.`,
      `The link works once, until ${moment(expires_at)}. If it was not you, leave it: your password stays as it is.`,
    ],
    button: { label: 'Set a new password', path: null },
  }),

  test: ({ to, by }) => ({
    subject: 'Test message from Tollgate',
    lines: [
      `${by ?? 'Somebody'} asked for this test. Messages of Tollgate reach ${to}; there is nothing to do.`,
    ],
    button: null,
  }),
}

const aRole = (role: string) => (/^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`)
const place = (workspace: string | null, organisation: string) =>
  workspace === null ? organisation : `the workspace ${workspace} of ${organisation}`
const keyPath = (id: string) => `/api-keys?open=${id}`
const ends = (stage: ExpiryStage) =>
  stage === 'expired' ? 'has expired' : stage === '1d' ? 'expires within a day' : 'expires within 7 days'

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `9 March 2026, 08:00 UTC`. */
function moment(rfc3339: string): string {
  const at = new Date(rfc3339)
  return `${MOMENT.format(at)}, ${at.toISOString().slice(11, 16)} UTC`
}

/** Names come from people; one with line breaks is no reason for a paragraph of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
