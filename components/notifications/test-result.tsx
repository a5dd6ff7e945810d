'use client'

import { Anchor } from '@mantine/core'
import { duration } from '../format.ts'
import { Status } from '../ui/status.tsx'
import { setUrlState } from '../ui/url-state.ts'
import type { TestReply } from './data.ts'
import styles from './notifications.module.css'

/** What really became of a test: its answer, how long that took, and where the message stands. */
export function TestResult({ reply, what }: { reply: TestReply; what: string }) {
  const { success, message, latency_ms, delivery_id } = reply
  return (
    <div className={styles.result} role="status" data-tone={success ? 'ok' : 'bad'}>
      <Status tone={success ? 'ok' : 'bad'}>
        {success
          ? `${what} took it in ${duration(latency_ms)}`
          : `Not accepted, after ${duration(latency_ms)}`}
      </Status>
      <span className={styles.resultWords}>{message}</span>
      <Anchor
        component="button"
        type="button"
        fz={13}
        onClick={() => setUrlState({ tab: 'deliveries', open: delivery_id, pane: null }, { push: true })}
      >
        What was sent
      </Anchor>
    </div>
  )
}
