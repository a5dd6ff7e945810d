import { duration } from '../format.ts'
import type { Attempt, Log } from './detail.ts'
import styles from './logs.module.css'
import { waterfallOf } from './waterfall.ts'

/** Where the time of a call went, as bars on one line, in words for who cannot see them. */
export function Waterfall({ log, attempts }: { log: Log; attempts: readonly Attempt[] }) {
  const { spans, totalMs } = waterfallOf(log, attempts)
  // The gateway's own crumbs after the answer are not worth a line; what an attempt did always is.
  const shown = spans.filter(
    ({ fromMs, toMs, kind, key }) =>
      kind !== 'gateway' || key === 'gateway' || toMs - fromMs > totalMs / 1000,
  )
  const percent = (ms: number) => `${(ms / totalMs) * 100}%`
  return (
    <section className={styles.waterfall} aria-label="Where the time went">
      <header>
        <h3>Where the time went</h3>
        <span className={styles.dim}>
          {duration(log.response_time)} in all · gateway itself {duration(log.gateway_processing_time)}
          {log.ttft_ms !== null && ` · first byte ${duration(log.ttft_ms)}`}
        </span>
      </header>
      <ol>
        {shown.map(({ key, label, kind, fromMs, toMs, note }) => {
          const attempt = attempts[Number(key.split('-')[1] ?? 0)]
          const opens = /^(connect|wait)-/.test(key) && (kind === 'connect' || attempt?.connect_ms === null)
          return (
            <li key={key}>
              {opens && attempt && (
                <div className={styles.attempt}>
                  {attempts.length > 1 && `Attempt ${attempts.indexOf(attempt) + 1}: `}
                  <span className="mono">
                    @{attempt.provider}
                    {attempt.model && `/${attempt.model}`}
                  </span>
                </div>
              )}
              <span className={styles.spanLabel} title={kind === 'gateway' ? (note ?? undefined) : undefined}>
                {label}
              </span>
              <span className={styles.track}>
                <span
                  className={styles.bar}
                  data-kind={kind}
                  style={{ left: percent(fromMs), width: percent(toMs - fromMs) }}
                />
              </span>
              <span className={styles.spanTime}>{duration(toMs - fromMs)}</span>
              {note && kind !== 'gateway' && <span className={styles.spanNote}>{note}</span>}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
