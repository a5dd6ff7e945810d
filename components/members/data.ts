'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import { type apiKeyRow, apiKeys } from '@/lib/contract/access.ts'
import { me, members, users, workspaces } from '@/lib/contract/people.ts'
import type { List, RowOf } from '@/lib/contract/resource.ts'
import { apiFetch, queries } from '@/lib/queries.ts'
import { useCan, useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import { notifyError, notifyUndo } from '../ui/notify.tsx'
import { callOf, labelOf, type Member, type WorkspaceRole } from './roles.ts'

export type User = RowOf<typeof users>

export const ROWS_MAX = 100
/** Where else a change of who belongs here shows. */
export const ALSO = { alsoRefresh: [me, workspaces, users, apiKeys] } as const

/** Query and mutation options of the members of the workspace on screen. */
export function useMemberQueries() {
  const workspaceId = useWorkspaceId()
  return useMemo(() => queries(members, null, workspaceId), [workspaceId])
}

/** One's own standing in the workspace on screen. */
export function useOwnRole(): WorkspaceRole {
  return useWorkspaces().workspace?.role ?? 'member'
}

/** At once on screen; taken back when refused, and by Undo. */
export function useSetRole() {
  const ofMembers = useMemberQueries()
  const client = useQueryClient()
  const edit = useMutation(ofMembers.act('edit', ALSO))
  const show = (id: string, role: WorkspaceRole) =>
    client.setQueriesData<List<Member> | Member>({ queryKey: ofMembers.key }, (now) => {
      if (!now) return now
      if ('data' in now)
        return { ...now, data: now.data.map((row) => (row.id === id ? { ...row, role } : row)) }
      return now.id === id ? { ...now, role } : now
    })
  return async (member: Member, role: WorkspaceRole) => {
    if (role === member.role) return
    const put = async (next: WorkspaceRole) => {
      show(member.id, next)
      await edit.mutateAsync({ id: member.id, input: { role: next } })
    }
    try {
      await put(role)
      notifyUndo(`${callOf(member)} is ${labelOf(role).toLowerCase()} now`, () => put(member.role))
    } catch (error) {
      show(member.id, member.role)
      notifyError(error, 'The role was not changed')
    }
  }
}

/** Owners and admins of the organisation, who are admins here without having been added; undefined until known, or when that is not for the person to see. */
export function useByOrganisation(listed: readonly Member[] | undefined): readonly User[] | undefined {
  const canList = useCan('organisation_users.list')
  const asked = (role: 'owner' | 'admin') => ({
    ...queries(users, null).list({ role, page_size: ROWS_MAX }),
    enabled: canList,
    staleTime: 60_000,
  })
  const owners = useQuery(asked('owner'))
  const admins = useQuery(asked('admin'))
  return useMemo(() => {
    if (!owners.data || !admins.data || !listed) return undefined
    const here = new Set(listed.map(({ id }) => id))
    return [...owners.data.data, ...admins.data.data].filter(({ id }) => !here.has(id))
  }, [owners.data, admins.data, listed])
}

type ApiKey = z.output<typeof apiKeyRow>
const PAGES_MAX = 10

/** The keys of one person in the workspace on screen. Null when keys are not for the caller to see. */
export function useKeysOf(userId: string) {
  const workspaceId = useWorkspaceId()
  const canList = useCan('workspace_user_api_keys.list')
  const found = useQuery({
    ...keysOf(workspaceId, userId),
    enabled: canList,
  })
  return canList ? found : null
}

/** The same as query options. */
export function keysOf(workspaceId: string, userId: string) {
  return {
    queryKey: [...queries(apiKeys, workspaceId).key, 'of', userId],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ApiKey[]> => {
      const rows: ApiKey[] = []
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const { data, total } = await apiFetch<List<ApiKey>>(apiKeys.path, {
          query: {
            workspace_id: workspaceId,
            type: 'workspace-user',
            current_page: page,
            page_size: ROWS_MAX,
          },
          signal,
        })
        rows.push(...data)
        if (rows.length >= total || data.length === 0) break
      }
      return rows.filter(({ user_id }) => user_id === userId)
    },
  }
}
