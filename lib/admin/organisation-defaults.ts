/** Guardrails that run on every request of the organisation, and the workspaces they spare. Source: admin-contract §2.4, §5.5. */
import type { z } from 'zod'
import { organisationDefaults, workspaceExclusions } from '../contract/guardrails.ts'
import type { Prisma } from '../db/generated/client.ts'
import { absent, type Ctx, need } from './context.ts'
import { guardrailsNamed, refuseOtherOrganisation } from './guardrails-find.ts'
import { verbs } from './verbs.ts'

const FIELDS = ['input_guardrails', 'output_guardrails'] as const
type Field = (typeof FIELDS)[number]
type SaidDefaults = z.output<(typeof organisationDefaults)['actions']['edit']['input']>
type SaidExclusions = z.output<(typeof workspaceExclusions)['actions']['editInput']['input']>
type Direction = 'input' | 'output'

export const organisationDefaultVerbs = verbs(organisationDefaults, {
  actions: { show: (ctx) => show(ctx), edit },
})

export const workspaceExclusionVerbs = verbs(workspaceExclusions, {
  actions: {
    showInput: (ctx, asked) => excluded(ctx, 'input', asked),
    showOutput: (ctx, asked) => excluded(ctx, 'output', asked),
    editInput: (ctx, said) => exclude(ctx, 'input', said),
    editOutput: (ctx, said) => exclude(ctx, 'output', said),
  },
})

async function show(ctx: Ctx) {
  need(ctx, ['organisation_settings.read'], null, organisationDefaults.noun)
  return rowOf(ctx, (await organisationOf(ctx)).defaults)
}

/** A list replaces, null clears, a field left out stays. Only guardrails of the organisation itself. */
async function edit(ctx: Ctx, said: SaidDefaults) {
  need(ctx, ['organisation_settings.update'], null, organisationDefaults.noun)
  await lockOrganisation(ctx)
  const before = await organisationOf(ctx)
  const defaults = { ...(before.defaults as Record<string, unknown>) }
  for (const field of FIELDS) {
    const list = said[field]
    if (list !== undefined) defaults[field] = await slugsOf(ctx, list ?? [], field)
  }
  const after = await ctx.db.organisation.update({
    where: { id: before.id },
    data: { defaults: defaults as Prisma.InputJsonValue },
  })
  const reply = await rowOf(ctx, after.defaults)
  ctx.record({ id: before.id, name: before.name, before: await rowOf(ctx, before.defaults), after: reply })
  return reply
}

/** The slugs of guardrails named by slug or id, each once. */
async function slugsOf(ctx: Ctx, said: NonNullable<SaidDefaults[Field]>, field: Field): Promise<string[]> {
  const names = said.map((one) => (typeof one === 'string' ? one : (one.slug ?? one.id ?? '')))
  const found = await guardrailsNamed(ctx, null, names)
  const slugs = names.map((name, index) => {
    const asked = name.toLowerCase()
    const guardrail = found.find(({ id, slug }) => id === asked || slug.toLowerCase() === asked)
    if (!guardrail) throw absent(`${field}.${index}`, 'guardrail of the organisation')
    return guardrail.slug
  })
  return [...new Set(slugs)]
}

async function rowOf(
  ctx: Ctx,
  defaults: Prisma.JsonValue,
): Promise<z.output<(typeof organisationDefaults)['row']>> {
  const kept = (field: Field) => ((defaults as Partial<Record<Field, string[]>>)[field] ?? []).map(String)
  const rows = await ctx.db.guardrail.findMany({
    where: {
      organisationId: ctx.organisation.id,
      workspaceId: null,
      status: 'active',
      slug: { in: FIELDS.flatMap(kept) },
    },
    select: { id: true, slug: true },
  })
  const list = (field: Field) => kept(field).flatMap((slug) => rows.filter((row) => row.slug === slug))
  return {
    object: 'organisation-defaults',
    input_guardrails: list('input_guardrails'),
    output_guardrails: list('output_guardrails'),
    is_enforced: false,
  }
}

async function excluded(
  ctx: Ctx,
  direction: Direction,
  { organisation_id }: { organisation_id?: string | undefined },
) {
  need(ctx, ['organisation_exclusions.list'], null, workspaceExclusions.noun)
  refuseOtherOrganisation(ctx, organisation_id)
  const data = (await workspacesOf(ctx)).filter(spares(direction)).map(({ id, slug, name }) => ({
    workspace_id: id,
    slug,
    name,
    excluded: true as const,
  }))
  return { object: 'list', total: data.length, data }
}

async function exclude(ctx: Ctx, direction: Direction, said: SaidExclusions) {
  need(ctx, ['organisation_exclusions.update'], null, workspaceExclusions.noun)
  refuseOtherOrganisation(ctx, said.organisation_id)
  await lockOrganisation(ctx)
  const workspaces = await workspacesOf(ctx)
  const wanted = new Map<string, boolean>()
  for (const [index, { workspace_id, excluded: isExcluded }] of said.workspaces.entries()) {
    const found = workspaces.find(
      ({ id, slug }) => id === workspace_id.toLowerCase() || slug === workspace_id,
    )
    if (!found) throw absent(`workspaces.${index}.workspace_id`, 'workspace')
    wanted.set(found.id, isExcluded)
  }
  for (const workspace of workspaces) {
    const isNow = spares(direction)(workspace)
    const isThen = wanted.get(workspace.id) ?? (said.override_existing ? false : isNow)
    if (isThen === isNow) continue
    await ctx.db.workspace.update({
      where: { id: workspace.id },
      data: { guardrailExclusions: { ...(workspace.guardrailExclusions as object), [direction]: isThen } },
    })
  }
  const told = (all: Workspace[]) => ({
    object: 'workspace-exclusions',
    direction,
    excluded: all.filter(spares(direction)).map(({ slug }) => slug),
  })
  const { id, name } = ctx.organisation
  ctx.record({ id, name, before: told(workspaces), after: told(await workspacesOf(ctx)) })
  return {}
}

type Workspace = Awaited<ReturnType<typeof workspacesOf>>[number]

const spares = (direction: Direction) => (workspace: Workspace) =>
  (workspace.guardrailExclusions as Partial<Record<Direction, boolean>>)[direction] === true

async function workspacesOf(ctx: Ctx) {
  return ctx.db.workspace.findMany({
    where: { organisationId: ctx.organisation.id, status: 'active' },
    select: { id: true, slug: true, name: true, guardrailExclusions: true },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  })
}

async function organisationOf(ctx: Ctx) {
  return ctx.db.organisation.findUniqueOrThrow({ where: { id: ctx.organisation.id } })
}

/** Two changes at once are one after the other, so neither loses what the other said. */
async function lockOrganisation(ctx: Ctx): Promise<void> {
  await ctx.db
    .$queryRaw`select 1 from organisations where id = ${ctx.organisation.id}::uuid for no key update`
}
