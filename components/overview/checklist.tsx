'use client'

import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { Check, X } from 'lucide-react'
import Link from 'next/link'
import { usePreference, useWorkspaceId, useWorkspaces } from '../shell/workspace.tsx'
import styles from './overview.module.css'
import type { Overview } from './verdict.ts'

interface Step {
  title: string
  why: string
  isDone: boolean
  href: string
  verb: string
}

/** Set when somebody has seen the logs of a workspace; the last step ticks by it. */
export const sawLogsKey = (workspaceId: string) => `tollgate.saw-logs.${workspaceId}`

/** The first day in four steps, each ticking itself; gone for good once dismissed. */
export function Checklist({ checklist }: { checklist: Overview['checklist'] }) {
  const workspaceId = useWorkspaceId()
  const { me } = useWorkspaces()
  const [dismissed, dismiss] = usePreference(`checklist_dismissed.${workspaceId}`)
  const [hasSeenLogs] = useLocalStorage({ key: sawLogsKey(workspaceId), defaultValue: false })
  const steps: Step[] = [
    {
      title: 'Add a provider',
      why: 'OpenAI, Anthropic or any compatible upstream. Until then, @sandbox/echo answers for practice.',
      isDone: checklist.has_provider,
      href: '/catalog?add=1',
      verb: 'Add provider',
    },
    {
      title: 'Create a key',
      why: 'What your client signs in with: scoped, limited, revocable.',
      isDone: checklist.has_key,
      href: '/api-keys?create=1',
      verb: 'Create key',
    },
    {
      title: 'Make the first call',
      why: 'Copy four lines for Hermes, an SDK or curl, and watch the call arrive.',
      isDone: checklist.has_request,
      href: '/connect',
      verb: 'Connect a client',
    },
    {
      title: 'See it in the logs',
      why: 'Request, answer, tokens, cost and timings of every call.',
      isDone: checklist.has_request && hasSeenLogs,
      href: '/logs',
      verb: 'Open logs',
    },
  ]
  const done = steps.filter(({ isDone }) => isDone).length
  const next = steps.find(({ isDone }) => !isDone)
  if (!me || dismissed) return null

  return (
    <section className={styles.checklist} aria-label="Getting started">
      <header className={styles.checklistHead}>
        <h2>{next ? 'Getting started' : 'All set'}</h2>
        <span className={styles.dim}>
          {done} of {steps.length} done
        </span>
        <Tooltip label="Do not show again">
          <ActionIcon
            variant="subtle"
            color="gray"
            ml="auto"
            onClick={() => dismiss(true)}
            aria-label="Dismiss getting started"
          >
            <X size={16} />
          </ActionIcon>
        </Tooltip>
      </header>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <li key={step.title} className={styles.step} data-done={step.isDone || undefined}>
            <span className={styles.tick}>
              {step.isDone ? <Check size={13} aria-label="Done" /> : <span aria-hidden>{index + 1}</span>}
            </span>
            <div className={styles.stepText}>
              <div className={styles.stepTitle}>{step.title}</div>
              <div className={styles.dim}>{step.why}</div>
            </div>
            {!step.isDone && (
              <Button
                component={Link}
                href={step.href}
                variant={step === next ? 'filled' : 'default'}
                size="compact-sm"
              >
                {step.verb}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
