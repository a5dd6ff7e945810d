'use client'

import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { logs } from '@/lib/contract/telemetry.ts'
import { apiFetch } from '@/lib/queries.ts'
import { cost, duration, tokens } from '../format.ts'
import { LogStatus, ModelName } from '../logs/columns.tsx'
import { endpointWords, type LogPage } from '../logs/detail.ts'
import { summaryOf } from '../logs/summary.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { Time, useNow } from '../ui/time.tsx'
import styles from './connect.module.css'
import type { ApiKey } from './secret.ts'

const POLL_MS = 1_000
/** Clocks of browser and server may differ by this much. */
const SKEW_MS = 5_000

/** Waits for the first call of a key from now on, and becomes its row when it lands. */
export function FirstCall({ apiKey }: { apiKey: ApiKey | undefined }) {
  const workspaceId = useWorkspaceId()
  const [sinceMs, setSince] = useState(() => Date.now())
  const { data, isError } = useQuery({
    queryKey: [workspaceId, logs.path, 'first', apiKey?.id, sinceMs],
    queryFn: ({ signal }) =>
      apiFetch<LogPage>(logs.path, {
        query: {
          workspace_id: workspaceId,
          api_key_ids: apiKey?.id,
          time_of_generation_min: new Date(sinceMs - SKEW_MS).toISOString(),
          page_size: 1,
          order_by_type: 'asc',
        },
        signal,
      }),
    enabled: apiKey !== undefined,
    refetchInterval: ({ state }) => ((state.data?.data.length ?? 0) > 0 ? false : POLL_MS),
    gcTime: 0,
  })
  const log = data?.data[0]
  const waited = useWaited(apiKey !== undefined && !log)
  // Watched while waiting, so that the row that lands is told by a clock that runs.
  useNow()

  if (!apiKey)
    return <p className={styles.waiting}>Choose a key above, and its first call will appear here.</p>
  if (!log) {
    return (
      <div className={styles.waiting} role="status">
        <Loader size={14} color="gray" aria-hidden />
        <div>
          <div>Waiting for your first request…</div>
          <div className={styles.dim}>
            {isError
              ? 'The server did not answer; still trying.'
              : waited
                ? 'Nothing yet from this key. Was the right key pasted, and can the client reach this address? Calls with an unknown key leave no trace.'
                : `Calls with “${apiKey.name}” appear here within two seconds.`}
          </div>
        </div>
      </div>
    )
  }
  return (
    <div className={styles.landed} data-ok={log.is_success || undefined} role="status">
      <div className={styles.landedWords}>{summaryOf({ metrics: log }).words}</div>
      <Link href={`/logs?log=${log.id}`} className={styles.landedRow}>
        <LogStatus log={log} />
        <span className={styles.landedModel}>
          <ModelName log={log} />
        </span>
        <span className={styles.dim}>{endpointWords(log.endpoint_type)}</span>
        <span className={styles.landedFigures}>
          {log.total_units > 0 && `${tokens(log.req_units)} → ${tokens(log.res_units)} · `}
          {log.unpriced ? 'unpriced' : cost(log.cost)} · {duration(log.response_time)}
        </span>
      </Link>
      <div className={styles.landedEnd}>
        <Button component={Link} href={`/logs?log=${log.id}`} size="compact-sm">
          Open it in Logs
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => setSince(Date.now() + SKEW_MS)}>
          Wait for another
        </Button>
        <span className={styles.dim}>
          <Time at={log.created_at} />
        </span>
      </div>
    </div>
  )
}

const LONG_MS = 60_000

/** Whether one has waited long enough to deserve a hint. */
function useWaited(isWaiting: boolean): boolean {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => setLong(true), LONG_MS)
    return () => {
      clearTimeout(timer)
      setLong(false)
    }
  }, [isWaiting])
  return isLong
}
