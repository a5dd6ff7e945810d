import type { ReactNode } from 'react'
import styles from './status.module.css'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle'

/** A state in a word, with a dot of its colour: never colour alone. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.status} data-tone={tone}>
      <span className={styles.dot} aria-hidden />
      {children}
    </span>
  )
}

/** The dot alone, for tight places that name the state elsewhere. */
export function Dot({ tone }: { tone: Tone }) {
  return <span className={styles.dot} data-tone={tone} aria-hidden />
}
