'use client'

import { Skeleton, Table } from '@mantine/core'
import Link from 'next/link'
import { colourOf, topOf } from '../charts/prepare.ts'
import { count, moneyFromCents, percent } from '../format.ts'
import styles from './overview.module.css'
import type { Overview } from './verdict.ts'

interface Props {
  title: string
  /** Undefined while they load. */
  rows: Overview['models'] | undefined
  kind: 'model' | 'provider'
}

const SHOWN = 6
const FILTER = { model: 'ai_model', provider: 'virtual_keys' } as const

/** The models or providers most called, what they cost and how often they fail; a name leads to its calls. */
export function Movers({ title, rows, kind }: Props) {
  const { top, rest } = topOf(rows ?? [], SHOWN, ({ requests }) => requests)
  const most = top[0]?.requests ?? 1
  return (
    <section className={styles.movers} aria-label={title}>
      <h2 className={styles.moversTitle}>{title}</h2>
      {!rows ? (
        [70, 55, 40].map((width) => <Skeleton key={width} height={12} width={`${width}%`} my={12} />)
      ) : rows.length === 0 ? (
        <p className={styles.dim}>The {kind}s that are called will stand here, with what they cost.</p>
      ) : (
        <Table className={styles.moversTable}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{kind === 'model' ? 'Model' : 'Provider'}</Table.Th>
              <Table.Th ta="right">Calls</Table.Th>
              <Table.Th ta="right">Failed</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {top.map(({ name, requests, errors, cost }) => (
              <Table.Tr key={name}>
                <Table.Td className={styles.moverName}>
                  <span
                    className={styles.moverBar}
                    style={{ width: `${(requests / most) * 100}%`, background: colourOf(name) }}
                    aria-hidden
                  />
                  <Link href={`/logs?${FILTER[kind]}=${encodeURIComponent(name)}`} className="mono">
                    {name || '(none reached)'}
                  </Link>
                </Table.Td>
                <Table.Td ta="right">{count(requests)}</Table.Td>
                <Table.Td ta="right">{errors === 0 ? '0' : percent(errors / requests)}</Table.Td>
                <Table.Td ta="right">{moneyFromCents(cost)}</Table.Td>
              </Table.Tr>
            ))}
            {rest && (
              <Table.Tr>
                <Table.Td c="dimmed">{count(rest.items)} more</Table.Td>
                <Table.Td ta="right">{count(rest.size)}</Table.Td>
                <Table.Td />
                <Table.Td />
              </Table.Tr>
            )}
          </Table.Tbody>
        </Table>
      )}
    </section>
  )
}
