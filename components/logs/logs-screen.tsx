'use client'

import { Button, Group, Switch, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { ArrowUp, ScrollText } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useEffect, useMemo, useRef, useState } from 'react'
import { count, plural } from '../format.ts'
import list from '../resource/list.module.css'
import { Problem } from '../resource/problem.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Dot } from '../ui/status.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { FilterBar } from './filter-bar.tsx'
import { cleared, type Filter, filterOf, isEmpty } from './filters.ts'
import { LogDetailTitle, LogDetailView } from './log-detail.tsx'
import styles from './logs.module.css'
import { LogCards, LogSkeleton, LogTable } from './rows.tsx'
import { useLogs } from './use-logs.ts'

/** Every call of the workspace, newest first and live; what is filtered and what is open stand in the address. */
export function LogsScreen() {
  const params = useSearchParams()
  const filter = useMemo(() => filterOf(new URLSearchParams(params)), [params])
  // Only a change of the filter itself starts the list over, not of the drawer's part of the address.
  const [openId] = useUrlState('log')
  const [live, setLive] = useUrlState('live')
  const isPhone = useMediaQuery('(max-width: 48em)') ?? false
  const { isHeld, setPointing, scroller, toTop } = useHold()
  const canLive = filter.time_of_generation_max === undefined
  const isLive = canLive && live !== 'off'
  const calls = useLogs(filter, { isLive, isHeld })
  useLinkFromSearch(params.get('open'))
  useFirstRowByKey()
  const open = (id: string) => setUrlState({ log: id }, { push: openId === null })
  const shape = { rows: calls.rows, openId, open }

  return (
    <>
      <PageHeader
        title="Logs"
        why="Every call: what was asked, what came back, how long it took and what it cost."
        action={
          <Switch
            className={styles.live}
            checked={isLive}
            disabled={!canLive}
            onChange={(event) => setLive(event.currentTarget.checked ? null : 'off')}
            label={
              <span className={styles.liveLabel}>
                <Dot tone={!isLive ? 'idle' : calls.isStale ? 'warn' : 'ok'} />
                {calls.isStale ? 'Live: no answer' : 'Live'}
              </span>
            }
            labelPosition="left"
            aria-label="Live: new calls appear by themselves"
          />
        }
      />
      <FilterBar filter={filter} />
      <section
        className={styles.list}
        aria-label="Calls"
        aria-busy={calls.isPending}
        onPointerEnter={(event) => setPointing(event.pointerType === 'mouse')}
        onPointerLeave={() => setPointing(false)}
      >
        {calls.waiting > 0 && isHeld && (
          <Button
            className={styles.pill}
            size="compact-sm"
            radius={999}
            leftSection={<ArrowUp size={13} />}
            onClick={() => {
              calls.admit()
              toTop()
            }}
          >
            {calls.isMany ? `${calls.waiting}+ new calls` : plural(calls.waiting, 'new call')}
          </Button>
        )}
        {calls.isPending ? (
          <div className={list.frame}>
            <LogSkeleton isPhone={isPhone} />
          </div>
        ) : calls.error && calls.rows.length === 0 ? (
          <Problem error={calls.error} label="The calls" retry={calls.refetch} />
        ) : calls.rows.length === 0 && !calls.hasOlder ? (
          <div className={list.frame}>
            <Nothing filter={filter} isLive={isLive} />
          </div>
        ) : (
          <div className={list.frame}>
            <div ref={scroller} className={isPhone ? undefined : styles.scroll}>
              {isPhone ? <LogCards {...shape} /> : <LogTable {...shape} />}
              <Older calls={calls} />
            </div>
          </div>
        )}
      </section>
      <UrlDrawer
        param="log"
        size="min(920px, 100vw)"
        ids={calls.rows.map(({ id }) => id)}
        title={openId && <LogDetailTitle id={openId} />}
      >
        {(id) => <LogDetailView key={id} id={id} />}
      </UrlDrawer>
    </>
  )
}

function Older({ calls }: { calls: ReturnType<typeof useLogs> }) {
  const { rows, total, hasOlder, isLoadingOlder, olderFailed, loadOlder } = calls
  return (
    <Group justify="center" gap={12} className={styles.older}>
      {hasOlder ? (
        <>
          {olderFailed && (
            <Text size="sm" c="red" role="alert">
              Older calls could not be loaded.
            </Text>
          )}
          {rows.length === 0 && (
            <Text size="sm" c="dimmed">
              None in the newest part; older calls were not looked at yet.
            </Text>
          )}
          <Button variant="default" onClick={loadOlder} loading={isLoadingOlder}>
            Load older
          </Button>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {rows.length < 20 ? 'No older calls' : `No older calls: ${count(rows.length)} in all`}
        </Text>
      )}
      {total !== null && total > rows.length && (
        <Text size="sm" c="dimmed" className="figures">
          {count(rows.length)} of {count(total)}
        </Text>
      )}
    </Group>
  )
}

function Nothing({ filter, isLive }: { filter: Filter; isLive: boolean }) {
  if (!isEmpty(filter)) {
    return (
      <EmptyState
        icon={<ScrollText size={24} />}
        title="No calls match"
        action={
          <Button variant="default" onClick={() => setUrlState(cleared(filter))}>
            Clear the filters
          </Button>
        }
      >
        {isLive
          ? 'New ones that match will appear here by themselves.'
          : 'Try a longer time or fewer filters.'}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={<ScrollText size={24} />}
      title="No calls yet"
      action={
        <Button component={Link} href="/connect">
          Connect a client
        </Button>
      }
    >
      Each call through the gateway will stand here within two seconds: its status, model, tokens, cost and
      timings, and the whole conversation behind it.
    </EmptyState>
  )
}

/**
 * Whether rows must stay where they are: somebody points at the list (or is on the way from a row to the pill that waits
 * in it), walks it by keyboard, or has scrolled away from the top.
 */
function useHold() {
  const [isPointing, setPointing] = useState(false)
  const [isAway, setAway] = useState(false)
  const [isWalking, setWalking] = useState(false)
  const scroller = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const look = () => setAway((scroller.current?.scrollTop ?? 0) > 4 || window.scrollY > 120)
    const walk = () => setWalking(document.activeElement?.matches('[data-rows] :focus-visible') ?? false)
    // Scrolling does not bubble, so it is caught on the way down, whichever of the two scrolls.
    document.addEventListener('scroll', look, { capture: true, passive: true })
    document.addEventListener('focusin', walk)
    document.addEventListener('focusout', walk)
    return () => {
      document.removeEventListener('scroll', look, { capture: true })
      document.removeEventListener('focusin', walk)
      document.removeEventListener('focusout', walk)
    }
  }, [])
  const toTop = () => {
    scroller.current?.scrollTo({ top: 0 })
    window.scrollTo({ top: 0 })
  }
  return { isHeld: isPointing || isAway || isWalking, setPointing, scroller, toTop }
}

/** The search of the shell opens a log as `?open=`, like every list; here its name is `log`. */
function useLinkFromSearch(id: string | null) {
  useEffect(() => {
    if (id) setUrlState({ open: null, log: id })
  }, [id])
}

/** ↓ with nothing focused goes to the first row, from where ↑ and ↓ walk. */
function useFirstRowByKey() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown' || event.defaultPrevented || document.querySelector('[role="dialog"]'))
        return
      if (document.activeElement !== document.body && document.activeElement?.id !== 'content') return
      const first = document.querySelector<HTMLElement>('[data-rows] :is(tr, button)')
      if (!first) return
      event.preventDefault()
      first.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
