'use client'

import { Tabs } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useSyncExternalStore } from 'react'
import type { Snippet } from './act-code.ts'
import styles from './code-tabs.module.css'
import { CodeBlock } from './copyable.tsx'

/** The same thing in several languages; the one somebody reads is remembered everywhere. */
export function CodeTabs({ snippets, maxHeight }: { snippets: readonly Snippet[]; maxHeight?: number }) {
  const [chosen, choose] = useLocalStorage({ key: 'tollgate.language', defaultValue: '' })
  const shown = snippets.find(({ label }) => label === chosen) ?? snippets[0]
  return (
    <Tabs value={shown?.label ?? null} onChange={(label) => label && choose(label)} keepMounted={false}>
      <Tabs.List mb={8} className={styles.list}>
        {snippets.map(({ label }) => (
          <Tabs.Tab key={label} value={label}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ label, code }) => (
        <Tabs.Panel key={label} value={label}>
          <CodeBlock code={code} label={label} {...(maxHeight ? { maxHeight } : {})} />
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}

/** Origin of this gateway as the browser sees it; empty on the server. */
export function useOrigin(): string {
  return useSyncExternalStore(
    () => () => {},
    () => window.location.origin,
    () => '',
  )
}
