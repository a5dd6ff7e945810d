'use client'

import { Anchor, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Time } from '../ui/time.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { LOOK_MS, ofDeliveries } from './data.ts'
import styles from './notifications.module.css'
import { DeliveryStatus, eventTitle } from './words.tsx'

const SHOWN = 5

/** The newest messages of one webhook, and the way to all of them. */
export function RecentDeliveries({ webhookId }: { webhookId: string }) {
  const { data } = useQuery({
    ...ofDeliveries.list({ webhook_id: webhookId, page_size: SHOWN }),
    refetchInterval: LOOK_MS,
  })
  const go = (open: string | null) =>
    setUrlState({ tab: 'deliveries', webhook: webhookId, open, pane: null }, { push: true })
  return (
    <section aria-labelledby="recent">
      <Text component="h3" id="recent" fw={550} mb={8}>
        Last messages
      </Text>
      {!data ? (
        <Skeleton height={72} />
      ) : data.data.length === 0 ? (
        <Text c="dimmed" size="sm">
          It was sent nothing yet. A test shows whether it answers.
        </Text>
      ) : (
        <ul className={styles.recent} aria-label="Last messages">
          {data.data.map((row) => (
            <li key={row.id}>
              <DeliveryStatus of={row} />
              <Anchor component="button" type="button" fz={13} onClick={() => go(row.id)}>
                {eventTitle(row.kind)}
              </Anchor>
              <span className={styles.recentWords}>
                {row.last_error ?? (row.last_status !== null && `HTTP ${row.last_status}`)}
              </span>
              <span className={styles.dim}>
                <Time at={row.created_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {data && data.total > SHOWN && (
        <Anchor component="button" type="button" fz={13} mt={8} onClick={() => go(null)}>
          All {data.total} messages
        </Anchor>
      )}
    </section>
  )
}
