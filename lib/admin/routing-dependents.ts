/** Who relies on a config: what keeps it from being deleted. Source: admin-contract §1.2, §1.7, §5.7. */
import type { z } from 'zod'
import type { configDependentRow } from '../contract/routing.ts'
import { GatewayError } from '../errors.ts'
import type { Ctx } from './context.ts'

interface Dependent {
  config_id: string
  kind: 'api_keys' | 'workspaces'
  id: string
  name: string
}

/** How many keys and workspaces name each of these configs, by config id; one that nobody names is left out. */
export async function usersOf(ctx: Ctx, configIds: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { config_id } of await dependents(ctx, configIds))
    counts.set(config_id, (counts.get(config_id) ?? 0) + 1)
  return counts
}

/** Who names one config, keys first. */
export async function usersNamed(ctx: Ctx, configId: string): Promise<z.output<typeof configDependentRow>[]> {
  const found = await dependents(ctx, [configId])
  return found
    .map(({ kind, id, name }) => ({ object: 'config-dependent' as const, kind, id, name }))
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name, 'en'))
}

/** Throws `conflict` (AB07) that says who names the config. */
export async function refuseWhileUsed(ctx: Ctx, config: { id: string; slug: string }): Promise<void> {
  const users = await dependents(ctx, [config.id])
  if (users.length === 0) return
  const keys = users.filter(({ kind }) => kind === 'api_keys').map(({ name }) => name)
  const said = [
    keys.length === 0 ? '' : `${keys.length === 1 ? 'the key' : `${keys.length} keys`} ${named(keys)}`,
    users.length === keys.length ? '' : 'the keys people get in this workspace (user_api_key_config)',
  ]
  throw new GatewayError(
    'conflict',
    `${config.slug} is the default config of ${said.filter(Boolean).join(' and of ')}. Give them another config first.`,
    {
      param: 'slug',
      details: users.map(({ kind, name }) => ({ path: kind, rule: 'dependent', message: name })),
    },
  )
}

const NAMED_MAX = 5

function named(keys: readonly string[]): string {
  const more = keys.length - NAMED_MAX
  return keys.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** A key keeps the config in the form it was named in, and its slug; a workspace keeps either. */
async function dependents(ctx: Ctx, configIds: readonly string[]): Promise<Dependent[]> {
  if (configIds.length === 0) return []
  return ctx.db.$queryRaw<Dependent[]>`
    with asked as (
      select id, workspace_id, array[id::text, lower(slug)] as names
      from configs where id = any(${[...configIds]}::uuid[])
    )
    select asked.id::text as config_id, 'api_keys' as kind, k.id::text as id, k.name
    from asked join api_keys k on k.workspace_id = asked.workspace_id and k.status <> 'archived'
      and (lower(k.defaults ->> 'config_slug') = any(asked.names) or lower(k.defaults ->> 'config_id') = any(asked.names))
    union all
    select asked.id::text, 'workspaces', w.id::text, w.name
    from asked join workspaces w on w.id = asked.workspace_id
      and lower(w.defaults ->> 'user_api_key_config') = any(asked.names)`
}
