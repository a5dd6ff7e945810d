'use client'

import { Menu, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Check, ChevronsUpDown, Search } from 'lucide-react'
import { createContext, type ReactNode, useContext, useState } from 'react'
import type { z } from 'zod'
import { type workspaceRow, workspaces } from '@/lib/contract/access.ts'
import { queries } from '@/lib/queries.ts'
import styles from './shell.module.css'

export type Workspace = z.output<typeof workspaceRow>
export const WORKSPACE_COOKIE = 'tollgate.workspace'

interface Chosen {
  /** Null until the list says which there are. */
  id: string | null
  workspace: Workspace | undefined
  all: readonly Workspace[]
  error: unknown
  choose: (id: string) => void
}

const Context = createContext<Chosen | null>(null)

/** Knows the workspaces of the person and which one the screens show; remembered in a cookie, so the server knows too. */
export function WorkspaceProvider({
  remembered,
  children,
}: {
  remembered: string | null
  children: ReactNode
}) {
  const [id, setId] = useState(remembered)
  const { data, error } = useQuery({
    ...queries(workspaces, null).list({ page_size: 100, status: 'active' }),
    staleTime: 60_000,
  })
  const all = data?.data ?? []
  const workspace = all.find((each) => each.id === id) ?? all.find((each) => each.is_default === 1) ?? all[0]
  const choose = (next: string) => {
    setId(next)
    document.cookie = `${WORKSPACE_COOKIE}=${next}; path=/; max-age=31536000; samesite=lax`
  }
  // Until the list is here the remembered one is believed, so that screens start loading at once.
  const chosen = { id: data ? (workspace?.id ?? null) : id, workspace, all, error, choose }
  return <Context.Provider value={chosen}>{children}</Context.Provider>
}

export function useWorkspaces(): Chosen {
  const chosen = useContext(Context)
  if (!chosen) throw new Error('useWorkspaces outside of the shell')
  return chosen
}

/** The id of the workspace on screen. Screens are only drawn once there is one. */
export function useWorkspaceId(): string {
  return useWorkspaces().id ?? ''
}

/** Name of the workspace on screen, and the others behind it. */
export function WorkspaceSwitch() {
  const { workspace, all, choose } = useWorkspaces()
  const [search, setSearch] = useState('')
  const found = all.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(search.toLowerCase()))

  return (
    <Menu position="bottom-start" width={280} onClose={() => setSearch('')} disabled={all.length === 0}>
      <Menu.Target>
        <UnstyledButton className={styles.switch} aria-label={`Workspace: ${workspace?.name ?? 'loading'}`}>
          <Monogram workspace={workspace} />
          <span className={styles.switchName}>{workspace?.name ?? '…'}</span>
          <ChevronsUpDown size={14} aria-hidden />
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
