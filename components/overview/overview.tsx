'use client'

import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { OVERVIEW_RANGES, overview } from '@/lib/contract/telemetry.ts'
import { queries } from '@/lib/queries.ts'
import { ChartPanel } from '../charts/panel.tsx'
import { type Prepared, prepare } from '../charts/prepare.ts'
import { Spark } from '../charts/spark.tsx'
import { change, compact, count, duration, moneyFromCents, percent, plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { type Answer, AnswerStrip } from '../ui/answer-strip.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Status } from '../ui/status.tsx'
import { useNow } from '../ui/time.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { Blame } from './blame.tsx'
import { Checklist } from './checklist.tsx'
import { Movers } from './movers.tsx'
import styles from './overview.module.css'
import { type Overview, RANGE_WORDS, type Range, spentToday, verdict } from './verdict.ts'

const LIVE_MS = 2_000
const REFRESH_MS = 10_000
const NO_CALLS = 'no calls yet'

/** Is the gateway healthy, and what does it cost? In words first, then five figures, then how they came about. */
export function OverviewScreen() {
  const [text, setRange] = useUrlState('range')
  const range = OVERVIEW_RANGES.find((each) => each === text) ?? '24h'
  const main = useOverview(range, REFRESH_MS)
  const live = useOverview('1h', LIVE_MS)
  const today = useOverview('24h', REFRESH_MS)
  const router = useRouter()
  const nowMs = useNow()
  const data = main.data
  const judged = data && verdict(data)
  const pick = (atMs: number) => router.push(logsAddress(atMs, data?.bucket_seconds ?? 3600))

  return (
    <>
      <PageHeader
        title="Overview"
        why={
          judged ? (
            <Status tone={judged.tone}>
              <span className={styles.verdict}>{judged.words}</span>
            </Status>
          ) : (
            'Is the gateway healthy, and what does it cost?'
          )
        }
        action={
          <SegmentedControl
            size="xs"
            value={range}
            onChange={(value) => setRange(value === '24h' ? null : value)}
            aria-label="Time span"
            data={OVERVIEW_RANGES.map((value) => ({ value, label: value }))}
          />
        }
      />
      {data && <Checklist checklist={data.checklist} />}
      {main.error && !data ? (
        <Problem error={main.error} label="The overview" retry={() => main.refetch()} />
      ) : (
        <>
          <AnswerStrip answers={answers(data, live.data, today.data, nowMs)} />
          <div className={styles.charts}>
            <ChartPanel
              title="Calls"
              headline={data && `${compact(data.now.requests)}`}
              prepared={data && callsChart(data)}
              empty={`No calls in ${RANGE_WORDS[range]}.`}
              group="overview"
              onPick={pick}
            />
            <ChartPanel
              title="Spend"
              headline={data && moneyFromCents(data.now.cost)}
              prepared={data && spendChart(data)}
              empty={`Nothing was spent in ${RANGE_WORDS[range]}.`}
              group="overview"
              onPick={pick}
            />
            <Movers title="Top models" rows={data?.models} kind="model" />
            <Movers title="Top providers" rows={data?.providers} kind="provider" />
          </div>
        </>
      )}
    </>
  )
}

function useOverview(range: Range, refetchMs: number) {
  const workspaceId = useWorkspaceId()
  return useQuery({
    ...queries(overview, workspaceId).read<Overview>('show', { range }),
    refetchInterval: refetchMs,
    staleTime: refetchMs / 2,
    // Another span may keep the old picture for a moment; another workspace may not.
    placeholderData: (previous, query) =>
      query?.queryKey[0] === workspaceId ? keepPreviousData(previous) : undefined,
  })
}

function answers(
  data: Overview | undefined,
  live: Overview | undefined,
  today: Overview | undefined,
  nowMs: number,
): Answer[] {
  const now = data?.now
  const lastMinute = live?.series.at(-1)?.requests
  const spent = today && spentToday(today, nowMs)
  const failed = now && now.requests > 0 ? now.errors / now.requests : now && null
  return [
    {
      label: 'Calls this minute',
      value: live && count(lastMinute),
      note: live && `${compact(live.now.requests)} in the last hour`,
      picture: <Spark values={live?.series.map(({ requests }) => requests) ?? []} />,
    },
    {
      label: 'Spend today (UTC)',
      value: today && moneyFromCents(spent),
      note: today && spendNote(today),
      ...(today && today.now.unpriced > 0 ? { tone: 'warn' as const } : {}),
      picture: <Spark values={today?.series.map(({ cost }) => cost) ?? []} />,
    },
    {
      label: 'Failed calls',
      value: now && percent(failed),
      title: now ? plural(now.errors, 'failed call') : '',
      note: data && (data.now.requests === 0 ? NO_CALLS : <Blame.Words blame={data.blame} />),
      picture: <Blame.Bar blame={data?.blame} />,
    },
    {
      label: 'Median latency',
      value: now && duration(now.p50_ms),
      note:
        now &&
        (now.requests === 0
          ? NO_CALLS
          : `p99 ${duration(now.p99_ms)}${trend(now.p50_ms, data?.before.p50_ms)}`),
      picture: <Spark values={data?.series.map(({ p50_ms }) => p50_ms) ?? []} />,
    },
    {
      label: 'Gateway overhead',
      value: now && duration(now.overhead_ms),
      note: now && (now.requests === 0 ? NO_CALLS : 'added to a call, in the median'),
    },
  ]
}

function spendNote(today: Overview): string {
  const { cost, unpriced } = today.now
  if (unpriced > 0) return `${plural(unpriced, 'unpriced call')} not counted`
  const moved = change(cost, today.before.cost)
  return `${moneyFromCents(cost)} in 24 h${moved ? `, ${moved}` : ''}`
}

function trend(now: number | null | undefined, before: number | null | undefined): string {
  const moved = change(now, before)
  return moved ? ` · median ${moved}` : ''
}

function callsChart({ series, bucket_seconds }: Overview): Prepared {
  return prepare({
    unit: 'count',
    bucketSeconds: bucket_seconds,
    series: [
      { key: 'answered', label: 'Answered', colour: 'var(--tg-series-0)', kind: 'bar' },
      { key: 'failed', label: 'Failed', colour: 'var(--tg-series-5)', kind: 'bar' },
    ],
    points: series.map(({ at, requests, errors }) => ({
      atMs: Date.parse(at),
      values: { answered: requests - errors, failed: errors },
    })),
  })
}

function spendChart({ series, bucket_seconds }: Overview): Prepared {
  return prepare({
    unit: 'dollars',
    bucketSeconds: bucket_seconds,
    series: [{ key: 'spend', label: 'Spend', colour: 'var(--tg-series-2)', kind: 'bar' }],
    points: series.map(({ at, cost }) => ({ atMs: Date.parse(at), values: { spend: cost / 100 } })),
  })
}

function logsAddress(atMs: number, bucketSeconds: number): string {
  const params = new URLSearchParams({
    time_of_generation_min: new Date(atMs).toISOString(),
    time_of_generation_max: new Date(atMs + bucketSeconds * 1000).toISOString(),
  })
  return `/logs?${params}`
}
