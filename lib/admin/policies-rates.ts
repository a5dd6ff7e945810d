/** Rate policies as stored objects. Source: admin-contract §1.9, §4.4. */
import type { z } from 'zod'
import { rateLimitPolicies, type rateLimitPolicyRow } from '../contract/policies.ts'
import type { RateLimitPolicy } from '../db/generated/client.ts'
import type { Ctx } from './context.ts'
import {
  changedColumns,
  found,
  listed,
  NEWEST,
  placeFor,
  recordPolicy,
  refuseOther,
  sharedColumns,
  sharedRow,
} from './policies.ts'
import { verbs } from './verbs.ts'

type Row = z.output<typeof rateLimitPolicyRow>

export const rateLimitPolicyVerbs = verbs(rateLimitPolicies, {
  list: async (ctx, query) => {
    const where = { ...(await listed(ctx, query)), ...(query.unit ? { unit: query.unit } : {}) }
    const [total, rows] = await Promise.all([
      ctx.db.rateLimitPolicy.count({ where }),
      ctx.db.rateLimitPolicy.findMany({
        where,
        orderBy: NEWEST,
        skip: query.current_page * query.page_size,
        take: query.page_size,
      }),
    ])
    return { object: 'list', total, data: rows.map(toRow) }
  },

  create: async (ctx, input) => {
    const workspace = placeFor(ctx, input.organisation_id)
    const policy = await ctx.db.rateLimitPolicy.create({
      data: { ...sharedColumns(ctx, workspace.id, input), unit: input.unit, value: BigInt(input.value) },
    })
    recordPolicy(ctx, null, policy, toRow)
    return { id: policy.id, object: rateLimitPolicies.object }
  },

  read: async (ctx, { id, status }) => toRow(await find(ctx, id, 'read', status)),

  update: async (ctx, { id, ...said }) => {
    const before = await find(ctx, id, 'update', said.status === 'active' ? null : 'active')
    refuseOther(said, before)
    const after = await ctx.db.rateLimitPolicy.update({
      where: { id: before.id },
      data: {
        ...changedColumns(ctx, said),
        ...(said.unit === undefined ? {} : { unit: said.unit }),
        ...(said.value === undefined ? {} : { value: BigInt(said.value) }),
      },
    })
    recordPolicy(ctx, before, after, toRow)
    return {}
  },

  delete: async (ctx, { id }) => {
    const policy = await find(ctx, id, 'delete', 'active')
    await ctx.db.rateLimitPolicy.update({
      where: { id: policy.id },
      data: changedColumns(ctx, { status: 'archived' }),
    })
    recordPolicy(ctx, policy, null, toRow)
    return {}
  },
})

async function find(
  ctx: Ctx,
  id: string,
  verb: 'read' | 'update' | 'delete',
  status: 'active' | 'archived' | null,
): Promise<RateLimitPolicy> {
  return found(ctx, id, verb, rateLimitPolicies.noun, status, async () => {
    if (verb !== 'read')
      await ctx.db.$queryRaw`select 1 from rate_limit_policies where id = ${id}::uuid for update`
    return ctx.db.rateLimitPolicy.findUnique({ where: { id } })
  })
}

function toRow(policy: RateLimitPolicy): Row {
  return {
    object: 'policy_rate_limits',
    ...sharedRow(policy),
    type: policy.type as Row['type'],
    unit: policy.unit as Row['unit'],
    value: Number(policy.value),
  }
}
