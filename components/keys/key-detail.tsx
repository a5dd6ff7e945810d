'use client'

import { Skeleton, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { KeyType } from '@/lib/contract/scopes.ts'
import { Problem } from '../resource/problem.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { useKeyQueries } from './data.ts'
import { KeyActsAsCode } from './key-code.tsx'
import type { ApiKey } from './key-draft.ts'
import { EditKey } from './key-edit.tsx'
import { KeyOverview } from './key-overview.tsx'
import { useMayChange } from './key-words.tsx'

interface Props {
  id: string
  /** Of the list it was opened from; keys of any type when undefined. */
  type: KeyType | undefined
  /** Paints at once. */
  listed: ApiKey | undefined
}

/** One key, in the drawer: what it is and may do, and changing that. */
export function KeyDetail({ id, type, listed }: Props) {
  const keys = useKeyQueries(type)
  const one = useQuery({ ...keys.one(id), ...(listed ? { placeholderData: listed } : {}) })
  const [said, setPane] = useUrlState('pane')
  const may = useMayChange()
  const key = one.data
  if (one.error && !key) return <Problem error={one.error} label="The key" retry={() => one.refetch()} />
  if (!key) {
    return (
      <Stack gap={14} aria-hidden>
        {[40, 70, 55, 62].map((width) => (
          <Skeleton key={width} height={12} width={`${width}%`} />
        ))}
      </Stack>
    )
  }
  const pane = said === 'edit' && may(key, 'update') ? 'edit' : said === 'api' ? 'api' : 'overview'
  return (
    <Tabs value={pane} onChange={(value) => setPane(value === 'overview' ? null : value)} keepMounted={false}>
      <Tabs.List mb={20}>
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        {may(key, 'update') && <Tabs.Tab value="edit">Edit</Tabs.Tab>}
        <Tabs.Tab value="api">API</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <KeyOverview apiKey={key} />
      </Tabs.Panel>
      <Tabs.Panel value="edit">
        <EditKey key={key.last_updated_at} apiKey={key} />
      </Tabs.Panel>
      <Tabs.Panel value="api">
        <KeyActsAsCode apiKey={key} />
      </Tabs.Panel>
    </Tabs>
  )
}
