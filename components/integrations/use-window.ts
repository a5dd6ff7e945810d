'use client'

import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

interface Measures {
  rows: number
  columns: number
  rowHeight: number
  columnWidth: number
  /** What sticks at the left and at the top, over the cells. */
  headWidth: number
  headHeight: number
}

interface Shown {
  firstRow: number
  lastRow: number
  firstColumn: number
  lastColumn: number
}

/** Drawn beyond the edge on each side, so that a scroll finds something there. */
const MARGIN = 3

/**
 * Which rows and columns of a large grid are on screen: `[frame, shown, measure, reveal]`. `frame` is the scrolling element,
 * `measure` its `onScroll`, `reveal` scrolls so far that a cell is in sight; -1 is the head.
 */
export function useWindow(
  of: Measures,
): [RefObject<HTMLDivElement | null>, Shown, () => void, (row: number, column: number) => void] {
  const frame = useRef<HTMLDivElement>(null)
  const { rows, columns, rowHeight, columnWidth, headWidth, headHeight } = of
  const [shown, setShown] = useState<Shown>({ firstRow: 0, lastRow: 24, firstColumn: 0, lastColumn: 9 })

  const measure = useCallback(() => {
    const element = frame.current
    if (!element) return
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = element
    const firstRow = Math.floor(scrollTop / rowHeight)
    const firstColumn = Math.floor(scrollLeft / columnWidth)
    const next = {
      firstRow: Math.max(0, firstRow - MARGIN),
      lastRow: firstRow + Math.ceil((clientHeight - headHeight) / rowHeight) + MARGIN,
      firstColumn: Math.max(0, firstColumn - MARGIN),
      lastColumn: firstColumn + Math.ceil((clientWidth - headWidth) / columnWidth) + MARGIN,
    }
    setShown((now) => (JSON.stringify(now) === JSON.stringify(next) ? now : next))
  }, [rowHeight, columnWidth, headWidth, headHeight])

  useLayoutEffect(() => {
    if (!frame.current) return
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(frame.current)
    return () => observer.disconnect()
  }, [measure])

  const reveal = useCallback(
    (row: number, column: number) => {
      const element = frame.current
      if (!element) return
      if (row >= 0)
        element.scrollTop = inSight(element.scrollTop, row, rowHeight, element.clientHeight - headHeight)
      if (column >= 0)
        element.scrollLeft = inSight(element.scrollLeft, column, columnWidth, element.clientWidth - headWidth)
      measure()
    },
    [rowHeight, columnWidth, headWidth, headHeight, measure],
  )

  return [
    frame,
    {
      firstRow: Math.min(shown.firstRow, Math.max(0, rows - 1)),
      lastRow: Math.min(shown.lastRow, rows - 1),
      firstColumn: Math.min(shown.firstColumn, Math.max(0, columns - 1)),
      lastColumn: Math.min(shown.lastColumn, columns - 1),
    },
    measure,
    reveal,
  ]
}

/** The scroll position, moved as little as shows the whole of item `at`. */
function inSight(position: number, at: number, size: number, room: number): number {
  if (at * size < position) return at * size
  return Math.max(position, (at + 1) * size - room)
}
