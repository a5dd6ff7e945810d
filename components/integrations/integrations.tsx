'use client'

import { Button, Tabs } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Cable, Plus } from 'lucide-react'
import { useMemo } from 'react'
import { workspaces } from '@/lib/contract/people.ts'
import { queries } from '@/lib/queries.ts'
import { ChooseService } from '../catalog/choose-service.tsx'
import type { Integration } from '../catalog/data.ts'
import { ServiceName } from '../catalog/service-name.tsx'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { columnsOf } from './columns.tsx'
import { Connect, openConnect } from './connect.tsx'
import { ofOrganisation, ROWS_MAX, useWorkspaceTotal } from './data.ts'
import { IntegrationDetail } from './integration-detail.tsx'
import { IntegrationMenu } from './integration-menu.tsx'
import styles from './integrations.module.css'

const TABS = { connected: 'Connected', workspace: 'Workspace-created', all: 'All services' } as const

/** The credentials of the organisation: which services are connected, who may use them, and which of their models. */
export function IntegrationsScreen() {
  const [said] = useUrlState('tab')
  const tab = said === 'workspace' || said === 'all' ? said : 'connected'
  const canCreate = useCan('organisation_integrations.create')
  return (
    <>
      <PageHeader
        title="Integrations"
        why="The services the organisation has credentials for, and which workspace may call which of their models."
        action={
          canCreate && (
            <Button leftSection={<Plus size={14} />} onClick={() => openConnect()}>
              Connect
            </Button>
          )
        }
      />
      <Tabs
        value={tab}
        onChange={(next) =>
          setUrlState(
            {
              tab: next === 'connected' ? null : next,
              q: null,
              sort: null,
              page: null,
              open: null,
              pane: null,
              model: null,
            },
            { push: true },
          )
        }
        keepMounted={false}
      >
        <Tabs.List mb={16}>
          {Object.entries(TABS).map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="connected">
          <List key="organisation" type="organisation" />
        </Tabs.Panel>
        <Tabs.Panel value="workspace">
          <List key="workspace" type="workspace" />
        </Tabs.Panel>
        <Tabs.Panel value="all">
          <Services />
        </Tabs.Panel>
      </Tabs>
      <Connect />
    </>
  )
}

function List({ type }: { type: Integration['type'] }) {
  const [typed] = useUrlState('q')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const [paging, page] = usePaging(ROWS_MAX)
  const whole = useQuery({ ...ofOrganisation.list({ type, ...page }), placeholderData: keepPreviousData })
  // What is all here is searched here; beyond a page the server searches.
  const isPaged = (whole.data?.total ?? 0) > ROWS_MAX
  const paged = useQuery({
    ...ofOrganisation.list({ type, ...page, ...(search ? { search } : {}) }),
    enabled: isPaged && search !== '',
    placeholderData: keepPreviousData,
  })
  const total = useWorkspaceTotal()
  const nameOf = useWorkspaceNames(type === 'workspace')
  const canCreate = useCan('organisation_integrations.create')
  const columns = useMemo(() => columnsOf(type, { workspaces: total, nameOf }), [type, total, nameOf])
  return (
    <ResourceList
      label="Integrations"
      list={isPaged && search !== '' ? paged : whole}
      columns={columns}
      rowId={({ slug }) => slug}
      searchText={({ name, slug, ai_provider_id, description, workspace_id }) =>
        `${name} ${slug} ${ai_provider_id} ${description ?? ''} ${workspace_id ? nameOf(workspace_id) : ''}`
      }
      defaultSort="name"
      paging={paging}
      rowActions={(row) => <IntegrationMenu integration={row} />}
      drawer={{
        size: 800,
        title: (row, slug) =>
          row ? <ServiceName of={row.ai_provider_id}>{row.name}</ServiceName> : <code>{slug}</code>,
        render: (row, slug) => <IntegrationDetail key={slug} slug={slug} listed={row} />,
      }}
      empty={
        type === 'organisation' ? (
          <EmptyState
            icon={<Cable size={28} />}
            title="Nothing is connected yet"
            action={
              canCreate ? (
                <Button leftSection={<Plus size={14} />} onClick={() => openConnect()}>
                  Connect
                </Button>
              ) : undefined
            }
          >
            An integration holds the credentials of a service, such as OpenAI, once for the whole
            organisation. You choose which workspaces get it and which models they may call.
          </EmptyState>
        ) : (
          <EmptyState icon={<Cable size={28} />} title="No workspace has credentials of its own">
            What people add in a workspace’s Model Catalog for that workspace alone stands here.
          </EmptyState>
        )
      }
    />
  )
}

/** Every service this version can call, the connected ones marked; choosing one connects it. */
function Services() {
  const list = useQuery(ofOrganisation.list({ type: 'organisation', page_size: ROWS_MAX }))
  const canCreate = useCan('organisation_integrations.create')
  const connected = new Map<string, number>()
  for (const { ai_provider_id: id } of list.data?.data ?? []) connected.set(id, (connected.get(id) ?? 0) + 1)
  return (
    <>
      <p className={styles.lead}>
        {canCreate
          ? 'Choose a service to connect it. One can be connected several times, with different credentials.'
          : 'Connecting one needs organisation_integrations.create.'}
      </p>
      <ChooseService
        choose={({ id }) => canCreate && openConnect(id)}
        noteOn={({ id }) => (connected.has(id) ? `${connected.get(id)} connected` : undefined)}
      />
    </>
  )
}

/** What a workspace is called, by its id; asked for only where it matters. */
function useWorkspaceNames(isEnabled: boolean): (id: string) => string {
  const { all } = useWorkspaces()
  const { data } = useQuery({
    ...queries(workspaces, null).list({ page_size: ROWS_MAX }),
    staleTime: 60_000,
    enabled: isEnabled,
    retry: false,
  })
  return useMemo(() => {
    const names = new Map([...all, ...(data?.data ?? [])].map(({ id, name }) => [id, name]))
    return (id: string) => names.get(id) ?? `…${id.slice(-6)}`
  }, [all, data])
}
