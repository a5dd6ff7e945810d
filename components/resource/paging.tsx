'use client'

import { Button, Group, Text } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { count } from '../format.ts'
import { useUrlState } from '../ui/url-state.ts'

export interface Paging {
  /** Zero-based. */
  page: number
  size: number
  set: (page: number) => void
}

/**
 * Server paging kept in the URL as `page` (from 1 there): `[paging, filter]`, the filter for `queries(…).list`.
 * `prefix` is that of the list.
 */
export function usePaging(size = 50, prefix = ''): [Paging, { current_page: number; page_size: number }] {
  const [text, setText] = useUrlState(inList(prefix, 'page'))
  const page = Math.max(0, Math.floor(Number(text ?? 1) || 1) - 1)
  const set = (next: number) => setText(next === 0 ? null : String(next + 1), { push: true })
  return [
    { page, size, set },
    { current_page: page, page_size: size },
  ]
}

/** Name in the URL of what a list keeps there, so that two lists share a page: `invites.q`. */
export function inList(prefix: string, name: 'q' | 'sort' | 'open' | 'page' | 'columns'): string {
  return prefix ? `${prefix}.${name}` : name
}

/** Where one is in a paged list, and the ways on; nothing while all of it is on screen. */
export function Pages({ paging, total, shown }: { paging: Paging; total: number; shown: number }) {
  if (total <= paging.size && paging.page === 0) return null
  const from = paging.page * paging.size
  return (
    <Group justify="space-between" mt={12}>
      <Text size="sm" c="dimmed" className="figures">
        {shown === 0
          ? 'Nothing on this page'
          : `${count(from + 1)}–${count(from + shown)} of ${count(total)}`}
      </Text>
      <Group gap={8}>
        <Button
          variant="default"
          leftSection={<ChevronLeft size={14} />}
          disabled={paging.page === 0}
          onClick={() => paging.set(paging.page - 1)}
        >
          Previous
        </Button>
        <Button
          variant="default"
          rightSection={<ChevronRight size={14} />}
          disabled={from + shown >= total}
          onClick={() => paging.set(paging.page + 1)}
        >
          Next
        </Button>
      </Group>
    </Group>
  )
}
