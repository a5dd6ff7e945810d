import type { InfiniteData } from '@tanstack/react-query'
import type { Log, LogPage } from './detail.ts'

export type Pages = InfiniteData<LogPage, string | null>

/** More rows than this at the top of a live list make it start over from the newest page. */
const ROWS_MAX = 1_000

/** All rows of the pages, newest first; ids are UUIDv7, so their order is that of time. */
export function rowsOf(pages: Pages | undefined): Log[] {
  return pages?.pages.flatMap((page) => page.data) ?? []
}

/** The rows of a newest page that the list does not show yet. */
export function unseen(pages: Pages, newest: LogPage): Log[] {
  const known = new Set(rowsOf(pages).map(({ id }) => id))
  return newest.data.filter(({ id }) => !known.has(id))
}

/**
 * The pages with the newest rows let in, each once and in its place: a call that took long lands below quicker ones.
 * When calls came faster than they were asked for, so that some lie between, the newest page stands alone and the
 * rest is loaded again on the way down.
 */
export function withNewest(pages: Pages, newest: LogPage): Pages {
  const fresh = unseen(pages, newest)
  if (fresh.length === 0) return pages
  const shown = rowsOf(pages)
  const isApart = fresh.length === newest.data.length && newest.next_cursor !== null && shown.length > 0
  if (isApart || shown.length + fresh.length > ROWS_MAX) return { pages: [newest], pageParams: [null] }
  const all = [...fresh, ...shown].sort((a, b) => (a.id < b.id ? 1 : -1))
  // Everything goes in the first page; the last one keeps the cursor to go on from.
  const last = pages.pages.at(-1)
  return {
    pages: [{ ...newest, data: all, next_cursor: last?.next_cursor ?? null }],
    pageParams: [null],
  }
}
