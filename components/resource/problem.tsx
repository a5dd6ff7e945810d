'use client'

import { Button, Text } from '@mantine/core'
import { CircleAlert, RotateCw } from 'lucide-react'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { describeError } from '../ui/notify.tsx'
import styles from './list.module.css'

/** What stands where data should be when it could not be had: why, the request id, and a way on. */
export function Problem({ error, label, retry }: { error: unknown; label: string; retry: () => unknown }) {
  const { message, requestId } = describeError(error)
  return (
    <div className={styles.frame} role="alert">
      <EmptyState
        icon={<CircleAlert size={24} color="var(--tg-bad)" />}
        title={`${label} could not be loaded`}
        action={
          <Button variant="default" leftSection={<RotateCw size={14} />} onClick={() => void retry()}>
            Try again
          </Button>
        }
      >
        {message}
        {requestId && (
          <Text size="xs" component="div" mt={4}>
            Request <Copyable value={requestId} label="request id" />
          </Text>
        )}
      </EmptyState>
    </div>
  )
}
