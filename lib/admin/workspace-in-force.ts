/** What holds in a workspace, and by whose word: its own, the organisation's, or nobody's. Source: admin-contract §1.2, §5.2. */
import type { z } from 'zod'
import { type WorkspaceSetting, workspacesMaySet } from '../contract/organisation.ts'
import { type StoredSecurity, TOGGLES, togglesOf } from '../contract/security.ts'
import type { workspaceInForceRow } from '../contract/workspace-in-force.ts'
import type { Workspace } from '../db/generated/client.ts'
import { settingsInForce } from './organisation-settings.ts'
import type { Rules } from './workspace-settings.ts'

type InForce = z.output<typeof workspaceInForceRow>

export function inForce(
  workspace: Pick<Workspace, 'id' | 'settings' | 'securitySettings'>,
  rules: Rules,
): InForce {
  const own = (workspace.settings ?? {}) as Record<string, object | string | undefined>
  const theirs = (rules.settings ?? {}) as Record<string, unknown>
  const inherited = settingsInForce(rules.settings)

  const setting = <V extends string | object>(field: WorkspaceSetting, fallback: V) => {
    const isOpen = workspacesMaySet(field, rules.settings, rules.securitySettings)
    const said = isOpen ? own[field] : undefined
    const value = typeof said === 'object' ? { ...(fallback as object), ...said } : (said ?? fallback)
    return {
      value: value as V,
      inherited: fallback,
      source: sourceOf(said !== undefined, theirs[field] !== undefined),
      is_open: isOpen,
    }
  }
  const { enabled, allow_override } = inherited.user_attribution
  return {
    object: 'workspace-settings',
    workspace_id: workspace.id,
    settings: {
      request_logging: setting('request_logging', inherited.request_logging),
      user_attribution: setting('user_attribution', { enabled, allow_override }),
      export_settings: setting('export_settings', inherited.export_settings),
    },
    security_settings: securityInForce(workspace.securitySettings, rules.securitySettings),
    metadata_schema: inherited.workspace_metadata_schema,
  }
}

function securityInForce(workspace: unknown, organisation: unknown): InForce['security_settings'] {
  const ours = (organisation ?? {}) as StoredSecurity
  const theirs = (workspace ?? {}) as StoredSecurity
  const here = togglesOf(organisation, workspace)
  const above = togglesOf(organisation, null)
  return Object.fromEntries(
    TOGGLES.map(({ key, category }) => {
      const isOpen = ours.workspace_overrides?.[category] === true
      const source = sourceOf(isOpen && theirs[key] !== undefined, ours[key] !== undefined)
      return [key, { value: here[key], inherited: above[key], source, is_open: isOpen }]
    }),
  )
}

function sourceOf(isOwn: boolean, isOrganisation: boolean): 'workspace' | 'organisation' | 'default' {
  return isOwn ? 'workspace' : isOrganisation ? 'organisation' : 'default'
}
