'use client'

import { NumberInput, Stack, Textarea, TextInput } from '@mantine/core'
import { CredentialsForm } from '../catalog/credentials-form.tsx'
import type { Service } from '../catalog/data.ts'
import { nameProblems, slugOf } from '../catalog/new-provider.ts'
import type { FormState } from '../resource/form-state.ts'
import type { IntegrationDraft } from './connect-draft.ts'

/** What an integration is called, signs in with, and costs. */
export function DetailFields({ service, form }: { service: Service; form: FormState<IntegrationDraft> }) {
  const { values, set, problem, judge } = form
  return (
    <Stack gap={16}>
      <TextInput
        label="Name"
        required
        data-path="name"
        data-autofocus
        value={values.name}
        error={problem('name')}
        onBlur={() => judge(['name'], nameProblems(values))}
        onChange={(event) => {
          const name = event.currentTarget.value
          set({ name, ...(values.isSlugTyped ? {} : { slug: slugOf(name) }) })
          judge(['name', 'slug'], {})
        }}
      />
      <TextInput
        label="Slug"
        description="Workspaces call its models as @slug/model. It cannot be changed later."
        required
        data-path="slug"
        value={values.slug}
        spellCheck={false}
        autoComplete="off"
        error={problem('slug')}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        onBlur={() => judge(['slug'], nameProblems(values))}
        onChange={(event) => {
          set({ slug: event.currentTarget.value.trim().replace(/^@/, ''), isSlugTyped: true })
          judge(['slug'], {})
        }}
      />
      <CredentialsForm service={service} form={form} />
      <Textarea
        label="Description"
        description="For colleagues: what it is for, who pays."
        autosize
        minRows={2}
        maxRows={6}
        data-path="description"
        value={values.description}
        error={problem('description')}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <PriceFactor
        value={values.factor}
        error={problem('pricing_adjustments')}
        set={(factor) => {
          set({ factor })
          judge(['pricing_adjustments'], {})
        }}
      />
    </Stack>
  )
}

/** What every price of the integration is multiplied by. */
export function PriceFactor({
  value,
  error,
  set,
}: {
  value: string
  error: string | undefined
  set: (value: string) => void
}) {
  return (
    <NumberInput
      label="Price factor"
      description="Every price is multiplied by it: 0.9 for a 10% discount. Empty: as the catalogue says."
      placeholder="1"
      data-path="pricing_adjustments"
      value={value}
      error={error}
      min={0}
      max={1000}
      step={0.05}
      decimalScale={4}
      allowNegative={false}
      maw={320}
      onChange={(next) => set(String(next))}
    />
  )
}
