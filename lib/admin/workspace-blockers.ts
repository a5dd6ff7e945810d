/**
 * What stands in the way of a workspace's deletion: whatever somebody made in it, or uses. What came by itself and was
 * left as it came (providers of the organisation's integrations, keys that joining brought) does not. Nothing is erased:
 * rows are archived, for what was logged under them. Source: admin-contract §2.2, §12.
 */
import type { z } from 'zod'
import type { blockerRow } from '../contract/people.ts'
import type { Integration, Provider } from '../db/generated/client.ts'
import { GatewayError } from '../errors.ts'
import { withdrawWorkspace } from './catalog-provisioning.ts'
import { isHidden } from './catalog-rows.ts'
import type { Ctx, Db } from './context.ts'
import { endKeys } from './people-keys.ts'

export type Blocker = z.output<typeof blockerRow>
type Item = Blocker['items'][number]

const ITEMS_MAX = 20
const NOUNS: Readonly<Record<Blocker['type'], readonly [one: string, many: string]>> = {
  api_keys: ['API key', 'API keys'],
  integrations: ['integration', 'integrations'],
  providers: ['provider', 'providers'],
  configs: ['config', 'configs'],
  guardrails: ['guardrail', 'guardrails'],
  policies: ['policy', 'policies'],
}

export async function blockersOf({ db }: Pick<Ctx, 'db'>, workspaceId: string): Promise<Blocker[]> {
  const living = { workspaceId, status: { not: 'archived' } }
  const order = { orderBy: { createdAt: 'asc' } } as const
  const [keys, integrations, providers, configs, guardrails, usagePolicies, ratePolicies] = await Promise.all(
    [
      db.apiKey.findMany({ where: { ...living, NOT: { creationMode: 'auto', use: null } }, ...order }),
      db.integration.findMany({ where: living, ...order }),
      db.provider.findMany({ where: living, include: { integration: true }, ...order }),
      db.config.findMany({ where: living, ...order }),
      db.guardrail.findMany({ where: living, ...order }),
      db.usageLimitPolicy.findMany({ where: living, ...order }),
      db.rateLimitPolicy.findMany({ where: living, ...order }),
    ],
  )
  const found: [Blocker['type'], Item[]][] = [
    ['api_keys', keys.map(item)],
    // A hidden one is the other half of a virtual key, which stands among the providers.
    ['integrations', integrations.filter((one) => !isHidden(one)).map(item)],
    ['providers', providers.filter((one) => !isAsItCame(one)).map(item)],
    ['configs', configs.map(item)],
    ['guardrails', guardrails.map(item)],
    ['policies', [...usagePolicies, ...ratePolicies].map(item)],
  ]
  return found.flatMap(([type, items]) =>
    items.length === 0 ? [] : [{ type, count: items.length, items: items.slice(0, ITEMS_MAX) }],
  )
}

/** Throws `conflict` with one detail for each kind of thing in the way; returns when there is none. */
export function refuseBlocked(blockers: readonly Blocker[]): void {
  if (blockers.length === 0) return
  const counts = blockers.map(({ type, count }) => `${count} ${NOUNS[type][count === 1 ? 0 : 1]}`)
  throw new GatewayError(
    'conflict',
    `This workspace still has ${sentence(counts)}. Delete them first, or send force_delete: true to end them with it.`,
    {
      param: 'force_delete',
      details: blockers.map(({ type, count, items }) => {
        const names = items.map(({ slug, name }) => slug ?? name)
        const rest = count > names.length ? `, and ${count - names.length} more` : ''
        return { path: type, rule: 'blocked', message: names.join(', ') + rest, count, items: names }
      }),
    },
  )
}

/** Ends everything in a workspace. Returns what was ended, by kind, for the audit row. */
export async function archiveContents(ctx: Ctx, workspaceId: string): Promise<Record<string, string[]>> {
  const { db } = ctx
  const keys = await endKeys(db, { workspaceId })
  const { providers, integrations } = await withdrawWorkspace(ctx, workspaceId)
  const ended = {
    api_keys: keys,
    integrations,
    providers,
    configs: await archive(db.config, workspaceId),
    guardrails: await archive(db.guardrail, workspaceId),
    policies: [
      ...(await archive(db.usageLimitPolicy, workspaceId)),
      ...(await archive(db.rateLimitPolicy, workspaceId)),
    ],
    webhooks: await archive(db.webhook, workspaceId),
  }
  return Object.fromEntries(Object.entries(ended).filter(([, names]) => names.length > 0))
}

type Archivable =
  | Db['config']
  | Db['guardrail']
  | Db['usageLimitPolicy']
  | Db['rateLimitPolicy']
  | Db['webhook']

async function archive(table: Archivable, workspaceId: string): Promise<string[]> {
  const which = { where: { workspaceId, status: { not: 'archived' } } }
  // The tables differ in columns nobody touches here; the client's types cannot say so.
  const rows = await (table as Db['webhook']).findMany({ ...which, orderBy: { createdAt: 'asc' } })
  await (table as Db['webhook']).updateMany({ ...which, data: { status: 'archived' } })
  return rows.map((row) => ('slug' in row ? (row.slug as string) : row.name))
}

/** A provider that an integration of the organisation brought, and that nobody changed since. */
function isAsItCame({ integration, ...provider }: Provider & { integration: Integration }): boolean {
  const limits = [provider.usageLimits, provider.rateLimits] as unknown[][]
  return (
    integration.workspaceId === null &&
    provider.name === integration.name &&
    provider.note === null &&
    provider.expiresAt === null &&
    limits.every(({ length }) => length === 0)
  )
}

function item(row: { id: string; slug?: string; name: string }): Item {
  return { id: row.id, slug: row.slug ?? null, name: row.name }
}

function sentence(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
