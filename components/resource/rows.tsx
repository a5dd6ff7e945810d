'use client'

import { Skeleton, Table, UnstyledButton } from '@mantine/core'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { Column } from './columns.ts'
import styles from './list.module.css'

interface Shape<Row> {
  /** For screen readers: "API keys". */
  label: string
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  rowActions?: (row: Row) => ReactNode
  rows: Row[]
  open: ((row: Row) => void) | undefined
  openId: string | null
  sort: string
  setSort: (sort: string | null) => void
}

/** Rows as a table: sorted by their heads, walked with ↑ and ↓. */
export function Rows<Row>({
  label,
  columns,
  rows,
  rowId,
  open,
  openId,
  sort,
  setSort,
  rowActions,
}: Shape<Row>) {
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

/** The same for a phone: a card for each row. */
export function Cards<Row>({ label, columns, rows, rowId, open, rowActions }: Shape<Row>) {
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

/** Where rows will stand. */
export function Placeholder<Row>({
  columns,
  isPhone,
}: {
  columns: readonly Column<Row>[]
  isPhone: boolean
}) {
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
