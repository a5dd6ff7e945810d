'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { apiKeys } from '@/lib/contract/access.ts'
import { workspaces } from '@/lib/contract/people.ts'
import type { List } from '@/lib/contract/resource.ts'
import type { KeyType } from '@/lib/contract/scopes.ts'
import { apiFetch, queries } from '@/lib/queries.ts'
import { usePaging } from '../resource/paging.tsx'
import { useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import type { ApiKey } from './key-draft.ts'

/** Query and mutation options of keys in the workspace on screen. */
export function useKeyQueries() {
  const workspaceId = useWorkspaceId()
  return useMemo(() => queries(apiKeys, workspaceId), [workspaceId])
}

/** For mutations whose reply holds a secret: the cache of mutations is no place for it. */
export const FORGOTTEN = { gcTime: 0 } as const

const PAGE_SIZE = 100
/** Up to here all keys are here at once, so search and sort see every one; beyond it the server pages and searches. */
const WHOLE_MAX = 200

/** The keys of the workspace on screen, of one type or all: whole, or page by page with the server's search by name. */
export function useKeyList(type: KeyType | undefined, search: string) {
  const keys = useKeyQueries()
  const workspaceId = useWorkspaceId()
  const [paging, page] = usePaging(PAGE_SIZE)
  const ofType = type ? { type } : {}
  const whole = useQuery({
    queryKey: [...keys.key, 'whole', type ?? null],
    queryFn: async ({ signal }): Promise<List<ApiKey>> => {
      const ask = (current_page: number) =>
        apiFetch<List<ApiKey>>(apiKeys.path, {
          query: { workspace_id: workspaceId, current_page, page_size: PAGE_SIZE, ...ofType },
          signal,
        })
      const first = await ask(0)
      if (first.total <= PAGE_SIZE || first.total > WHOLE_MAX) return first
      const pages = Math.ceil(first.total / PAGE_SIZE)
      const rest = await Promise.all(Array.from({ length: pages - 1 }, (_, index) => ask(index + 1)))
      const rows = [first, ...rest].flatMap(({ data }) => data)
      // A key made between two pages moves the others along.
      return { ...first, data: [...new Map(rows.map((row) => [row.id, row])).values()] }
    },
  })
  const isPaged = (whole.data?.total ?? 0) > WHOLE_MAX
  const paged = useQuery({
    ...keys.list({ ...page, ...ofType, ...(search ? { search } : {}) }),
    enabled: isPaged,
    placeholderData: keepPreviousData,
  })
  return isPaged ? { list: paged, paging } : { list: whole, paging: undefined }
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

/** Who made something, after "by": nobody's name means that a program did. */
export function byWhom(nameOf: (id: string | null) => string, id: string | null): string {
  if (id === null) return 'a program'
  const name = nameOf(id)
  return name === 'You' ? 'you' : name
}
