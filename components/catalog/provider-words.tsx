import { Skeleton, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { Status, type Tone } from '../ui/status.tsx'
import styles from './catalog.module.css'
import type { Provider } from './data.ts'

const TONES: Readonly<Record<Provider['status'], Tone>> = {
  active: 'ok',
  disabled: 'idle',
  exhausted: 'bad',
  expired: 'warn',
}

export function ProviderStatus({ status }: Pick<Provider, 'status'>) {
  return <Status tone={TONES[status]}>{status.charAt(0).toUpperCase() + status.slice(1)}</Status>
}

/** Budgets and rates are kept, and this version does not act on them: said wherever some are set. */
export function Limits({ usage_limits, rate_limits }: { usage_limits: unknown; rate_limits: unknown }) {
  const isSet = usage_limits !== null || rate_limits !== null
  return <span className={styles.limits}>{isSet ? 'Set, not enforced yet' : 'None'}</span>
}

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
