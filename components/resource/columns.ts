import type { ReactNode } from 'react'

/** A column is data. Numbers go right with their unit in the title. */
export interface Column<Row> {
  /** Name in the URL's `sort` and `columns`; unique. */
  key: string
  title: string
  render: (row: Row) => ReactNode
  /** What it sorts by; without it the column does not sort. Nulls go last either way. */
  sort?: (row: Row) => string | number | null
  align?: 'right'
  /** CSS width. */
  width?: number | string
  /** Not shown until somebody asks for it. */
  isOptional?: boolean
  /** Left out of the cards of a phone. */
  isWideOnly?: boolean
}

/**
 * The columns somebody chose to see, in their order. `said` holds what differs from the usual: `-created` hides one,
 * `ip` shows an optional one. The first always stays: it names the row.
 */
export function shownColumns<C extends Pick<Column<never>, 'key' | 'isOptional'>>(
  columns: readonly C[],
  said: string | null,
): C[] {
  const words = new Set(said?.split(','))
  return columns.filter(
    ({ key, isOptional }, index) => index === 0 || (isOptional ? words.has(key) : !words.has(`-${key}`)),
  )
}

/** The same choice with one column turned over; null when nothing differs from the usual. */
export function toggledColumn(
  { key, isOptional }: Pick<Column<never>, 'key' | 'isOptional'>,
  said: string | null,
): string | null {
  const word = isOptional ? key : `-${key}`
  const words = new Set(said?.split(',').filter(Boolean))
  if (!words.delete(word)) words.add(word)
  return [...words].join(',') || null
}

/** Rows that hold every word of the search, in the order asked for. */
export function arranged<Row>(
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
