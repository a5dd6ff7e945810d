/** The organisation: its name, its settings, its security toggles. Source: admin-contract §1.1, §2.4, §5.2. */
import type { z } from 'zod'
import { NOT_ENFORCED, organisation, type organisationRow } from '../contract/organisation.ts'
import { OPENABLE, type StoredSecurity, togglesOf } from '../contract/security.ts'
import type { Organisation, Prisma } from '../db/generated/client.ts'
import { type Ctx, need } from './context.ts'
import { forcedSettings, settingsInForce, storedSettings } from './organisation-settings.ts'
import { handDown, storedSecurity } from './security.ts'
import { invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

export const organisationVerbs = verbs(organisation, {
  actions: {
    show: async (ctx) => {
      need(ctx, ['organisation_settings.read'], null, organisation.noun)
      const row = await ctx.db.organisation.findUniqueOrThrow({ where: { id: ctx.organisation.id } })
      return toRow(ctx, row)
    },
    edit: async (ctx, input) => {
      need(ctx, ['organisation_settings.update'], null, organisation.noun)
      const before = await locked(ctx)
      const security = storedSecurity(before.securitySettings, securitySaid(input), 'organisation')
      const after = await ctx.db.organisation.update({
        where: { id: before.id },
        data: {
          ...(input.name === undefined ? {} : { name: input.name }),
          ...(input.logo === undefined ? {} : { logo: input.logo }),
          settings: storedSettings(before.settings, input.settings ?? {}) as Prisma.InputJsonObject,
          securitySettings: security,
        },
      })
      await handDown(ctx.db, before.id, before.securitySettings, security)
      const reply = toRow(ctx, after)
      ctx.record({ id: after.id, name: after.name, before: toRow(ctx, before), after: reply })
      return reply
    },
  },
})

type Input = z.output<typeof organisation.update>

/** Settings are merged into what stands, so two changes at once wait for each other. */
async function locked(ctx: Ctx): Promise<Organisation> {
  const { id } = ctx.organisation
  await ctx.db.$executeRaw`select 1 from organisations where id = ${id}::uuid for update`
  return ctx.db.organisation.findUniqueOrThrow({ where: { id } })
}

/** `settings.block_inline_config` is another name of the toggle. */
function securitySaid({ settings, security_settings: said }: Input): NonNullable<Input['security_settings']> {
  const alias = settings?.block_inline_config
  if (alias === undefined) return said ?? {}
  if (said?.block_inline_config !== undefined && said.block_inline_config !== alias) {
    throw invalidField(
      'settings.block_inline_config',
      'is the same switch as security_settings.block_inline_config, and the two differ here',
    )
  }
  return { ...said, block_inline_config: alias }
}

function toRow({ runtime }: Ctx, row: Organisation): z.output<typeof organisationRow> {
  const defaults = row.defaults as { input_guardrails?: string[]; output_guardrails?: string[] }
  const { workspace_overrides: opened } = row.securitySettings as StoredSecurity
  const { isInlineConfigBlocked = false } = runtime.settings
  const said = togglesOf(row.securitySettings, null)
  const toggles = { ...said, block_inline_config: said.block_inline_config || isInlineConfigBlocked }
  return {
    object: 'organisation',
    id: row.id,
    slug: row.slug,
    name: row.name,
    logo: row.logo,
    defaults: {
      input_guardrails: defaults.input_guardrails ?? [],
      output_guardrails: defaults.output_guardrails ?? [],
    },
    settings: { ...settingsInForce(row.settings), block_inline_config: toggles.block_inline_config },
    security_settings: {
      ...toggles,
      workspace_overrides: Object.fromEntries(OPENABLE.map((key) => [key, opened?.[key] === true])),
    },
    not_enforced: [...NOT_ENFORCED],
    forced: forcedSettings(isInlineConfigBlocked),
    created_at: row.createdAt.toISOString(),
    last_updated_at: row.lastUpdatedAt.toISOString(),
  }
}
