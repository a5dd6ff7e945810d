/** Guardrails as replies and the audit trail carry them. Source: admin-contract §1.8. */
import type { z } from 'zod'
import type { guardrailRow, guardrailVersionRow } from '../contract/guardrails.ts'
import type { Guardrail, GuardrailVersion } from '../db/generated/client.ts'
import type { Ctx } from './context.ts'
import type { StoredGuardrail } from './guardrails-find.ts'
import { masked, opened } from './sealed-json.ts'

/** What a version holds, in the clear. */
export interface Content {
  checks: unknown[]
  actions: object
}

type Row = z.output<typeof guardrailRow>

/** As lists carry it: without what it checks. */
export function listRow(guardrail: Guardrail): Row {
  return {
    object: 'guardrail',
    id: guardrail.id,
    slug: guardrail.slug,
    name: guardrail.name,
    organisation_id: guardrail.organisationId,
    workspace_id: guardrail.workspaceId,
    status: guardrail.status as 'active' | 'archived',
    version_id: guardrail.versionId,
    is_enforced: false,
    owner_id: guardrail.createdBy,
    created_by: guardrail.createdBy,
    updated_by: guardrail.updatedBy,
    created_at: guardrail.createdAt.toISOString(),
    last_updated_at: guardrail.lastUpdatedAt.toISOString(),
  }
}

export function detailRow(ctx: Ctx, guardrail: StoredGuardrail): Row {
  return { ...listRow(guardrail), ...shown(ctx, guardrail.version) }
}

export function versionRow(
  ctx: Ctx,
  row: GuardrailVersion,
  guardrail: Guardrail,
): z.output<typeof guardrailVersionRow> {
  return {
    object: 'guardrail-version',
    id: row.id,
    ...shown(ctx, row),
    is_current: row.id === guardrail.versionId,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
  }
}

export function contentOf(ctx: Ctx, { checks, actions }: GuardrailVersion): Content {
  return { checks: opened(ctx, checks) as unknown[], actions: actions as object }
}

function shown(ctx: Ctx, row: GuardrailVersion) {
  const { checks, actions } = contentOf(ctx, row)
  return {
    checks: masked(checks) as Record<string, unknown>[],
    actions: actions as Record<string, unknown>,
  }
}
