'use client'

import { ActionIcon, Drawer, Group, Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { type ReactNode, useEffect, useEffectEvent } from 'react'
import styles from './url-drawer.module.css'
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
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isForUs(event)) return
    if (event.key === 'Escape') setId(null)
    else if (event.key === 'ArrowUp' || event.key === 'k') step(-1)
    else if (event.key === 'ArrowDown' || event.key === 'j') step(1)
    else return
    event.preventDefault()
  })
  useEffect(() => {
    if (id === null) return
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [id])

  return (
    <Drawer.Root
      opened={id !== null}
      onClose={() => setId(null)}
      size={size}
      position="right"
      closeOnEscape={false}
      keepMounted={false}
    >
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content>
        <Drawer.Header
          role="presentation"
          style={{ borderBottom: '1px solid var(--tg-hairline)', minHeight: 52 }}
          py={8}
          px={20}
        >
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
                    className={styles.step}
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
                    className={styles.step}
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

/** Keys are ours while nothing lies on top of the drawer and nobody types, picks from a menu or turns a control. */
function isForUs(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return false
  if (document.querySelectorAll('[role="dialog"]').length > 1) return false
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest('[data-mantine-stop-propagation="true"]')) return false
  if (event.key === 'Escape') return !target?.closest('[role="menu"], [role="listbox"]')
  return !target?.closest(
    'input, textarea, select, [contenteditable], [role="menu"], [role="listbox"], [role="tablist"], [role="radiogroup"], [aria-haspopup]',
  )
}
