import type { z } from 'zod'
import { bell, type notificationRow } from '@/lib/contract/notifications.ts'
import type { List } from '@/lib/contract/resource.ts'
import { queries } from '@/lib/queries.ts'

export type Notice = z.output<typeof notificationRow>
/** A page of what the signed-in person is told; `unread` counts all of it. */
export type Notices = List<Notice> & { unread: number }

export const ofBell = queries(bell, null)

/** The same page once these are read; all of them without ids. */
export function read(page: Notices, ids: readonly string[] | undefined, at: string): Notices {
  const isMeant = ({ id, read_at }: Notice) => read_at === null && (ids === undefined || ids.includes(id))
  const count = page.data.filter(isMeant).length
  return {
    ...page,
    unread: ids === undefined ? 0 : Math.max(0, page.unread - count),
    data: page.data.map((row) => (isMeant(row) ? { ...row, read_at: at } : row)),
  }
}
