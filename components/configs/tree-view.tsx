'use client'

import { Text } from '@mantine/core'
import { ArrowRight, Dot, GitFork, ListOrdered, type LucideIcon, Percent } from 'lucide-react'
import styles from './configs.module.css'
import type { Branch } from './tree.ts'

const ICONS: Readonly<Record<Branch['kind'], LucideIcon>> = {
  single: Dot,
  fallback: ListOrdered,
  loadbalance: Percent,
  conditional: GitFork,
  target: ArrowRight,
}

/** Where calls go under a config, as it is written. */
export function TreeView({ tree }: { tree: Branch | null }) {
  return (
    <section aria-label="What it does" className={styles.tree}>
      {tree ? (
        <ul>
          <Node of={tree} />
        </ul>
      ) : (
        <Text size="sm" c="dimmed">
          The tree comes back when the text is JSON again.
        </Text>
      )}
    </section>
  )
}

function Node({ of: { kind, title, name, when, settings, branches } }: { of: Branch }) {
  const Icon = ICONS[kind]
  return (
    <li>
      <div className={styles.node} data-kind={kind}>
        <Icon size={14} aria-hidden className={styles.nodeIcon} />
        <div className={styles.nodeWords}>
          {when && <span className={styles.when}>{when}</span>}
          <span className={kind === 'target' ? styles.place : styles.strategy}>{title}</span>
          {name && <span className={styles.dim}>“{name}”</span>}
          {settings.map((one) => (
            <span key={one} className={styles.chip}>
              {one}
            </span>
          ))}
        </div>
      </div>
      {branches.length > 0 && (
        <ul>
          {branches.map((branch) => (
            <Node key={branch.key} of={branch} />
          ))}
        </ul>
      )}
    </li>
  )
}
