'use client'

import { Button, SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Building2, Plus } from 'lucide-react'
import { useMemo } from 'react'
import type { List } from '@/lib/contract/resource.ts'
import { count, plural } from '../format.ts'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { AnswerStrip } from '../ui/answer-strip.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { columnsOf, WorkspaceName } from './columns.tsx'
import { CreateWorkspace, openCreateWorkspace } from './create-workspace.tsx'
import { ofWorkspaces, ROWS_MAX, type Workspace } from './data.ts'
import { WorkspaceDetail } from './workspace-detail.tsx'
import { WorkspaceMenu } from './workspace-menu.tsx'

/** Every workspace of the organisation: what is in it, adding one, ending one. */
export function WorkspacesScreen() {
  const canCreate = useCan('workspaces.create')
  const active = useQuery(ofWorkspaces.list({ page_size: ROWS_MAX }))
  return (
    <>
      <PageHeader
        title="Workspaces"
        why="Where work is kept apart: each has its own providers, keys, members, limits and logs."
        action={
          canCreate && (
            <Button leftSection={<Plus size={14} />} onClick={openCreateWorkspace}>
              Add workspace
            </Button>
          )
        }
      />
      <Figures list={active.data} />
      <Workspaces />
      <CreateWorkspace />
    </>
  )
}

/** Of all workspaces, so only where all are on one page. */
function Figures({ list }: { list: List<Workspace> | undefined }) {
  if (list && list.total > list.data.length) return null
  const rows = list?.data
  const sum = (key: 'providers' | 'api_keys') =>
    rows && count(rows.reduce((all, { counts }) => all + (counts?.[key] ?? 0), 0))
  const ready = rows?.filter(({ counts }) => counts && counts.providers > 0 && counts.api_keys > 0).length
  const without = (key: 'providers' | 'api_keys') => rows?.filter(({ counts }) => counts?.[key] === 0).length
  const lacking = (key: 'providers' | 'api_keys', what: string) => {
    const found = without(key) ?? 0
    return found === 0
      ? { note: `every workspace has ${what}` }
      : { note: `${plural(found, 'workspace has', 'workspaces have')} none`, tone: 'warn' as const }
  }
  return (
    <AnswerStrip
      answers={[
        { label: 'Workspaces', value: rows && count(rows.length), note: 'in the organisation' },
        {
          label: 'Ready for calls',
          value: rows && `${count(ready)} of ${count(rows.length)}`,
          note: 'have a provider and a key',
        },
        { label: 'Providers', value: sum('providers'), ...lacking('providers', 'one') },
        { label: 'API keys', value: sum('api_keys'), ...lacking('api_keys', 'one') },
      ]}
    />
  )
}

function Workspaces() {
  const [show] = useUrlState('show')
  const isEnded = show === 'deleted'
  const [typed] = useUrlState('q')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const [paging, page] = usePaging(ROWS_MAX)
  const status = isEnded ? { status: 'archived' } : {}
  const whole = useQuery({ ...ofWorkspaces.list({ ...page, ...status }), placeholderData: keepPreviousData })
  // What is all here is searched here; beyond a page the server searches.
  const isPaged = (whole.data?.total ?? 0) > ROWS_MAX
  const paged = useQuery({
    ...ofWorkspaces.list({ ...page, ...status, name: search }),
    enabled: isPaged && search !== '',
    placeholderData: keepPreviousData,
  })
  const { id: shownId } = useWorkspaces()
  const canCreate = useCan('workspaces.create')
  const columns = useMemo(
    () =>
      columnsOf(shownId).filter(
        ({ key }) => !isEnded || /^(name|slug|description|created|updated)$/.test(key),
      ),
    [shownId, isEnded],
  )
  return (
    <ResourceList
      key={isEnded ? 'deleted' : 'active'}
      label="Workspaces"
      list={isPaged && search !== '' ? paged : whole}
      columns={columns}
      rowId={({ id }) => id}
      searchText={({ name, slug, description }) => `${name} ${slug} ${description ?? ''}`}
      paging={paging}
      toolbar={
        <SegmentedControl
          size="xs"
          value={isEnded ? 'deleted' : 'active'}
          onChange={(next) =>
            setUrlState({ show: next === 'active' ? null : next, page: null, open: null, sort: null })
          }
          aria-label="Which workspaces"
          data={[
            { value: 'active', label: 'Active' },
            { value: 'deleted', label: 'Deleted' },
          ]}
        />
      }
      {...(isEnded ? {} : { rowActions: (row: Workspace) => <WorkspaceMenu workspace={row} /> })}
      drawer={{
        title: (row) => (row ? <WorkspaceName of={row} isShown={row.id === shownId} isTitle /> : 'Workspace'),
        render: (row, id) => <WorkspaceDetail key={id} id={id} listed={row} />,
      }}
      empty={
        isEnded ? (
          <EmptyState icon={<Building2 size={28} />} title="None was deleted">
            A deleted workspace stands here, for what was logged in it.
          </EmptyState>
        ) : (
          <EmptyState
            icon={<Building2 size={28} />}
            title="No workspace yet"
            action={
              canCreate ? (
                <Button leftSection={<Plus size={14} />} onClick={openCreateWorkspace}>
                  Add workspace
                </Button>
              ) : undefined
            }
          >
            A workspace is a team, a product or a stage: with its own providers, keys, members, limits and
            logs.
          </EmptyState>
        )
      }
    />
  )
}
