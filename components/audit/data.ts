'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { auditLogs } from '@/lib/contract/audit.ts'
import { users } from '@/lib/contract/people.ts'
import type { List } from '@/lib/contract/resource.ts'
import { apiFetch, queries } from '@/lib/queries.ts'
import { usePaging } from '../resource/paging.tsx'
import { useWorkspaces } from '../shell/workspace.tsx'
import { type Filter, type Option, queryOf } from './filters.ts'
import { type AuditRow, doerOf, shortId } from './words.ts'

const LOOK_MS = 5_000

/**
 * A page of the log as it stood at one moment, so that paging shows every entry once. While `isLive` the server is asked
 * how many there are by now; the moment moves on by itself, or, while `isHeld`, when somebody `admit`s them.
 */
export function useAuditLog(filter: Filter, { isLive, isHeld }: { isLive: boolean; isHeld: boolean }) {
  const [paging, page] = usePaging()
  const asked = JSON.stringify(filter)
  const [asOf, setAsOf] = useState(() => ({ ms: Date.now(), asked }))
  // Another question is asked as of now.
  if (asOf.asked !== asked) setAsOf({ ms: Date.now(), asked })
  const window = queryOf(filter, asOf.ms)
  const ask = (query: Record<string, unknown>, signal: AbortSignal) =>
    apiFetch<List<AuditRow>>(auditLogs.path, { query, signal })

  const list = useQuery({
    queryKey: [null, auditLogs.path, 'list', filter, asOf.ms, page],
    queryFn: ({ signal }) => ask({ ...window, ...page }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    // Rows of the same question stand until the newer ones are here.
    placeholderData: (rows, query) =>
      JSON.stringify(query?.queryKey[3]) === asked ? (rows as List<AuditRow> | undefined) : undefined,
  })
  const newest = useQuery({
    queryKey: [null, auditLogs.path, 'newest', filter, asOf.ms],
    queryFn: ({ signal }) =>
      ask({ ...window, end_time: new Date().toISOString(), current_page: 0, page_size: 1 }, signal),
    enabled: isLive && list.isSuccess,
    refetchInterval: LOOK_MS,
    gcTime: 0,
  })
  const isCurrent = list.isSuccess && !list.isPlaceholderData
  const waiting = isCurrent && newest.data ? Math.max(0, newest.data.total - list.data.total) : 0
  const admit = () => setAsOf({ ms: Date.now(), asked })
  // biome-ignore lint/correctness/useExhaustiveDependencies: entries join when they have come, or when nothing holds them back any more
  useEffect(() => {
    if (waiting > 0 && !isHeld) admit()
  }, [waiting, isHeld])

  return {
    list,
    paging,
    waiting,
    admit,
    isStale: newest.isError && list.isSuccess,
    /** What stands here, for an export of it: the filter and its span. */
    window,
  }
}

/** One entry; `listed` paints at once. Entries never change. */
export function useEntry(id: string, listed: AuditRow | undefined) {
  return useQuery({
    ...queries(auditLogs, null).one(id),
    ...(listed ? { initialData: listed } : {}),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** How to call a workspace by its id: its name, or the end of the id when it is archived. Null has none. */
export function useWorkspaceNames(): (id: string | null) => string | null {
  const { all } = useWorkspaces()
  return useMemo(() => {
    const names = new Map(all.map(({ id, name }) => [id, name]))
    return (id) => (id === null ? null : (names.get(id) ?? shortId(id)))
  }, [all])
}

const PEOPLE_MAX = 100

/** What filters offer that only the screen knows: people, whoever acted on this page, and workspaces. */
export function useOptions(rows: readonly AuditRow[] | undefined): Readonly<Record<string, Option[]>> {
  const { all, me } = useWorkspaces()
  const people = useQuery({
    ...queries(users, null).list({ page_size: PEOPLE_MAX }),
    staleTime: 60_000,
    retry: false,
  })
  return useMemo(() => {
    const actors = new Map<string, string>()
    if (me) actors.set(me.id, me.email)
    for (const { id, email } of people.data?.data ?? []) actors.set(id, email)
    for (const row of rows ?? []) {
      const { name, kind } = doerOf(row)
      if (row.user_id && !actors.has(row.user_id))
        actors.set(row.user_id, kind === 'key' ? `${name} (key)` : name)
    }
    return {
      user_id: [...actors].map(([value, label]) => ({ value, label })),
      workspace_id: all.map(({ id, name }) => ({ value: id, label: name })),
    }
  }, [all, me, people.data, rows])
}
