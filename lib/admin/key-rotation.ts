/** Turning a key by hand, and looking once at a secret that was made while nobody looked. Source: admin-contract §3.5. */
import { GatewayError } from '../errors.ts'
import { decryptSecret } from '../secrets.ts'
import type { Ctx } from './context.ts'
import { findKey, seenKey } from './key-find.ts'
import { keyRow, olderSecret, recordKeyChange, type StoredKey } from './key-rows.ts'
import { storedSchedule, transitionMs } from './key-schedule.ts'
import { turnKey } from './key-secrets.ts'

/**
 * A new secret for the same key. The old one opens it until its transition ends; with a transition of 0 it is dead at
 * once, and so is any older one. Otherwise refused while a transition runs: at most two secrets live.
 */
export async function rotate(
  ctx: Ctx,
  { id, key_transition_period_ms }: { id: string; key_transition_period_ms?: number | null | undefined },
) {
  const key = await findKey(ctx, id, 'rotate')
  const ms = transitionMs(key_transition_period_ms, storedSchedule(key))
  const running = olderSecret(key, ctx.now)
  if (running && ms > 0) {
    throw new GatewayError(
      'conflict',
      `The secret before this one still works until ${running.expiresAt?.toISOString()}. Rotate after that, or end it now with key_transition_period_ms 0.`,
    )
  }
  const { after, secret, expiresAt } = await turnKey(ctx, key, ms)
  recordKeyChange(ctx, key, after, rotationOf(key, 'manual', expiresAt))
  return {
    id: key.id,
    key: secret,
    object: 'api-key',
    key_transition_expires_at: expiresAt?.toISOString() ?? null,
  }
}

/** What the audit row of a rotation tells beyond the row itself. */
export function rotationOf(before: StoredKey, mode: 'manual' | 'auto', transitionExpiresAt: Date | null) {
  return {
    api_key_id: before.id,
    rotation_mode: mode,
    old_key_masked: before.mask,
    transition_expires_at: transitionExpiresAt?.toISOString() ?? null,
  }
}

/**
 * The secret of the last scheduled turn, whole, once. A user key's is for its owner alone, whatever else they may do to
 * it; any other's for who may rotate the key, and so could make themselves one anyway.
 */
export async function reveal(ctx: Ctx, { id }: { id: string }) {
  const key = await seenKey(ctx, id, true)
  if (key.userId === null) await findKey(ctx, id, 'rotate')
  else if (ctx.actor.kind !== 'user' || ctx.actor.id !== key.userId) {
    throw new GatewayError(
      'forbidden',
      'The secret of a user key is shown to its owner alone. Rotate the key if you need a new one for them.',
    )
  }
  const kept = await ctx.db.keyReveal.findFirst({
    where: { apiKeyId: key.id, expiresAt: { gt: ctx.now } },
    orderBy: { createdAt: 'desc' },
  })
  if (!kept) {
    throw new GatewayError(
      'conflict',
      'No secret of this key waits to be shown: it was shown before, or waited too long. Rotate the key to get a new one.',
    )
  }
  await ctx.db.keyReveal.deleteMany({ where: { apiKeyId: key.id } })
  const after = { ...keyRow(key, ctx.now), has_unrevealed_secret: false }
  ctx.record({
    id: key.id,
    name: key.name,
    workspaceId: key.workspaceId,
    before: keyRow(key, ctx.now),
    after,
  })
  return {
    id: key.id,
    key: decryptSecret([ctx.secretKey, ...(ctx.runtime.settings.olderSecrets ?? [])], kept.secret),
    object: 'api-key',
    key_transition_expires_at: after.key_transition_expires_at,
  }
}
