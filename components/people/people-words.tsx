'use client'

import { Status, type Tone } from '../ui/status.tsx'
import type { Invite, TeamPerson } from './data.ts'

export const ROLE_WORDS = { owner: 'Owner', admin: 'Admin', member: 'Member' } as const
const CAME_BY: Readonly<Record<string, string>> = {
  invite: 'Invite',
  sso: 'Single sign-on',
  scim: 'Directory',
  seed: 'First start',
}
export const cameBy = (said: string) => CAME_BY[said] ?? said

export const MEANINGS = {
  owner: 'Everything, everywhere.',
  admin: 'Runs the organisation and is at home in every workspace.',
  member: 'Does what their role in each workspace lets them.',
} as const

/** One nobody put anywhere can sign in and do nothing: worth a word. */
export function PersonStatus({ of }: { of: Pick<TeamPerson, 'status' | 'workspace_ids'> }) {
  if (of.status === 'archived') return <Status tone="idle">Removed</Status>
  if (of.workspace_ids.length === 0) return <Status tone="warn">No workspace</Status>
  return <Status tone="ok">Active</Status>
}

const WORDS: Readonly<Record<Invite['status'], { tone: Tone; label: string }>> = {
  pending: { tone: 'info', label: 'Open' },
  accepted: { tone: 'ok', label: 'Accepted' },
  expired: { tone: 'warn', label: 'Expired' },
  cancelled: { tone: 'idle', label: 'Cancelled' },
}

export function InviteStatus({ of }: { of: Invite['status'] }) {
  const { tone, label } = WORDS[of]
  return <Status tone={tone}>{label}</Status>
}
