/** How long keys live, and how many of their own one person may have. Source: admin-contract §1.1, §3.2. */
import { DAY_MS } from '../contract/key-rotation.ts'
import { GatewayError } from '../errors.ts'
import type { Db } from './context.ts'
import { expiry } from './key-rules.ts'
import type { KeySettings } from './key-settings.ts'
import { invalidField } from './validation.ts'

/** The lifetime rules of the organisation; null for keys that are nobody's own. */
type Lifetime = Pick<KeySettings, 'defaultDays' | 'maxDays'> | null

/** When a new key ends: as said, else after the organisation's default, else as late as it allows; null is never. */
export function newExpiry(said: string | null | undefined, now: Date, rule: Lifetime): Date | null {
  const at = expiry(said, now)
  if (at !== undefined) return within(at, now, rule)
  const days = rule?.defaultDays ?? rule?.maxDays ?? null
  return days === null ? null : after(now, days)
}

/** When a key that is edited ends; undefined leaves it. What it was before may be sent back, as a form does. */
export function changedExpiry(
  said: string | null | undefined,
  now: Date,
  before: Date | null,
  rule: Lifetime,
): Date | null | undefined {
  if (said === null && before === null) return undefined
  const at = expiry(said, now, before)
  return at === undefined ? undefined : within(at, now, rule)
}

/**
 * Whether one more user key of this person fits into the workspace. Keys count until they are deleted, or an expired one
 * could be brought back beyond the limit. Others who ask for the same person and workspace wait until this transaction
 * ends.
 */
export async function hasRoomForKey(
  db: Db,
  { userKeysMax }: Pick<KeySettings, 'userKeysMax'>,
  userId: string,
  workspaceId: string,
): Promise<boolean> {
  if (userKeysMax === null) return true
  await db.$executeRaw`select pg_advisory_xact_lock(hashtext(${`user keys ${userId} ${workspaceId}`}))`
  const count = await db.apiKey.count({
    where: { userId, workspaceId, type: 'workspace-user', status: { not: 'archived' } },
  })
  return count < userKeysMax
}

/** 403 for one key too many. */
export function tooManyKeys({ userKeysMax }: Pick<KeySettings, 'userKeysMax'>): GatewayError {
  return new GatewayError(
    'forbidden',
    `The organisation allows each person ${userKeysMax} user key${userKeysMax === 1 ? '' : 's'} in a workspace (max_user_api_keys), and this person has as many. Delete one first, or ask an owner or admin to raise the limit.`,
    { param: 'user_id' },
  )
}

function within(at: Date | null, now: Date, rule: Lifetime): Date | null {
  const maxDays = rule?.maxDays ?? null
  if (maxDays === null) return at
  const because = `the organisation lets user keys live ${maxDays} days at most`
  if (at === null) throw invalidField('expires_at', `must be a date: ${because}`, 'range')
  const latest = after(now, maxDays)
  if (at > latest)
    throw invalidField('expires_at', `must not be after ${latest.toISOString()}: ${because}`, 'range')
  return at
}

const after = (now: Date, days: number) => new Date(now.getTime() + days * DAY_MS)
