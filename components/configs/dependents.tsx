'use client'

import { Anchor } from '@mantine/core'
import Link from 'next/link'
import { hasPage } from '../shell/nav.ts'
import styles from './configs.module.css'
import type { Dependent } from './data.ts'

const WORDS = {
  api_keys: { what: 'Key', page: '/api-keys' },
  workspaces: { what: 'Keys people get in workspace', page: '/workspace' },
} as const

/** The keys and workspaces that name a config, each with where to change it. */
export function Dependents({ of, leave }: { of: readonly Dependent[]; leave?: () => void }) {
  return (
    <ul className={styles.users} aria-label="Used by">
      {of.map(({ kind, id, name }) => {
        const { what, page } = WORDS[kind]
        return (
          <li key={id}>
            {what}{' '}
            {hasPage(page) ? (
              <Anchor
                component={Link}
                fz="inherit"
                href={kind === 'api_keys' ? `${page}?open=${encodeURIComponent(id)}` : page}
                onClick={() => leave?.()}
              >
                {name}
              </Anchor>
            ) : (
              <b>{name}</b>
            )}
          </li>
        )
      })}
    </ul>
  )
}
