import { SETTINGS_DEFAULTS, workspacesMaySet } from '../contract/organisation.ts'

/** What a workspace keeps of its calls, and for how long. */
export interface Keeping {
  /** `full` stores bodies, `metrics_only` never does. */
  logging: 'full' | 'metrics_only'
  retentionDays: number
  bodiesRetentionDays: number
}

/**
 * What the settings of an organisation and of its workspace say together. The workspace's own word on logging counts
 * where the organisation lets it have one. Bodies are kept no longer than rows. Source: admin-contract §1.1, §1.2, §7.8.
 */
export function keepingOf(organisationSettings: unknown, workspaceSettings: unknown): Keeping {
  const organisation = objectOf(organisationSettings)
  const workspace = objectOf(workspaceSettings)
  const retention = { ...objectOf(organisation.retention), ...objectOf(workspace.retention) }
  const own = workspacesMaySet('request_logging', organisation, null) ? workspace.request_logging : null
  const { logs_days, bodies_days } = SETTINGS_DEFAULTS.retention
  const retentionDays = days(retention.logs_days, logs_days)
  return {
    logging: (own ?? organisation.request_logging) === 'metrics_only' ? 'metrics_only' : 'full',
    retentionDays,
    bodiesRetentionDays: Math.min(retentionDays, days(retention.bodies_days, bodies_days)),
  }
}

function days(value: unknown, unsaid: number): number {
  return typeof value === 'number' && value > 0 ? value : unsaid
}

function objectOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
