'use client'

import { Anchor, Button, Skeleton, Title, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { BellOff } from 'lucide-react'
import Link from 'next/link'
import { type MouseEvent, useState } from 'react'
import { Problem } from '../resource/problem.tsx'
import { Bell } from '../shell/bell.tsx'
import { useNav } from '../shell/use-nav.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { notifyError } from '../ui/notify.tsx'
import { Time } from '../ui/time.tsx'
import styles from './bell.module.css'
import { type Notice, type Notices, ofBell, read } from './bell.ts'

const LOOK_MS = 10_000
const PAGE_SIZE = 20
const SHOWN_MAX = 100

/** The bell of the signed-in person: what concerns them, newest first, asked for every ten seconds. */
export function NotificationBell() {
  const [isOpen, setOpen] = useState(false)
  const [size, setSize] = useState(PAGE_SIZE)
  const list = useQuery({
    ...ofBell.read<Notices>('list', { page_size: size }),
    refetchInterval: LOOK_MS,
    placeholderData: keepPreviousData,
  })
  const markRead = useMarkRead()
  const { nav } = useNav()
  const canSet = nav.some(({ items }) => items.some(({ href }) => href === '/notifications'))
  const { data } = list
  const close = () => setOpen(false)
  return (
    <Bell
      unread={data?.unread ?? 0}
      isOpen={isOpen}
      setOpen={(next) => {
        setOpen(next)
        if (next) void list.refetch()
      }}
    >
      <div className={styles.head}>
        <Title order={2} fz={14}>
          Notifications
        </Title>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          disabled={!data?.unread}
          onClick={(event) => {
            stay(event)
            markRead(undefined)
          }}
        >
          Mark all as read
        </Button>
      </div>
      {list.error && !data ? (
        <Problem error={list.error} label="Your notifications" retry={() => list.refetch()} />
      ) : !data ? (
        <Waiting />
      ) : data.data.length === 0 ? (
        <EmptyState icon={<BellOff size={24} />} title="Nothing yet">
          What concerns you stands here: access you were given, keys of yours that are rotated or expire.
        </EmptyState>
      ) : (
        <ul className={styles.list} aria-label="Your notifications">
          {data.data.map((notice) => (
            <li key={notice.id}>
              <Entry notice={notice} markRead={() => markRead([notice.id])} close={close} />
            </li>
          ))}
          {data.total > data.data.length && size < SHOWN_MAX && (
            <li className={styles.older}>
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                onClick={() => setSize(Math.min(SHOWN_MAX, size + PAGE_SIZE))}
              >
                Show older
              </Button>
            </li>
          )}
        </ul>
      )}
      {canSet && (
        <div className={styles.foot}>
          <Anchor component={Link} href="/notifications" fz={13} onClick={close}>
            Who hears of what
          </Anchor>
        </div>
      )}
    </Bell>
  )
}

/** One of them. Following it to what it is about reads it; so does its dot, without going anywhere. */
function Entry({ notice, markRead, close }: { notice: Notice; markRead: () => void; close: () => void }) {
  const { title, body, link, created_at, read_at } = notice
  const isUnread = read_at === null
  const words = (
    <>
      <span className={styles.title}>{title}</span>
      <span className={styles.body}>{body}</span>
      <span className={styles.time}>
        <Time at={created_at} />
      </span>
    </>
  )
  return (
    <div className={styles.entry} data-unread={isUnread || undefined}>
      {link === null ? (
        <div className={styles.words}>{words}</div>
      ) : (
        <Link
          className={styles.words}
          href={link}
          onClick={() => {
            if (isUnread) markRead()
            close()
          }}
        >
          {words}
        </Link>
      )}
      {isUnread && (
        <UnstyledButton
          className={styles.mark}
          onClick={(event) => {
            stay(event)
            markRead()
          }}
          aria-label={`Mark as read: ${title}`}
          title="Mark as read"
        >
          <span className={styles.dot} aria-hidden />
        </UnstyledButton>
      )}
    </div>
  )
}

/** The button that was pressed goes or is disabled: the keyboard stays in the panel, so that Escape still closes it. */
function stay({ currentTarget }: MouseEvent<HTMLElement>): void {
  currentTarget.closest<HTMLElement>('[role="dialog"]')?.focus()
}

function Waiting() {
  return (
    <div className={styles.list} aria-hidden>
      {[62, 48, 70].map((width) => (
        <div key={width} className={styles.words}>
          <Skeleton height={12} width={`${width}%`} my={4} />
          <Skeleton height={10} width="90%" my={4} />
        </div>
      ))}
    </div>
  )
}

/** Marks as read on screen at once; without ids, everything. */
function useMarkRead(): (ids: readonly string[] | undefined) => void {
  const client = useQueryClient()
  const { mutate } = useMutation({
    ...ofBell.act<{ unread: number }>('markRead'),
    onError: (error) => {
      notifyError(error, 'Nothing was marked as read')
      return client.invalidateQueries({ queryKey: ofBell.key })
    },
  })
  return (ids) => {
    const at = new Date().toISOString()
    client.setQueriesData<Notices>({ queryKey: ofBell.key }, (page) => page && read(page, ids, at))
    mutate({ input: ids ? { ids } : {} })
  }
}
