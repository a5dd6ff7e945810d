import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './answer-strip.module.css'

export interface Answer {
  /** What is counted, with its span: "Spend today". */
  label: string
  /** Ready to read; undefined while it loads, and a skeleton stands in its place. */
  value: ReactNode | undefined
  /** One small line below: the trend, or what the figure rests on. */
  note?: ReactNode
  /** Whether the note is good or bad news; nothing when it is neither. */
  tone?: 'ok' | 'warn' | 'bad'
  /** A sparkline or a bar. */
  picture?: ReactNode
  /** The exact figure, on hover. */
  title?: string
}

/** The three to five figures that answer a page's question before it offers controls. */
export function AnswerStrip({ answers }: { answers: readonly Answer[] }) {
  return (
    <dl className={styles.strip} style={{ '--answers': answers.length } as React.CSSProperties}>
      {answers.map(({ label, value, note, tone, picture, title }) => (
        <div key={label} className={styles.answer}>
          <dt>{label}</dt>
          <dd title={title}>
            {value === undefined ? (
              <Skeleton height={22} width={88} my={5} />
            ) : (
              <span className={styles.value}>{value}</span>
            )}
          </dd>
          <dd className={styles.note} data-tone={tone}>
            {value === undefined ? <Skeleton height={10} width={120} my={3} /> : (note ?? '\u00a0')}
          </dd>
          {picture && <dd className={styles.picture}>{picture}</dd>}
        </div>
      ))}
    </dl>
  )
}
