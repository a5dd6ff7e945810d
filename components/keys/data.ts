'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { apiKeys } from '@/lib/contract/access.ts'
import { users, workspaces } from '@/lib/contract/people.ts'
import type { List } from '@/lib/contract/resource.ts'
import type { KeyType } from '@/lib/contract/scopes.ts'
import { logs } from '@/lib/contract/telemetry.ts'
import { apiFetch, queries } from '@/lib/queries.ts'
import { usePaging } from '../resource/paging.tsx'
import { useCan, useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import type { ApiKey, KeyRules } from './key-draft.ts'

/** Query and mutation options of keys in the workspace on screen; admin keys belong to none. */
export function useKeyQueries(type?: KeyType) {
  const workspaceId = useWorkspaceId()
  const home = type === 'organisation-service' ? null : workspaceId
  return useMemo(() => queries(apiKeys, home), [home])
}

/** A key that changed shows on the screens of its workspace and of the organisation alike. */
export const ALSO = { alsoRefresh: [apiKeys] } as const

/** What the organisation rules for keys; undefined until known. */
export function useKeyRules(): KeyRules | undefined {
  return useQuery({ ...queries(apiKeys, null).read<KeyRules>('rules'), staleTime: 30_000 }).data
}

/** For mutations whose reply holds a secret: the cache of mutations is no place for it. */
export const FORGOTTEN = { gcTime: 0 } as const

const PAGE_SIZE = 100
/** Up to here all keys are here at once, so search and sort see every one; beyond it the server pages and searches. */
const WHOLE_MAX = 200

/** What the server sorts by, by the names of the columns. */
const SORTS: Readonly<Record<string, string>> = {
  name: 'name',
  created: 'created_at',
  used: 'last_used_at',
  expires: 'expires_at',
}

/** The keys of a tab: whole, or page by page with the server's search, status and order. */
export function useKeyList(
  type: KeyType | undefined,
  { search, status, sort }: { search: string; status: ApiKey['status'] | undefined; sort: string },
) {
  const keys = useKeyQueries(type)
  const workspaceId = useWorkspaceId()
  const [paging, page] = usePaging(PAGE_SIZE)
  const ofType = type ? { type } : {}
  const home = type === 'organisation-service' ? {} : { workspace_id: workspaceId }
  const whole = useQuery({
    queryKey: [...keys.key, 'whole', type ?? null],
    queryFn: async ({ signal }): Promise<List<ApiKey>> => {
      const ask = (current_page: number) =>
        apiFetch<List<ApiKey>>(apiKeys.path, {
          query: { ...home, current_page, page_size: PAGE_SIZE, ...ofType },
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
  const by = SORTS[sort.replace(/^-/, '')]
  const asked = {
    ...page,
    ...ofType,
    ...(search ? { search } : {}),
    ...(status ? { status } : {}),
    ...(by ? { sort: by, order: sort.startsWith('-') ? 'desc' : 'asc' } : {}),
  } as Parameters<typeof keys.list>[0]
  const paged = useQuery({
    ...keys.list(asked),
    enabled: isPaged,
    placeholderData: keepPreviousData,
  })
  return isPaged ? { list: paged, paging } : { list: whole, paging: undefined }
}

/** How many of one key's calls there were in the last seven days, and how many failed; null where one may not know. */
export function useKeyCalls(key: ApiKey) {
  const mayList = useCan('logs.list')
  const { id, workspace_id } = key
  const ask = async (more: object, signal: AbortSignal): Promise<number | null> => {
    const since = new Date(Date.now() - 7 * 86_400_000).toISOString()
    const { total } = await apiFetch<{ total: number | null }>(logs.path, {
      query: { workspace_id, api_key_ids: id, time_of_generation_min: since, page_size: 1, ...more },
      signal,
    })
    return total
  }
  return useQuery({
    queryKey: [workspace_id, logs.path, 'of-key', id],
    queryFn: async ({ signal }) => {
      const [total, failed] = await Promise.all([ask({}, signal), ask({ is_success: false }, signal)])
      return { total, failed }
    },
    enabled: mayList && workspace_id !== null,
    retry: false,
  })
}

export interface Person {
  id: string
  name: string
  email: string
}

/**
 * The people one may make keys for, the signed-in one among them, and how to call somebody by id. Those of the workspace;
 * for who may see everybody, also the owners and admins, who are at home everywhere.
 */
export function usePeople(): { people: readonly Person[]; nameOf: (id: string | null) => string } {
  const workspaceId = useWorkspaceId()
  const { me } = useWorkspaces()
  const seesAll = useCan('organisation_users.list')
  const { data: workspace } = useQuery({ ...queries(workspaces, null).one(workspaceId), staleTime: 60_000 })
  const { data: everybody } = useQuery({
    ...queries(users, null).list({ page_size: 100 }),
    enabled: seesAll,
    staleTime: 60_000,
  })
  return useMemo(() => {
    const members = (workspace?.users ?? []).map(personOf)
    const admins = (everybody?.data ?? [])
      .filter(({ role, status }) => role !== 'member' && status === 'active')
      .map(personOf)
    const known = [...(me ? [personOf(me)] : []), ...members, ...admins]
    const people = [...new Map(known.map((person) => [person.id, person])).values()]
    const names = new Map(
      [...(everybody?.data ?? []).map(personOf), ...people].map(({ id, name }) => [id, name]),
    )
    const nameOf = (id: string | null) => {
      if (id === null) return '–'
      if (id === me?.id) return 'You'
      return names.get(id) ?? `…${id.slice(-6)}`
    }
    return { people, nameOf }
  }, [workspace, everybody, me])
}

function personOf({ id, first_name, last_name, email }: Named): Person {
  return { id, name: `${first_name} ${last_name}`.trim() || email, email }
}

interface Named {
  id: string
  first_name: string
  last_name: string
  email: string
}

/** Who made a key, after "by": nobody's name means a program; keys that come with joining Tollgate makes. */
export function byWhom(
  nameOf: (id: string | null) => string,
  { created_by, creation_mode }: Pick<ApiKey, 'created_by' | 'creation_mode'>,
): string {
  if (creation_mode === 'auto') return 'Tollgate itself'
  if (created_by === null) return 'a program'
  const name = nameOf(created_by)
  return name === 'You' ? 'you' : name
}
