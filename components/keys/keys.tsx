'use client'

import { ActionIcon, Button, Menu, Tabs, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Ellipsis, KeyRound, Pencil, Plus, Power, RotateCw, Trash2 } from 'lucide-react'
import { type Column, ResourceList } from '../resource/list.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { CreateKey, openCreateKey, useKeyTypes } from './create-key.tsx'
import { useKeyList, usePeople } from './data.ts'
import { useKeyActs } from './key-acts.tsx'
import { KeyDetail } from './key-detail.tsx'
import { type ApiKey, TYPE_WORDS } from './key-draft.ts'
import { Expiry, KeyLimits, KeyStatus, useMayChange } from './key-words.tsx'
import styles from './keys.module.css'
import { useRotateKey } from './rotate-key.tsx'

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
        why="What programs and people sign their calls with: each may do what it was given, and nothing more."
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
  const { nameOf } = usePeople()
  const [typed] = useUrlState('q')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const { list, paging } = useKeyList(TABS[tab].type, search)
  const canCreate = useKeyTypes().length > 0

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
    {
      key: 'key',
      title: 'Key',
      render: ({ key }) => <Copyable value={key} label="masked key" shown={key} />,
    },
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
      render: ({ created_at, created_by }) => (
        <span className={styles.created}>
          <Time at={created_at} />
          <span className={styles.dim}>by {created_by ? nameOf(created_by) : 'a program'}</span>
        </span>
      ),
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
      render: ({ expires_at }) => <Expiry at={expires_at} />,
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
      {...(paging ? { paging } : {})}
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
          can do no more than they can.
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
