'use client'

import { Button } from '@mantine/core'
import { Check } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { plural } from '../format.ts'
import { hasPage } from '../shell/nav.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import type { Workspace } from './data.ts'
import styles from './workspaces.module.css'

/** What a workspace needs before it is of use, each step with the way there; what is done says so. */
export function NextSteps({ id, counts }: { id: string; counts: Workspace['counts'] }) {
  const { choose } = useWorkspaces()
  const router = useRouter()
  const steps = [
    {
      title: 'Give it models',
      why: counts?.providers
        ? `${plural(counts.providers, 'provider')} came with it, from integrations of the organisation.`
        : 'A provider of its own, or an integration of the organisation shared with it.',
      isDone: (counts?.providers ?? 0) > 0,
      verb: counts?.providers ? 'See models' : 'Add provider',
      href: counts?.providers ? '/catalog' : '/catalog?add=1',
    },
    {
      title: 'Invite somebody',
      why: 'Members see its logs and make keys of their own; managers and admins run it.',
      isDone: (counts?.members ?? 0) > 1,
      verb: 'Add people',
      href: '/members?add=1',
    },
    {
      title: 'Create key',
      why: 'What a program or a person signs in with.',
      isDone: (counts?.api_keys ?? 0) > 0,
      verb: 'Create key',
      href: '/api-keys?create=1',
    },
  ].filter(({ href }) => hasPage(href.replace(/\?.*/, '')))
  return (
    <ol className={styles.steps} aria-label="What comes next">
      {steps.map(({ title, why, isDone, verb, href }) => (
        <li key={title} className={styles.step}>
          <span className={styles.tick} data-done={isDone || undefined}>
            {isDone && <Check size={12} aria-label="done" />}
          </span>
          <span className={styles.stepWords}>
            <b>{title}</b>
            <span>{why}</span>
          </span>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => {
              choose(id)
              router.push(href)
            }}
          >
            {verb}
          </Button>
        </li>
      ))}
    </ol>
  )
}
