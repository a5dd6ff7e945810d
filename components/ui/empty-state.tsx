import { Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  icon?: ReactNode
  /** What is not here yet: "No keys yet". */
  title: string
  /** What will be here, in a sentence. */
  children: ReactNode
  /** The one next step. */
  action?: ReactNode
  /** Of its heading: 1 where nothing else is on the page. */
  level?: 1 | 2
}

/** What a place says while it has nothing to show. */
export function EmptyState({ icon, title, children, action, level = 2 }: Props) {
  return (
    <Stack align="center" gap={6} py={56} px={24} ta="center">
      {icon && (
        <span aria-hidden style={{ color: 'var(--tg-dim)', marginBottom: 6 }}>
          {icon}
        </span>
      )}
      <Title order={level} fz={16}>
        {title}
      </Title>
      <Text c="dimmed" maw={440} component="div">
        {children}
      </Text>
      {action && (
        <Group justify="center" mt={12}>
          {action}
        </Group>
      )}
    </Stack>
  )
}
