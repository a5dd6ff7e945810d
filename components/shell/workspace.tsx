'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'
import type { z } from 'zod'
import { me, type meRow } from '@/lib/contract/people.ts'
import { apiFetch, queries } from '@/lib/queries.ts'
import { notifyError } from '../ui/notify.tsx'

export type Me = z.output<typeof meRow>
export type Workspace = Me['workspaces'][number]
export const WORKSPACE_COOKIE = 'tollgate.workspace'

interface Chosen {
  /** Null until the list says which there are. */
  id: string | null
  workspace: Workspace | undefined
  all: readonly Workspace[]
  /** The signed-in person; undefined until loaded. */
  me: Me | undefined
  /** owner | admin | member of the organisation; known from the start. */
  role: string
  error: unknown
  /** Asks for the list once more. */
  retry: () => void
  choose: (id: string) => void
}

const Context = createContext<Chosen | null>(null)

/** Who is signed in and which workspace the screens show; remembered in a cookie, so the server knows it too. */
export function WorkspaceProvider({
  remembered,
  role,
  children,
}: {
  remembered: string | null
  role: string
  children: ReactNode
}) {
  const [id, setId] = useState(remembered)
  const { data, error, refetch } = useQuery(meQuery)
  const all = data?.workspaces ?? []
  const workspace = all.find((each) => each.id === id) ?? all.find((each) => each.is_default === 1) ?? all[0]
  const choose = (next: string) => {
    setId(next)
    // biome-ignore lint/suspicious/noDocumentCookie: the server's layout reads it, and Cookie Store is not in every browser
    document.cookie = `${WORKSPACE_COOKIE}=${next}; path=/; max-age=31536000; samesite=lax`
  }
  // Until the list is here the remembered one is believed, so that screens start loading at once.
  const chosen = {
    id: data ? (workspace?.id ?? null) : id,
    workspace,
    all,
    me: data,
    role: data?.role ?? role,
    error,
    retry: () => void refetch(),
    choose,
  }
  return <Context.Provider value={chosen}>{children}</Context.Provider>
}

const meQuery = {
  ...queries(me, null).read<Me>('show'),
  staleTime: 60_000,
  // Nothing can be shown without it, so the console comes back by itself when the server does.
  refetchInterval: ({ state }: { state: { status: string } }) =>
    state.status === 'error' ? RETRY_MS : false,
} as const
const RETRY_MS = 5_000

export function useWorkspaces(): Chosen {
  const chosen = useContext(Context)
  if (!chosen) throw new Error('useWorkspaces outside of the shell')
  return chosen
}

/** The id of the workspace on screen; '' only on pages of the organisation, for a person in no workspace. */
export function useWorkspaceId(): string {
  return useWorkspaces().id ?? ''
}

/** Whether the signed-in person may do this in the workspace on screen (`api_keys.create`); false until known. */
export function useCan(scope: string): boolean {
  return useHolds()(scope)
}

/** The same for scopes that are known later: a question that can be asked of each. */
export function useHolds(): (scope: string) => boolean {
  const { workspace, me } = useWorkspaces()
  return useCallback(
    (scope) => (workspace?.scopes.includes(scope) || me?.scopes.includes(scope)) ?? false,
    [workspace, me],
  )
}

/** One of the things the console remembers about the person, on the server: `[value, set]`. Null removes it. */
export function usePreference(name: string): [unknown, (value: unknown) => void] {
  const client = useQueryClient()
  const { me: person } = useWorkspaces()
  const set = (value: unknown) => {
    client.setQueryData(meQuery.queryKey, (now: Me | undefined) =>
      now ? { ...now, preferences: { ...now.preferences, [name]: value } } : now,
    )
    apiFetch(me.path, { method: 'PUT', body: { preferences: { [name]: value } } }).catch((error: unknown) => {
      notifyError(error, 'Your choice was not kept')
      return client.invalidateQueries({ queryKey: meQuery.queryKey })
    })
  }
  return [person?.preferences[name], set]
}
