/** How `security_settings` change. Source: admin-contract §5.2. */
import { OPENABLE, type SaidSecurity, type StoredSecurity, TOGGLES, togglesOf } from '../contract/security.ts'
import type { Db } from './context.ts'
import { invalid } from './validation.ts'

/** Whose settings they are: the organisation's, or those of one of its workspaces. */
export type SecurityLevel = 'organisation' | { organisation: unknown }

/**
 * The `security_settings` column after `said` (absent leaves, null clears, a value replaces) is laid over `before`, the
 * column as it stands. A workspace may change what its organisation opened alone: else `validation`, naming each closed
 * field. To say again what stands is no change.
 */
export function storedSecurity(before: unknown, said: SaidSecurity, level: SecurityLevel): StoredSecurity {
  const stood = (before ?? {}) as StoredSecurity
  const after: StoredSecurity = { ...stood }
  for (const { key } of TOGGLES) lay(after, key, said[key])
  if (level !== 'organisation') {
    refuseClosed(stood, after, (level.organisation ?? {}) as StoredSecurity)
    return after
  }
  if (said.workspace_overrides !== undefined) {
    const opened = { ...(said.workspace_overrides === null ? {} : stood.workspace_overrides) }
    for (const category of OPENABLE) lay(opened, category, said.workspace_overrides?.[category])
    after.workspace_overrides = opened
  }
  return after
}

/**
 * Opening a category hands the organisation's values down, so that nothing changes by the opening alone: each active
 * workspace gets those it has no value of its own for.
 */
export async function handDown(
  db: Db,
  organisationId: string,
  before: unknown,
  after: StoredSecurity,
): Promise<void> {
  const stood = (before ?? {}) as StoredSecurity
  const opened = TOGGLES.filter(({ category }) => {
    const isOpen = (stored: StoredSecurity) => stored.workspace_overrides?.[category] === true
    return isOpen(after) && !isOpen(stood)
  })
  if (opened.length === 0) return
  const inForce = togglesOf(after, null)
  const handed = Object.fromEntries(opened.map(({ key }) => [key, inForce[key]]))
  await db.$executeRaw`
    update workspaces set security_settings = ${JSON.stringify(handed)}::jsonb || security_settings
    where organisation_id = ${organisationId}::uuid and status = 'active'`
}

function refuseClosed(stood: StoredSecurity, after: StoredSecurity, organisation: StoredSecurity): void {
  const closed = TOGGLES.filter(
    ({ key, category }) => after[key] !== stood[key] && organisation.workspace_overrides?.[category] !== true,
  )
  if (closed.length === 0) return
  throw invalid(
    closed.map(({ key, category }) => ({
      path: `security_settings.${key}`,
      rule: 'closed',
      message: `is decided by the organisation. An owner or admin of it can open ${category} to workspaces under Settings, Security.`,
    })),
  )
}

/** Absent leaves, null clears, a value replaces. */
function lay<K extends string>(
  onto: Partial<Record<K, boolean>>,
  key: K,
  value: boolean | null | undefined,
): void {
  if (value === undefined) return
  if (value === null) delete onto[key]
  else onto[key] = value
}
