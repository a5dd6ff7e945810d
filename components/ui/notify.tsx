'use client'

import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { ApiError } from '@/lib/queries.ts'
import { Copyable } from './copyable.tsx'

/** Says what went wrong and keeps the request id at hand. */
export function notifyError(error: unknown, what = 'That did not work'): void {
  const { message, requestId } = describeError(error)
  notifications.show({
    color: 'red',
    title: what,
    autoClose: 12_000,
    message: (
      <>
        {message}
        {requestId && (
          <Text size="xs" c="dimmed" component="div" mt={4}>
            Request <Copyable value={requestId} label="request id" />
          </Text>
        )}
      </>
    ),
  })
}

/** One line of good news. */
export function notifyDone(message: string): void {
  notifications.show({ color: 'green', message, autoClose: 4_000 })
}

/** Good news that can be taken back for eight seconds: "Key disabled · Undo". */
export function notifyUndo(message: string, undo: () => unknown): void {
  const id = notifications.show({
    autoClose: 8_000,
    color: 'gray',
    message: (
      <Group justify="space-between" wrap="nowrap" gap={12}>
        <span>{message}</span>
        <Button
          size="compact-sm"
          variant="default"
          onClick={async () => {
            notifications.hide(id)
            try {
              await undo()
            } catch (error) {
              notifyError(error, 'It could not be undone')
            }
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  })
}

/** Words for any error: the server's own where it gave a reason. */
export function describeError(error: unknown): { message: string; requestId: string | null } {
  if (error instanceof ApiError) return { message: error.message, requestId: error.requestId }
  return {
    message: error instanceof Error ? error.message : 'Something unexpected happened.',
    requestId: null,
  }
}
