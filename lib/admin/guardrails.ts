/** Guardrails as stored objects, of a workspace or of the organisation. Source: admin-contract §1.8, §2.4. */
import type { z } from 'zod'
import { guardrails } from '../contract/guardrails.ts'
import { urlsOf } from '../contract/routing-references.ts'
import type { Prisma } from '../db/generated/client.ts'
import { named } from './catalog-find.ts'
import { type Ctx, isUuid, need, notFound, workspacesOf } from './context.ts'
import { refuseWhileNamed } from './guardrails-dependents.ts'
import {
  findGuardrail,
  guardrailScope,
  readGuardrail,
  refuseOtherOrganisation,
  type StoredGuardrail,
} from './guardrails-find.ts'
import { type Content, contentOf, detailRow, listRow, versionRow } from './guardrails-rows.ts'
import { hostFault } from './routing-rules.ts'
import { putBack, sealed } from './sealed-json.ts'
import { shortSlug } from './slugs.ts'
import { invalid, invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

type Create = z.output<typeof guardrails.create>
type Update = z.output<typeof guardrails.update> & { id: string }
type Query = z.output<typeof guardrails.query>
type Page = { current_page: number; page_size: number }
/**
 * The guardrails the caller may list, newest first: with `workspace_id` those of the workspace, with `organisation_id`
 * the organisation's own, with neither or both, both.
 */
async function list(ctx: Ctx, query: Query) {
  const where: Prisma.GuardrailWhereInput = {
    organisationId: ctx.organisation.id,
    status: 'active',
    OR: await listable(ctx, query),
    AND: [query.search ? named(query.search) : {}, query.ids ? idIn(query.ids) : {}],
  }
  const [total, rows] = await Promise.all([
    ctx.db.guardrail.count({ where }),
    ctx.db.guardrail.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: query.current_page * query.page_size,
      take: query.page_size,
    }),
  ])
  return { object: 'list', total, data: rows.map(listRow) }
}

/** Of the organisation when it alone is named. */
async function create(ctx: Ctx, input: Create) {
  refuseOtherOrganisation(ctx, input.organisation_id)
  const isOrganisations = input.organisation_id != null && input.workspace_id == null
  const workspaceId = isOrganisations ? null : (ctx.workspace?.id ?? null)
  if (!isOrganisations && workspaceId === null)
    throw invalidField('workspace_id', 'or organisation_id is required', 'required')
  need(ctx, [guardrailScope(workspaceId, 'create')], workspaceId, 'workspace')
  const content = checked({ checks: input.checks, actions: input.actions }, { checks: [], actions: {} })
  const [id, versionId] = [ctx.newId(), ctx.newId()]
  await ctx.db.guardrail.create({
    data: {
      id,
      organisationId: ctx.organisation.id,
      workspaceId,
      slug: shortSlug('pg', input.name, ctx.newId),
      name: input.name,
      versionId,
      createdBy: person(ctx),
      updatedBy: person(ctx),
      createdAt: ctx.now,
      versions: { create: version(ctx, versionId, content, ctx.now) },
    },
  })
  const made = await readGuardrail(ctx, id)
  recordChange(ctx, null, made)
  return { id, slug: made.slug, version_id: versionId, object: 'guardrail' }
}

async function read(ctx: Ctx, { id }: { id: string }) {
  return detailRow(ctx, await findGuardrail(ctx, id, 'read'))
}

/** A new version where checks or actions change, and only there. */
async function update(ctx: Ctx, { id, ...said }: Update) {
  const before = await findGuardrail(ctx, id, 'update')
  const kept = contentOf(ctx, before.version)
  const content = checked({ checks: said.checks ?? kept.checks, actions: said.actions ?? kept.actions }, kept)
  const isSame = JSON.stringify(content) === JSON.stringify(kept)
  const versionId = isSame ? before.versionId : await addVersion(ctx, before, content)
  await ctx.db.guardrail.update({
    where: { id: before.id },
    data: { ...(said.name === undefined ? {} : { name: said.name }), versionId, updatedBy: person(ctx) },
  })
  recordChange(ctx, before, await readGuardrail(ctx, before.id))
  return { id: before.id, slug: before.slug, version_id: versionId, object: 'guardrail' }
}

async function remove(ctx: Ctx, { id }: { id: string }) {
  const guardrail = await findGuardrail(ctx, id, 'delete')
  await refuseWhileNamed(ctx, guardrail)
  await ctx.db.guardrail.update({
    where: { id: guardrail.id },
    data: { status: 'archived', updatedBy: person(ctx) },
  })
  recordChange(ctx, guardrail, null)
  return {}
}

/** The history, newest first. */
async function versions(ctx: Ctx, { id, ...page }: Page & { id: string }) {
  const guardrail = await findGuardrail(ctx, id, 'read')
  const where = { guardrailId: guardrail.id }
  const [total, rows] = await Promise.all([
    ctx.db.guardrailVersion.count({ where }),
    ctx.db.guardrailVersion.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: page.current_page * page.page_size,
      take: page.page_size,
    }),
  ])
  return { object: 'list', total, data: rows.map((row) => versionRow(ctx, row, guardrail)) }
}

/** A new version with what an old one held. */
async function restore(ctx: Ctx, { id, version_id }: { id: string; version_id: string }) {
  const before = await findGuardrail(ctx, id, 'update')
  const old = isUuid(version_id)
    ? await ctx.db.guardrailVersion.findFirst({ where: { id: version_id, guardrailId: before.id } })
    : null
  if (!old) throw notFound('version of this guardrail')
  return update(ctx, { id: before.id, ...contentOf(ctx, old) } as Update)
}

export const guardrailVerbs = verbs(guardrails, {
  list,
  create,
  read,
  update,
  delete: remove,
  actions: { versions, restore },
})

async function listable(ctx: Ctx, query: Query): Promise<Prisma.GuardrailWhereInput[]> {
  refuseOtherOrganisation(ctx, query.organisation_id)
  const scope = guardrailScope(null, 'list')
  const asksOrganisation = query.organisation_id !== undefined
  const asksWorkspace = query.workspace_id !== undefined
  if (asksOrganisation) need(ctx, [scope], null, guardrails.noun)
  const parts: Prisma.GuardrailWhereInput[] = []
  if (asksWorkspace || !asksOrganisation)
    parts.push({ workspaceId: { in: await workspacesOf(ctx, [guardrailScope('', 'list')]) } })
  if ((asksOrganisation || !asksWorkspace) && ctx.principal.organisationScopes.has(scope))
    parts.push({ workspaceId: null })
  return parts
}

function idIn(said: readonly string[]): Prisma.GuardrailWhereInput {
  return { OR: [{ id: { in: said.filter(isUuid) } }, { slug: { in: [...said] } }] }
}

/** Addresses it would call must be callable; a secret that comes back masked is the one that was kept. */
function checked(said: Content, kept: Content): Content {
  const checks = putBack(said.checks, kept.checks, 'checks') as unknown[]
  const wrong = [...urlsOf(checks, 'checks')].flatMap(({ path, url }) => {
    const message = hostFault(url)
    return message === null ? [] : [{ path, rule: 'format', message }]
  })
  if (wrong.length > 0) throw invalid(wrong)
  return { checks, actions: said.actions }
}

async function addVersion(
  ctx: Ctx,
  { id, version: last }: StoredGuardrail,
  content: Content,
): Promise<string> {
  const versionId = ctx.newId()
  const at = new Date(Math.max(ctx.now.getTime(), last.createdAt.getTime() + 1))
  await ctx.db.guardrailVersion.create({ data: { guardrailId: id, ...version(ctx, versionId, content, at) } })
  return versionId
}

function version(ctx: Ctx, id: string, { checks, actions }: Content, createdAt: Date) {
  return {
    id,
    checks: sealed(ctx, checks) as Prisma.InputJsonValue,
    actions: actions as Prisma.InputJsonValue,
    createdBy: person(ctx),
    createdAt,
  }
}

function person({ actor }: Ctx): string | null {
  return actor.kind === 'user' ? actor.id : null
}

function recordChange(ctx: Ctx, before: StoredGuardrail | null, after: StoredGuardrail | null): void {
  const guardrail = (after ?? before) as StoredGuardrail
  ctx.record({
    id: guardrail.id,
    name: guardrail.name,
    workspaceId: guardrail.workspaceId,
    ...(before ? { before: detailRow(ctx, before) } : {}),
    ...(after ? { after: detailRow(ctx, after) } : {}),
  })
}
