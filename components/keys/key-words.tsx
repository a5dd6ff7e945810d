'use client'

import type { KeyType } from '@/lib/contract/scopes.ts'
import { useHolds } from '../shell/workspace.tsx'
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

const FAMILIES: Readonly<Record<KeyType, string>> = {
  'organisation-service': 'organisation_service_api_keys',
  'workspace-service': 'workspace_service_api_keys',
  'workspace-user': 'workspace_user_api_keys',
}

/** Whether the signed-in person may do something to a key of that type here. */
export function useMayChange(): (key: ApiKey, verb: 'update' | 'delete' | 'rotate') => boolean {
  const holds = useHolds()
  return ({ type }, verb) => holds(`${FAMILIES[type]}.${verb}`)
}
