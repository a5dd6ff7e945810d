/** Usage policies as stored objects. Nothing counts by them yet, so no counter exists. Source: admin-contract §1.9, §4.4. */
import type { z } from 'zod'
import { usageFaults, usageLimitPolicies, type usageLimitPolicyRow } from '../contract/policies.ts'
import type { UsageLimitPolicy } from '../db/generated/client.ts'
import { MONDAY, nextReset, startOfDay } from '../limits/periods.ts'
import { absent, type Ctx, notFound } from './context.ts'
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
import { invalid, invalidField } from './validation.ts'
import { verbs } from './verbs.ts'

type Row = z.output<typeof usageLimitPolicyRow>
type Update = z.output<typeof usageLimitPolicies.update> & { id: string }
type Query = z.output<typeof usageLimitPolicies.query>

export const usageLimitPolicyVerbs = verbs(usageLimitPolicies, {
  list: async (ctx, query) => {
    const where = await listed(ctx, query)
    const [total, rows] = await Promise.all([
      ctx.db.usageLimitPolicy.count({ where }),
      ctx.db.usageLimitPolicy.findMany({
        where,
        orderBy: NEWEST,
        skip: query.current_page * query.page_size,
        take: query.page_size,
      }),
    ])
    return { object: 'list', total, data: rows.map((row) => toRow(row, ctx.now)) }
  },

  create: async (ctx, input) => {
    const workspace = placeFor(ctx, input.organisation_id)
    const policy = await ctx.db.usageLimitPolicy.create({
      data: {
        ...sharedColumns(ctx, workspace.id, input),
        creditLimit: input.credit_limit,
        alertThreshold: input.alert_threshold ?? null,
        periodicReset: input.periodic_reset ?? null,
        periodicResetDays: input.periodic_reset_days ?? null,
        nextUsageResetAt: resetAt(input.next_usage_reset_at, ctx.now, null) ?? null,
      },
    })
    recordPolicy(ctx, null, policy, (row) => toRow(row, ctx.now))
    return { id: policy.id, object: usageLimitPolicies.object }
  },

  read: async (ctx, { id, status, include_usage }: Query & { id: string }) => {
    const policy = await find(ctx, id, 'read', status)
    return { ...toRow(policy, ctx.now), ...(include_usage ? { value_key_usage_map: {} } : {}) }
  },

  update: (ctx, said) => change(ctx, said),

  delete: async (ctx, { id }) => {
    const policy = await find(ctx, id, 'delete', 'active')
    await ctx.db.usageLimitPolicy.update({
      where: { id: policy.id },
      data: changedColumns(ctx, { status: 'archived' }),
    })
    recordPolicy(ctx, policy, null, (row) => toRow(row, ctx.now))
    return {}
  },

  actions: {
    /** Made when calls are counted, so there are none. */
    entities: async (ctx, { id }) => {
      await find(ctx, id, 'read', 'active')
      return { object: 'list', total: 0, data: [] }
    },
    resetEntity: async (ctx, { id }) => {
      await find(ctx, id, 'update', 'active')
      throw notFound('entity of this policy')
    },
  },
})

/** Absent leaves, null clears; one way of beginning anew takes the place of the other. `status` brings an archived one back. */
async function change(ctx: Ctx, { id, ...said }: Update) {
  const before = await find(ctx, id, 'update', said.status === 'active' ? null : 'active')
  refuseOther(said, before)
  if (said.reset_usage_for_value != null)
    throw absent('reset_usage_for_value', 'value this policy has counted: nothing is counted by policies yet')
  const faults = usageFaults({
    type: before.type as Row['type'],
    credit_limit: said.credit_limit ?? Number(before.creditLimit),
    alert_threshold:
      said.alert_threshold === undefined ? numberOf(before.alertThreshold) : said.alert_threshold,
    periodic_reset: said.periodic_reset,
    periodic_reset_days: said.periodic_reset_days,
  })
  if (faults.length > 0) throw invalid(faults.map((fault) => ({ rule: 'custom', ...fault })))
  const next = resetAt(said.next_usage_reset_at, ctx.now, before.nextUsageResetAt)
  const after = await ctx.db.usageLimitPolicy.update({
    where: { id: before.id },
    data: {
      ...changedColumns(ctx, said),
      ...(said.credit_limit === undefined ? {} : { creditLimit: said.credit_limit }),
      ...(said.alert_threshold === undefined ? {} : { alertThreshold: said.alert_threshold }),
      ...(said.periodic_reset === undefined ? {} : { periodicReset: said.periodic_reset }),
      ...(said.periodic_reset_days === undefined ? {} : { periodicResetDays: said.periodic_reset_days }),
      ...(said.periodic_reset == null ? {} : { periodicResetDays: null }),
      ...(said.periodic_reset_days == null ? {} : { periodicReset: null }),
      ...(next === undefined ? {} : { nextUsageResetAt: next }),
    },
  })
  recordPolicy(ctx, before, after, (row) => toRow(row, ctx.now))
  return {}
}

async function find(
  ctx: Ctx,
  id: string,
  verb: 'read' | 'update' | 'delete',
  status: 'active' | 'archived' | null,
): Promise<UsageLimitPolicy> {
  return found(ctx, id, verb, usageLimitPolicies.noun, status, async () => {
    if (verb !== 'read')
      await ctx.db.$queryRaw`select 1 from usage_limit_policies where id = ${id}::uuid for update`
    return ctx.db.usageLimitPolicy.findUnique({ where: { id } })
  })
}

/** The day a budget begins anew, for the column. It must lie ahead, unless it is what a form sends back. */
function resetAt(said: string | null | undefined, now: Date, before: Date | null): Date | null | undefined {
  if (said == null) return said
  const at = startOfDay(new Date(said))
  if (at.getTime() === before?.getTime()) return undefined
  if (at <= now) throw invalidField('next_usage_reset_at', 'must lie after today (UTC)', 'range')
  return at
}

function toRow(policy: UsageLimitPolicy, now: Date): Row {
  const { periodicReset, periodicResetDays, nextUsageResetAt } = policy
  const period = {
    periodic_reset: periodicReset as Row['periodic_reset'],
    ...(periodicResetDays === null ? {} : { periodic_reset_days: periodicResetDays }),
    ...(nextUsageResetAt === null ? {} : { next_usage_reset_at: nextUsageResetAt.toISOString() }),
  }
  return {
    object: 'policy_usage_limits',
    ...sharedRow(policy),
    type: policy.type as Row['type'],
    credit_limit: Number(policy.creditLimit),
    alert_threshold: numberOf(policy.alertThreshold),
    periodic_reset: period.periodic_reset,
    periodic_reset_days: periodicResetDays,
    next_usage_reset_at: nextReset(period, policy.createdAt, now, MONDAY)?.toISOString() ?? null,
    last_reset_at: policy.lastResetAt?.toISOString() ?? null,
  }
}

function numberOf(value: unknown): number | null {
  return value === null ? null : Number(value)
}
