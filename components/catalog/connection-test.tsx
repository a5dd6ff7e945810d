'use client'

import { Button, Checkbox, Loader, UnstyledButton } from '@mantine/core'
import { ChevronDown, ChevronRight, PlugZap, TriangleAlert } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { z } from 'zod'
import { integrations, type integrationTestRow } from '@/lib/contract/catalog.ts'
import { ApiError, apiFetch } from '@/lib/queries.ts'
import { duration, plural } from '../format.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { describeError } from '../ui/notify.tsx'
import { Status } from '../ui/status.tsx'
import styles from './catalog.module.css'

export type TestReply = z.output<typeof integrationTestRow>

export type TestState =
  | { is: 'idle' }
  | { is: 'running'; startedMs: number }
  | { is: 'answered'; reply: TestReply }
  | { is: 'refused'; error: unknown }

/**
 * Asks the upstream for real, with credentials that are not stored. Cancellable. Returns the state, `run` with the body
 * of a test, and `cancel`. `run` resolves to what the server refused before asking (a wrong field), else null. Those of
 * the organisation (`isShared`) are tested outside of any workspace, since they need not work in the one on screen.
 */
export function useConnectionTest({ isShared = false }: { isShared?: boolean } = {}) {
  const here = useWorkspaceId()
  const workspaceId = isShared ? null : here
  const [state, setState] = useState<TestState>({ is: 'idle' })
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const run = async (body: object): Promise<ApiError | null> => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState({ is: 'running', startedMs: performance.now() })
    try {
      const reply = await apiFetch<TestReply>(`${integrations.path}/${integrations.actions.test.path}`, {
        method: 'POST',
        query: { workspace_id: workspaceId },
        body,
        signal: controller.signal,
      })
      setState({ is: 'answered', reply })
      return null
    } catch (error) {
      if (controller.signal.aborted) return null
      setState({ is: 'refused', error })
      return error instanceof ApiError ? error : null
    }
  }
  const cancel = () => {
    running.current?.abort()
    setState({ is: 'idle' })
  }
  return { state, run, cancel, reset: () => setState({ is: 'idle' }) }
}

interface Props {
  /** Who is asked: "OpenAI". */
  name: string
  state: TestState
  start: () => void
  cancel: () => void
  /** Where the models found are to be chosen from: those left out, and how to change that. */
  choice?: { leftOut: readonly string[]; set: (leftOut: string[]) => void }
}

/** A button that asks, and what came back: how fast, which models, or why not, in words. */
export function ConnectionTest({ name, state, start, cancel, choice }: Props) {
  const isRunning = state.is === 'running'
  const reply = state.is === 'answered' ? state.reply : null
  const models = reply?.success ? reply.models : []
  return (
    <section className={styles.test} aria-label="Connection test">
      <div className={styles.testHead}>
        <div className={styles.testWords} role="status" aria-live="polite">
          <Words name={name} state={state} />
        </div>
        {isRunning ? (
          <Button variant="default" onClick={cancel}>
            Cancel test
          </Button>
        ) : (
          <Button variant="default" leftSection={<PlugZap size={14} />} onClick={start}>
            {state.is === 'idle' ? 'Test connection' : 'Test again'}
          </Button>
        )}
      </div>
      {models.length > 0 && (choice ? <Choice models={models} {...choice} /> : <Found models={models} />)}
    </section>
  )
}

function Words({ name, state }: { name: string; state: TestState }) {
  if (state.is === 'idle') return <span className={styles.dim}>Sends one real request to {name}.</span>
  if (state.is === 'running') return <Running name={name} startedMs={state.startedMs} />
  if (state.is === 'refused') {
    const { message, requestId } = describeError(state.error)
    return <Refusal words={message} requestId={requestId} />
  }
  const { success, latency_ms, models, message } = state.reply
  if (!success)
    return <Refusal words={message ?? `${name} did not answer as expected.`} latencyMs={latency_ms} />
  return (
    <Status tone="ok">
      <span style={{ whiteSpace: 'normal' }}>
        {name} answered in {duration(latency_ms)}
        {models.length > 0 ? `: ${plural(models.length, 'model')} found` : ''}. {message}
      </span>
    </Status>
  )
}

function Refusal({
  words,
  latencyMs,
  requestId,
}: {
  words: string
  latencyMs?: number
  requestId?: string | null
}) {
  return (
    <span style={{ display: 'flex', gap: 8, color: 'var(--tg-bad)' }}>
      <TriangleAlert size={15} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
      <span>
        {words}
        {latencyMs !== undefined && <span className={styles.dim}> After {duration(latencyMs)}.</span>}
        {requestId && <span className={`${styles.dim} mono`}> Request {requestId}</span>}
      </span>
    </span>
  )
}

function Running({ name, startedMs }: { name: string; startedMs: number }) {
  const [nowMs, setNowMs] = useState(startedMs)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), 100)
    return () => clearInterval(timer)
  }, [])
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <Loader size={14} color="gray" aria-hidden /> Asking {name}
      <span className={`${styles.dim} figures`} aria-hidden>
        {((nowMs - startedMs) / 1000).toFixed(1)} s
      </span>
    </span>
  )
}

function Found({ models }: { models: TestReply['models'] }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <UnstyledButton
        fz={12}
        mt={8}
        className={styles.dim}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}
      >
        {isOpen ? <ChevronDown size={13} /> : <ChevronRight size={13} />}
        {isOpen ? 'Hide them' : 'Which ones'}
      </UnstyledButton>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        <section className={styles.found} tabIndex={0} aria-label="Models found">
          <ul>
            {models.map(({ slug }) => (
              <li key={slug}>{slug}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

/** As many boxes as stay quick; the rest go by the switch for all. */
const BOXES_MAX = 500

function Choice({
  models,
  leftOut,
  set,
}: {
  models: TestReply['models']
  leftOut: readonly string[]
  set: (leftOut: string[]) => void
}) {
  const out = new Set(leftOut)
  const kept = models.filter(({ slug }) => !out.has(slug)).length
  return (
    <div className={styles.found}>
      <Checkbox
        size="xs"
        my={6}
        label={`Offer these models (${kept} of ${models.length})`}
        checked={kept === models.length}
        indeterminate={kept > 0 && kept < models.length}
        onChange={() => set(kept === models.length ? models.map(({ slug }) => slug) : [])}
      />
      {models.slice(0, BOXES_MAX).map(({ slug }) => (
        <Checkbox
          key={slug}
          size="xs"
          my={4}
          ml={20}
          label={slug}
          checked={!out.has(slug)}
          onChange={(event) =>
            set(event.currentTarget.checked ? leftOut.filter((one) => one !== slug) : [...leftOut, slug])
          }
        />
      ))}
    </div>
  )
}
