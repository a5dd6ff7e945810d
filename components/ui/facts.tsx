import { Skeleton, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './facts.module.css'

/** Names and values below each other: what is known of one thing. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {rows.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Where facts will stand. */
export function FactsPlaceholder() {
  return (
    <Stack gap={16} aria-hidden>
      {[40, 62, 34, 55, 48, 30].map((width) => (
        <div key={width} style={{ display: 'flex', gap: 40 }}>
          <Skeleton height={10} width={96} />
          <Skeleton height={10} width={`${width}%`} />
        </div>
      ))}
    </Stack>
  )
}
