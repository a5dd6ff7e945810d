/** What a query asks of a list that is in memory whole. Without a page it is all of it, as the official clients expect. */
interface Asked {
  search?: string | undefined
  enabled?: boolean | undefined
  current_page?: number | undefined
  page_size?: number | undefined
}

const PAGE_SIZE = 100

/** The rows asked for, and how many match on all pages. `textsOf` names what a search looks through. */
export function partOf<R extends { enabled: boolean }>(
  all: readonly R[],
  { search, enabled, current_page: page, page_size: size }: Asked,
  textsOf: (row: R) => string[],
): { total: number; rows: R[] } {
  const wanted = search?.trim().toLowerCase() ?? ''
  const rows = all.filter(
    (row) =>
      (enabled === undefined || row.enabled === enabled) &&
      (wanted === '' || textsOf(row).some((text) => text.toLowerCase().includes(wanted))),
  )
  const total = rows.length
  if (page === undefined && size === undefined) return { total, rows }
  const start = (page ?? 0) * (size ?? PAGE_SIZE)
  return { total, rows: rows.slice(start, start + (size ?? PAGE_SIZE)) }
}
