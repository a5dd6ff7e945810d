/** What about a key needs somebody, in sentences, the most urgent first. Pure. */
import { relativeTime } from '../format.ts'
import type { ApiKey } from './key-draft.ts'

export interface KeyWarning {
  kind: 'secret' | 'config' | 'expired' | 'expiring' | 'older' | 'turn' | 'unused'
  tone: 'bad' | 'warn' | 'info'
  /** Goes on after the key's name. */
  words: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
export const UNUSED_DAYS = 90
const NEVER_USED_DAYS = 30
/** What ended longer ago is nobody's news. */
const EXPIRED_DAYS = 30

/** Spans are those of the notifications (admin-contract §3.5, §10), so bell and page say the same. */
export function warningsOf(key: ApiKey, nowMs: number): KeyWarning[] {
  const found: KeyWarning[] = []
  const say = (kind: KeyWarning['kind'], tone: KeyWarning['tone'], words: string) =>
    found.push({ kind, tone, words })
  const left = (at: string | null) => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - nowMs)
  const when = (at: string | null) => relativeTime(at, nowMs)
  const { expires_at, key_transition_expires_at: olderUntil, rotation_policy: rotation } = key
  const isTurning = left(olderUntil) > 0 && olderUntil !== null

  if (key.has_unrevealed_secret) {
    const older = isTurning ? ` The one before it stops working ${when(olderUntil)}.` : ''
    say('secret', 'bad', `has a new secret that nobody has seen yet.${older}`)
  }
  if (key.status === 'disabled') return found
  if (key.status === 'expired') {
    if (left(expires_at) > -EXPIRED_DAYS * DAY_MS)
      say('expired', 'bad', `expired ${when(expires_at)}: its calls are refused.`)
    return found
  }
  if (key.defaults.config_slug !== null && key.scopes.includes('completions.write'))
    say(
      'config',
      'bad',
      `carries the config ${key.defaults.config_slug}: its calls are refused until configs run.`,
    )
  if (left(expires_at) <= 7 * DAY_MS)
    say(
      'expiring',
      left(expires_at) <= DAY_MS ? 'bad' : 'warn',
      `expires ${when(expires_at)}. Its calls are refused from then on.`,
    )
  if (isTurning && !key.has_unrevealed_secret && left(olderUntil) <= DAY_MS)
    say(
      'older',
      'warn',
      `was rotated ${when(key.last_rotated_at)}; the secret before stops working ${when(olderUntil)}.`,
    )
  // A turn waits until the secret before the present one has ended.
  const turnsIn = rotation ? left(rotation.next_rotation_at) : Number.POSITIVE_INFINITY
  if (rotation && turnsIn > 0 && turnsIn <= DAY_MS && !(isTurning && left(olderUntil) > turnsIn))
    say('turn', 'info', `gets a new secret ${when(rotation.next_rotation_at)}, on schedule.`)
  if (isUnused(key, nowMs))
    say(
      'unused',
      'info',
      key.last_used_at
        ? `was last used ${when(key.last_used_at)}.`
        : `was made ${when(key.created_at)} and never used.`,
    )
  return found
}

/** Nobody has called with it for a quarter, or for a month since it was made. */
export function isUnused({ status, last_used_at, created_at }: ApiKey, nowMs: number): boolean {
  if (status !== 'active') return false
  const idleMs = nowMs - Date.parse(last_used_at ?? created_at)
  return idleMs > (last_used_at ? UNUSED_DAYS : NEVER_USED_DAYS) * DAY_MS
}

export interface KeyInNeed {
  key: ApiKey
  warning: KeyWarning
}

const URGENCY: Readonly<Record<KeyWarning['tone'], number>> = { bad: 0, warn: 1, info: 2 }

/** Of many keys: each with the first of its warnings, the most urgent key first. */
export function keysInNeed(keys: readonly ApiKey[], nowMs: number): KeyInNeed[] {
  return keys
    .flatMap((key) => {
      const [warning] = warningsOf(key, nowMs)
      return warning ? [{ key, warning }] : []
    })
    .sort((a, b) => URGENCY[a.warning.tone] - URGENCY[b.warning.tone])
}
