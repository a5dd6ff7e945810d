'use client'

import { Button, SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Plus, Workflow } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useMemo } from 'react'
import type { List } from '@/lib/contract/resource.ts'
import { count } from '../format.ts'
import { usePeople } from '../keys/data.ts'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { useCan } from '../shell/workspace.tsx'
import { AnswerStrip } from '../ui/answer-strip.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { columnsOf } from './columns.tsx'
import { ConfigMenu } from './config-menu.tsx'
import { CreateConfig, openCreateConfig } from './create-config.tsx'
import { type Config, ROWS_MAX, useConfigQueries } from './data.ts'
import { NotRunYet } from './not-run.tsx'

/** The configs of the workspace on screen: what each does, who uses it, making one. */
export function ConfigsScreen() {
  const canCreate = useCan('configs.create')
  const active = useQuery(useConfigQueries().list({ page_size: ROWS_MAX }))
  return (
    <>
      <PageHeader
        title="Configs"
        why={
          <>
            Where calls go and what happens when that fails: fallbacks, load balancing, conditions, caching,
            retries.
            <NotRunYet />
          </>
        }
        action={
          canCreate && (
            <Button leftSection={<Plus size={14} />} onClick={openCreateConfig}>
              Create config
            </Button>
          )
        }
      />
      <Figures list={active.data} />
      <Configs canCreate={canCreate} />
      <CreateConfig />
    </>
  )
}

/** Of all configs, so only where all are on one page, and there are some. */
function Figures({ list }: { list: List<Config> | undefined }) {
  if (list && (list.total > list.data.length || list.total === 0)) return null
  const rows = list?.data
  const used = rows?.filter(({ used_by }) => used_by > 0).length
  const chosen = rows?.find(({ is_default }) => is_default === 1)
  return (
    <AnswerStrip
      answers={[
        { label: 'Configs', value: rows && count(rows.length), note: 'in this workspace' },
        { label: 'In use', value: rows && count(used), note: 'by keys, or given to new ones' },
        {
          label: 'Default',
          value: rows && (chosen ? 'Set' : 'None'),
          note: chosen?.name ?? 'calls that name none run without',
        },
      ]}
    />
  )
}

function Configs({ canCreate }: { canCreate: boolean }) {
  const router = useRouter()
  const of = useConfigQueries()
  const { nameOf } = usePeople()
  const [show] = useUrlState('show')
  const isArchived = show === 'archived'
  const [typed] = useUrlState('q')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const [paging, page] = usePaging(ROWS_MAX)
  const asked = { ...page, ...(isArchived ? { status: 'archived' } : {}) }
  const whole = useQuery({ ...of.list(asked), placeholderData: keepPreviousData })
  // What is all here is searched here; beyond a page the server searches.
  const isPaged = (whole.data?.total ?? 0) > ROWS_MAX
  const found = useQuery({
    ...of.list({ ...asked, search }),
    enabled: isPaged && search !== '',
    placeholderData: keepPreviousData,
  })
  const columns = useMemo(() => columnsOf(nameOf), [nameOf])
  return (
    <ResourceList
      key={isArchived ? 'archived' : 'active'}
      label="Configs"
      list={isPaged && search !== '' ? found : whole}
      columns={columns}
      rowId={({ id }) => id}
      searchText={({ name, slug, summary }) => `${name} ${slug} ${summary}`}
      paging={paging}
      {...(isArchived
        ? {}
        : { onOpen: ({ slug }: Config) => router.push(`/configs/${encodeURIComponent(slug)}`) })}
      rowActions={(row) => <ConfigMenu config={row} />}
      toolbar={
        <SegmentedControl
          size="xs"
          value={isArchived ? 'archived' : 'active'}
          onChange={(next) => setUrlState({ show: next === 'active' ? null : next, page: null, sort: null })}
          aria-label="Which configs"
          data={[
            { value: 'active', label: 'Active' },
            { value: 'archived', label: 'Archived' },
          ]}
        />
      }
      empty={
        isArchived ? (
          <EmptyState icon={<Workflow size={28} />} title="None is archived">
            A deleted config stands here and can be brought back.
          </EmptyState>
        ) : (
          <EmptyState
            icon={<Workflow size={28} />}
            title="No config yet"
            action={
              canCreate ? (
                <Button leftSection={<Plus size={14} />} onClick={openCreateConfig}>
                  Create config
                </Button>
              ) : undefined
            }
          >
            A config says where calls go and what happens when that fails. Begin with a template: a fallback,
            a load balance, conditions, or a cache.
          </EmptyState>
        )
      }
    />
  )
}
