'use client'

import { useSearchParams } from 'next/navigation'
import { useCallback } from 'react'

/**
 * One search parameter as state: `[value, set]`. Null and '' remove it. `set` replaces the address; with `{ push: true }`
 * it adds an entry, so Back undoes it (opening a drawer).
 */
export function useUrlState(
  name: string,
): [string | null, (value: string | null, how?: { push?: boolean }) => void] {
  const value = useSearchParams().get(name)
  const set = useCallback(
    (next: string | null, how?: { push?: boolean }) => setUrlState({ [name]: next }, how),
    [name],
  )
  return [value, set]
}

/** Several search parameters at once, so that one change is one step of history. */
export function setUrlState(
  changes: Record<string, string | null>,
  { push = false }: { push?: boolean } = {},
): void {
  const url = new URL(window.location.href)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  if (url.href === window.location.href) return
  if (push) window.history.pushState(null, '', url)
  else window.history.replaceState(null, '', url)
}
