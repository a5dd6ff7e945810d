import { describe, expect, it } from 'vitest'
import type { Log, LogPage } from './detail.ts'
import { type Pages, rowsOf, unseen, withNewest } from './tail.ts'

const page = (ids: string[], next: string | null = null): LogPage => ({
  object: 'list',
  total: null,
  data: ids.map((id) => ({ id }) as Log),
  next_cursor: next,
  restricted_by: null,
})
const pages = (...all: LogPage[]): Pages => ({ pages: all, pageParams: all.map(() => null) })
const ids = (of: Pages) => rowsOf(of).map(({ id }) => id)

describe('a live list', () => {
  it('lets new calls in at the top, once', () => {
    const shown = pages(page(['c', 'b'], 'b'), page(['a']))
    const newest = page(['e', 'd', 'c', 'b'], 'b')
    expect(unseen(shown, newest)).toHaveLength(2)
    const now = withNewest(shown, newest)
    expect(ids(now)).toEqual(['e', 'd', 'c', 'b', 'a'])
    expect(withNewest(now, newest)).toBe(now)
  })

  it('puts a call that took long where its time is', () => {
    expect(ids(withNewest(pages(page(['d', 'b', 'a'])), page(['d', 'c', 'b', 'a'])))).toEqual([
      'd',
      'c',
      'b',
      'a',
    ])
  })

  it('goes on loading older calls from where it was', () => {
    const now = withNewest(pages(page(['c'], 'c'), page(['b'], 'b')), page(['d', 'c'], 'c'))
    expect(now.pages.at(-1)?.next_cursor).toBe('b')
    expect(withNewest(pages(page(['c'])), page(['d', 'c'], 'c')).pages.at(-1)?.next_cursor).toBeNull()
  })

  it('starts over when calls came faster than they were asked for, so that none is skipped', () => {
    const now = withNewest(pages(page(['b', 'a'])), page(['z', 'y'], 'y'))
    expect(ids(now)).toEqual(['z', 'y'])
    expect(now.pages[0]?.next_cursor).toBe('y')
  })

  it('fills an empty list', () => {
    expect(ids(withNewest(pages(page([])), page(['b', 'a'])))).toEqual(['b', 'a'])
  })
})
