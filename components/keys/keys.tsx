'use client'

import { Button, Select, Tabs, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { KeyRound, Plus } from 'lucide-react'
import { useMemo } from 'react'
import { count, plural } from '../format.ts'
import { ResourceList } from '../resource/list.tsx'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { AnswerStrip } from '../ui/answer-strip.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useNow } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { columnsOf } from './columns.tsx'
import { CreateKey, openCreateKey, useCanCreate } from './create-key.tsx'
import { useKeyList, usePeople } from './data.ts'
import { KeysInNeed } from './key-attention.tsx'
import { KeyDetail } from './key-detail.tsx'
import { type ApiKey, TYPE_WORDS } from './key-draft.ts'
import { type Filter, figuresOf, passes, STATES, serverStatus, TABS, type Tab, tabOf } from './key-filters.ts'
import { KeyMenu } from './key-menu.tsx'
import { UNUSED_DAYS } from './key-warnings.ts'
import { scopeOf } from './key-words.tsx'
import styles from './keys.module.css'

/** Another list begins without what the one before was asked. */
const FRESH = { q: null, page: null, open: null, pane: null, sort: null, state: null, owner: null }

/** Who and what may call this workspace, and how to let somebody in, change that, or shut them out. */
export function KeysScreen() {
  const [said] = useUrlState('tab')
  const mayAdmin = useCan(scopeOf('organisation-service', 'list'))
  const tab = tabOf(said, mayAdmin)
  const canCreate = useCanCreate()
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
        onChange={(next) => setUrlState({ ...FRESH, tab: next === 'all' ? null : next }, { push: true })}
        keepMounted={false}
      >
        <Tabs.List mb={16}>
          {Object.entries(TABS).map(
            ([value, { label }]) =>
              (value !== 'admin' || mayAdmin) && (
                <Tabs.Tab key={value} value={value}>
                  {label}
                </Tabs.Tab>
              ),
          )}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Keys key={tab} tab={tab} />
        </Tabs.Panel>
      </Tabs>
      <CreateKey />
    </>
  )
}

function Keys({ tab }: { tab: Tab }) {
  const { nameOf } = usePeople()
  const nowMs = useNow()
  const [typed] = useUrlState('q')
  const [state] = useUrlState('state')
  const [owner] = useUrlState('owner')
  const [sort] = useUrlState('sort')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const filter = useMemo(() => ({ state, owner }), [state, owner])
  const asked = { search, status: serverStatus(filter), sort: sort ?? SORT }
  const { list, paging } = useKeyList(TABS[tab].type, asked)
  const canCreate = useCanCreate()
  const columns = useMemo(() => columnsOf(tab, nameOf), [tab, nameOf])
  const all = list.data?.data
  // A page of many has been filtered by the server.
  const isWhole = paging === undefined
  const shown = all && isWhole ? all.filter((key) => passes(key, filter, nowMs)) : all
  const isFiltered = state !== null || owner !== null
  const isNone = all?.length === 0 && !isFiltered

  return (
    <>
      {isWhole && !isNone && <Answers keys={all} />}
      {isWhole && all && !isFiltered && <KeysInNeed keys={all} />}
      {tab !== 'all' && !isNone && (
        <Text size="sm" c="dimmed" mb={12}>
          {meaningOf(tab)}
        </Text>
      )}
      <ResourceList
        label="Keys"
        list={shown && list.data ? { ...list, data: { ...list.data, data: shown } } : list}
        columns={columns}
        rowId={({ id }) => id}
        searchText={(row) =>
          `${row.name} ${row.key} ${row.id} ${row.description ?? ''} ${nameOf(row.user_id)} ${Object.entries(row.defaults.metadata).flat().join(' ')}`
        }
        defaultSort={SORT}
        {...(paging ? { paging } : {})}
        {...(isNone ? {} : { toolbar: <Filters keys={all ?? []} filter={filter} isWhole={isWhole} /> })}
        rowActions={(row) => <KeyMenu apiKey={row} />}
        drawer={{
          title: (row) => <KeyTitle name={row?.name ?? 'Key'} />,
          render: (row, id) => <KeyDetail key={id} id={id} type={row?.type ?? TABS[tab].type} listed={row} />,
        }}
        empty={
          isFiltered ? (
            <EmptyState
              title="No keys match"
              action={
                <Button variant="default" onClick={() => setUrlState({ state: null, owner: null })}>
                  Clear filters
                </Button>
              }
            >
              {plural(list.data?.total ?? 0, 'key')} here, and none is what you asked for.
            </EmptyState>
          ) : (
            <NoKeys tab={tab} canCreate={canCreate} />
          )
        }
      />
    </>
  )
}

const SORT = '-created'

function meaningOf(tab: Tab): string {
  const { type } = TABS[tab]
  return type ? TYPE_WORDS[type].meaning : ''
}

function Answers({ keys }: { keys: readonly ApiKey[] | undefined }) {
  const nowMs = useNow()
  const figures = keys && figuresOf(keys, nowMs)
  const shown = (figure: number | undefined) => (figure === undefined ? undefined : count(figure))
  return (
    <AnswerStrip
      answers={[
        {
          label: 'Active keys',
          value: shown(figures?.active),
          note: figures && `of ${count(figures.total)}`,
        },
        { label: 'Used in the last 7 days', value: shown(figures?.usedThisWeek) },
        {
          label: 'Not in use',
          value: shown(figures?.unused),
          note: `${UNUSED_DAYS} days idle, or never used`,
        },
        {
          label: 'Without an end',
          value: shown(figures?.endless),
          note: 'they neither expire nor rotate',
        },
        {
          label: 'Need attention',
          value: shown(figures?.inNeed),
          ...(figures && figures.inNeed > 0 ? { tone: 'warn' as const, note: 'see below' } : {}),
        },
      ]}
    />
  )
}

function Filters({ keys, filter, isWhole }: { keys: readonly ApiKey[]; filter: Filter; isWhole: boolean }) {
  const { nameOf } = usePeople()
  const { workspace } = useWorkspaces()
  const owners = [...new Set(keys.flatMap(({ user_id }) => user_id ?? []))]
  const set = (part: Partial<Filter>) => setUrlState({ ...part, page: null })
  const states = isWhole ? STATES : STATES.filter(({ value }) => serverStatus({ state: value, owner: null }))
  return (
    <>
      <Select
        aria-label="Status"
        placeholder="Any status"
        clearable
        w={160}
        data={[...states]}
        value={filter.state}
        onChange={(state) => set({ state })}
      />
      {isWhole && workspace?.role !== 'member' && (owners.length > 1 || filter.owner) && (
        <Select
          aria-label="Owner"
          placeholder="Anybody’s"
          clearable
          searchable
          w={180}
          data={owners.map((value) => ({ value, label: nameOf(value) }))}
          value={filter.owner}
          onChange={(owner) => set({ owner })}
        />
      )}
    </>
  )
}

function NoKeys({ tab, canCreate }: { tab: Tab; canCreate: boolean }) {
  const { workspace } = useWorkspaces()
  const isMember = workspace?.role === 'member'
  return (
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
      {tab !== 'all' ? (
        meaningOf(tab)
      ) : isMember ? (
        <>
          A <b>user</b> key is your own and can do no more than you can. Make one, and connect a client with
          it.
        </>
      ) : (
        <>
          A <b>service</b> key is for a program and outlives people. A <b>user</b> key belongs to a person and
          can do no more than they can.
        </>
      )}
    </EmptyState>
  )
}

function KeyTitle({ name }: { name: string }) {
  return (
    <span className={styles.title} title={name}>
      {name}
    </span>
  )
}
