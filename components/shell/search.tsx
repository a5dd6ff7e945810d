'use client'

import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, spotlight } from '@mantine/spotlight'
import { CornerDownLeft, LogOut, Moon, Search, Sun, Zap } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { UNLISTED } from './nav.ts'
import { signOut } from './session.ts'
import styles from './shell.module.css'
import { useNav } from './use-nav.ts'

interface Entry {
  id: string
  group: string
  label: string
  description?: string
  words: string
  icon: ReactNode
  run: () => void
}

const LOG_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** ⌘K: go to any page one may see, run any action, open a log by its id, search the logs for anything else. */
export function GlobalSearch() {
  const [query, setQuery] = useState('')
  const router = useRouter()
  const { setColorScheme } = useMantineColorScheme()
  const { nav, actions } = useNav()
  const typed = query.trim()
  const go = (href: string) => () => router.push(href)

  const all: Entry[] = [
    ...[...nav, { group: 'Account', items: UNLISTED }].flatMap(({ group, items }) =>
      items.map(({ href, label, icon: Icon, keywords }) => ({
        id: href,
        group: 'Pages',
        label,
        words: `${label} ${group} ${keywords.join(' ')}`,
        icon: <Icon size={16} />,
        run: go(href),
      })),
    ),
    ...actions.map(({ href, label, description, keywords }) => ({
      id: `do ${label}`,
      group: 'Actions',
      label,
      description,
      words: `${label} ${description} ${keywords.join(' ')}`,
      icon: <Zap size={16} />,
      run: go(href),
    })),
    {
      id: 'light',
      group: 'Actions',
      label: 'Use the light theme',
      words: 'use light theme appearance',
      icon: <Sun size={16} />,
      run: () => setColorScheme('light'),
    },
    {
      id: 'dark',
      group: 'Actions',
      label: 'Use the dark theme',
      words: 'use dark theme appearance',
      icon: <Moon size={16} />,
      run: () => setColorScheme('dark'),
    },
    {
      id: 'sign-out',
      group: 'Actions',
      label: 'Sign out',
      words: 'sign out log out leave',
      icon: <LogOut size={16} />,
      run: () => void signOut(),
    },
  ]
  const words = typed.toLowerCase().split(/\s+/)
  const found = all.filter((entry) => words.every((word) => entry.words.toLowerCase().includes(word)))
  if (LOG_ID.test(typed)) {
    found.unshift({
      id: 'log',
      group: 'Logs',
      label: 'Open this log',
      description: typed,
      words: '',
      icon: <CornerDownLeft size={16} />,
      run: go(`/logs?open=${typed.toLowerCase()}`),
    })
  } else if (typed.length > 1) {
    found.push({
      id: 'logs',
      group: 'Logs',
      label: `Search the logs for “${typed}”`,
      words: '',
      icon: <Search size={16} />,
      run: go(`/logs?search=${encodeURIComponent(typed)}`),
    })
  }

  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      overlayProps={{ blur: 0, backgroundOpacity: 0.3 }}
      radius="md"
      maxHeight={400}
      scrollable
    >
      <Spotlight.Search
        placeholder="Go to, do, or paste a log id"
        leftSection={<Search size={18} />}
        aria-label="Search"
      />
      <Spotlight.ActionsList>
        {['Logs', 'Pages', 'Actions']
          .map((group) => ({ group, entries: found.filter((entry) => entry.group === group) }))
          .filter(({ entries }) => entries.length > 0)
          .map(({ group, entries }) => (
            <Spotlight.ActionsGroup key={group} label={group} className={styles.found}>
              {entries.map((entry) => (
                <Spotlight.Action
                  key={entry.id}
                  label={entry.label}
                  {...(entry.description ? { description: entry.description } : {})}
                  leftSection={entry.icon}
                  onClick={entry.run}
                />
              ))}
            </Spotlight.ActionsGroup>
          ))}
        {found.length === 0 && <Spotlight.Empty>Nothing is called that.</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

/** Opens it from a button. */
export const openSearch = spotlight.open
