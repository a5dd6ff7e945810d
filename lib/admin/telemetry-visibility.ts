/**
 * What of a workspace's calls a caller may see: service keys all, people and their keys as the security toggles say.
 * Source: admin-contract §5.1, §5.2.
 */
import { toggleAgainst } from '../auth/scopes.ts'
import { ALL_DATA, PAYLOADS } from '../contract/security.ts'
import { GatewayError } from '../errors.ts'
import type { OwnCalls } from '../logs/own.ts'
import { type Ctx, type Principal, rightsIn } from './context.ts'

/**
 * Of these workspaces, those where the caller sees the calls of own user keys alone, and these keys, whatever became of
 * them; undefined when all calls may be seen.
 */
export async function ownCallsOf(ctx: Ctx, workspaceIds: readonly string[]): Promise<OwnCalls | undefined> {
  const restricted = workspaceIds.filter((id) => !rightsIn(ctx.principal, id).seesAllData)
  if (restricted.length === 0) return undefined
  const userId = personBehind(ctx.principal)
  const keys = userId
    ? await ctx.db.apiKey.findMany({
        where: { type: 'workspace-user', userId, workspaceId: { in: restricted } },
        select: { id: true },
      })
    : []
  return { workspaceIds: restricted, keyIds: keys.map(({ id }) => id) }
}

/** The toggle that keeps other people's calls from the caller in one of these workspaces; null for none. */
export function restrictedBy({ principal }: Ctx, workspaceIds: readonly string[]): string | null {
  const where = workspaceIds.find((id) => !rightsIn(principal, id).seesAllData)
  return where === undefined ? null : toggleOf(principal, where, ALL_DATA)
}

/** Whether what was said in calls of a workspace is kept from the caller, and the toggle that does it. */
export function payloadsHidden({ principal }: Ctx, workspaceId: string): { by: string | null } | null {
  return rightsIn(principal, workspaceId).seesPayloads
    ? null
    : { by: toggleOf(principal, workspaceId, PAYLOADS) }
}

/** Throws `forbidden`, with the toggle named, where what was said is hidden. */
export function needPayloads(ctx: Ctx, workspaceId: string): void {
  const hidden = payloadsHidden(ctx, workspaceId)
  if (!hidden) return
  const why =
    hidden.by === null ? 'your role does not include it' : `the security setting ${hidden.by} is off`
  throw new GatewayError('forbidden', `This needs to read what was said in a call: ${why}.`)
}

function toggleOf(principal: Principal, workspaceId: string, right: string): string | null {
  const place = principal.byWorkspace.get(workspaceId)
  const role = place?.role ?? (principal.actor.kind === 'user' ? principal.actor.role : null)
  return role === null ? null : (toggleAgainst(right, role, place?.toggles ?? principal.toggles)?.key ?? null)
}

function personBehind({ actor }: Principal): string | null {
  if (actor.kind === 'user') return actor.id
  return actor.kind === 'api_key' ? actor.userId : null
}
