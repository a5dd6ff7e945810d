'use client'

import { Button } from '@mantine/core'
import { EmptyState } from '@/components/ui/empty-state.tsx'
import styles from './bare.module.css'

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <main className={styles.page}>
      <EmptyState
        level={1}
        title="This page could not be shown"
        action={<Button onClick={() => retry()}>Try again</Button>}
      >
        Something failed on the way here. If trying again does not help, the server’s log has the reason
        {digest ? (
          <>
            {' '}
            under <code>{digest}</code>
          </>
        ) : null}
        .
      </EmptyState>
    </main>
  )
}
