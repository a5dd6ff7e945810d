import { count, plural } from '../format.ts'
import styles from './overview.module.css'
import type { Overview } from './verdict.ts'

const WHO = [
  { key: 'caller', label: 'caller', colour: 'var(--tg-series-4)' },
  { key: 'gateway', label: 'gateway', colour: 'var(--tg-series-5)' },
  { key: 'provider', label: 'provider', colour: 'var(--tg-series-1)' },
] as const

/** Who is to blame for failed calls, as words and as a bar. */
export const Blame = { Words, Bar }

function Words({ blame }: { blame: Overview['blame'] }) {
  const guilty = WHO.filter(({ key }) => blame[key] > 0)
  if (guilty.length === 0) return <>Nothing failed</>
  return <>{guilty.map(({ key, label }) => `${label} ${count(blame[key])}`).join(' · ')}</>
}

function Bar({ blame }: { blame: Overview['blame'] | undefined }) {
  const all = blame ? blame.caller + blame.gateway + blame.provider : 0
  return (
    <div className={styles.blame} aria-hidden>
      {blame &&
        all > 0 &&
        WHO.map(({ key, label, colour }) => (
          <span
            key={key}
            style={{ flexGrow: blame[key], background: colour }}
            title={`${plural(blame[key], 'failure')} by the ${label}`}
          />
        ))}
    </div>
  )
}
