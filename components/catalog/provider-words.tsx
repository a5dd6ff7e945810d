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
