'use client'

import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Boxes, Ellipsis, KeyRound, Pencil, Plus, Power, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import type { Column } from '../resource/columns.ts'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { useCan } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { openAddProvider } from './add-provider.tsx'
import styles from './catalog.module.css'
import { type Provider, ROWS_MAX, useCatalog } from './data.ts'
import { useProviderActs } from './provider-acts.tsx'
import { ProviderDetail } from './provider-detail.tsx'
import { Limits, ProviderStatus } from './provider-words.tsx'
import { ServiceName } from './service-name.tsx'

/** The providers of the workspace: what requests call by `@slug`. */
export function Providers() {
  const { providers } = useCatalog()
  const [paging, page] = usePaging(ROWS_MAX)
  const list = useQuery({ ...providers.list(page), placeholderData: keepPreviousData })
  const canCreate = useCan('providers.create')
  return (
    <ResourceList
      label="Providers"
      list={list}
      columns={list.data?.data.some(hasLimits) ? COLUMNS : UNLIMITED}
      rowId={({ slug }) => slug}
      searchText={(row) => `${row.name} @${row.slug} ${row.ai_provider_id} ${row.note ?? ''}`}
      defaultSort="-created"
      paging={paging}
      rowActions={(row) => <ProviderMenu provider={row} />}
      drawer={{
        title: (row, slug) =>
          row ? <ServiceName of={row.ai_provider_id}>{row.name}</ServiceName> : `@${slug}`,
        render: (row, slug) => <ProviderDetail key={slug} slug={slug} listed={row} />,
      }}
      empty={
        <EmptyState
          icon={<Boxes size={28} />}
          title="No providers yet"
          action={
            canCreate ? (
              <Button leftSection={<Plus size={14} />} onClick={() => openAddProvider()}>
                Add provider
              </Button>
            ) : undefined
          }
        >
          A provider is a service with its credentials, such as OpenAI or your own Ollama. Requests call it by
          its slug: <code>@openai/gpt-4o</code>.
        </EmptyState>
      }
    />
  )
}

const COLUMNS: readonly Column<Provider>[] = [
  {
    key: 'name',
    title: 'Name',
    sort: ({ name }) => name,
    render: (row) => (
      <Tooltip label={row.name} disabled={row.name.length < 32} multiline maw={420}>
        <span style={{ display: 'inline-flex', maxWidth: 300 }}>
          <ServiceName of={row.ai_provider_id}>{row.name}</ServiceName>
        </span>
      </Tooltip>
    ),
  },
  {
    key: 'slug',
    title: 'Slug',
    sort: ({ slug }) => slug,
    render: ({ slug }) => (
      <span style={{ display: 'inline-flex', maxWidth: 220 }}>
        <Copyable value={`@${slug}`} />
      </span>
    ),
  },
  {
    key: 'service',
    title: 'Service',
    sort: ({ ai_provider_id }) => ai_provider_id,
    render: ({ ai_provider_id }) => <ServiceWords of={ai_provider_id} />,
  },
  {
    key: 'created',
    title: 'Created',
    sort: ({ created_at }) => created_at,
    render: ({ created_at }) => <Time at={created_at} />,
  },
  { key: 'limits', title: 'Limits', isWideOnly: true, render: (row) => <Limits {...row} /> },
  {
    key: 'status',
    title: 'Status',
    sort: ({ status }) => status,
    render: (row) => <ProviderStatus {...row} />,
  },
]

/** Without the column that would say nothing in every row. */
const UNLIMITED = COLUMNS.filter(({ key }) => key !== 'limits')

function hasLimits({ usage_limits, rate_limits }: Provider): boolean {
  return usage_limits !== null || rate_limits !== null
}

function ServiceWords({ of }: { of: string }) {
  return <span className={styles.dim}>{of}</span>
}

function ProviderMenu({ provider }: { provider: Provider }) {
  const router = useRouter()
  const { setStatus, remove } = useProviderActs()
  const canUpdate = useCan('providers.update')
  const canDelete = useCan('providers.delete')
  const isOff = provider.status === 'disabled'
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${provider.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<KeyRound size={14} />} onClick={() => router.push('/api-keys?create=1')}>
          Create key
        </Menu.Item>
        <Menu.Item
          leftSection={<Pencil size={14} />}
          disabled={!canUpdate}
          onClick={() => setUrlState({ open: provider.slug, pane: 'edit' }, { push: true })}
        >
          Edit provider
        </Menu.Item>
        <Menu.Item
          leftSection={<Power size={14} />}
          disabled={!canUpdate}
          onClick={() => setStatus(provider, isOff ? 'active' : 'disabled')}
        >
          {isOff ? 'Enable provider' : 'Disable provider'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 size={14} />}
          disabled={!canDelete}
          onClick={() => remove(provider)}
        >
          Delete provider
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
