'use client'

import { useState } from 'react'
import type { List } from '@/lib/contract/resource.ts'

interface Kept<Row> {
  question: string
  rows: readonly Row[]
}

/**
 * A live page that does not move under the pointer: while `isHeld` the same rows stand, each as it is by now, and what
 * came meanwhile waits to be admitted. Another question is answered at once, and so is the row that is `wanted`.
 */
export function useHeld<Row extends { id: string }>(
  list: List<Row> | undefined,
  question: string,
  { isHeld, wanted }: { isHeld: boolean; wanted: string | null },
): { held: List<Row> | undefined; waiting: number; admit: () => void } {
  const [kept, setKept] = useState<Kept<Row> | null>(null)
  const fresh = list?.data ?? []
  const has = (rows: readonly Row[]) => rows.some(({ id }) => id === wanted)
  const isKept = isHeld && kept?.question === question && (has(kept.rows) || !has(fresh))
  if (list && !isKept && (kept?.rows !== list.data || kept.question !== question))
    setKept({ question, rows: list.data })
  const admit = () => setKept(null)
  if (!list || !isKept) return { held: list, waiting: 0, admit }
  const byId = new Map(fresh.map((row) => [row.id, row]))
  const known = new Set(kept.rows.map(({ id }) => id))
  return {
    held: { ...list, data: kept.rows.map((row) => byId.get(row.id) ?? row) },
    waiting: fresh.filter(({ id }) => !known.has(id)).length,
    admit,
  }
}
