import { expect } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: rows are judged by the expectations made of them.
type List = { object?: string; total: number; data: any[] }

/**
 * A first list, then one page after the other until an empty one, then the rest. Expects every row once, and as many as
 * each page says there are.
 */
export function paged(lists: List[]): { before: List; rows: List['data']; total: number; rest: List[] } {
  const [before, ...later] = lists
  if (!before) throw new Error('nothing was listed')
  const end = later.findIndex(({ data }) => data.length === 0)
  const pages = later.slice(0, end)
  const rows = pages.flatMap(({ data }) => data)
  const total = pages[0]?.total ?? 0
  expect(before).toMatchObject({ object: 'list', total: expect.any(Number), data: expect.any(Array) })
  expect(pages.map((page) => page.total)).toEqual(pages.map(() => total))
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  expect(rows.length).toBe(total)
  return { before, rows, total, rest: later.slice(end + 1) }
}
