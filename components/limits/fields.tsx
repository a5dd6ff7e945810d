'use client'

import { ActionIcon, Button, Group, NumberInput, Select, Text } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FormState } from '../resource/form-state.ts'
import { Status } from '../ui/status.tsx'
import {
  BUDGET_TYPES,
  type BudgetDraft,
  type LimitsDraft,
  limitProblems,
  newBudget,
  newRate,
  RATE_TYPES,
  RATE_UNITS,
  type RateDraft,
  RESETS,
} from './draft.ts'
import styles from './limits.module.css'

type Form = FormState<LimitsDraft>

/** Budgets: one of money, one of tokens. `of` is whose they are: "the key". */
export function BudgetFields({ form, of }: { form: Form; of: string }) {
  const rows = form.values.budgets
  const free = BUDGET_TYPES.filter(({ value }) => !rows.some((row) => row.type === value))
  const set = (budgets: readonly BudgetDraft[]) => {
    form.set({ budgets })
    form.judge(['usage_limits'], {})
  }
  const change = (index: number, part: Partial<BudgetDraft>) =>
    set(rows.map((row, at) => (at === index ? { ...row, ...part } : row)))
  const judge = (path: string) => () => form.judge([path], limitProblems(rows, []))
  return (
    <Limits
      label="Budget"
      hint={`What ${of} may spend. Reached, its calls are refused until the reset.`}
      add="Add budget"
      canAdd={free.length > 0}
      onAdd={() => free[0] && set([...rows, newBudget(free[0].value)])}
      error={rows.length === 0 ? form.problem('usage_limits') : undefined}
    >
      {rows.map((row, index) => {
        const at = `usage_limits.${index}`
        const unit = row.type === 'cost' ? { prefix: '$' } : { suffix: ' tokens' }
        return (
          <fieldset key={row.type} className={styles.budget} data-path={at}>
            <legend className="visually-hidden">Budget {index + 1}</legend>
            <Select
              label="Of"
              size="xs"
              allowDeselect={false}
              data={BUDGET_TYPES.filter(
                ({ value }) => value === row.type || free.some((one) => one.value === value),
              )}
              value={row.type}
              onChange={(type) => type && change(index, { type: type as BudgetDraft['type'] })}
            />
            <Figure
              label="Limit"
              path={`${at}.credit_limit`}
              value={row.limit}
              error={form.problem(`${at}.credit_limit`)}
              set={(limit) => change(index, { limit })}
              blur={judge(`${at}.credit_limit`)}
              {...unit}
            />
            <Figure
              label="Warn at"
              path={`${at}.alert_threshold`}
              value={row.alertAt}
              error={form.problem(`${at}.alert_threshold`)}
              set={(alertAt) => change(index, { alertAt })}
              blur={judge(`${at}.alert_threshold`)}
              {...unit}
            />
            <Select
              label="Resets"
              size="xs"
              allowDeselect={false}
              data={RESETS}
              value={row.reset}
              onChange={(reset) =>
                reset && change(index, { reset: reset as BudgetDraft['reset'], nextResetAt: '' })
              }
            />
            {row.reset === 'days' && (
              <Figure
                label="Days"
                path={`${at}.periodic_reset_days`}
                value={row.days}
                error={form.problem(`${at}.periodic_reset_days`)}
                set={(days) => change(index, { days })}
                blur={judge(`${at}.periodic_reset_days`)}
              />
            )}
            <Remove
              label={`Remove budget ${index + 1}`}
              act={() => set(rows.filter((_, i) => i !== index))}
            />
          </fieldset>
        )
      })}
    </Limits>
  )
}

/** Rate limits: one each of requests, tokens and calls at the same time. */
export function RateFields({ form }: { form: Form }) {
  const rows = form.values.rates
  const free = RATE_TYPES.filter(({ value }) => !rows.some((row) => row.type === value))
  const set = (rates: readonly RateDraft[]) => {
    form.set({ rates })
    form.judge(['rate_limits'], {})
  }
  const change = (index: number, part: Partial<RateDraft>) =>
    set(rows.map((row, at) => (at === index ? { ...row, ...part } : row)))
  return (
    <Limits
      label="Rate limit"
      hint="How fast it may go. 0 blocks."
      add="Add rate limit"
      canAdd={free.length > 0}
      onAdd={() => free[0] && set([...rows, newRate(free[0].value)])}
      error={rows.length === 0 ? form.problem('rate_limits') : undefined}
    >
      {rows.map((row, index) => {
        const path = `rate_limits.${index}.value`
        return (
          <fieldset key={row.type} className={styles.rate} data-path={`rate_limits.${index}`}>
            <legend className="visually-hidden">Rate limit {index + 1}</legend>
            <Select
              label="Of"
              size="xs"
              allowDeselect={false}
              data={RATE_TYPES.filter(
                ({ value }) => value === row.type || free.some((one) => one.value === value),
              )}
              value={row.type}
              onChange={(type) => type && change(index, { type: type as RateDraft['type'] })}
            />
            <Figure
              label="At most"
              path={path}
              value={row.value}
              error={form.problem(path) ?? form.problem(`rate_limits.${index}`)}
              set={(value) => change(index, { value })}
              blur={() => form.judge([path], limitProblems([], rows))}
            />
            {row.type !== 'concurrent' && (
              <Select
                label="Per"
                size="xs"
                allowDeselect={false}
                data={RATE_UNITS}
                value={row.unit}
                onChange={(unit) => unit && change(index, { unit: unit as RateDraft['unit'] })}
              />
            )}
            <Remove
              label={`Remove rate limit ${index + 1}`}
              act={() => set(rows.filter((_, i) => i !== index))}
            />
          </fieldset>
        )
      })}
    </Limits>
  )
}

interface LimitsProps {
  label: string
  hint: string
  add: string
  canAdd: boolean
  onAdd: () => void
  error: string | undefined
  children: readonly ReactNode[]
}

function Limits({ label, hint, add, canAdd, onAdd, error, children }: LimitsProps) {
  return (
    <section aria-label={label}>
      <Group gap={8} justify="space-between">
        <Text fw={500} size="sm">
          {label}
        </Text>
        <Text size="xs" component="div">
          <Status tone="idle">Stored, not enforced yet</Status>
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
      {children}
      {error && (
        <Text size="xs" c="var(--mantine-color-error)" mt={6} role="alert">
          {error}
        </Text>
      )}
      {canAdd && (
        <Button variant="default" size="compact-sm" mt={8} leftSection={<Plus size={13} />} onClick={onAdd}>
          {add}
        </Button>
      )}
    </section>
  )
}

interface FigureProps {
  label: string
  path: string
  value: number | ''
  error: string | undefined
  set: (value: number | '') => void
  blur: () => void
  prefix?: string
  suffix?: string
}

function Figure({ path, value, set, blur, ...rest }: FigureProps) {
  return (
    <NumberInput
      {...rest}
      size="xs"
      data-path={path}
      value={value}
      onChange={(next) => set(next === '' ? '' : Number(next))}
      onBlur={blur}
      thousandSeparator=","
      allowNegative={false}
      hideControls
    />
  )
}

function Remove({ label, act }: { label: string; act: () => void }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={30}
      className={styles.remove}
      aria-label={label}
      onClick={act}
    >
      <Trash2 size={14} />
    </ActionIcon>
  )
}
