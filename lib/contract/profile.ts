import { z } from 'zod'
import { newPassword, PASSWORD_CHARS_MAX } from './password.ts'
import { flag, listOf, nothing, resource } from './resource.ts'

/** One that is compared with what is stored; whatever was valid once may be said. */
const presentPassword = z
  .string('must be a string')
  .min(1, 'must be given')
  .max(PASSWORD_CHARS_MAX, `must have at most ${PASSWORD_CHARS_MAX} characters`)

/** A browser in which a person is signed in. */
export const sessionRow = z.object({
  object: z.literal('session'),
  id: z.string(),
  /** The one that asks. */
  is_current: z.boolean(),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: z.string(),
  /** Within five minutes. */
  last_seen_at: z.string(),
  expires_at: z.string(),
})

const DONE = { audit: 'update', isSessionOnly: true, verb: 'update' } as const

/** What people do with their own sign-in, beside `me`. Sessions only. Admin-contract §6.4. */
export const profile = resource({
  path: 'admin/users/me',
  noun: 'session',
  object: 'session',
  scopes: [],
  id: 'id',
  audit: 'users',
  workspace: 'none',
  row: sessionRow,
  create: nothing,
  update: nothing,
  query: nothing,
  actions: {
    password: {
      ...DONE,
      method: 'PUT',
      path: 'password',
      summary: 'Change your password',
      input: z.object({ current_password: presentPassword, new_password: newPassword }),
      mistaken: { password: 'new_password', old_password: 'current_password' },
    },
    sessions: {
      method: 'GET',
      path: 'sessions',
      verb: 'read',
      isSessionOnly: true,
      input: nothing,
      reply: listOf(sessionRow),
      summary: 'List the browsers you are signed in with',
      audit: null,
    },
    endSession: {
      ...DONE,
      method: 'DELETE',
      path: 'sessions/{id}',
      summary: 'Sign a browser out',
      audit: 'delete',
      input: nothing,
    },
    signOutEverywhere: {
      ...DONE,
      method: 'POST',
      path: 'sign-out-everywhere',
      summary: 'Sign out of every other browser',
      audit: 'delete',
      /** The present session ends too; without it, all others. */
      input: z.object({ include_current: flag.optional() }),
    },
  },
})

/** A link by mail for whoever forgot a password. Answers without sign-in, the same whoever asks. */
export const passwordResets = resource({
  path: 'admin/password-resets',
  noun: 'password reset',
  object: 'password-reset',
  scopes: [],
  id: 'id',
  audit: 'users',
  workspace: 'none',
  row: nothing,
  create: nothing,
  update: nothing,
  query: nothing,
  actions: {
    ask: {
      method: 'POST',
      path: '',
      summary: 'Ask for a link to a new password',
      verb: 'create',
      isOpen: true,
      // It takes as long whether there is such a person or not, and nothing waits for that.
      isUnbound: true,
      input: z.object({
        email: z.string().trim().toLowerCase().min(3, 'must be an e-mail').max(320, 'must be an e-mail'),
      }),
      audit: 'reset',
    },
    accept: {
      method: 'POST',
      path: 'accept',
      summary: 'Choose a new password with a link',
      verb: 'create',
      isOpen: true,
      input: z.object({
        token: z.string().min(1, 'must name one').max(128, 'is not one that was sent'),
        password: newPassword,
      }),
      audit: 'reset',
    },
  },
})
