/** User keys that come with a place in a workspace. Source: admin-contract §3.5. */
import { canonicalScope, defaultScopes, isLegalScope } from '../auth/scopes.ts'
import { apiKeys } from '../contract/access.ts'
import { GatewayError } from '../errors.ts'
import type { Teller } from './events.ts'
import { hasRoomForKey, newExpiry } from './key-limits.ts'
import { keyRow } from './key-rows.ts'
import { newSchedule, scheduleColumns } from './key-schedule.ts'
import { keepForReveal, makeKey } from './key-secrets.ts'
import { type KeySettings, keySettings } from './key-settings.ts'
import { fitMetadata } from './metadata-schema.ts'
import { auditSystem } from './system-audit.ts'

const TYPE = 'workspace-user'
const NAME = 'Personal key'

/**
 * Makes the user key that an organisation wants everybody to have who joins, where its setting asks for one and the
 * person has none made so yet. Returns the key's id, or null.
 */
export async function autoKeyFor(
  teller: Teller,
  {
    userId,
    workspace,
  }: { userId: string; workspace: { id: string; organisationId: string; isDefault: boolean } },
): Promise<string | null> {
  const { autoCreates } = await keySettings(teller.db, workspace.organisationId)
  if (!(workspace.isDefault ? autoCreates.inDefault : autoCreates.elsewhere)) return null
  const has = await teller.db.apiKey.count({
    where: { userId, workspaceId: workspace.id, creationMode: 'auto', status: { not: 'archived' } },
  })
  return has > 0 ? null : makeAutoKey(teller, { userId, workspaceId: workspace.id })
}

/**
 * Makes a user key without anybody asking at a form: lifetime and rotation are the organisation's, its config is the
 * workspace's `user_api_key_config`, which every user key without one obeys. Its owner may look at the secret once, in
 * the console. `scopes` not for user keys are left out; none given means the usual ones. Joining must not fail for want
 * of a key, so null is returned where a rule forbids it: the person has as many as allowed, or its metadata schema asks
 * for what only a person can say.
 */
export async function makeAutoKey(
  teller: Teller,
  {
    userId,
    workspaceId,
    scopes,
  }: { userId: string; workspaceId: string; scopes?: readonly string[] | undefined },
): Promise<string | null> {
  const { db, now } = teller
  const { organisationId } = await db.workspace.findUniqueOrThrow({
    where: { id: workspaceId },
    select: { organisationId: true },
  })
  const settings = await keySettings(db, organisationId)
  const metadata = defaultMetadata(settings)
  if (metadata === null || !(await hasRoomForKey(db, settings, userId, workspaceId))) return null

  const { key, secret } = await makeKey(teller, {
    organisationId,
    workspaceId,
    userId,
    type: TYPE,
    name: NAME,
    scopes: userScopes(scopes),
    defaults: { metadata },
    ...scheduleColumns(newSchedule(undefined, now, settings.rotationDays)),
    expiresAt: newExpiry(undefined, now, settings),
    creationMode: 'auto',
  })
  await keepForReveal(teller, key.id, secret)
  const after = { ...keyRow(key, now), has_unrevealed_secret: true }
  await auditSystem(teller, { uri: '/auto-create', type: apiKeys.audit, action: 'create', of: key, after })
  return key.id
}

function userScopes(said: readonly string[] | undefined): string[] {
  const known = (said ?? []).map(canonicalScope).filter((scope) => scope != null)
  return known.length > 0
    ? [...new Set(known)].filter((scope) => isLegalScope(TYPE, scope))
    : [...defaultScopes(TYPE)]
}

/** Null: the schema asks for what it has no default for. */
function defaultMetadata({ metadataSchema }: KeySettings): Record<string, string> | null {
  try {
    return fitMetadata(metadataSchema, {}, 'defaults.metadata')
  } catch (error) {
    if (error instanceof GatewayError) return null
    throw error
  }
}
