'use client'

import { Skeleton, Table } from '@mantine/core'
import type { KeyboardEvent, ReactNode } from 'react'
import { duration, tokens } from '../format.ts'
import list from '../resource/list.module.css'
import { Time } from '../ui/time.tsx'
import { COLUMNS, Cost, KeyName, LogStatus, ModelName, StreamMark } from './columns.tsx'
import { endpointWords, type Log, modelName } from './detail.ts'
import styles from './logs.module.css'

interface Props {
  rows: readonly Log[]
  openId: string | null
  open: (id: string) => void
}

/** Calls as a table: one line a call, ↑ and ↓ move, Enter opens. */
export function LogTable({ rows, openId, open }: Props) {
  return (
    <Table className={`${list.table} ${styles.table}`} aria-label="Calls">
      <Head />
      <Table.Tbody data-rows onKeyDown={walk}>
        {rows.map((log) => (
          <Table.Tr
            key={log.id}
            data-id={log.id}
            data-clickable
            data-open={log.id === openId || undefined}
            tabIndex={0}
            onClick={() => open(log.id)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.target !== event.currentTarget) return
              event.preventDefault()
              open(log.id)
            }}
          >
            {COLUMNS.map((column) => (
              <Table.Td key={column.key} data-align={column.align}>
                {column.render(log)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** The same calls on a phone: two lines each. */
export function LogCards({ rows, openId, open }: Props) {
  return (
    <ul className={styles.cards} aria-label="Calls" data-rows onKeyDown={walk}>
      {rows.map((log) => (
        <li key={log.id} data-open={log.id === openId || undefined}>
          <button
            type="button"
            className={styles.card}
            onClick={() => open(log.id)}
            aria-label={`${log.response_status_code}, ${modelName(log)}`}
          >
            <span className={styles.cardLine}>
              <LogStatus log={log} />
              <span className={styles.model}>
                <ModelName log={log} />
              </span>
              <span className={styles.cardCost}>{log.unpriced ? 'unpriced' : <Cost log={log} />}</span>
            </span>
            <span className={`${styles.cardLine} ${styles.dim}`}>
              <Time at={log.created_at} />
              <span className={styles.cardMiddle}>
                {endpointWords(log.endpoint_type)} · <KeyName log={log} />
              </span>
              <StreamMark log={log} />
              <span className="figures">
                {log.total_units > 0 && `${tokens(log.req_units)} → ${tokens(log.res_units)} · `}
                {duration(log.response_time)}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Rows that are not here yet, in their true shape. */
export function LogSkeleton({ isPhone }: { isPhone: boolean }) {
  const widths = [64, 48, 78, 56, 70, 40, 62, 52]
  if (isPhone) {
    return (
      <div className={styles.cards} aria-hidden>
        {widths.map((width) => (
          <div key={width} className={styles.card}>
            <Skeleton height={12} width={`${width}%`} my={4} />
            <Skeleton height={10} width="86%" my={4} />
          </div>
        ))}
      </div>
    )
  }
  return (
    <Table className={`${list.table} ${styles.table}`} aria-hidden>
      <Head />
      <Table.Tbody>
        {[...widths, ...widths.map((width) => width + 1)].map((width, index) => (
          <Table.Tr key={width}>
            {COLUMNS.map((column, at) => (
              <Table.Td key={column.key}>
                <Skeleton height={10} width={`${widths[(index + at) % widths.length]}%`} />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Head(): ReactNode {
  return (
    <Table.Thead>
      <Table.Tr>
        {COLUMNS.map(({ key, title, width, align }) => (
          <Table.Th key={key} style={{ width }} data-align={align}>
            {title || <span className="visually-hidden">Streamed</span>}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  )
}

/** ↑ and ↓ go to the row before and after. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const
  const side = step[event.key as keyof typeof step]
  const row = event.target instanceof Element ? event.target.closest('tr, li') : null
  const next = side && row?.[side]
  if (!next) return
  event.preventDefault()
  const target = next instanceof HTMLElement && next.tabIndex === 0 ? next : next.querySelector('button')
  ;(target as HTMLElement | null)?.focus()
}
