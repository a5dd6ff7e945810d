'use client'

import { ActionIcon, Indicator, Popover } from '@mantine/core'
import { Bell as BellIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '../format.ts'

/** The bell of the top bar: a dot while something is unread, and what there is behind it. */
export function Bell({
  unread,
  onOpen,
  children,
}: {
  unread: number
  onOpen?: () => void
  children: ReactNode
}) {
  const words = unread > 0 ? `Notifications: ${count(unread)} unread` : 'Notifications'
  return (
    <Popover position="bottom-end" width={360} onOpen={() => onOpen?.()} trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words} title={words}>
          <Indicator disabled={unread === 0} size={7} offset={2} color="var(--tg-focus)">
            <BellIcon size={16} aria-hidden style={{ display: 'block' }} />
          </Indicator>
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0}>{children}</Popover.Dropdown>
    </Popover>
  )
}
