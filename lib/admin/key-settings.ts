import type { z } from 'zod'
import type { keyRulesRow } from '../contract/access.ts'
import { type MetadataSchema, metadataSchema } from '../contract/metadata-schema.ts'
import type { Ctx, Db } from './context.ts'

/** What an organisation rules for its keys, read from `organisations.settings`. Source: admin-contract §1.1. */
export interface KeySettings {
  /** Days a user key lives when nobody said, and at most; null: no such rule. */
  defaultDays: number | null
  maxDays: number | null
  /** User keys one person may have in one workspace. */
  userKeysMax: number | null
  /** Days between the turns of every user key. */
  rotationDays: number | null
  metadataSchema: MetadataSchema | null
  /** Whether someone who joins gets a key: in the default workspace, and in any other. */
  autoCreates: { inDefault: boolean; elsewhere: boolean }
}

export async function keySettings(db: Db, organisationId: string): Promise<KeySettings> {
  const { settings } = await db.organisation.findUniqueOrThrow({
    where: { id: organisationId },
    select: { settings: true },
  })
  const said = settings as Record<string, unknown>
  const ttl = (said.user_api_key_ttl ?? {}) as { default_days?: unknown; max_days?: unknown }
  return {
    defaultDays: whole(ttl.default_days),
    maxDays: whole(ttl.max_days),
    userKeysMax: whole(said.max_user_api_keys),
    rotationDays: whole(said.user_api_key_rotation_period),
    metadataSchema: said.api_key_metadata_schema ? metadataSchema.parse(said.api_key_metadata_schema) : null,
    autoCreates: {
      inDefault: said.default_workspace_user_api_key_auto_create === true,
      elsewhere: said.user_api_key_auto_create === true,
    },
  }
}

/** The same by the names of the wire, for whoever is about to make a key. */
export async function keyRules(ctx: Ctx): Promise<z.output<typeof keyRulesRow>> {
  const settings = await keySettings(ctx.db, ctx.organisation.id)
  return {
    object: 'api-key-rules',
    api_key_metadata_schema: settings.metadataSchema,
    user_api_key_ttl: { default_days: settings.defaultDays, max_days: settings.maxDays },
    user_api_key_rotation_period: settings.rotationDays,
    max_user_api_keys: settings.userKeysMax,
  }
}

const whole = (value: unknown): number | null => (Number.isInteger(value) ? (value as number) : null)
