'use client'

import { Group, Input, SegmentedControl, Text } from '@mantine/core'
import { useState } from 'react'
import type { FormState } from '../resource/form-state.ts'
import { MomentInput } from '../ui/moment-input.tsx'
import { type KeyDraft, type KeyRules, rulesFor } from './key-draft.ts'
import { momentWords } from './key-words.tsx'

const DAY_MS = 86_400_000
const SPANS = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
] as const

/** When a key ends: never, after a span, or at a moment, as far as the organisation lets it. */
export function ExpiryField({
  form: { values, set, problem, judge },
  rules,
  isNew,
}: {
  form: FormState<KeyDraft>
  rules: KeyRules | undefined
  isNew: boolean
}) {
  const [span, setSpan] = useState<string | null>(null)
  const { maxDays, usualDays } = rulesFor(values, rules)
  const { expiresAt } = values
  const isFixed = expiresAt === '' || expiresAt === 'never'
  const shown = span === 'date' ? 'date' : isFixed ? expiresAt : (span ?? 'date')
  const hasUsual = isNew && usualDays !== null
  const options = [
    ...(hasUsual ? [{ value: '', label: `${usualDays} days, as usual` }] : []),
    ...(maxDays === null ? [{ value: hasUsual ? 'never' : '', label: 'Never' }] : []),
    ...(!isNew && maxDays !== null && expiresAt === '' ? [{ value: '', label: 'Never' }] : []),
    ...SPANS.filter(
      ({ value }) => Number(value) !== usualDays && (maxDays === null || Number(value) <= maxDays),
    ),
    { value: 'date', label: 'Date' },
  ]
  const change = (next: string) => {
    set({ expiresAt: next })
    judge(['expires_at'], {})
  }
  return (
    <Input.Wrapper
      label="Expires"
      description={
        maxDays === null ? undefined : `The organisation lets user keys live ${maxDays} days at most.`
      }
      error={shown === 'date' ? undefined : problem('expires_at')}
      data-path="expires_at"
      labelElement="div"
    >
      <Group gap={8} mt={4} align="flex-start">
        <SegmentedControl
          size="xs"
          value={shown}
          onChange={(next) => {
            setSpan(next)
            if (next === '' || next === 'never') change(next)
            else if (next !== 'date') change(new Date(Date.now() + Number(next) * DAY_MS).toISOString())
          }}
          aria-label="Expires"
          data={options}
        />
        {shown === 'date' && (
          <MomentInput
            aria-label="Expires on"
            value={isFixed ? '' : expiresAt}
            onChange={change}
            error={problem('expires_at')}
          />
        )}
      </Group>
      {!isFixed && (
        <Text size="xs" c="dimmed" mt={6}>
          Refused from {momentWords(expiresAt)} on.
        </Text>
      )}
    </Input.Wrapper>
  )
}
