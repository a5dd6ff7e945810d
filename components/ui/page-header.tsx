import { Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** Top of every page: what it is, why one would come, and the primary action at the right. */
export function PageHeader({ title, why, action }: { title: string; why: ReactNode; action?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" gap={16} mb={20} wrap="wrap">
      <div style={{ minWidth: 0, flex: '1 1 280px' }}>
        <Title order={1}>{title}</Title>
        <Text c="dimmed" mt={2} component="div">
          {why}
        </Text>
      </div>
      {action && (
        <Group gap={8} wrap="nowrap">
          {action}
        </Group>
      )}
    </Group>
  )
}
