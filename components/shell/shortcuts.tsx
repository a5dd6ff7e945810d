'use client'

import { Kbd, Modal, Stack, Text } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import styles from './shell.module.css'
import { useNav } from './use-nav.ts'

const SEQUENCE_MS = 1_200

/** `g` then a letter goes to a page, `/` searches, `?` lists them all. Silent while somebody types. */
export function Shortcuts() {
  const router = useRouter()
  const [isOpen, setOpen] = useState(false)

  const items = useNav().nav.flatMap((group) => group.items)
  const startedMs = useRef(Number.NEGATIVE_INFINITY)
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
    const isSecond = event.timeStamp - startedMs.current < SEQUENCE_MS
    startedMs.current = Number.NEGATIVE_INFINITY
    const item = isSecond ? items.find(({ key }) => key === event.key) : undefined
    if (item) router.push(item.href)
    else if (event.key === 'g') startedMs.current = event.timeStamp
    else if (event.key === '?') setOpen(true)
    else if (event.key === '/') spotlight.open()
    else return
    event.preventDefault()
  })

  useEffect(() => {
    const show = () => setOpen(true)
    window.addEventListener('keydown', onKey)
    window.addEventListener('tollgate:shortcuts', show)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener('tollgate:shortcuts', show)
    }
  }, [])

  return (
    <Modal opened={isOpen} onClose={() => setOpen(false)} title="Keyboard shortcuts" size="sm">
      <Stack gap={6}>
        <Line does="Search, go anywhere, do anything" keys={['⌘', 'K']} />
        <Line does="Search" keys={['/']} />
        {items.map(({ href, label, key }) => (
          <Line key={href} does={`Go to ${label}`} keys={['g', key]} />
        ))}
        <Line does="Previous, next row" keys={['↑', '↓']} />
        <Line does="Submit a form" keys={['⌘', '↵']} />
        <Line does="Close what is open" keys={['Esc']} />
        <Line does="This list" keys={['?']} />
        <Text size="xs" c="dimmed" mt={8}>
          ⌘ is Ctrl on Linux and Windows.
        </Text>
      </Stack>
    </Modal>
  )
}

/** Opens the list from elsewhere (the account menu). */
export function showShortcuts(): void {
  window.dispatchEvent(new Event('tollgate:shortcuts'))
}

function Line({ does, keys }: { does: string; keys: readonly string[] }) {
  return (
    <div className={styles.shortcut}>
      <span>{does}</span>
      <span>
        {keys.map((key) => (
          <Kbd key={key} ml={4}>
            {key}
          </Kbd>
        ))}
      </span>
    </div>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}
