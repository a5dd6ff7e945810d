/** A provider's limits beside what the integration grants its workspace, which they may only tighten. Source: admin-contract §1.6. */
import type { RateLimit, UsageLimit } from '../contract/limits.ts'
import { effective } from './catalog-provisioning.ts'
import type { StoredProvider } from './catalog-rows.ts'
import type { Ctx } from './context.ts'
import { invalidField } from './validation.ts'

/** Budgets and rate limits as columns keep them. */
interface Limits {
  usageLimits: unknown
  rateLimits: unknown
}

/** What the integration grants each provider's workspace, by provider. */
export async function grantsOf(
  ctx: Ctx,
  providers: readonly Pick<StoredProvider, 'workspaceId' | 'integration'>[],
): Promise<(provider: Pick<StoredProvider, 'workspaceId' | 'integration'>) => Limits> {
  const rows = await ctx.db.integrationWorkspace.findMany({
    where: {
      integrationId: { in: [...new Set(providers.map(({ integration }) => integration.id))] },
      workspaceId: { in: [...new Set(providers.map(({ workspaceId }) => workspaceId))] },
    },
  })
  const byPair = new Map(rows.map((row) => [`${row.integrationId} ${row.workspaceId}`, row]))
  return ({ integration, workspaceId }) =>
    effective(integration, workspaceId, byPair.get(`${integration.id} ${workspaceId}`))
}

/**
 * Refuses limits that would let through more than the grant does, naming both. One that stood before may stand: the
 * grant shrank under it. Limits over different spans are compared over the provider's.
 */
export function refuseLooser(
  said: { usage_limits?: readonly UsageLimit[] | undefined; rate_limits?: readonly RateLimit[] | undefined },
  before: Limits | null,
  grant: Limits,
  integrationSlug: string,
): void {
  const stood = before ? [...budgetsOf(before), ...ratesOf(before)].map(words) : []
  const check = (field: string, limits: readonly Limit[], granted: readonly Limit[]) => {
    for (const limit of limits) {
      const larger = overtaken(limit, granted)
      if (!larger || stood.includes(words(limit))) continue
      throw invalidField(
        field,
        `may only tighten what the integration ${integrationSlug} grants this workspace: ${words(limit)} is more than ${words(larger)}`,
        'range',
      )
    }
  }
  check('usage_limits', said.usage_limits ?? [], budgetsOf(grant))
  check('rate_limits', said.rate_limits ?? [], ratesOf(grant))
}

/** Limits of a provider that are larger than the grant, as its row tells them. */
export function overtakenLimits(own: Limits, grant: Limits): { path: string; message: string }[] {
  const told = (path: string, limits: readonly Limit[], granted: readonly Limit[]) =>
    limits.flatMap((limit, index) => {
      const smaller = overtaken(limit, granted)
      return smaller
        ? [
            {
              path: `${path}.${index}`,
              message: `${words(limit)} is more than the ${words(smaller)} that the integration grants this workspace; the smaller one holds`,
            },
          ]
        : []
    })
  return [
    ...told('usage_limits_all', budgetsOf(own), budgetsOf(grant)),
    ...told('rate_limits', ratesOf(own), ratesOf(grant)),
  ]
}

type Limit = UsageLimit | RateLimit

const budgetsOf = ({ usageLimits }: Limits) => usageLimits as UsageLimit[]
const ratesOf = ({ rateLimits }: Limits) => rateLimits as RateLimit[]

/** The granted limit of the same type when it is the smaller one over the span of `limit`. */
function overtaken(limit: Limit, granted: readonly Limit[]): Limit | null {
  const grant = granted.find(({ type }) => type === limit.type)
  if (!grant) return null
  const [span, spanGranted] = [spanOf(limit), spanOf(grant)]
  const spans = span <= spanGranted ? 1 : Math.ceil(span / spanGranted)
  return amountOf(limit) > amountOf(grant) * spans ? grant : null
}

const amountOf = (limit: Limit) => ('credit_limit' in limit ? limit.credit_limit : limit.value)

const SECONDS = { rps: 1, rpm: 60, rph: 3_600, rpd: 86_400, rpw: 604_800 } as const
const UNITS = { rps: 'a second', rpm: 'a minute', rph: 'an hour', rpd: 'a day', rpw: 'a week' } as const
const MONTH_DAYS_MAX = 31

/** Days of a budget's period (endless without one), seconds of a rate's window; only like is held against like. */
function spanOf(limit: Limit): number {
  if (!('credit_limit' in limit)) return limit.unit ? SECONDS[limit.unit] : 1
  if (limit.periodic_reset === 'monthly') return MONTH_DAYS_MAX
  if (limit.periodic_reset === 'weekly') return 7
  return limit.periodic_reset_days ?? Number.POSITIVE_INFINITY
}

/** "$500 a month", "600 requests a minute". */
function words(limit: Limit): string {
  if ('credit_limit' in limit) {
    const { type, credit_limit: amount, periodic_reset: reset, periodic_reset_days: days } = limit
    const every = days ? ` every ${days} days` : ''
    const period = reset ? ` a ${reset === 'monthly' ? 'month' : 'week'}` : every
    return `${type === 'cost' ? `$${amount}` : `${amount} tokens`}${period}`
  }
  const { type, unit, value } = limit
  return type === 'concurrent' ? `${value} calls at once` : `${value} ${type} ${UNITS[unit ?? 'rps']}`
}
