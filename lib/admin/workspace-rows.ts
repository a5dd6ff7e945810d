import type { z } from 'zod'
import type { OrganisationRole, WorkspaceRole } from '../auth/scopes.ts'
import { rightsOfRole } from '../auth/scopes.ts'
import type { workspaceMember, workspaceRow } from '../contract/people.ts'
import { togglesOf } from '../contract/security.ts'
import type { Membership, User, Workspace } from '../db/generated/client.ts'
import { rfc3339 } from '../units.ts'
import { rateLimitRows, usageLimitRows } from './limits.ts'

export type WorkspaceRow = z.output<typeof workspaceRow>
export type MemberRow = z.output<typeof workspaceMember>
export type StoredMember = Membership & { user: User }

const NO_DEFAULTS = { metadata: {}, input_guardrails: [], output_guardrails: [], user_api_key_config: null }

export function toWorkspaceRow(row: Workspace, now: Date, format?: 'plain' | 'display'): WorkspaceRow {
  return {
    object: 'workspace',
    id: row.id,
    slug: row.slug,
    name: format === 'display' ? displayName(row) : row.name,
    icon: row.icon,
    description: row.description,
    organisation_id: row.organisationId,
    is_default: row.isDefault ? 1 : 0,
    defaults: { ...NO_DEFAULTS, ...(row.defaults as Record<string, unknown>) },
    usage_limits: usageLimitRows(row.usageLimits, now),
    rate_limits: rateLimitRows(row.rateLimits),
    settings: row.settings as Record<string, unknown>,
    security_settings: row.securitySettings as Record<string, unknown>,
    last_reset_at: rfc3339(row.lastResetAt),
    status: row.status as 'active' | 'archived',
    created_at: row.createdAt.toISOString(),
    last_updated_at: row.lastUpdatedAt.toISOString(),
    created_by: row.createdBy,
  }
}

/** Its emoji before its name, as upstream shows it. */
export function displayName({ icon, name }: Pick<Workspace, 'icon' | 'name'>): string {
  return icon ? `${icon} ${name}` : name
}

/** Somebody in a workspace; `security` are the `security_settings` of the organisation and of the workspace. */
export function toMemberRow(
  { user, workspaceId, role, createdAt }: StoredMember,
  security: { organisation: unknown; workspace: unknown },
): MemberRow {
  const toggles = togglesOf(security.organisation, security.workspace)
  return {
    object: 'workspace-user',
    id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    org_role: user.role as OrganisationRole,
    role: role as WorkspaceRole,
    status: user.status,
    workspace_id: workspaceId,
    scopes: [...rightsOfRole(user.role as OrganisationRole, role as WorkspaceRole, toggles).scopes],
    settings: {},
    created_at: createdAt.toISOString(),
  }
}
