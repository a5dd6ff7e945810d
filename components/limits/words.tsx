'use client'

import { memo } from 'react'
import type { RateLimit, UsageLimitRow } from '@/lib/contract/limits.ts'
import { count, money } from '../format.ts'
import type { RateUnit } from './draft.ts'
import styles from './limits.module.css'

interface Limited {
  usage_limits: readonly UsageLimitRow[] | null
  rate_limits: readonly RateLimit[] | null
}

/** Budgets and rates in a cell. They are kept, and this version does not act on them: said wherever they stand. */
export const Limits = memo(function Limits({ usage_limits, rate_limits }: Limited) {
  const words = limitWords({ usage_limits, rate_limits })
  if (words.length === 0) return <span className={styles.dim}>–</span>
  return (
    <span
      className={styles.words}
      title={`${words.join(' · ')}. Stored; this version does not enforce it yet.`}
    >
      <span>
        {words[0]}
        {words.length > 1 && ` +${words.length - 1}`}
      </span>
      <span className={styles.dim}>not enforced yet</span>
    </span>
  )
})

/** Each budget and rate limit as a phrase. */
export function limitWords({ usage_limits, rate_limits }: Limited): string[] {
  return [...(usage_limits ?? []).map(budgetWords), ...(rate_limits ?? []).map(rateWords)]
}

/** A budget in words: `$200.00 a month`, `2,000,000 tokens every 10 days`. */
export function budgetWords(
  row: Pick<UsageLimitRow, 'type' | 'credit_limit' | 'periodic_reset' | 'periodic_reset_days'>,
): string {
  const amount = row.type === 'cost' ? money(row.credit_limit) : `${count(row.credit_limit)} tokens`
  if (row.periodic_reset) return `${amount} a ${row.periodic_reset === 'weekly' ? 'week' : 'month'}`
  if (row.periodic_reset_days) return `${amount} every ${row.periodic_reset_days} d`
  return `${amount} in all`
}

const PER: Readonly<Record<RateUnit, string>> = {
  rps: 'a second',
  rpm: 'a minute',
  rph: 'an hour',
  rpd: 'a day',
  rpw: 'a week',
}

/** A rate limit in words: `300 requests a minute`, `5 at the same time`. */
export function rateWords({ type, unit, value }: Pick<RateLimit, 'type' | 'unit' | 'value'>): string {
  if (type === 'concurrent') return `${count(value)} at the same time`
  return `${count(value)} ${type} ${PER[unit ?? 'rpm']}`
}
