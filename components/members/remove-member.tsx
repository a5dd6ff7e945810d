'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { plural } from '../format.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, keysOf, useMemberQueries } from './data.ts'
import { callOf, type Member } from './roles.ts'

const SHOWN = 5

/** Asks for the e-mail, and says what ends: their keys of the workspace, for good. */
export function useRemoveMember(): (member: Member) => Promise<void> {
  const ofMembers = useMemberQueries()
  const { me, id: workspaceId, workspace } = useWorkspaces()
  const client = useQueryClient()
  const canSeeKeys = useCan('workspace_user_api_keys.list')
  const drop = useMutation(ofMembers.act('remove', ALSO))
  return async (member) => {
    const keys =
      canSeeKeys && workspaceId
        ? await client.fetchQuery(keysOf(workspaceId, member.id)).catch(() => null)
        : null
    const isSelf = member.id === me?.id
    const who = isSelf ? 'You' : callOf(member)
    const remains =
      member.org_role === 'member'
        ? `${isSelf ? 'lose' : 'loses'} ${workspace?.name ?? 'the workspace'}: its logs, its keys, its settings.`
        : `${isSelf ? 'stay' : 'stays'} admin here as organisation ${member.org_role}, and ${isSelf ? 'leave' : 'leaves'} this list.`
    const ends =
      keys === null
        ? 'Their own keys of the workspace end for good; should they come back, the keys do not.'
        : keys.length === 0
          ? 'No key of theirs ends with it.'
          : `${plural(keys.length, 'key of theirs ends', 'keys of theirs end')} within 2 seconds, for good:`
    confirmByTyping({
      title: isSelf ? 'Leave workspace' : 'Remove member',
      name: member.email,
      verb: isSelf ? 'Leave workspace' : 'Remove member',
      consequence: (
        <>
          {who} {remains} {ends}
        </>
      ),
      touches: (keys ?? [])
        .slice(0, SHOWN)
        .map(({ name, key }) => ({ what: `${name} (${key})` }))
        .concat(keys && keys.length > SHOWN ? [{ what: `and ${keys.length - SHOWN} more` }] : []),
      run: async () => {
        setUrlState({ open: null, pane: null })
        await drop.mutateAsync({ id: member.id })
        notifyDone(isSelf ? 'You left the workspace' : `${callOf(member)} is removed`)
      },
    })
  }
}
