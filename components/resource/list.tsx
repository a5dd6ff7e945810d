'use client'

import { ActionIcon, Button, Group, Menu, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { UseQueryResult } from '@tanstack/react-query'
import { Columns3, Search } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import type { List } from '@/lib/contract/resource.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { arranged, type Column, shownColumns, toggledColumn } from './columns.ts'
import styles from './list.module.css'
import { inList, Pages, type Paging } from './paging.tsx'
import { Problem } from './problem.tsx'
import { Cards, Placeholder, Rows } from './rows.tsx'

interface Props<Row> {
  /** For screen readers: "API keys". */
  label: string
  list: Pick<UseQueryResult<List<Row>>, 'data' | 'error' | 'isPending' | 'isFetching' | 'refetch'>
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  /** Text a row is found by; without it there is no search box. */
  searchText?: (row: Row) => string
  searchPlaceholder?: string
  /** `created_at`, or `-created_at` for descending. Without it the server's order stands. */
  defaultSort?: string
  /** What stands here before there is anything. */
  empty: ReactNode
  /** Filters, beside the search box. */
  toolbar?: ReactNode
  /** A menu at the end of the row. */
  rowActions?: (row: Row) => ReactNode
  /** Details at `?open=<id>`; ↑ and ↓ walk the rows as they are sorted. `row` is undefined when it is not on this page. */
  drawer?: {
    title: (row: Row | undefined, id: string) => ReactNode
    render: (row: Row | undefined, id: string) => ReactNode
    size?: number
  }
  /** A click on a row, where there is no drawer. */
  onOpen?: (row: Row) => void
  paging?: Paging
  /** Sets its part of the URL apart from that of another list on the page: `invites` keeps `invites.q`. */
  prefix?: string
}

/** Up to here a table has nothing to spare. */
const COLUMNS_FIXED = 4

/**
 * The list every resource shares: skeleton in its true shape, a word when empty, an error with a way on, search, sort
 * and columns kept in the URL, sticky header, keyboard walking, cards on a phone.
 */
export function ResourceList<Row>(props: Props<Row>) {
  const { label, list, columns, rowId, searchText, defaultSort = '', empty, toolbar, drawer, paging } = props
  const { prefix = '' } = props
  const [search] = useUrlState(inList(prefix, 'q'))
  const [sort, setSort] = useUrlState(inList(prefix, 'sort'))
  const [openId, setOpenId] = useUrlState(inList(prefix, 'open'))
  const [chosen, setChosen] = useUrlState(inList(prefix, 'columns'))
  const isPhone = useMediaQuery('(max-width: 40em)') ?? false
  const all = list.data?.data
  const rows = useMemo(
    () => arranged(all ?? [], columns, search ?? '', searchText, sort ?? defaultSort),
    [all, columns, search, searchText, sort, defaultSort],
  )
  const open = drawer ? (row: Row) => setOpenId(rowId(row), { push: openId === null }) : props.onOpen
  const shown = useMemo(() => shownColumns(columns, chosen), [columns, chosen])
  const shape = { ...props, columns: shown, rows, open, openId, sort: sort ?? defaultSort, setSort }
  const hasChoice = columns.length > COLUMNS_FIXED && !isPhone
  // The page one was on says nothing of another search.
  const setSearch = (text: string) =>
    setUrlState({ [inList(prefix, 'q')]: text, [inList(prefix, 'page')]: null })

  return (
    <section aria-label={label} aria-busy={list.isPending}>
      {(searchText || toolbar) && !(all?.length === 0 && !toolbar) && (
        <Group gap={8} mb={12} wrap="wrap">
          {searchText && (
            <TextInput
              value={search ?? ''}
              onChange={(event) => setSearch(event.currentTarget.value)}
              placeholder={props.searchPlaceholder ?? `Search ${label.toLowerCase()}`}
              aria-label={`Search ${label.toLowerCase()}`}
              leftSection={<Search size={14} />}
              type="search"
              className={styles.search}
            />
          )}
          {toolbar}
          {hasChoice && <ColumnChoice columns={columns} chosen={chosen} set={setChosen} />}
        </Group>
      )}
      {list.isPending ? (
        <Placeholder columns={shown} isPhone={isPhone} />
      ) : list.error && !all ? (
        <Problem error={list.error} label={label} retry={() => list.refetch()} />
      ) : all?.length === 0 && !search && !paging?.page ? (
        <div className={styles.frame}>{empty}</div>
      ) : rows.length === 0 ? (
        <div className={styles.frame}>
          <EmptyState
            title={`No ${label.toLowerCase()} match`}
            action={
              <Button variant="default" onClick={() => setSearch('')}>
                Clear search
              </Button>
            }
          >
            Nothing here holds “{search}”.
          </EmptyState>
        </div>
      ) : isPhone ? (
        <Cards {...shape} />
      ) : (
        <Rows {...shape} />
      )}
      {paging && list.data && <Pages paging={paging} total={list.data.total} shown={all?.length ?? 0} />}
      {drawer && (
        <UrlDrawer
          param={inList(prefix, 'open')}
          size={drawer.size ?? 720}
          ids={rows.map(rowId)}
          title={openId !== null && drawer.title(find(all, rowId, openId), openId)}
        >
          {(id) => drawer.render(find(all, rowId, id), id)}
        </UrlDrawer>
      )}
    </section>
  )
}

function ColumnChoice<Row>({
  columns,
  chosen,
  set,
}: {
  columns: readonly Column<Row>[]
  chosen: string | null
  set: (chosen: string | null) => void
}) {
  const shown = new Set(shownColumns(columns, chosen))
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="default" size={32} ml="auto" aria-label="Columns" title="Columns">
          <Columns3 size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Columns</Menu.Label>
        {columns.slice(1).map((column) => (
          <Menu.CheckboxItem
            key={column.key}
            checked={shown.has(column)}
            onChange={() => set(toggledColumn(column, chosen))}
          >
            {column.title}
          </Menu.CheckboxItem>
        ))}
        {chosen && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => set(null)}>Back to the usual</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function find<Row>(
  rows: readonly Row[] | undefined,
  rowId: (row: Row) => string,
  id: string,
): Row | undefined {
  return rows?.find((row) => rowId(row) === id)
}
