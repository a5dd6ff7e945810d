'use client'

import { ActionIcon, Drawer, Group, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { ChevronDown, ChevronUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useUrlState } from './url-state.ts'

interface Props {
  /** Search parameter that holds the open id; `open` unless a page has two drawers. */
  param?: string
  title: ReactNode
  /** Ids of the list behind it, in its order; ↑ and ↓ walk them. */
  ids?: readonly string[]
  size?: number | string
  children: (id: string) => ReactNode
}

/**
 * Details of one row, at the right, with an address of their own: `?open=<id>`. Back closes it, a reload reopens it,
 * ↑ and ↓ (or J and K) walk the list.
 */
export function UrlDrawer({ param = 'open', title, ids = [], size = 720, children }: Props) {
  const [id, setId] = useUrlState(param)
  const at = id === null ? -1 : ids.indexOf(id)
  const step = (by: number) => {
    const next = ids[at + by]
    if (at !== -1 && next !== undefined) setId(next)
  }
  useHotkeys(
    id === null
      ? []
      : [
          ['ArrowUp', () => step(-1)],
          ['ArrowDown', () => step(1)],
          ['k', () => step(-1)],
          ['j', () => step(1)],
        ],
  )

  return (
    <Drawer.Root
      opened={id !== null}
      onClose={() => setId(null)}
      size={size}
      position="right"
      keepMounted={false}
    >
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content>
        <Drawer.Header style={{ borderBottom: '1px solid var(--tg-hairline)', minHeight: 52 }} py={8} px={20}>
          <Drawer.Title fw={550} style={{ minWidth: 0 }}>
            {title}
          </Drawer.Title>
          <Group gap={4} wrap="nowrap">
            {ids.length > 1 && at !== -1 && (
              <>
                <Tooltip label="Previous (↑)">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={at === 0}
                    onClick={() => step(-1)}
                    aria-label="Previous"
                  >
                    <ChevronUp size={16} />
                  </ActionIcon>
                </Tooltip>
                <Tooltip label="Next (↓)">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={at === ids.length - 1}
                    onClick={() => step(1)}
                    aria-label="Next"
                  >
                    <ChevronDown size={16} />
                  </ActionIcon>
                </Tooltip>
              </>
            )}
            <Drawer.CloseButton aria-label="Close" />
          </Group>
        </Drawer.Header>
        <Drawer.Body p={20}>{id !== null && children(id)}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
