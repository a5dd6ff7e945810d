'use client'

import { Button, Group, Skeleton, Tabs, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Link2, RotateCw, Terminal } from 'lucide-react'
import { ApiError } from '@/lib/queries.ts'
import { Problem } from '../resource/problem.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { Chat } from './chat.tsx'
import { curlOf } from './curl.ts'
import type { LogDetail } from './detail.ts'
import { ExchangePart, Sent } from './exchange.tsx'
import { Facts } from './facts.tsx'
import styles from './logs.module.css'
import { useReplay } from './replay.tsx'
import { summaryOf } from './summary.ts'
import { useLog } from './use-logs.ts'
import { Waterfall } from './waterfall-chart.tsx'

/** Status and time of the open call, for the drawer's head. */
export function LogDetailTitle({ id }: { id: string }) {
  const { data } = useLog(id)
  if (!data) return 'Call'
  const { metrics: log } = data
  return (
    <Group gap={10} wrap="nowrap">
      <Status tone={summaryOf(data).tone}>
        <span className="figures">{log.response_status_code}</span>
      </Status>
      <span className={styles.titlePath}>
        {log.request_method} {log.request_url}
      </span>
      <span className={styles.titleTime}>
        <Time at={log.created_at} />
      </span>
    </Group>
  )
}

/** One call: what came of it in a sentence, where its time went, what was said, and every byte behind it. */
export function LogDetailView({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useLog(id)
  if (isPending) return <Placeholder />
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState title="No such call here">
        No call of this workspace has the id <code>{id}</code>. It may belong to another workspace, have
        outlived its retention, or still be on its way.
        <Group justify="center" mt={12}>
          <Button variant="default" onClick={() => void refetch()}>
            Look again
          </Button>
        </Group>
      </EmptyState>
    )
  }
  if (!data) return <Problem error={error} label="The call" retry={refetch} />
  return <Detail detail={data} />
}

function Detail({ detail }: { detail: LogDetail }) {
  const { metrics: log, request, response, attempts, bodies_absent: absent, conversation } = detail
  const summary = summaryOf(detail)
  const hasChat = conversation !== null && conversation !== undefined
  const sent = detail.transformedRequest ?? detail.finalUntransformedRequest
  const [chosen, choose] = useUrlState('view')
  const tabs = [
    ...(hasChat ? [{ value: 'conversation', label: 'Conversation' }] : []),
    { value: 'request', label: 'Request' },
    { value: 'response', label: 'Response' },
    ...(sent ? [{ value: 'sent', label: 'Sent upstream' }] : []),
    { value: 'details', label: 'Tokens & details' },
  ]
  const tab = tabs.find(({ value }) => value === chosen)?.value ?? (absent ? 'details' : tabs[0]!.value)

  return (
    <div className={styles.detail}>
      <p className={styles.summary} data-tone={summary.tone}>
        {summary.words}
      </p>
      {summary.fault && (
        <p className={styles.fault}>
          At fault: <b>{summary.fault.who}</b>
          {log.refusal && (
            <>
              {' '}
              · <code>{log.refusal}</code>
            </>
          )}
        </p>
      )}
      {summary.said && <blockquote className={styles.said}>{summary.said}</blockquote>}
      <Actions detail={detail} />
      <Waterfall log={log} attempts={attempts} />
      {absent && (
        <p className={styles.absent} role="note">
          {ABSENT[absent]}
        </p>
      )}
      <Tabs value={tab} onChange={choose} keepMounted={false} className={styles.tabs}>
        <Tabs.List>
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="conversation" pt={16}>
          {hasChat && <Chat conversation={conversation} log={log} />}
        </Tabs.Panel>
        <Tabs.Panel value="request" pt={16}>
          <ExchangePart name="Request" part={request} absent={absent} bytes={log.request_bytes} />
        </Tabs.Panel>
        <Tabs.Panel value="response" pt={16}>
          <ExchangePart name="Response" part={response} absent={absent} bytes={log.response_bytes} />
        </Tabs.Panel>
        <Tabs.Panel value="sent" pt={16}>
          {sent && <Sent detail={detail} sent={sent} />}
        </Tabs.Panel>
        <Tabs.Panel value="details" pt={16}>
          <Facts detail={detail} />
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}

const ABSENT = {
  off: 'Bodies and headers of this call were not kept: logging was set to metrics only, or the caller sent x-portkey-debug: false.',
  expired: 'Bodies and headers of this call have outlived their retention. Its figures are still here.',
  hidden: 'Your role shows the figures of calls, not what they said.',
} as const

function Actions({ detail }: { detail: LogDetail }) {
  const { request, metrics: log } = detail
  const curl = curlOf(request, window.location.origin)
  const clipboard = useClipboard({ timeout: 1500 })
  const link = useClipboard({ timeout: 1500 })
  const { replay, isReplaying, whyNot } = useReplay(detail)
  const copyCurl = () => {
    if (!curl) return
    clipboard.copy(curl.command)
    const rest =
      curl.leftOut.length > 0 ? ` Left out, since they are secret: ${curl.leftOut.join(', ')}.` : ''
    notifyDone(`Copied. It takes the key from $TOLLGATE_API_KEY.${rest}`)
  }
  return (
    <Group gap={8} className={styles.detailActions}>
      <Tooltip label={curl ? 'For bash; the key comes from $TOLLGATE_API_KEY' : NO_BODY}>
        <Button
          variant="default"
          leftSection={clipboard.copied ? <Check size={14} /> : <Terminal size={14} />}
          onClick={copyCurl}
          data-disabled={!curl || undefined}
          aria-disabled={!curl}
        >
          Copy as curl
        </Button>
      </Tooltip>
      <Tooltip label={whyNot ?? 'Sends it again with your own user key'}>
        <Button
          variant="default"
          leftSection={<RotateCw size={14} />}
          onClick={() => whyNot === null && replay()}
          loading={isReplaying}
          data-disabled={whyNot !== null || undefined}
          aria-disabled={whyNot !== null}
        >
          Replay
        </Button>
      </Tooltip>
      <Button
        variant="default"
        leftSection={link.copied ? <Check size={14} /> : <Link2 size={14} />}
        onClick={() => link.copy(`${window.location.origin}/logs?log=${log.id}`)}
      >
        {link.copied ? 'Copied' : 'Copy link'}
      </Button>
    </Group>
  )
}

const NO_BODY = 'The body of this call was not kept'

function Placeholder() {
  return (
    <div className={styles.detail} aria-busy>
      <Skeleton height={20} width="72%" mb={12} />
      <Skeleton height={32} width={330} mb={20} />
      <Skeleton height={112} mb={20} />
      <Skeleton height={32} mb={16} />
      <Skeleton height={14} width="88%" mb={10} />
      <Skeleton height={14} width="64%" mb={10} />
      <Skeleton height={14} width="76%" />
    </div>
  )
}
