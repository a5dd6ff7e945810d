/** Configs as replies and the audit trail carry them. Source: admin-contract §1.7, ruling 7. */
import type { z } from 'zod'
import type { configRow, configVersionRow } from '../contract/routing.ts'
import { configSummary } from '../contract/routing-summary.ts'
import type { Config, ConfigVersion } from '../db/generated/client.ts'
import type { Ctx } from './context.ts'
import type { StoredConfig } from './routing-find.ts'
import { masked, opened } from './sealed-json.ts'

type ConfigRow = z.output<typeof configRow>

/** As lists carry it: without its text, which stands as it is kept; a summary reads no secrets. */
export function configListRow(ctx: Ctx, config: Config, text: unknown, usedBy: number): ConfigRow {
  return {
    object: 'config',
    id: config.id,
    slug: config.slug,
    name: config.name,
    workspace_id: config.workspaceId,
    organisation_id: ctx.organisation.id,
    is_default: config.isDefault ? 1 : 0,
    status: config.status as 'active' | 'archived',
    type: 'ORG_CONFIG',
    format: 'json',
    version_id: config.versionId,
    summary: configSummary(text),
    used_by: usedBy,
    owner_id: config.createdBy,
    created_by: config.createdBy,
    updated_by: config.updatedBy,
    created_at: config.createdAt.toISOString(),
    last_updated_at: config.lastUpdatedAt.toISOString(),
  }
}

/** Read alone: the text is JSON, whatever form it was written in. */
export function configDetailRow(ctx: Ctx, config: StoredConfig, usedBy: number): ConfigRow {
  return {
    ...configListRow(ctx, config, config.version.config, usedBy),
    config: JSON.stringify(shown(ctx, config.version)),
  }
}

/** For the audit trail: the config as an object, so that its differences can be told apart. */
export function configAuditRow(ctx: Ctx, config: StoredConfig): Record<string, unknown> {
  const { used_by, summary, ...row } = configListRow(ctx, config, {}, 0)
  return { ...row, config: shown(ctx, config.version) }
}

export function versionRow(
  ctx: Ctx,
  version: ConfigVersion,
  config: Config,
): z.output<typeof configVersionRow> {
  return {
    object: 'config-version',
    id: version.id,
    version_id: version.id,
    config: JSON.stringify(shown(ctx, version)),
    format: 'json',
    is_current: version.id === config.versionId,
    created_by: version.createdBy,
    created_at: version.createdAt.toISOString(),
  }
}

function shown(ctx: Ctx, version: ConfigVersion): unknown {
  return masked(opened(ctx, version.config))
}
