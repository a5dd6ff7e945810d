'use client'

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { logs } from '@/lib/contract/telemetry.ts'
import { ApiError, apiFetch } from '@/lib/queries.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import type { LogDetail, LogPage } from './detail.ts'
import { type Filter, queryOf } from './filters.ts'
import { type Pages, rowsOf, unseen, withNewest } from './tail.ts'

const PAGE_SIZE = 50
const TAIL_SIZE = 100
/** With half a second in the journal, a call stands here within the two that are promised. */
const TAIL_MS = 1_000

/**
 * The log list of the workspace on screen: pages by keyset, and, while `isLive`, the newest rows every second.
 * They join the list at once, or wait to be `admit`ted while `isHeld`.
 */
export function useLogs(filter: Filter, { isLive, isHeld }: { isLive: boolean; isHeld: boolean }) {
  const workspaceId = useWorkspaceId()
  const client = useQueryClient()
  const key = [workspaceId, logs.path, 'list', filter]
  const ask = (more: Record<string, unknown>, signal: AbortSignal) =>
    apiFetch<LogPage>(logs.path, {
      query: { ...queryOf(filter, Date.now()), workspace_id: workspaceId, ...more },
      signal,
    })

  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => ask({ page_size: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    // Left and come back to, the list starts from what is newest then.
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const tail = useQuery({
    queryKey: [workspaceId, logs.path, 'tail', filter],
    queryFn: ({ signal }) => ask({ page_size: TAIL_SIZE }, signal),
    enabled: isLive && pages.isSuccess,
    refetchInterval: TAIL_MS,
    gcTime: 0,
  })

  useFurtherBack(pages)

  const data = pages.data as Pages | undefined
  const newest = isLive ? tail.data : undefined
  const waiting = useMemo(() => (data && newest ? unseen(data, newest).length : 0), [data, newest])
  const admit = () => {
    if (newest) client.setQueryData<Pages>(key, (now) => now && withNewest(now, newest))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows join when they have come, or when nothing holds them back any more
  useEffect(() => {
    if (waiting > 0 && !isHeld) admit()
  }, [waiting, isHeld])

  return {
    rows: useMemo(() => rowsOf(data), [data]),
    total: newest?.total ?? data?.pages[0]?.total ?? null,
    isPending: pages.isPending,
    error: pages.error,
    /** The list stands, but the newest rows cannot be had. */
    isStale: tail.isError && !pages.isError,
    refetch: () => pages.refetch(),
    waiting,
    isMany: waiting >= TAIL_SIZE,
    admit,
    loadOlder: () => void pages.fetchNextPage(),
    hasOlder: pages.hasNextPage,
    isLoadingOlder: pages.isFetchingNextPage,
    olderFailed: pages.isFetchNextPageError,
  }
}

/** Empty-handed answers after which somebody has to ask for more. */
const SHORT_PAGES_MAX = 8

/** A filter that matches little answers with what it found in a while; until the screen is full, the search goes on by itself. */
function useFurtherBack(pages: {
  data: { pages: LogPage[] } | undefined
  hasNextPage: boolean
  isFetching: boolean
  isError: boolean
  fetchNextPage: () => Promise<unknown>
}) {
  const found = pages.data?.pages.reduce((rows, page) => rows + page.data.length, 0) ?? PAGE_SIZE
  const isShort = found < PAGE_SIZE && (pages.data?.pages.length ?? 0) <= SHORT_PAGES_MAX
  const goesOn = isShort && pages.hasNextPage && !pages.isFetching && !pages.isError
  // biome-ignore lint/correctness/useExhaustiveDependencies: one question a change of mind, not one a render
  useEffect(() => {
    if (goesOn) void pages.fetchNextPage()
  }, [goesOn])
}

const JUST_NOW_MS = 15_000
const RETRY_MS = 700

/** One call with all it said. A call of the last seconds may still be on its way from the journal, so it is asked for again. */
export function useLog(id: string) {
  const workspaceId = useWorkspaceId()
  return useQuery({
    queryKey: [workspaceId, logs.path, 'one', id],
    queryFn: ({ signal }) =>
      apiFetch<LogDetail>(`${logs.path}/${encodeURIComponent(id)}`, {
        query: { workspace_id: workspaceId },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) => {
      if (!(error instanceof ApiError) || error.status >= 500) return failures < 2
      return error.status === 404 && failures < 20 && Date.now() - timeOf(id) < JUST_NOW_MS
    },
    retryDelay: RETRY_MS,
  })
}

/** Epoch milliseconds inside a UUIDv7; NaN for what is none. */
function timeOf(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16)
}
