import { Tooltip } from '@mantine/core'
import { Radio } from 'lucide-react'
import Link from 'next/link'
import { cost, count, duration, tokens } from '../format.ts'
import type { Column } from '../resource/columns.ts'
import { ModelId } from '../ui/model-id.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { endpointWords, type Log, modelName } from './detail.ts'
import { faultOf, toneOf } from './fault.ts'
import styles from './logs.module.css'

/** The list's columns; widths in pixels, the model takes what is left. */
export const COLUMNS: readonly Column<Log>[] = [
  { key: 'time', title: 'Time', width: 92, render: (log) => <Time at={log.created_at} /> },
  { key: 'status', title: 'Status', width: 72, render: (log) => <LogStatus log={log} /> },
  {
    key: 'model',
    title: 'Provider / model',
    render: (log) => (
      <span className={styles.model} title={modelName(log)}>
        <ModelName log={log} />
      </span>
    ),
  },
  {
    key: 'endpoint',
    title: 'Endpoint',
    width: 98,
    render: (log) => <span title={log.request_url}>{endpointWords(log.endpoint_type)}</span>,
  },
  { key: 'key', title: 'Key', width: 112, render: (log) => <KeyName log={log} /> },
  {
    key: 'user',
    title: 'User',
    width: 96,
    render: (log) =>
      log.user ? <span title={log.user}>{log.user}</span> : <span className={styles.dim}>–</span>,
  },
  {
    key: 'in',
    title: 'Tokens in',
    width: 84,
    align: 'right',
    render: (log) => <Tokens log={log} value={log.req_units} />,
  },
  {
    key: 'out',
    title: 'Out',
    width: 56,
    align: 'right',
    render: (log) => <Tokens log={log} value={log.res_units} />,
  },
  { key: 'cost', title: 'Cost', width: 104, align: 'right', render: (log) => <Cost log={log} /> },
  {
    key: 'latency',
    title: 'Latency',
    width: 76,
    align: 'right',
    render: (log) => <span title={`${count(log.response_time)} ms`}>{duration(log.response_time)}</span>,
  },
  {
    key: 'ttft',
    title: 'First byte',
    width: 78,
    align: 'right',
    render: (log) => duration(log.ttft_ms),
  },
  {
    key: 'stream',
    title: '',
    width: 34,
    render: (log) => <StreamMark log={log} />,
  },
]

/** The status code with its colour; a failure says on hover whose it is. */
export function LogStatus({ log }: { log: Log }) {
  const fault = faultOf(log)
  const status = (
    <Status tone={toneOf(log)}>
      <span className="figures">{log.response_status_code}</span>
      {log.is_partial && (
        <span className={styles.cut} title="Cut off">
          cut
        </span>
      )}
    </Status>
  )
  if (!fault) return status
  return <Tooltip label={`${capital(fault.who)}: ${fault.why}`}>{status}</Tooltip>
}

export function ModelName({ log }: { log: Log }) {
  if (!log.virtual_key || !log.ai_model) return <span className={styles.dim}>{modelName(log)}</span>
  return <ModelId slug={log.virtual_key} model={log.ai_model} />
}

export function KeyName({ log }: { log: Log }) {
  return log.api_key_name ? (
    <span title={log.api_key_name}>{log.api_key_name}</span>
  ) : (
    <span className={styles.dim} title={log.api_key_id}>
      deleted key
    </span>
  )
}

/** What the call cost; unpriced is a word and a way to a price, an estimate has a mark. */
export function Cost({ log }: { log: Log }) {
  if (log.unpriced) {
    return (
      <Tooltip label={`No price is known for ${modelName(log)}. Set one.`}>
        <Link
          href={priceHref(log)}
          className={styles.unpriced}
          onClick={(event) => event.stopPropagation()}
          tabIndex={-1}
        >
          unpriced
        </Link>
      </Tooltip>
    )
  }
  return (
    <>
      {log.usage_estimated && <Estimated />}
      <span
        className={log.cost === 0 ? styles.dim : undefined}
        title={log.cost === null ? undefined : `$${(log.cost / 100).toFixed(9).replace(/0+$/, '0')}`}
      >
        {cost(log.cost)}
      </span>
    </>
  )
}

/** Where the price of the model of a call is set. */
export function priceHref(log: Pick<Log, 'virtual_key' | 'ai_model'>): string {
  const params = new URLSearchParams({ tab: 'models' })
  if (log.virtual_key) params.set('provider', log.virtual_key)
  if (log.virtual_key && log.ai_model) params.set('open', `@${log.virtual_key}/${log.ai_model}`)
  return `/catalog?${params}`
}

export function StreamMark({ log }: { log: Log }) {
  if (log.stream_mode !== 1) return null
  return (
    <Tooltip label="Streamed">
      <Radio size={14} className={styles.stream} aria-label="Streamed" />
    </Tooltip>
  )
}

function Tokens({ log, value }: { log: Log; value: number }) {
  if (log.total_units === 0) return <span className={styles.dim}>–</span>
  return (
    <span title={count(value)}>
      {log.usage_estimated && <Estimated />}
      {tokens(value)}
    </span>
  )
}

function Estimated() {
  return (
    <Tooltip label="Estimated from the text: the provider reported no usage">
      <span className={styles.estimated} role="img" aria-label="estimated">
        ~
      </span>
    </Tooltip>
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
