/** Who relies on a guardrail: what keeps it from being deleted. Source: admin-contract §5.5. */
import { referencesOf } from '../contract/routing-references.ts'
import { type Guardrail, Prisma } from '../db/generated/client.ts'
import { type ErrorDetail, GatewayError } from '../errors.ts'
import { type Ctx, literal } from './context.ts'

interface Holder {
  name: string
  holds: unknown
}

/** Throws `conflict` (AB07) that says who names the guardrail: the organisation, workspaces, configs. */
export async function refuseWhileNamed(ctx: Ctx, guardrail: Guardrail): Promise<void> {
  const names = [guardrail.slug.toLowerCase(), guardrail.id]
  const [organisations, workspaces, configs] = await Promise.all([
    ctx.db.$queryRaw<Holder[]>`
      select name, defaults as holds from organisations where id = ${ctx.organisation.id}::uuid`,
    ctx.db.$queryRaw<Holder[]>`
      select slug as name, defaults as holds from workspaces
      where organisation_id = ${ctx.organisation.id}::uuid and status = 'active'
        and ${mentions(Prisma.sql`defaults`, names)}`,
    ctx.db.$queryRaw<Holder[]>`
      select c.slug as name, v.config as holds
      from configs c join config_versions v on v.id = c.version_id join workspaces w on w.id = c.workspace_id
      where w.organisation_id = ${ctx.organisation.id}::uuid and w.status = 'active' and c.status = 'active'
        and ${mentions(Prisma.sql`v.config`, names)}`,
  ])
  const details = [
    ...organisations.filter((one) => isDefault(one, names)).map(dependent('organisation')),
    ...workspaces.filter((one) => isDefault(one, names)).map(dependent('workspaces')),
    ...configs.filter((one) => isReferenced(one, names)).map(dependent('configs')),
  ]
  if (details.length === 0) return
  const who = details.map(({ path, message }) => SAID[path]?.(message ?? '') ?? message)
  throw new GatewayError(
    'conflict',
    `${guardrail.slug} is still named by ${who.join(', ')}. Take it out there first.`,
    { param: 'id', details },
  )
}

const SAID: Readonly<Record<string, (name: string) => string>> = {
  organisation: () => 'the defaults of the organisation',
  workspaces: (slug) => `the defaults of the workspace ${slug}`,
  configs: (slug) => `the config ${slug}`,
}

const dependent =
  (path: string) =>
  ({ name }: Holder): ErrorDetail => ({ path, rule: 'dependent', message: name })

/** Whether a JSON column holds one of the names at all: what it is there is seen when the row is read. */
function mentions(column: Prisma.Sql, names: readonly string[]): Prisma.Sql {
  const patterns = names.map((name) => `%"${literal(name)}"%`)
  return Prisma.sql`lower(${column}::text) like any(${patterns}::text[])`
}

function isDefault({ holds }: Holder, names: readonly string[]): boolean {
  const { input_guardrails = [], output_guardrails = [] } = (holds ?? {}) as Record<
    string,
    string[] | undefined
  >
  return [...input_guardrails, ...output_guardrails].some((name) => names.includes(name.toLowerCase()))
}

function isReferenced({ holds }: Holder, names: readonly string[]): boolean {
  return referencesOf(holds).some(
    ({ kind, name }) => kind === 'guardrail' && names.includes(name.toLowerCase()),
  )
}
