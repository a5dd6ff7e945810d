'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { apiKeys, workspaces } from '@/lib/contract/access.ts'
import { queries } from '@/lib/queries.ts'
import { useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'

/** Query and mutation options of keys in the workspace on screen. */
export function useKeyQueries() {
  const workspaceId = useWorkspaceId()
  return useMemo(() => queries(apiKeys, workspaceId), [workspaceId])
}

export interface Person {
  id: string
  name: string
  email: string
}

/** The people of the workspace, the signed-in one among them, and how to call somebody by id. */
export function usePeople(): { people: readonly Person[]; nameOf: (id: string | null) => string } {
  const workspaceId = useWorkspaceId()
  const { me } = useWorkspaces()
  const { data } = useQuery({ ...queries(workspaces, null).one(workspaceId), staleTime: 60_000 })
  return useMemo(() => {
    const members = (data?.users ?? []).map(({ id, first_name, last_name, email }) => ({
      id,
      name: `${first_name} ${last_name}`.trim() || email,
      email,
    }))
    const self = me && {
      id: me.id,
      name: `${me.first_name} ${me.last_name}`.trim() || me.email,
      email: me.email,
    }
    const people = self && !members.some(({ id }) => id === self.id) ? [self, ...members] : members
    const nameOf = (id: string | null) => {
      if (id === null) return '–'
      if (id === me?.id) return 'You'
      return people.find((person) => person.id === id)?.name ?? `…${id.slice(-6)}`
    }
    return { people, nameOf }
  }, [data, me])
}
