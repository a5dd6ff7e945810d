'use client'

import { ActionIcon, Popover } from '@mantine/core'
import { Bell as BellIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '../format.ts'
import styles from './bell.module.css'

const COUNTED_MAX = 9

/** The bell of the top bar: how much is unread, and what there is behind it. */
export function Bell({
  unread,
  isOpen,
  setOpen,
  children,
}: {
  unread: number
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
  children: ReactNode
}) {
  const words = unread > 0 ? `Notifications: ${count(unread)} unread` : 'Notifications'
  return (
    <>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        position="bottom-end"
        width="min(380px, calc(100vw - 24px))"
        shadow="md"
        trapFocus
        returnFocus
      >
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            className={styles.bell}
            onClick={() => setOpen(!isOpen)}
            aria-label={words}
            title={words}
          >
            <BellIcon size={16} aria-hidden />
            {unread > 0 && (
              <span className={styles.count} aria-hidden>
                {unread > COUNTED_MAX ? `${COUNTED_MAX}+` : unread}
              </span>
            )}
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p={0} aria-label="Notifications">
          {children}
        </Popover.Dropdown>
      </Popover>
      <span role="status" className="visually-hidden">
        {unread > 0 ? `${count(unread)} unread` : ''}
      </span>
    </>
  )
}
