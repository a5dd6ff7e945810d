'use client'

import { ActionIcon, Button, Menu, Tabs, Tooltip } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Ellipsis, KeyRound, Pencil, Plus, Power, RotateCw, Trash2 } from 'lucide-react'
import { useDeferredValue } from 'react'
import { type Column, ResourceList, usePaging } from '../resource/list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { CreateKey, openCreateKey, useKeyTypes } from './create-key.tsx'
import { useKeyQueries, usePeople } from './data.ts'
import { useKeyActs } from './key-acts.tsx'
import { KeyDetail } from './key-detail.tsx'
import { type ApiKey, TYPE_WORDS } from './key-draft.ts'
import { KeyLimits, KeyStatus, useMayChange } from './key-words.tsx'
import styles from './keys.module.css'
import { useRotateKey } from './rotate-key.tsx'

const PAGE = 100
const TABS = {
  all: { label: 'All', type: undefined },
  service: { label: 'Service', type: 'workspace-service' },
  user: { label: 'User', type: 'workspace-user' },
} as const

/** Who and what may call this workspace, and how to let somebody in, change that, or shut them out. */
export function KeysScreen() {
  const [said] = useUrlState('tab')
  const tab = said === 'service' || said === 'user' ? said : 'all'
  const canCreate = useKeyTypes().length > 0
  return (
    <>
      <PageHeader
        title="API keys"
        why="What programs and people sign their calls with: each key may do only what it was given."
        action={
          canCreate && (
            <Button leftSection={<Plus size={14} />} onClick={openCreateKey}>
              Create key
            </Button>
          )
        }
      />
      <Tabs
        value={tab}
        onChange={(next) =>
          setUrlState(
            { tab: next === 'all' ? null : next, q: null, page: null, open: null, pane: null },
            { push: true },
          )
        }
        keepMounted={false}
      >
        <Tabs.List mb={16}>
          {Object.entries(TABS).map(([value, { label }]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Keys key={tab} tab={tab} />
        </Tabs.Panel>
      </Tabs>
      <CreateKey />
    </>
  )
}

function Keys({ tab }: { tab: keyof typeof TABS }) {
  const keys = useKeyQueries()
  const { nameOf } = usePeople()
  const [paging, page] = usePaging(PAGE)
  const [typed] = useUrlState('q')
  const search = useDeferredValue(typed ?? '')
  const canCreate = useKeyTypes().length > 0
  const { type } = TABS[tab]
  const filter = { ...page, ...(type ? { type } : {}) }
  const all = useQuery({ ...keys.list(filter), placeholderData: keepPreviousData })
  // Beyond one page the server searches, by name; within it the list does, by everything it shows.
  const isMany = (all.data?.total ?? 0) > PAGE
  const found = useQuery({
    ...keys.list({ ...filter, search }),
    enabled: isMany && search !== '',
    placeholderData: keepPreviousData,
  })
  const list = isMany && search !== '' && found.data ? found : all

  const columns: Column<ApiKey>[] = [
    {
      key: 'name',
      title: 'Name',
      sort: ({ name }) => name,
      render: ({ name }) => (
        <Tooltip label={name} disabled={name.length < 30} multiline maw={420}>
          <span className={styles.clip}>{name}</span>
        </Tooltip>
      ),
    },
    { key: 'key', title: 'Key', render: ({ key }) => <span className={styles.masked}>{key}</span> },
    ...(tab === 'all'
      ? [
          {
            key: 'type',
            title: 'Type',
            sort: (row: ApiKey) => row.type,
            render: (row: ApiKey) => TYPE_WORDS[row.type].label,
          },
        ]
      : []),
    ...(tab === 'service'
      ? []
      : [
          {
            key: 'owner',
            title: 'Owner',
            sort: (row: ApiKey) => nameOf(row.user_id),
            render: (row: ApiKey) =>
              row.user_id ? (
                <span className={styles.clip} style={{ maxWidth: 160 }}>
                  {nameOf(row.user_id)}
                </span>
              ) : (
                <span className={styles.dim}>–</span>
              ),
          },
        ]),
    {
      key: 'created',
      title: 'Created',
      sort: ({ created_at }) => created_at,
      render: ({ created_at }) => <Time at={created_at} />,
    },
    {
      key: 'used',
      title: 'Last used',
      sort: ({ last_used_at }) => last_used_at,
      render: ({ last_used_at }) =>
        last_used_at ? <Time at={last_used_at} /> : <span className={styles.dim}>Never</span>,
    },
    {
      key: 'expires',
      title: 'Expires',
      sort: ({ expires_at }) => expires_at,
      render: ({ expires_at }) =>
        expires_at ? <Time at={expires_at} /> : <span className={styles.dim}>Never</span>,
    },
    { key: 'limits', title: 'Limits', isWideOnly: true, render: (row) => <KeyLimits of={row} /> },
    { key: 'status', title: 'Status', sort: ({ status }) => status, render: (row) => <KeyStatus of={row} /> },
  ]

  return (
    <ResourceList
      label="API keys"
      list={list}
      columns={columns}
      rowId={({ id }) => id}
      searchText={(row) =>
        `${row.name} ${row.key} ${row.description ?? ''} ${nameOf(row.user_id)} ${Object.entries(row.defaults.metadata).flat().join(' ')}`
      }
      searchPlaceholder="Search keys"
      defaultSort="-created"
      paging={paging}
      rowActions={(row) => <KeyMenu apiKey={row} />}
      drawer={{
        title: (row) => row?.name ?? 'Key',
        render: (row, id) => <KeyDetail key={id} id={id} listed={row} />,
      }}
      empty={
        <EmptyState
          icon={<KeyRound size={28} />}
          title={tab === 'all' ? 'No keys yet' : `No ${TABS[tab].label.toLowerCase()} keys yet`}
          action={
            canCreate ? (
              <Button leftSection={<Plus size={14} />} onClick={openCreateKey}>
                Create key
              </Button>
            ) : undefined
          }
        >
          A <b>service</b> key is for a program and outlives people. A <b>user</b> key belongs to a person and
          never may more than they may.
        </EmptyState>
      }
    />
  )
}

function KeyMenu({ apiKey: key }: { apiKey: ApiKey }) {
  const { setStatus, remove } = useKeyActs()
  const rotateKey = useRotateKey()
  const may = useMayChange()
  const isOff = key.status === 'disabled'
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${key.name}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Pencil size={14} />}
          disabled={!may(key, 'update')}
          onClick={() => setUrlState({ open: key.id, pane: 'edit' }, { push: true })}
        >
          Edit key
        </Menu.Item>
        <Menu.Item
          leftSection={<RotateCw size={14} />}
          disabled={!may(key, 'rotate')}
          onClick={() => rotateKey(key)}
        >
          Rotate key
        </Menu.Item>
        <Menu.Item
          leftSection={<Power size={14} />}
          disabled={!may(key, 'update')}
          onClick={() => setStatus(key, isOff ? 'active' : 'disabled')}
        >
          {isOff ? 'Enable key' : 'Disable key'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 size={14} />}
          disabled={!may(key, 'delete')}
          onClick={() => remove(key)}
        >
          Delete key
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
