/** What a workspace says of itself, as its columns keep it. Source: admin-contract §1.2, §5.2, §5.4. */
import type { z } from 'zod'
import type { MetadataSchema } from '../contract/metadata-schema.ts'
import { type WorkspaceSetting, workspacesMaySet } from '../contract/organisation.ts'
import type { workspaces } from '../contract/people.ts'
import { type SaidSecurity, TOGGLES } from '../contract/security.ts'
import type { Prisma } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { absent, byIdOrSlug, type Ctx, isUuid } from './context.ts'
import { fitMetadata } from './metadata-schema.ts'
import { rankIn } from './people-rank.ts'
import { storedSecurity } from './security.ts'
import { invalidField } from './validation.ts'

type Update = z.output<typeof workspaces.update>
type SaidDefaults = NonNullable<Update['defaults']>

/** The columns of the organisation that rule its workspaces. */
export interface Rules {
  settings: unknown
  securitySettings: unknown
}

export function rulesOf(ctx: Ctx): Promise<Rules> {
  return ctx.db.organisation.findUniqueOrThrow({
    where: { id: ctx.organisation.id },
    select: { settings: true, securitySettings: true },
  })
}

/**
 * `defaults` for the column: merged one level deep, null clears. Guardrails and config must be of this workspace
 * (`workspaceId` null: it is being made, so there are none). The metadata must fit the organisation's schema.
 */
export async function mergedDefaults(
  ctx: Ctx,
  workspaceId: string | null,
  said: SaidDefaults | null,
  before: unknown,
  { settings }: Rules,
): Promise<Prisma.InputJsonValue> {
  const merged: Record<string, unknown> = said === null ? {} : { ...(before as object) }
  for (const field of ['input_guardrails', 'output_guardrails'] as const) {
    const slugs = said?.[field]
    if (slugs === null) delete merged[field]
    else if (slugs) merged[field] = await guardrailSlugs(ctx, workspaceId, slugs, `defaults.${field}`)
  }
  const config = said?.user_api_key_config
  if (config === null) delete merged.user_api_key_config
  else if (config) merged.user_api_key_config = await configSlug(ctx, workspaceId, config)
  if (said?.metadata === null) delete merged.metadata
  else if (said?.metadata) merged.metadata = said.metadata
  const { workspace_metadata_schema: schema } = (settings ?? {}) as {
    workspace_metadata_schema?: MetadataSchema | null
  }
  const metadata = fitMetadata(schema, (merged.metadata ?? {}) as Record<string, string>, 'defaults.metadata')
  return { ...merged, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) } as Prisma.InputJsonValue
}

/** `settings` for the column. What the organisation keeps to itself is refused, unless it says again what stands. */
export function mergedSettings(
  said: NonNullable<Update['settings']> | null,
  before: unknown,
  { settings, securitySettings }: Rules,
): Prisma.InputJsonValue {
  const stood = (before ?? {}) as Record<string, unknown>
  if (said === null) return {}
  const after = { ...stood }
  for (const [field, value] of Object.entries(said)) {
    if (value === undefined) continue
    if (value === null) {
      delete after[field]
      continue
    }
    const laid = typeof value === 'object' ? withoutNull({ ...(stood[field] as object), ...value }) : value
    if (JSON.stringify(laid) === JSON.stringify(stood[field])) continue
    if (!workspacesMaySet(field as WorkspaceSetting, settings, securitySettings)) {
      throw invalidField(
        `settings.${field}`,
        'is decided by the organisation, for all its workspaces. An owner or admin of it can open it to them under Settings.',
        'closed',
      )
    }
    after[field] = laid
  }
  return after as Prisma.InputJsonValue
}

/**
 * `security_settings` for the column. They decide what managers and members may do, so they are for those above them:
 * a manager who may change all else of the workspace may not.
 */
export function mergedSecurity(
  ctx: Ctx,
  workspaceId: string,
  said: SaidSecurity | null,
  before: unknown,
  { securitySettings }: Rules,
): Prisma.InputJsonValue {
  if (rankIn(ctx, workspaceId) !== 'admin') {
    throw new GatewayError(
      'forbidden',
      'Security settings are for admins of the workspace: they decide what managers and members may do.',
      { param: 'security_settings' },
    )
  }
  const everything = Object.fromEntries(TOGGLES.map(({ key }) => [key, null]))
  return storedSecurity(before, said ?? everything, {
    organisation: securitySettings,
  }) as Prisma.InputJsonValue
}

async function guardrailSlugs(
  ctx: Ctx,
  workspaceId: string | null,
  said: readonly string[],
  path: string,
): Promise<string[]> {
  const found =
    workspaceId === null
      ? []
      : await ctx.db.guardrail.findMany({
          where: {
            workspaceId,
            status: 'active',
            OR: [{ slug: { in: [...said] } }, { id: { in: said.filter(isUuid) } }],
          },
          select: { id: true, slug: true },
        })
  return said.map((one, index) => {
    const guardrail = found.find(({ id, slug }) => slug === one || id === one.toLowerCase())
    if (!guardrail) throw absent(`${path}.${index}`, 'guardrail of this workspace')
    return guardrail.slug
  })
}

async function configSlug(ctx: Ctx, workspaceId: string | null, reference: string): Promise<string> {
  const config =
    workspaceId === null
      ? null
      : await ctx.db.config.findFirst({
          where: { workspaceId, status: 'active', ...byIdOrSlug(reference) },
          select: { slug: true },
        })
  if (!config) throw absent('defaults.user_api_key_config', 'config of this workspace')
  return config.slug
}

function withoutNull(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner != null))
}
