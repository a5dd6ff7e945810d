'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { plural } from '../format.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError, notifyUndo } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, nameOf, people, type TeamPerson } from './data.ts'
import { ROLE_WORDS } from './people-words.tsx'

export type GivenRole = 'admin' | 'member'

/** Why the signed-in person cannot change somebody's role, or remove them; null when they can. */
export function useBarred(): (person: TeamPerson, verb: 'update' | 'delete') => string | null {
  const { me } = useWorkspaces()
  const may = { update: useCan('organisation_users.update'), delete: useCan('organisation_users.delete') }
  return (person, verb) => {
    if (person.status === 'archived') return 'They were removed. Invite them to have them back.'
    if (!may[verb]) return `That needs organisation_users.${verb}.`
    if (person.role === 'owner' && me?.role !== 'owner') return 'Only an owner can change or remove an owner.'
    return null
  }
}

/** What can be done to somebody, from a row or the drawer. */
export function usePersonActs() {
  const { me } = useWorkspaces()
  const client = useQueryClient()
  const update = useMutation(people.update(ALSO))
  const drop = useMutation(people.remove(ALSO))

  /** With Undo, but where there is no way back: nobody is made an owner here, and who steps down cannot step up. */
  const setRole = async (person: TeamPerson, role: GivenRole): Promise<void> => {
    const put = (next: GivenRole) => update.mutateAsync({ id: person.id, input: { role: next } })
    const isSelf = person.id === me?.id
    if (person.role === 'owner' || isSelf) {
      confirmByTyping({
        title: 'Change role',
        name: person.email,
        verb: `Make ${isSelf ? 'yourself' : 'them'} ${role === 'admin' ? 'an admin' : 'a member'}`,
        consequence:
          person.role === 'owner'
            ? `${isSelf ? 'You stop' : `${nameOf(person)} stops`} being an owner at once. Nobody can be made an owner from here, so this cannot be undone.`
            : 'You stop running the organisation at once, and cannot take this back yourself.',
        run: async () => {
          await put(role)
          notifyDone(`${nameOf(person)} is ${role === 'admin' ? 'an admin' : 'a member'} now`)
        },
      })
      return
    }
    const before = person.role as GivenRole
    try {
      await put(role)
      notifyUndo(`${nameOf(person)} is ${role === 'admin' ? 'an admin' : 'a member'} now`, () => put(before))
    } catch (error) {
      notifyError(error, `${nameOf(person)} stays ${ROLE_WORDS[before].toLowerCase()}`)
      throw error
    }
  }

  /** Asks for the name, and says what ends with them. */
  const remove = async (person: TeamPerson): Promise<void> => {
    const whole = await client.fetchQuery(people.one(person.id)).catch(() => person)
    const name = nameOf(person)
    const { sessions = 0, api_keys = 0 } = whole.holds ?? {}
    const places = whole.workspaces?.length ?? 0
    confirmByTyping({
      title: 'Remove from the organisation',
      name,
      verb: 'Remove',
      consequence: (
        <>
          <b>{name}</b> is out at once. Whatever they did stays in logs and the audit log under their name,
          and service keys they made go on. To have them back, invite them again: nothing of this comes back
          with them.
        </>
      ),
      touches: [
        { what: sessions === 0 ? 'They are signed in nowhere' : `${plural(sessions, 'session')} ended` },
        {
          what:
            api_keys === 0
              ? 'No user key of theirs'
              : `${plural(api_keys, 'user key')} refused within 2 seconds, for good`,
        },
        {
          what:
            places === 0 ? 'No place in a workspace' : `${plural(places, 'place')} in workspaces given up`,
        },
      ],
      run: async () => {
        await drop.mutateAsync(person.id)
        setUrlState({ open: null, pane: null })
        notifyDone(`${name} is removed`)
      },
    })
  }

  return { setRole, remove }
}
