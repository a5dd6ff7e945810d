'use client'

import { Button, Tabs } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { KeyRound, Plus } from 'lucide-react'
import { useMemo } from 'react'
import { ResourceList } from '../resource/list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { columnsOf } from './columns.tsx'
import { CreateKey, openCreateKey, useKeyTypes } from './create-key.tsx'
import { useKeyList, usePeople } from './data.ts'
import { KeyDetail } from './key-detail.tsx'
import { KeyMenu } from './key-menu.tsx'
import styles from './keys.module.css'

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

  const columns = useMemo(() => columnsOf(tab, nameOf), [tab, nameOf])

  return (
    <ResourceList
      label="Keys"
      list={list}
      columns={columns}
      rowId={({ id }) => id}
      searchText={(row) =>
        `${row.name} ${row.key} ${row.description ?? ''} ${nameOf(row.user_id)} ${Object.entries(row.defaults.metadata).flat().join(' ')}`
      }
      defaultSort="-created"
      {...(paging ? { paging } : {})}
      rowActions={(row) => <KeyMenu apiKey={row} />}
      drawer={{
        title: (row) => <KeyTitle name={row?.name ?? 'Key'} />,
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

function KeyTitle({ name }: { name: string }) {
  return (
    <span className={styles.title} title={name}>
      {name}
    </span>
  )
}
