/** Workspaces and the person who looks at them. Source: admin-contract §1.2, §2.2. */
import type { z } from 'zod'
import { type OrganisationRole, rightsOfRole, type WorkspaceRole } from '../auth/scopes.ts'
import { me, type meRow, type workspaceRow, workspaces } from '../contract/people.ts'
import type { List } from '../contract/resource.ts'
import { togglesOf } from '../contract/security.ts'
import type { Prisma, User, Workspace } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { byIdOrSlug, type Ctx, literal, need, notFound, rightsIn, visibleWorkspaces } from './context.ts'
import { rateLimitRows, usageLimitRows } from './limits.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

export const workspaceVerbs = verbs(workspaces, {
  list: async (ctx, query): Promise<List<WorkspaceRow>> => {
    const where: Prisma.WorkspaceWhereInput = {
      AND: [
        within(ctx),
        { status: { in: statusesAsked(ctx, query.status) } },
        query.name ? { name: { contains: literal(query.name) } } : {},
        query.exact_name ? { name: query.exact_name } : {},
      ],
    }
    const [total, rows] = await Promise.all([
      ctx.db.workspace.count({ where }),
      ctx.db.workspace.findMany({
        where,
        orderBy: [{ isDefault: 'desc' }, { name: 'asc' }, { id: 'asc' }],
        skip: query.current_page * query.page_size,
        take: query.page_size,
      }),
    ])
    return { object: 'list', total, data: rows.map((row) => toRow(row, ctx.now, query.name_format)) }
  },

  read: async (ctx, { id, name_format }) => {
    const found = await ctx.db.workspace.findFirst({
      where: { AND: [within(ctx), byIdOrSlug(id)] },
      include: { memberships: { include: { user: true }, orderBy: { createdAt: 'asc' } } },
    })
    if (!found) throw notFound(workspaces.noun)
    need(ctx, ['workspaces.read'], found.id, workspaces.noun)
    const toggles = togglesOf(await securityOf(ctx), found.securitySettings)
    const users = found.memberships.map(({ user, role, createdAt }) => ({
      object: 'workspace-user' as const,
      id: user.id,
      first_name: user.firstName,
      last_name: user.lastName,
      email: user.email,
      org_role: user.role as OrganisationRole,
      role: role as WorkspaceRole,
      status: user.status,
      workspace_id: found.id,
      scopes: [...rightsOfRole(user.role as OrganisationRole, role as WorkspaceRole, toggles).scopes],
      settings: {},
      created_at: createdAt.toISOString(),
    }))
    return { ...toRow(found, ctx.now, name_format), users }
  },
})

export const meVerbs = verbs(me, {
  actions: {
    show: (ctx) => readMe(ctx),
    edit: async (ctx, input) => {
      const before = await ctx.db.user.findUniqueOrThrow({ where: { id: selfId(ctx) } })
      const preferences = merged(before.preferences as Record<string, unknown>, input.preferences)
      if (JSON.stringify(preferences).length > PREFERENCES_CHARS_MAX) {
        throw invalidField('preferences', `must have at most ${PREFERENCES_CHARS_MAX} characters`, 'length')
      }
      const after = await ctx.db.user.update({
        where: { id: before.id },
        data: {
          ...(input.first_name === undefined ? {} : { firstName: input.first_name }),
          ...(input.last_name === undefined ? {} : { lastName: input.last_name }),
          preferences: preferences as Prisma.InputJsonValue,
        },
      })
      ctx.record({ id: after.id, name: after.email, before: profile(before), after: profile(after) })
      return readMe(ctx)
    },
  },
})

type WorkspaceRow = z.output<typeof workspaceRow>

const PREFERENCES_CHARS_MAX = 16_384
const NO_DEFAULTS = { metadata: {}, input_guardrails: [], output_guardrails: [], user_api_key_config: null }

function within(ctx: Ctx): Prisma.WorkspaceWhereInput {
  const visible = visibleWorkspaces(ctx.principal)
  return {
    organisationId: ctx.organisation.id,
    ...(visible === 'all' ? {} : { id: { in: [...visible] } }),
  }
}

/** Archived ones are for owners and admins. */
function statusesAsked(ctx: Ctx, said: readonly string[] | undefined): string[] {
  const asked = said ?? ['active']
  const unknown = asked.find((status) => status !== 'active' && status !== 'archived')
  if (unknown !== undefined) throw invalidField('status', 'must be active, archived, or both', 'enum')
  return visibleWorkspaces(ctx.principal) === 'all'
    ? [...asked]
    : asked.filter((status) => status === 'active')
}

function toRow(row: Workspace, now: Date, format: 'plain' | 'display' | undefined): WorkspaceRow {
  return {
    object: 'workspace',
    id: row.id,
    slug: row.slug,
    name: format === 'display' && row.icon ? `${row.icon} ${row.name}` : row.name,
    icon: row.icon,
    description: row.description,
    organisation_id: row.organisationId,
    is_default: row.isDefault ? 1 : 0,
    defaults: { ...NO_DEFAULTS, ...(row.defaults as Record<string, unknown>) },
    usage_limits: usageLimitRows(row.usageLimits, now),
    rate_limits: rateLimitRows(row.rateLimits),
    settings: row.settings as Record<string, unknown>,
    security_settings: row.securitySettings as Record<string, unknown>,
    status: row.status as 'active' | 'archived',
    created_at: row.createdAt.toISOString(),
    last_updated_at: row.lastUpdatedAt.toISOString(),
    created_by: row.createdBy,
  }
}

/** The organisation's own `security_settings`. */
async function securityOf(ctx: Ctx): Promise<unknown> {
  const found = await ctx.db.organisation.findUniqueOrThrow({
    where: { id: ctx.organisation.id },
    select: { securitySettings: true },
  })
  return found.securitySettings
}

/** What a person may change of themselves. */
const profile = ({ firstName, lastName, preferences }: User) => ({
  first_name: firstName,
  last_name: lastName,
  preferences,
})

function selfId(ctx: Ctx): string {
  if (ctx.actor.kind === 'user') return ctx.actor.id
  throw new GatewayError('forbidden', 'This is for signed-in people.')
}

async function readMe(ctx: Ctx): Promise<z.output<typeof meRow>> {
  const user = await ctx.db.user.findUniqueOrThrow({
    where: { id: selfId(ctx) },
    include: { memberships: true },
  })
  const role = user.role as OrganisationRole
  const rows = await ctx.db.workspace.findMany({
    where: { AND: [within(ctx), { status: 'active' }] },
    orderBy: [{ isDefault: 'desc' }, { name: 'asc' }],
  })
  const { principal } = ctx
  return {
    object: 'user',
    id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    role,
    status: user.status as 'active',
    workspace_ids: rows.map((row) => row.slug),
    provisioned_by: user.provisionedBy,
    created_at: user.createdAt.toISOString(),
    last_updated_at: user.lastUpdatedAt.toISOString(),
    organisation: ctx.organisation,
    workspaces: rows.map((row) => {
      const membership = user.memberships.find((one) => one.workspaceId === row.id)
      const workspaceRole = role === 'member' ? ((membership?.role ?? 'member') as WorkspaceRole) : 'admin'
      const { scopes, seesPayloads, seesAllData } = rightsIn(principal, row.id)
      return {
        id: row.id,
        slug: row.slug,
        name: row.name,
        icon: row.icon,
        is_default: row.isDefault ? 1 : 0,
        role: workspaceRole,
        scopes: [...scopes],
        sees_payloads: seesPayloads,
        sees_all_data: seesAllData,
      }
    }),
    scopes: [...principal.organisationScopes],
    preferences: user.preferences as Record<string, unknown>,
  }
}

function merged(
  before: Record<string, unknown>,
  said: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const all = Object.entries({ ...before, ...said })
  return Object.fromEntries(all.filter(([, value]) => value !== null))
}
