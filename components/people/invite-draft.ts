/** An invite in the making: what its form holds, what is wrong with it, and how it becomes a call. Pure. */
import { inviteRow, type invites } from '@/lib/contract/invites.ts'
import { email } from '@/lib/contract/people.ts'
import type { CreateOf } from '@/lib/contract/resource.ts'
import { DEFAULT_WORKSPACE_SCOPES } from '@/lib/contract/scopes.ts'
import type { Problems } from '../resource/form-state.ts'

export type PlaceRole = (typeof PLACE_ROLES)[number]
export const PLACE_ROLES = inviteRow.shape.workspaces.element.shape.role.options

export interface InviteDraft {
  email: string
  role: 'admin' | 'member'
  /** By slug. */
  places: readonly { id: string; role: PlaceRole }[]
  /** Whether a user key waits for them in each workspace, and what it may do. */
  hasKey: boolean
  scopes: readonly string[]
}

/** With the workspace on screen to begin with: most are invited to work there. */
export function newInviteDraft(address: string, workspace: string | undefined): InviteDraft {
  return {
    email: address,
    role: 'member',
    places: workspace === undefined ? [] : [{ id: workspace, role: 'member' }],
    hasKey: false,
    scopes: DEFAULT_WORKSPACE_SCOPES,
  }
}

/** By wire path. */
export function inviteProblems(draft: InviteDraft): Problems {
  const found: Record<string, string> = {}
  const said = email.safeParse(draft.email)
  if (!said.success) found.email = draft.email.trim() === '' ? 'Is required' : 'Must be an e-mail address'
  if (hasKey(draft) && draft.scopes.length === 0)
    found['workspace_api_key_details.scopes'] = 'Give it at least one permission, or no key'
  return found
}

export function inviteBody(draft: InviteDraft): CreateOf<typeof invites> {
  return {
    email: draft.email.trim(),
    role: draft.role,
    workspaces: draft.places.map(({ id, role }) => ({ id, role })),
    ...(hasKey(draft) ? { workspace_api_key_details: { scopes: [...draft.scopes] } } : {}),
  }
}

/** Without a workspace there is nothing to make a key in. */
const hasKey = (draft: InviteDraft) => draft.hasKey && draft.places.length > 0
