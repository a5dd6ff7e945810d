/** Finding guardrails by what a request calls them, and who governs each. Source: admin-contract §1.8, §2.4, §5.5. */
import { guardrails } from '../contract/guardrails.ts'
import { type Guardrail, type GuardrailVersion, Prisma } from '../db/generated/client.ts'
import { absent, type Ctx, isUuid, need, notFound, sees } from './context.ts'

export type StoredGuardrail = Guardrail & { version: GuardrailVersion }

/** The scope that governs a guardrail: of its workspace, or of the organisation (null). */
export function guardrailScope(workspaceId: string | null, verb: string): string {
  return `${workspaceId === null ? 'organisation_guardrails' : 'guardrails'}.${verb}`
}

/**
 * The living guardrail a path names by UUID or slug, in any case, locked when it is about to change. One the caller
 * cannot see is answered like one nobody has.
 */
export async function findGuardrail(
  ctx: Ctx,
  reference: string,
  verb: 'read' | 'update' | 'delete',
): Promise<StoredGuardrail> {
  const { workspace, principal } = ctx
  const matching = isUuid(reference)
    ? Prisma.sql`id = ${reference.toLowerCase()}::uuid`
    : Prisma.sql`lower(slug) = lower(${reference})`
  const [found] = await ctx.db.$queryRaw<{ id: string; workspace_id: string | null }[]>`
    select id, workspace_id from guardrails
    where organisation_id = ${ctx.organisation.id}::uuid and status <> 'archived' and ${matching}
    ${verb === 'read' ? Prisma.empty : Prisma.sql`for update`}`
  if (!found) throw notFound(guardrails.noun)
  const { workspace_id: workspaceId } = found
  if (workspaceId === null) {
    if (principal.organisationScopes.size === 0) throw notFound(guardrails.noun)
  } else if ((workspace && workspace.id !== workspaceId) || !sees(principal, workspaceId)) {
    throw notFound(guardrails.noun)
  }
  need(ctx, [guardrailScope(workspaceId, verb)], workspaceId, guardrails.noun)
  return readGuardrail(ctx, found.id)
}

/** A guardrail with its current version. */
export async function readGuardrail(ctx: Ctx, id: string): Promise<StoredGuardrail> {
  const guardrail = await ctx.db.guardrail.findUniqueOrThrow({ where: { id } })
  const version = await ctx.db.guardrailVersion.findUniqueOrThrow({ where: { id: guardrail.versionId } })
  return { ...guardrail, version }
}

/**
 * The living guardrails among `names` (slugs or ids, any case) that belong to the organisation, or with a workspace to
 * it too. They are held until the write is done, so that none goes while something begins to rely on it.
 */
export async function guardrailsNamed(
  ctx: Ctx,
  workspaceId: string | null,
  names: readonly string[],
): Promise<{ id: string; slug: string }[]> {
  if (names.length === 0) return []
  const said = [...new Set(names.map((name) => name.toLowerCase()))]
  const ours =
    workspaceId === null
      ? Prisma.sql`workspace_id is null`
      : Prisma.sql`(workspace_id is null or workspace_id = ${workspaceId}::uuid)`
  return ctx.db.$queryRaw`
    select id::text, slug from guardrails
    where organisation_id = ${ctx.organisation.id}::uuid and status <> 'archived' and ${ours}
      and (lower(slug) = any(${said}::text[]) or id = any(${said.filter(isUuid)}::uuid[]))
    for share`
}

/** Refuses an `organisation_id` that is not the caller's own, by UUID or slug. */
export function refuseOtherOrganisation({ organisation }: Ctx, said: string | null | undefined): void {
  if (said != null && said.toLowerCase() !== organisation.id && said !== organisation.slug)
    throw absent('organisation_id', 'organisation')
}
