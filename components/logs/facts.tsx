'use client'

import { Table } from '@mantine/core'
import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import { useCallableModels } from '../connect/models.ts'
import { absoluteTime, bytes, cost, count, money } from '../format.ts'
import { Copyable } from '../ui/copyable.tsx'
import { priceHref } from './columns.tsx'
import { costParts } from './cost-parts.ts'
import { type Log, type LogDetail, metadataOf } from './detail.ts'
import styles from './logs.module.css'

/** Tokens and what each kind cost, the metadata, and every name a call goes by. */
export function Facts({ detail }: { detail: LogDetail }) {
  const { metrics: log } = detail
  const metadata = metadataOf(log)
  return (
    <>
      <h3 className={styles.factsTitle}>Tokens and cost</h3>
      {log.total_units === 0 && log.cost === 0 ? (
        <p className={styles.dim}>No tokens were counted, and the call cost nothing.</p>
      ) : (
        <TokenTable log={log} />
      )}
      {metadata.length > 0 && (
        <>
          <h3 className={styles.factsTitle}>Metadata</h3>
          <ul className={styles.metadata}>
            {metadata.map(([key, value]) => (
              <li key={key}>
                <Link href={`/logs?metadata=${encodeURIComponent(JSON.stringify({ [key]: value }))}`}>
                  <span className={styles.dim}>{key}</span> {value}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className={styles.factsTitle}>Details</h3>
      <dl className={styles.facts}>
        {factsOf(log).map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </>
  )
}

function TokenTable({ log }: { log: Log }) {
  const { models } = useCallableModels()
  const prices = models.find(({ id }) => id === `@${log.virtual_key}/${log.ai_model}`)?.prices
  const { parts, isSplit } = costParts(log, prices)
  return (
    <Table className={styles.tokens}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Kind</Table.Th>
          <Table.Th>Tokens</Table.Th>
          <Table.Th>Price / 1M</Table.Th>
          <Table.Th>Cost</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {parts.map(({ label, tokens, dollarsPerMillion, dollars }) => (
          <Table.Tr key={label}>
            <Table.Td>{label}</Table.Td>
            <Table.Td>{count(tokens)}</Table.Td>
            <Table.Td>{isSplit ? money(dollarsPerMillion) : '–'}</Table.Td>
            <Table.Td>{isSplit ? money(dollars) : '–'}</Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr data-sum>
          <Table.Td>
            Together
            {log.usage_estimated && (
              <span className={styles.dim}> (estimated: the provider reported no usage)</span>
            )}
          </Table.Td>
          <Table.Td>{count(log.total_units)}</Table.Td>
          <Table.Td />
          <Table.Td>
            {log.unpriced ? (
              <Link href={priceHref(log)} className={styles.unpriced}>
                unpriced · set price
              </Link>
            ) : (
              cost(log.cost)
            )}
          </Table.Td>
        </Table.Tr>
        {log.reasoning_units > 0 && (
          <Table.Tr>
            <Table.Td className={styles.dim}>of the output, reasoning</Table.Td>
            <Table.Td className={styles.dim}>{count(log.reasoning_units)}</Table.Td>
            <Table.Td />
            <Table.Td />
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  )
}

function factsOf(log: Log): [string, ReactNode][] {
  const id = (value: string | null, name: string) =>
    value ? <Copyable value={value} label={name} /> : <span className={styles.dim}>–</span>
  const filter = (name: string, value: string, shown: ReactNode) => (
    <Link href={`/logs?${name}=${encodeURIComponent(value)}`}>{shown}</Link>
  )
  const facts: [string, ReactNode][] = [
    ['Log id', id(log.id, 'log id')],
    ['Arrived', <span key="at">{absoluteTime(log.created_at)}</span>],
    [
      'Provider',
      log.virtual_key
        ? filter('virtual_keys', log.virtual_key, <code>@{log.virtual_key}</code>)
        : 'none was reached',
    ],
    ['Model', id(log.ai_model, 'model')],
    ['Asked for', id(log.requested_model, 'requested model')],
    ['Key', filter('api_key_ids', log.api_key_id, log.api_key_name ?? 'deleted key')],
    [
      'Trace id',
      <Fragment key="trace">
        {id(log.trace_id, 'trace id')}
        {filter('trace_id', log.trace_id, 'its calls')}
      </Fragment>,
    ],
  ]
  if (log.user) facts.push(['User', filter('user', log.user, log.user)])
  if (log.session_id) {
    facts.push([
      'Session',
      <Fragment key="session">
        {id(log.session_id, 'session id')}
        {filter('session_id', log.session_id, 'its calls')}
      </Fragment>,
    ])
  }
  if (log.finish_reason) facts.push(['Finish reason', <code key="finish">{log.finish_reason}</code>])
  if (log.upstream_id) facts.push(['Upstream’s own id', id(log.upstream_id, 'upstream id')])
  if (log.sdk_version)
    facts.push(['Client', [log.sdk_version, log.runtime, log.runtime_version].filter(Boolean).join(' · ')])
  facts.push(['Size', `${bytes(log.request_bytes)} in, ${bytes(log.response_bytes)} out`])
  if (log.source !== 'api') facts.push(['Source', log.source])
  return facts
}
