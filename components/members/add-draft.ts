/** People about to be added. Pure. */
import { z } from 'zod'
import type { Problems } from '../resource/form-state.ts'
import type { WorkspaceRole } from './roles.ts'

export interface AddDraft {
  emails: readonly string[]
  role: WorkspaceRole
}

export const EMAILS_MAX = 100
const EMAIL = z.email()

export function addProblems({ emails }: AddDraft): Problems {
  if (emails.length === 0) return { users: 'Name somebody' }
  const wrong = emails.filter((email) => !EMAIL.safeParse(email).success)
  return wrong.length === 0
    ? {}
    : {
        users: `${wrong.map((one) => `“${one}”`).join(', ')} ${wrong.length === 1 ? 'is' : 'are'} no e-mail address`,
      }
}
