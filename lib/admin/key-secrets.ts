/** The secrets of a key: the first, the next, and the one that waits for its owner. Source: admin-contract §3.5. */
import { mintKey } from '../auth/keys.ts'
import type { KeyType } from '../contract/scopes.ts'
import type { Prisma } from '../db/generated/client.ts'
import { encryptSecret } from '../secrets.ts'
import type { Teller } from './events.ts'
import { keyInclude, type StoredKey } from './key-rows.ts'
import { afterTurn, scheduleColumns, storedSchedule } from './key-schedule.ts'

/** Everything of a new key but its secret. */
export type NewKey = Omit<
  Prisma.ApiKeyUncheckedCreateInput,
  'id' | 'mask' | 'createdAt' | 'secrets' | 'type'
> & {
  type: KeyType
}

/** A secret nobody was looking when it was made waits so long. */
const REVEAL_MS_MAX = 30 * 86_400_000

export async function makeKey({ db, now, newId }: Maker, data: NewKey) {
  const { secret, hash, mask } = mintKey(data.type)
  const key = await db.apiKey.create({
    data: {
      ...data,
      id: newId(),
      mask,
      createdAt: now,
      secrets: { create: { hash, mask, createdAt: now } },
    },
    include: keyInclude,
  })
  return { key, secret }
}

/**
 * A new secret for the same key, which the caller has locked. The one before it opens the key for `ms` more; with 0 it
 * and any older one are dead at once. What waited to be shown is of no use any more. The policy counts from now.
 */
export async function turnKey({ db, now }: Pick<Maker, 'db' | 'now'>, key: StoredKey, ms: number) {
  const expiresAt = ms === 0 ? null : new Date(now.getTime() + ms)
  const dead = { apiKeyId: key.id, ...(ms === 0 ? {} : { expiresAt: { lte: now } }) }
  await db.apiKeySecret.deleteMany({ where: dead })
  await db.apiKeySecret.updateMany({ where: { apiKeyId: key.id }, data: { expiresAt } })
  await db.keyReveal.deleteMany({ where: { apiKeyId: key.id } })
  const { secret, hash, mask } = mintKey(key.type as KeyType)
  const after = await db.apiKey.update({
    where: { id: key.id },
    data: {
      mask,
      lastRotatedAt: now,
      ...scheduleColumns(afterTurn(storedSchedule(key), now)),
      secrets: { create: { hash, mask, createdAt: now } },
    },
    include: keyInclude,
  })
  return { after, secret, expiresAt }
}

/** Keeps a secret, sealed, for the one who may see it once. */
export async function keepForReveal({ db, now, newId, secretKey }: Teller, keyId: string, secret: string) {
  await db.keyReveal.create({
    data: {
      id: newId(),
      apiKeyId: keyId,
      secret: encryptSecret(secretKey, secret),
      createdAt: now,
      expiresAt: new Date(now.getTime() + REVEAL_MS_MAX),
    },
  })
}

type Maker = Pick<Teller, 'db' | 'now' | 'newId'>
