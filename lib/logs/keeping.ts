/** What a workspace keeps of its calls, and for how long. */
export interface Keeping {
  /** `full` stores bodies, `metrics_only` never does. */
  logging: 'full' | 'metrics_only'
  retentionDays: number
  bodiesRetentionDays: number
}

const RETENTION_DAYS = 90

/**
 * What the settings of an organisation and of its workspace say together; the workspace's own word wins. Bodies are
 * kept no longer than rows. Source: admin-contract §1.1, §1.2, §7.8.
 */
export function keepingOf(organisationSettings: unknown, workspaceSettings: unknown): Keeping {
  const organisation = objectOf(organisationSettings)
  const workspace = objectOf(workspaceSettings)
  const retention = { ...objectOf(organisation.retention), ...objectOf(workspace.retention) }
  const mode =
    workspace.request_logging ??
    (typeof organisation.request_logging === 'string'
      ? organisation.request_logging
      : objectOf(organisation.request_logging).mode)
  const retentionDays = days(retention.logs_days)
  return {
    logging: mode === 'metrics_only' ? 'metrics_only' : 'full',
    retentionDays,
    bodiesRetentionDays: Math.min(retentionDays, days(retention.bodies_days)),
  }
}

function days(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : RETENTION_DAYS
}

function objectOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
