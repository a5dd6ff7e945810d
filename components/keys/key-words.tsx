'use client'

import type { KeyType } from '@/lib/contract/scopes.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { Status, type Tone } from '../ui/status.tsx'
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

/** Budgets and rates are kept, and this version does not act on them: said wherever they would be shown. */
export function KeyLimits({ of: { usage_limits, rate_limits } }: { of: ApiKey }) {
  const isSet = usage_limits !== null || rate_limits !== null
  return <span className={styles.limits}>{isSet ? 'Set, not enforced yet' : 'Not enforced yet'}</span>
}

const FAMILIES: Readonly<Record<KeyType, string>> = {
  'organisation-service': 'organisation_service_api_keys',
  'workspace-service': 'workspace_service_api_keys',
  'workspace-user': 'workspace_user_api_keys',
}

/** Whether the signed-in person may do something to a key of that type here. */
export function useMayChange(): (key: ApiKey, verb: 'update' | 'delete' | 'rotate') => boolean {
  const { workspace, me } = useWorkspaces()
  return ({ type }, verb) => {
    const scope = `${FAMILIES[type]}.${verb}`
    return (workspace?.scopes.includes(scope) || me?.scopes.includes(scope)) ?? false
  }
}
