'use client'

import { Alert } from '@mantine/core'
import type { KeyType } from '@/lib/contract/scopes.ts'
import { absoluteTime } from '../format.ts'
import { useHolds, useWorkspaces } from '../shell/workspace.tsx'
import { Status, type Tone } from '../ui/status.tsx'
import { Time, useNow } from '../ui/time.tsx'
import type { ApiKey } from './key-draft.ts'
import styles from './keys.module.css'

const TONES: Readonly<Record<ApiKey['status'], Tone>> = {
  active: 'ok',
  disabled: 'idle',
  exhausted: 'bad',
  expired: 'warn',
}

export function KeyStatus({ of: { status } }: { of: ApiKey }) {
  return <Status tone={TONES[status]}>{status.charAt(0).toUpperCase() + status.slice(1)}</Status>
}

const SOON_MS = 7 * 86_400_000

/** When a key ends; amber in its last week. */
export function Expiry({ at }: { at: string | null }) {
  const nowMs = useNow()
  if (at === null) return <span className={styles.dim}>Never</span>
  const left = Date.parse(at) - nowMs
  return (
    <span className={left > 0 && left < SOON_MS ? styles.soon : undefined}>
      <Time at={at} />
    </span>
  )
}

/** A moment in full, to the minute: `23 Nov 2025, 11:52 UTC`. */
export function momentWords(at: string | number): string {
  return absoluteTime(at).replace(/:\d\d\.\d{3}/, '')
}

/** Said wherever a key gets a config. */
export function ConfigNote() {
  return (
    <Alert color="yellow" p="sm" role="note">
      This version stores configs and does not run them yet. Until it does, every call with this key is
      refused.
    </Alert>
  )
}

const FAMILIES: Readonly<Record<KeyType, string>> = {
  'organisation-service': 'organisation_service_api_keys',
  'workspace-service': 'workspace_service_api_keys',
  'workspace-user': 'workspace_user_api_keys',
}

export const scopeOf = (type: KeyType, verb: string) => `${FAMILIES[type]}.${verb}`

/** Whether the signed-in person may do something to a key of that type here. */
export function useMayChange(): (key: ApiKey, verb: 'update' | 'delete' | 'rotate') => boolean {
  const holds = useHolds()
  return ({ type }, verb) => holds(scopeOf(type, verb))
}

/** Whether a secret that waits is theirs to see: a user key's is its owner's alone. */
export function useMayReveal(): (key: ApiKey) => boolean {
  const may = useMayChange()
  const { me } = useWorkspaces()
  return (key) => (key.user_id === null ? may(key, 'rotate') : key.user_id === me?.id)
}
