'use client'

import { Skeleton, Table } from '@mantine/core'
import Link from 'next/link'
import { colourOf } from '../charts/prepare.ts'
import { count, moneyFromCents, percent } from '../format.ts'
import styles from './overview.module.css'
import type { Overview } from './verdict.ts'

interface Props {
  title: string
  /** Undefined while they load. */
  rows: Overview['models'] | undefined
  kind: 'model' | 'provider'
}

const FILTER = { model: 'ai_model', provider: 'virtual_keys' } as const

/** The dearest models or providers, then the most called, and how often they fail; a name leads to its calls. */
export function Movers({ title, rows, kind }: Props) {
  const dearest = Math.max(1e-9, ...(rows ?? []).map(({ cost }) => cost))
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
            {rows.map(({ name, requests, errors, cost }) => (
              <Table.Tr key={name}>
                <Table.Td className={styles.moverName}>
                  <span
                    className={styles.moverBar}
                    style={{ width: `${(cost / dearest) * 100}%`, background: colourOf(name) }}
                    aria-hidden
                  />
                  {name === '' ? (
                    <span className={styles.dim}>none was reached</span>
                  ) : (
                    <Link
                      href={`/logs?${FILTER[kind]}=${encodeURIComponent(name)}`}
                      className="mono"
                      title={name}
                    >
                      {name}
                    </Link>
                  )}
                </Table.Td>
                <Table.Td ta="right">{count(requests)}</Table.Td>
                <Table.Td ta="right">{errors === 0 ? '0' : percent(errors / requests)}</Table.Td>
                <Table.Td ta="right">{moneyFromCents(cost)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  )
}
