import type { Prisma } from '../db/generated/client.ts'
import type { Db } from './context.ts'

/**
 * Ends keys for good: their secrets are gone, so that nothing which happens to their owner or workspace later opens them
 * again; the rows stay for what was logged under them. Returns their names, for the audit row of the call.
 */
export async function endKeys(db: Db, which: Prisma.ApiKeyWhereInput): Promise<string[]> {
  const keys = await db.apiKey.findMany({
    where: { AND: [which, { status: { not: 'archived' } }] },
    select: { id: true, name: true },
    orderBy: { createdAt: 'asc' },
  })
  const ids = keys.map(({ id }) => id)
  await db.apiKeySecret.deleteMany({ where: { apiKeyId: { in: ids } } })
  await db.keyReveal.deleteMany({ where: { apiKeyId: { in: ids } } })
  await db.apiKey.updateMany({
    where: { id: { in: ids } },
    data: { status: 'archived', nextRotationAt: null },
  })
  return keys.map(({ name }) => name)
}
