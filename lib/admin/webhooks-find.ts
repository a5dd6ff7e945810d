/** Which webhooks a caller sees and may change. Source: admin-contract §0.2, §10. */
import { webhooks } from '../contract/webhooks.ts'
import type { Prisma, Webhook } from '../db/generated/client.ts'
import { type Ctx, isUuid, need, notFound, workspacesOf } from './context.ts'

/** Opens what belongs to the organisation; its workspaces' too. */
const SETTINGS = { read: 'organisation_settings.read', update: 'organisation_settings.update' } as const
/** Opens what belongs to a workspace, there. */
const WORKSPACE = 'workspaces.update'

/** The `where` of webhooks the caller sees: of the workspace named, else wherever it may look. */
export async function visibleWebhooks(ctx: Ctx): Promise<Prisma.WebhookWhereInput> {
  const workspaceIds = await workspacesOf(ctx, [SETTINGS.read, WORKSPACE])
  return {
    organisationId: ctx.organisation.id,
    status: { not: 'archived' },
    OR: [
      { workspaceId: { in: workspaceIds }, workspace: { status: 'active' } },
      ...(ctx.workspace === null && seesOrganisation(ctx) ? [{ workspaceId: null }] : []),
    ],
  }
}

/** Whether the caller sees what belongs to the organisation. */
export function seesOrganisation({ principal }: Ctx): boolean {
  return principal.organisationScopes.has(SETTINGS.read) || principal.organisationScopes.has(SETTINGS.update)
}

/** Throws unless the caller may change webhooks of a workspace, or with null those of the organisation. */
export function mayManage(ctx: Ctx, workspaceId: string | null): void {
  may(ctx, 'update', workspaceId)
}

/** A living webhook; one that the caller cannot see is answered like one nobody has. */
export async function findWebhook(ctx: Ctx, id: string, verb: 'read' | 'update'): Promise<Webhook> {
  const found = isUuid(id)
    ? await ctx.db.webhook.findFirst({
        where: {
          id: id.toLowerCase(),
          organisationId: ctx.organisation.id,
          status: { not: 'archived' },
          OR: [{ workspaceId: null }, { workspace: { status: 'active' } }],
        },
      })
    : null
  if (!found) throw notFound(webhooks.noun)
  if (ctx.workspace !== null && ctx.workspace.id !== found.workspaceId) throw notFound(webhooks.noun)
  if (found.workspaceId === null && !seesOrganisation(ctx)) throw notFound(webhooks.noun)
  may(ctx, verb, found.workspaceId)
  return found
}

function may(ctx: Ctx, verb: 'read' | 'update', workspaceId: string | null): void {
  const anyOf = workspaceId === null ? [SETTINGS[verb]] : [SETTINGS[verb], WORKSPACE]
  need(ctx, anyOf, workspaceId, webhooks.noun)
}
