'use client'

import { Button, Group, Skeleton, Table, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { UseQueryResult } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight, CircleAlert, RotateCw, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useMemo } from 'react'
import type { List } from '@/lib/contract/resource.ts'
import { count } from '../format.ts'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { describeError } from '../ui/notify.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import styles from './list.module.css'

/** A column is data. Numbers go right with their unit in the title. */
export interface Column<Row> {
  /** Name in the URL's `sort`; unique. */
  key: string
  title: string
  render: (row: Row) => ReactNode
  /** What it sorts by; without it the column does not sort. Nulls go last either way. */
  sort?: (row: Row) => string | number | null
  align?: 'right'
  /** CSS width. */
  width?: number | string
  /** Left out of the cards of a phone. */
  isWideOnly?: boolean
}

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
}

/**
 * The list every resource shares: skeleton in its true shape, a word when empty, an error with a way on, search and
 * sort kept in the URL, sticky header, keyboard walking, cards on a phone.
 */
export function ResourceList<Row>(props: Props<Row>) {
  const { label, list, columns, rowId, searchText, defaultSort = '', empty, toolbar, drawer, paging } = props
  const [search, setSearch] = useUrlState('q')
  const [sort, setSort] = useUrlState('sort')
  const [openId, setOpenId] = useUrlState('open')
  const isPhone = useMediaQuery('(max-width: 40em)') ?? false
  const all = list.data?.data
  const rows = useMemo(
    () => arranged(all ?? [], columns, search ?? '', searchText, sort ?? defaultSort),
    [all, columns, search, searchText, sort, defaultSort],
  )
  const open = drawer ? (row: Row) => setOpenId(rowId(row), { push: openId === null }) : props.onOpen
  const shape = { ...props, rows, isPhone, open, openId, sort: sort ?? defaultSort, setSort }

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
        </Group>
      )}
      {list.isPending ? (
        <Placeholder columns={columns} isPhone={isPhone} />
      ) : list.error && !all ? (
        <Problem error={list.error} label={label} retry={() => list.refetch()} />
      ) : all?.length === 0 && !search && !paging?.page ? (
        <div className={styles.frame}>{empty}</div>
      ) : rows.length === 0 ? (
        <div className={styles.frame}>
          <EmptyState
            title={`No ${label.toLowerCase()} match`}
            action={
              <Button variant="default" onClick={() => setUrlState({ q: null })}>
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

export interface Paging {
  /** Zero-based. */
  page: number
  size: number
  set: (page: number) => void
}

/** Server paging kept in the URL as `page` (from 1 there): `[paging, filter]`, the filter for `queries(…).list`. */
export function usePaging(size = 50): [Paging, { current_page: number; page_size: number }] {
  const [text, setText] = useUrlState('page')
  const page = Math.max(0, Math.floor(Number(text ?? 1) || 1) - 1)
  const set = (next: number) => setText(next === 0 ? null : String(next + 1), { push: true })
  return [
    { page, size, set },
    { current_page: page, page_size: size },
  ]
}

interface Shape<Row> extends Props<Row> {
  rows: Row[]
  open: ((row: Row) => void) | undefined
  openId: string | null
  sort: string
  setSort: (sort: string | null) => void
}

function Rows<Row>({ label, columns, rows, rowId, open, openId, sort, setSort, rowActions }: Shape<Row>) {
  const key = sort.replace(/^-/, '')
  const direction = sort.startsWith('-') ? 'descending' : 'ascending'
  const nextSort = (column: Column<Row>) =>
    setSort(column.key === key && direction === 'ascending' ? `-${column.key}` : column.key)

  return (
    <div className={styles.frame}>
      <Table.ScrollContainer minWidth={640} type="native" className={styles.scroll}>
        <Table className={styles.table} aria-label={label} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th
                  key={column.key}
                  style={{ width: column.width }}
                  data-align={column.align}
                  aria-sort={column.sort && column.key === key ? direction : undefined}
                >
                  {column.sort ? (
                    <UnstyledButton className={styles.sort} onClick={() => nextSort(column)}>
                      {column.title}
                      {column.key === key &&
                        (direction === 'ascending' ? <ArrowUp size={12} /> : <ArrowDown size={12} />)}
                    </UnstyledButton>
                  ) : (
                    column.title
                  )}
                </Table.Th>
              ))}
              {rowActions && (
                <Table.Th style={{ width: 44 }}>
                  <span className={styles.unseen}>Actions</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr
                key={rowId(row)}
                data-open={rowId(row) === openId || undefined}
                data-clickable={open ? true : undefined}
                tabIndex={open ? 0 : undefined}
                onClick={open && (() => open(row))}
                onKeyDown={open && ((event) => walk(event, () => open(row)))}
              >
                {columns.map((column) => (
                  <Table.Td key={column.key} data-align={column.align}>
                    {column.render(row)}
                  </Table.Td>
                ))}
                {rowActions && (
                  <Table.Td onClick={(event) => event.stopPropagation()} className={styles.actions}>
                    {rowActions(row)}
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  )
}

function Cards<Row>({ label, columns, rows, rowId, open, rowActions }: Shape<Row>) {
  const [first, ...rest] = columns
  return (
    <ul className={styles.cards} aria-label={label}>
      {rows.map((row) => (
        <li key={rowId(row)} className={styles.card}>
          <div className={styles.cardHead}>
            {open ? (
              <UnstyledButton className={styles.cardOpen} onClick={() => open(row)}>
                {first?.render(row)}
              </UnstyledButton>
            ) : (
              <div>{first?.render(row)}</div>
            )}
            {rowActions?.(row)}
          </div>
          <dl>
            {rest
              .filter((column) => !column.isWideOnly)
              .map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ))}
          </dl>
        </li>
      ))}
    </ul>
  )
}

function Placeholder<Row>({ columns, isPhone }: { columns: readonly Column<Row>[]; isPhone: boolean }) {
  const widths = [62, 48, 70, 40, 56, 66]
  if (isPhone) {
    return (
      <div className={styles.cards} aria-hidden>
        {widths.slice(0, 4).map((width) => (
          <div key={width} className={styles.card}>
            <Skeleton height={14} width={`${width}%`} mb={12} />
            <Skeleton height={10} width="80%" mb={8} />
            <Skeleton height={10} width="60%" />
          </div>
        ))}
      </div>
    )
  }
  return (
    <div className={styles.frame} aria-hidden>
      <Table className={styles.table}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.key} style={{ width: column.width }} data-align={column.align}>
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {widths.map((width, index) => (
            <Table.Tr key={width}>
              {columns.map((column, at) => (
                <Table.Td key={column.key}>
                  <Skeleton height={10} width={`${widths[(index + at) % widths.length]}%`} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

/** What stands where data should be when it could not be had: why, the request id, and a way on. */
export function Problem({ error, label, retry }: { error: unknown; label: string; retry: () => unknown }) {
  const { message, requestId } = describeError(error)
  return (
    <div className={styles.frame} role="alert">
      <EmptyState
        icon={<CircleAlert size={24} color="var(--tg-bad)" />}
        title={`${label} could not be loaded`}
        action={
          <Button variant="default" leftSection={<RotateCw size={14} />} onClick={() => void retry()}>
            Try again
          </Button>
        }
      >
        {message}
        {requestId && (
          <Text size="xs" component="div" mt={4}>
            Request <Copyable value={requestId} label="request id" />
          </Text>
        )}
      </EmptyState>
    </div>
  )
}

function Pages({ paging, total, shown }: { paging: Paging; total: number; shown: number }) {
  if (total <= paging.size && paging.page === 0) return null
  const from = paging.page * paging.size
  return (
    <Group justify="space-between" mt={12}>
      <Text size="sm" c="dimmed" className="figures">
        {shown === 0
          ? 'Nothing on this page'
          : `${count(from + 1)}–${count(from + shown)} of ${count(total)}`}
      </Text>
      <Group gap={8}>
        <Button
          variant="default"
          leftSection={<ChevronLeft size={14} />}
          disabled={paging.page === 0}
          onClick={() => paging.set(paging.page - 1)}
        >
          Previous
        </Button>
        <Button
          variant="default"
          rightSection={<ChevronRight size={14} />}
          disabled={from + shown >= total}
          onClick={() => paging.set(paging.page + 1)}
        >
          Next
        </Button>
      </Group>
    </Group>
  )
}

/** Rows that hold every word of the search, in the order asked for. */
function arranged<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  search: string,
  searchText: ((row: Row) => string) | undefined,
  sort: string,
): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = searchText
    ? rows.filter((row) => {
        const text = searchText(row).toLowerCase()
        return words.every((word) => text.includes(word))
      })
    : [...rows]
  const by = columns.find((column) => column.key === sort.replace(/^-/, ''))?.sort
  if (!by) return found
  const sign = sort.startsWith('-') ? -1 : 1
  return found.sort((a, b) => {
    const [left, right] = [by(a), by(b)]
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true, sensitivity: 'base' })
  })
}

function walk(event: KeyboardEvent<HTMLTableRowElement>, open: () => void): void {
  if (event.target !== event.currentTarget) return
  const to =
    event.key === 'ArrowDown'
      ? event.currentTarget.nextElementSibling
      : event.key === 'ArrowUp'
        ? event.currentTarget.previousElementSibling
        : null
  if (to instanceof HTMLElement) {
    event.preventDefault()
    to.focus()
  } else if (event.key === 'Enter') {
    event.preventDefault()
    open()
  }
}

function find<Row>(
  rows: readonly Row[] | undefined,
  rowId: (row: Row) => string,
  id: string,
): Row | undefined {
  return rows?.find((row) => rowId(row) === id)
}
