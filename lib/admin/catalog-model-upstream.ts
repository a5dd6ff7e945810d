/** A host and headers of a model's own, as its row keeps them: secret headers masked in place and sealed beside. Source: admin-contract §1.5. */
import type { Integration, ModelSetting, Prisma } from '../db/generated/client.ts'
import { credentialColumns, mergeConfigurations, openCredentials } from './catalog-credentials.ts'
import { specOf } from './catalog-find.ts'
import type { Ctx } from './context.ts'

type Stored = { sealed?: string } & Record<string, unknown>

/** What was said laid over what stands, field by field, for the column; null clears. `path` leads to it in the body. */
export function storedUpstream(
  ctx: Ctx,
  integration: Integration,
  said: Record<string, unknown> | null | undefined,
  before: ModelSetting | undefined,
  path: string,
): Prisma.InputJsonObject {
  const stored = (before?.configurations ?? {}) as Stored
  if (said === undefined) return stored as Prisma.InputJsonObject
  const { sealed, ...shown } = stored
  const credentials = sealed === undefined || said === null ? null : Buffer.from(sealed, 'base64')
  const { configurations: open } = openCredentials(ctx, { credentials, configurations: shown })
  const merged = mergeConfigurations(specOf(integration.aiProviderId), open, said, {
    allowPrivateHosts: ctx.runtime.allowPrivateHosts,
    path,
  })
  const columns = credentialColumns(ctx.secretKey, { key: null, configurations: merged })
  return {
    ...columns.configurations,
    ...(columns.credentials ? { sealed: Buffer.from(columns.credentials).toString('base64') } : {}),
  } as Prisma.InputJsonObject
}

/** The same as replies and the audit trail carry it. */
export function shownUpstream(stored: unknown): Record<string, unknown> {
  const { sealed: _, ...shown } = (stored ?? {}) as Stored
  return shown
}
