/** Where a key leads in a grid. Pure. */

/** Row and column from 0; -1 is the head. */
export interface Spot {
  row: number
  column: number
}

const PAGE = 12

/** The spot a key leads to, within the grid and its heads; null for a key that does not move. */
export function nextSpot(
  { row, column }: Spot,
  { key, ctrlKey, metaKey }: { key: string; ctrlKey: boolean; metaKey: boolean },
  { rows, columns }: { rows: number; columns: number },
): Spot | null {
  const isFar = ctrlKey || metaKey
  const moves: Readonly<Record<string, Spot>> = {
    ArrowUp: { row: isFar ? -1 : row - 1, column },
    ArrowDown: { row: isFar ? rows : row + 1, column },
    ArrowLeft: { row, column: isFar ? -1 : column - 1 },
    ArrowRight: { row, column: isFar ? columns : column + 1 },
    PageUp: { row: row < 0 ? row : Math.max(0, row - PAGE), column },
    PageDown: { row: row + PAGE, column },
    Home: { row: isFar ? 0 : row, column: isFar ? 0 : -1 },
    End: { row: isFar ? rows : row, column: columns },
  }
  const to = moves[key]
  if (!to) return null
  return { row: between(to.row, rows), column: between(to.column, columns) }
}

function between(at: number, size: number): number {
  return Math.max(-1, Math.min(size - 1, at))
}
