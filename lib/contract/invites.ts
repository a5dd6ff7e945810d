/** Invitations to an organisation, and their acceptance. Source: admin-contract §1.3, §2.2. */
import { z } from 'zod'
import { newPassword } from './password.ts'
import { email, givenRole, workspaceRole } from './people.ts'
import { csv, nothing, paging, reference, resource, text } from './resource.ts'

const organisationRole = z.enum(['owner', 'admin', 'member'])
const roleThere = z.enum(['admin', 'manager', 'member'])

export const inviteRow = z.object({
  object: z.literal('invite'),
  id: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'member']),
  status: z.enum(['pending', 'accepted', 'expired', 'cancelled']),
  /** `id` is the slug. */
  workspaces: z.array(
    z.object({ id: z.string(), workspace_id: z.string(), name: z.string(), role: roleThere }),
  ),
  workspace_api_key_details: z.object({ scopes: z.array(z.string()) }).nullable(),
  expires_at: z.string(),
  accepted_at: z.string().nullable(),
  invited_by: z.string().nullable(),
  /** Always null: only the token's hash is kept, so the link is shown once, by create and by resend. */
  invite_link: z.null(),
  created_at: z.string(),
  last_updated_at: z.string(),
})

/** What its link tells whoever holds it. */
export const inviteOffer = z.object({
  email: z.string(),
  role: z.enum(['admin', 'member']),
  organisation: z.object({ name: z.string() }),
  workspaces: z.array(z.object({ name: z.string(), icon: z.string().nullable(), role: roleThere })),
  /** The inviter, as people know them. */
  invited_by: z.string().nullable(),
  expires_at: z.string(),
})
export type InviteOffer = z.output<typeof inviteOffer>

/** Why a link opens nothing, as the `rule` of the refusal's detail. */
export const INVITE_ENDS = ['unknown', 'accepted', 'expired', 'cancelled', 'member', 'elsewhere'] as const
export type InviteEnd = (typeof INVITE_ENDS)[number]

const token = z
  .string('must be the token of the link')
  .min(1, 'is required')
  .max(128, 'is no token of a link')

export const invites = resource({
  path: 'admin/users/invites',
  noun: 'invite',
  object: 'invite',
  scopes: ['organisation_users'],
  id: 'id',
  audit: 'invites',
  workspace: 'none',
  mistaken: {
    emails: 'email',
    workspace: 'workspaces',
    workspace_id: 'workspaces',
    scopes: 'workspace_api_key_details.scopes',
  },
  row: inviteRow,
  /** The only time the link is told. */
  replies: { create: z.object({ id: z.string(), invite_link: z.string() }) },
  create: z.object({
    email,
    role: givenRole,
    workspaces: z
      .array(z.strictObject({ id: reference, role: workspaceRole }))
      .max(100, 'may name at most 100 workspaces')
      .nullish(),
    /** Given: whoever accepts gets a user key in each workspace. No scopes: the usual ones. */
    workspace_api_key_details: z
      .strictObject({ scopes: z.array(z.string()).max(200, 'may hold at most 200 scopes').nullish() })
      .nullish(),
  }),
  update: nothing,
  query: z.object({
    ...paging(50),
    role: organisationRole.optional(),
    email: z.string().trim().toLowerCase().optional(),
    status: csv.optional(),
  }),
  actions: {
    resend: {
      method: 'POST',
      path: '{id}/resend',
      verb: 'create',
      summary: 'Send an invite again, with a new link',
      input: nothing,
      reply: z.object({ inviteLink: z.string(), invite_link: z.string() }),
      audit: 'update',
    },
    /** Reads, though by POST: a token in an address would stand in the logs of every proxy on the way. */
    look: {
      method: 'POST',
      path: 'look',
      verb: 'read',
      summary: 'Read what a link invites to',
      isOpen: true,
      scopes: [],
      input: z.object({ token }),
      reply: inviteOffer,
      audit: null,
    },
    accept: {
      method: 'POST',
      path: 'accept',
      verb: 'create',
      summary: 'Accept an invite and choose a password',
      isOpen: true,
      scopes: [],
      input: z.object({
        token,
        first_name: text(1, 100),
        last_name: text(0, 100).nullish(),
        password: newPassword,
      }),
      reply: z.object({ id: z.string(), email: z.string() }),
      audit: 'update',
    },
  },
})
