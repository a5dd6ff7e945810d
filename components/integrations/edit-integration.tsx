'use client'

import { Button, JsonInput, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useRef } from 'react'
import type { Integration } from '../catalog/data.ts'
import { limitProblems } from '../limits/draft.ts'
import { BudgetFields, RateFields } from '../limits/fields.tsx'
import { DrawerForm } from '../resource/drawer-form.tsx'
import { focusFirst } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'
import { notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, ofOrganisation } from './data.ts'
import { PriceFactor } from './detail-fields.tsx'
import { editDraft, editProblems, updateBody } from './edit-draft.ts'

const PATHS = /^(name|description|pricing_adjustments|usage_limits|rate_limits)/

/** What an integration is called, what its prices are multiplied by, and what all workspaces may spend with it. */
export function EditIntegration({ integration }: { integration: Integration }) {
  const initial = useMemo(() => editDraft(integration), [integration])
  const form = useFormState({ draft: `integration.edit.${integration.id}`, initial })
  const update = useMutation(ofOrganisation.update(ALSO))
  const body = useRef<HTMLFormElement>(null)
  const { values, set, problem, judge } = form
  const close = () => setUrlState({ pane: null })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = { ...editProblems(values), ...limitProblems(values.budgets, values.rates) }
    if (form.refuse(found)) return focusFirst(body.current, found)
    const done = await form.run(
      'The integration was not saved',
      () => update.mutateAsync({ id: integration.slug, input: updateBody(initial, values) }),
      (path) => PATHS.test(path),
    )
    if (!done) return
    notifyDone(`${values.name.trim()} is saved`)
    close()
  }
  return (
    <DrawerForm
      form={form}
      body={body}
      onSubmit={submit}
      footer={
        <>
          <Button
            variant="default"
            onClick={() => {
              form.discard()
              close()
            }}
          >
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={!form.isDirty}>
            Save integration
          </Button>
        </>
      }
    >
      <Stack gap={16}>
        <TextInput
          label="Name"
          required
          data-path="name"
          value={values.name}
          error={problem('name')}
          onBlur={() => judge(['name'], editProblems(values))}
          onChange={(event) => {
            set({ name: event.currentTarget.value })
            judge(['name'], {})
          }}
        />
        <Textarea
          label="Description"
          description="For colleagues: what it is for, who pays."
          autosize
          minRows={2}
          maxRows={8}
          data-path="description"
          value={values.description}
          error={problem('description')}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        {values.multiplier === null ? (
          <div>
            <PriceFactor
              value={values.factor}
              error={problem('pricing_adjustments')}
              set={(factor) => {
                set({ factor })
                judge(['pricing_adjustments'], {})
              }}
            />
            <Button
              variant="subtle"
              color="gray"
              size="compact-xs"
              mt={4}
              onClick={() =>
                set({ multiplier: JSON.stringify({ default: Number(values.factor || 1) }, null, 2) })
              }
            >
              A factor for each kind of token
            </Button>
          </div>
        ) : (
          <JsonInput
            label="Price factors"
            description="By kind of token: default, request_token, response_token, cache_read_input_token … Those left out take default."
            autosize
            minRows={4}
            maxRows={14}
            formatOnBlur
            data-path="pricing_adjustments"
            value={values.multiplier}
            error={problem('pricing_adjustments')}
            onChange={(multiplier) => {
              set({ multiplier })
              judge(['pricing_adjustments'], {})
            }}
          />
        )}
        <BudgetFields form={form} of="all workspaces together" />
        <RateFields form={form} />
      </Stack>
    </DrawerForm>
  )
}
