'use client'

import { Anchor, Text } from '@mantine/core'
import type { z } from 'zod'
import type { blockerRow } from '@/lib/contract/people.ts'
import { count, plural } from '../format.ts'
import { hasPage } from '../shell/nav.ts'
import styles from './workspaces.module.css'

export type Blocker = z.output<typeof blockerRow>

const SHOWN = 5
const WORDS: Readonly<Record<Blocker['type'], { one: string; many: string; page: string }>> = {
  api_keys: { one: 'API key', many: 'API keys', page: '/api-keys' },
  integrations: { one: 'integration', many: 'integrations', page: '/catalog' },
  providers: { one: 'provider', many: 'providers', page: '/catalog' },
  configs: { one: 'config', many: 'configs', page: '/configs' },
  guardrails: { one: 'guardrail', many: 'guardrails', page: '/guardrails' },
  policies: { one: 'policy', many: 'policies', page: '/policies' },
}

/** What a deletion stops at, by kind, with the page where it can be ended one by one. */
export function Blockers({ of, see }: { of: readonly Blocker[]; see: (page: string) => void }) {
  if (of.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing is in the way: nobody made anything in it.
      </Text>
    )
  }
  return (
    <div>
      <Text size="sm" fw={550} c="var(--tg-bad)">
        In the way
      </Text>
      <ul className={styles.blockers} aria-label="What is in the way">
        {of.map(({ type, count: total, items }) => {
          const { one, many, page } = WORDS[type]
          const words = plural(total, one, many)
          return (
            <li key={type} className={styles.blocker}>
              {hasPage(page) ? (
                <Anchor component="button" type="button" fz={13} onClick={() => see(page)}>
                  {words}
                </Anchor>
              ) : (
                <span>{words}</span>
              )}
              <span className={styles.names}>
                {items
                  .slice(0, SHOWN)
                  .map(({ name }) => name)
                  .join(', ')}
                {total > SHOWN && ` and ${count(total - SHOWN)} more`}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
