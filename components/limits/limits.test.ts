import { describe, expect, it } from 'vitest'
import { rateLimits, usageLimits } from '@/lib/contract/limits.ts'
import { budgetsBody, budgetsOf, limitProblems, newBudget, newRate, ratesBody } from './draft.ts'
import { budgetWords, rateWords } from './words.tsx'

describe('budgets and rate limits', () => {
  const budgets = [
    { ...newBudget('cost'), limit: 200, alertAt: 160 },
    { ...newBudget('tokens'), limit: 2_000_000, reset: 'days' as const, days: 10 },
  ]
  const rates = [
    { ...newRate('requests'), value: 300 },
    { ...newRate('concurrent'), value: 5 },
  ]

  it('are what the contract takes', () => {
    expect(limitProblems(budgets, rates)).toEqual({})
    expect(usageLimits.parse(budgetsBody(budgets))).toEqual([
      { type: 'cost', credit_limit: 200, alert_threshold: 160, periodic_reset: 'monthly' },
      {
        type: 'tokens',
        credit_limit: 2_000_000,
        alert_threshold: null,
        periodic_reset: null,
        periodic_reset_days: 10,
      },
    ])
    expect(rateLimits.parse(ratesBody(rates))).toEqual([
      { type: 'requests', unit: 'rpm', value: 300 },
      { type: 'concurrent', value: 5 },
    ])
  })

  it('say at the field what the contract would refuse', () => {
    const wrong = [
      { ...newBudget('cost'), limit: 0.5 },
      { ...newBudget('tokens'), limit: 150, alertAt: 150, reset: 'days' as const },
    ]
    expect(usageLimits.safeParse(budgetsBody(wrong)).success).toBe(false)
    expect(Object.keys(limitProblems(wrong, [newRate('tokens')]))).toEqual([
      'usage_limits.0.credit_limit',
      'usage_limits.1.alert_threshold',
      'usage_limits.1.periodic_reset_days',
      'rate_limits.0.value',
    ])
  })

  it('of a stored key go back as they came', () => {
    const row = {
      type: 'cost' as const,
      credit_limit: 50,
      alert_threshold: null,
      periodic_reset: 'weekly' as const,
      next_usage_reset_at: '2026-03-08T00:00:00.000Z',
      current_usage: 0,
      status: 'active' as const,
      on_store_failure: 'deny' as const,
    }
    expect(budgetsBody(budgetsOf([row]))).toEqual([
      {
        type: 'cost',
        credit_limit: 50,
        periodic_reset: 'weekly',
        next_usage_reset_at: '2026-03-08T00:00:00.000Z',
        on_store_failure: 'deny',
      },
    ])
    expect(budgetWords(row)).toBe('$50.00 a week')
    expect(rateWords({ type: 'requests', unit: 'rpd', value: 1000 })).toBe('1,000 requests a day')
  })
})
