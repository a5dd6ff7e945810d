'use client'

import { Button, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { plural } from '../format.ts'
import { Dot } from '../ui/status.tsx'
import { useNow } from '../ui/time.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { useKeyActs } from './key-acts.tsx'
import type { ApiKey } from './key-draft.ts'
import { type KeyWarning, keysInNeed, warningsOf } from './key-warnings.ts'
import { useMayChange, useMayReveal } from './key-words.tsx'
import styles from './keys.module.css'

/** So many stand above the list unasked; and so many idle keys one by one. */
const SHOWN = 3

/** Above the list: what needs somebody, each in a sentence with the button that sees to it. */
export function KeysInNeed({ keys }: { keys: readonly ApiKey[] }) {
  const nowMs = useNow()
  const [isAll, setAll] = useState(false)
  const inNeed = keysInNeed(keys, nowMs)
  const idle = inNeed.filter(({ warning }) => warning.kind === 'unused')
  const isGrouped = idle.length >= SHOWN
  const single = isGrouped ? inNeed.filter(({ warning }) => warning.kind !== 'unused') : inNeed
  const shown = isAll ? single : single.slice(0, SHOWN)
  if (inNeed.length === 0) return null
  return (
    <section aria-label="Needs attention" className={styles.needs}>
      {shown.map(({ key, warning }) => (
        <Need key={key.id} apiKey={key} warning={warning} isNamed />
      ))}
      {isGrouped && (
        <div className={styles.need}>
          <Dot tone="info" />
          <span>{plural(idle.length, 'key is', 'keys are')} not in use any more, or never were.</span>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setUrlState({ state: 'unused', page: null }, { push: true })}
          >
            Show them
          </Button>
        </div>
      )}
      {single.length > SHOWN && (
        <UnstyledButton className={styles.more} onClick={() => setAll(!isAll)} aria-expanded={isAll}>
          {isAll ? 'Show fewer' : `Show ${single.length - SHOWN} more`}
        </UnstyledButton>
      )}
    </section>
  )
}

/** In the drawer: all about one key. */
export function KeyNeeds({ apiKey }: { apiKey: ApiKey }) {
  const nowMs = useNow()
  const warnings = warningsOf(apiKey, nowMs)
  if (warnings.length === 0) return null
  return (
    <section aria-label="Needs attention" className={styles.needs}>
      {warnings.map((warning) => (
        <Need key={warning.kind} apiKey={apiKey} warning={warning} />
      ))}
    </section>
  )
}

function Need({
  apiKey: key,
  warning: { kind, tone, words },
  isNamed = false,
}: {
  apiKey: ApiKey
  warning: KeyWarning
  isNamed?: boolean
}) {
  const acts = useKeyActs(key)
  const may = useMayChange()
  const mayReveal = useMayReveal()
  const edit = () => setUrlState({ open: key.id, pane: 'edit' }, { push: true })
  const calls = () => setUrlState({ open: key.id, pane: null }, { push: true })
  const ways: Readonly<Record<KeyWarning['kind'], [boolean, string, () => void]>> = {
    secret: [mayReveal(key), 'Show it once', acts.reveal],
    config: [may(key, 'update'), 'Remove config', acts.detachConfig],
    expired: [may(key, 'update'), 'Extend', edit],
    expiring: [may(key, 'update'), 'Extend', edit],
    older: [isNamed, 'See the key', calls],
    turn: [may(key, 'update'), 'Change schedule', edit],
    unused: [may(key, 'update'), 'Disable', () => acts.setStatus('disabled')],
  }
  const [isOffered, label, act] = ways[kind]
  return (
    <div className={styles.need}>
      <Dot tone={tone} />
      <span>
        {isNamed ? <b>{key.name}</b> : 'It'} {words}
        {kind === 'secret' && !mayReveal(key) && ' Only its owner can see it.'}
      </span>
      {isOffered && (
        <Button
          variant="default"
          size="compact-sm"
          onClick={act}
          aria-label={isNamed ? `${label}: ${key.name}` : label}
        >
          {label}
        </Button>
      )}
    </div>
  )
}
