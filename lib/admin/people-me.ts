/** The person who looks at the console. Source: admin-contract §2.2. */
import type { z } from 'zod'
import type { OrganisationRole, WorkspaceRole } from '../auth/scopes.ts'
import { me, type meRow } from '../contract/people.ts'
import type { Prisma, User } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { type Ctx, rightsIn } from './context.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'
import { within } from './workspace-find.ts'

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

const PREFERENCES_CHARS_MAX = 16_384

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
