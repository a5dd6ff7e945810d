'use client'

import { Collapse, Select, Stack, Switch, TagsInput, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { configs } from '@/lib/contract/routing.ts'
import { queries } from '@/lib/queries.ts'
import { plural } from '../format.ts'
import { BudgetFields, RateFields } from '../limits/fields.tsx'
import type { FormState } from '../resource/form-state.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { type KeyDraft, keyProblems } from './key-draft.ts'
import { ConfigNote } from './key-words.tsx'
import styles from './keys.module.css'

const PATHS = [
  'defaults.config_id',
  'defaults.allow_config_override',
  'usage_limits',
  'rate_limits',
  'alert_emails',
] as const

/** What most keys never need, folded away until one does: config, budget, rates, who is told. */
export function AdvancedFields({ form }: { form: FormState<KeyDraft> }) {
  const { values, set, problem, judge } = form
  const [isOpened, setOpened] = useState<boolean | null>(null)
  const id = useId()
  const onScreen = useWorkspaceId()
  // Configs live in a workspace, and so must the key.
  const home = values.type === 'organisation-service' ? values.boundTo : onScreen
  const used = countOf(values)
  const isOpen = PATHS.some((path) => problem(path)) || (isOpened ?? used > 0)
  return (
    <div className={styles.advanced}>
      <UnstyledButton
        className={styles.advancedHead}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpened(!isOpen)}
      >
        <ChevronRight size={14} aria-hidden data-open={isOpen || undefined} />
        Advanced settings
        <span className={styles.dim}>
          {used > 0 ? `${plural(used, 'setting')} in use` : 'Config, budget, rate limits, alerts'}
        </span>
      </UnstyledButton>
      <Collapse expanded={isOpen} id={id}>
        <Stack gap={20} pt={16}>
          {home && <ConfigField form={form} isShown={isOpen} workspaceId={home} />}
          <Switch
            label="Requests may name another config"
            description="Off: a request that names a config other than the key’s is refused."
            checked={values.allowConfigOverride}
            onChange={(event) => set({ allowConfigOverride: event.currentTarget.checked })}
          />
          <BudgetFields form={form} of="the key" />
          <RateFields form={form} />
          <TagsInput
            label="Alert e-mails"
            description="Who is told when the budget runs out. Stored, not sent yet."
            placeholder={values.alertEmails.length === 0 ? 'finops@example.com' : undefined}
            data-path="alert_emails"
            value={[...values.alertEmails]}
            error={problem('alert_emails')}
            splitChars={[',', ';', ' ']}
            acceptValueOnBlur
            onBlur={() => judge(['alert_emails'], keyProblems(values, { nowMs: Date.now() }))}
            onChange={(alertEmails) => {
              set({ alertEmails })
              judge(['alert_emails'], keyProblems({ ...values, alertEmails }, { nowMs: Date.now() }))
            }}
          />
        </Stack>
      </Collapse>
    </div>
  )
}

function ConfigField({
  form,
  isShown,
  workspaceId,
}: {
  form: FormState<KeyDraft>
  isShown: boolean
  workspaceId: string
}) {
  const { values, set, problem, judge } = form
  const list = useQuery({
    ...queries(configs, workspaceId).list({ page_size: 100 }),
    enabled: isShown,
    retry: false,
    staleTime: 60_000,
  })
  const known = list.data?.data.map(({ slug, name }) => ({ value: slug, label: `${name} · ${slug}` })) ?? []
  const kept = values.configId
  const isKnown = kept === '' || known.some(({ value }) => value === kept)
  return (
    <Stack gap={8}>
      <Select
        label="Default config"
        description="What its calls use unless they name another."
        placeholder={list.isSuccess && known.length === 0 ? 'This workspace has no configs' : 'None'}
        data={isKnown ? known : [...known, { value: kept, label: kept }]}
        value={kept === '' ? null : kept}
        onChange={(configId) => {
          set({ configId: configId ?? '' })
          judge(['defaults.config_id'], {})
        }}
        disabled={known.length === 0 && kept === ''}
        error={problem('defaults.config_id')}
        data-path="defaults.config_id"
        searchable
        clearable
      />
      {kept !== '' && <ConfigNote />}
    </Stack>
  )
}

function countOf({ configId, allowConfigOverride, budgets, rates, alertEmails }: KeyDraft): number {
  return (
    [configId !== '', !allowConfigOverride, alertEmails.length > 0].filter(Boolean).length +
    budgets.length +
    rates.length
  )
}
