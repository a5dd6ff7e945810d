'use client'

import { Menu, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, ChevronsUpDown, Search } from 'lucide-react'
import { createContext, type ReactNode, useContext, useState } from 'react'
import type { z } from 'zod'
import { me, type meRow } from '@/lib/contract/people.ts'
import { apiFetch, queries } from '@/lib/queries.ts'
import { notifyError } from '../ui/notify.tsx'
import styles from './shell.module.css'

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
  error: unknown
  /** Asks for the list once more. */
  retry: () => void
  choose: (id: string) => void
}

const Context = createContext<Chosen | null>(null)

/** Who is signed in and which workspace the screens show; remembered in a cookie, so the server knows it too. */
export function WorkspaceProvider({
  remembered,
  children,
}: {
  remembered: string | null
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

/** The id of the workspace on screen. Screens are only drawn once there is one. */
export function useWorkspaceId(): string {
  return useWorkspaces().id ?? ''
}

/** Whether the signed-in person may do this in the workspace on screen (`api_keys.create`); false until known. */
export function useCan(scope: string): boolean {
  const { workspace, me } = useWorkspaces()
  return (workspace?.scopes.includes(scope) || me?.scopes.includes(scope)) ?? false
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

/** Name of the workspace on screen, and the others behind it. */
export function WorkspaceSwitch() {
  const { workspace, all, choose } = useWorkspaces()
  const [search, setSearch] = useState('')
  const found = all.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(search.toLowerCase()))

  return (
    <Menu position="bottom-start" width={280} onClose={() => setSearch('')} disabled={all.length === 0}>
      <Menu.Target>
        <UnstyledButton className={styles.switch}>
          <Monogram workspace={workspace} />
          <span className={styles.switchName}>
            <span className="visually-hidden">Workspace: </span>
            {workspace?.name ?? '…'}
          </span>
          <ChevronsUpDown size={14} aria-hidden className={styles.switchIcon} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {all.length > 7 && (
          <TextInput
            placeholder="Search workspaces"
            aria-label="Search workspaces"
            leftSection={<Search size={14} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            mb={4}
          />
        )}
        <ScrollArea.Autosize mah={320}>
          {found.map((each) => (
            <Menu.Item
              key={each.id}
              onClick={() => choose(each.id)}
              leftSection={<Monogram workspace={each} />}
              rightSection={each.id === workspace?.id && <Check size={14} aria-label="shown now" />}
            >
              {each.name}
              <Text size="xs" c="dimmed" className="mono">
                {each.slug}
              </Text>
            </Menu.Item>
          ))}
          {found.length === 0 && <Menu.Item disabled>None match</Menu.Item>}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}

function Monogram({ workspace }: { workspace: Workspace | undefined }) {
  return (
    <span className={styles.monogram} aria-hidden>
      {workspace?.icon || workspace?.name.charAt(0).toUpperCase() || ''}
    </span>
  )
}
