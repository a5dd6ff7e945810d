'use client'

import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { ChevronLeft } from 'lucide-react'
import { type FormEvent, useMemo, useRef } from 'react'
import { apiFetch } from '@/lib/queries.ts'
import { type Integration, type ModelSetting, useChangeModels } from '../catalog/data.ts'
import { BoundFields, modelProblems, PriceFields, tokensOf, typedProblems } from '../catalog/model-form.tsx'
import { pricingConfigOf, typedPrices } from '../catalog/prices.ts'
import { count } from '../format.ts'
import { submitOnKeys } from '../resource/form-keys.ts'
import { problemsOf, useFormState } from '../resource/form-state.ts'
import { useHolds } from '../shell/workspace.tsx'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { ALSO, ofOrganisation, scopeOf } from './data.ts'

interface Props {
  integration: Integration
  model: ModelSetting
  close: () => void
}

/** Price and bounds of one model, in place of the list it came from. */
export function ModelPrice({ integration, model, close }: Props) {
  const canChange = useHolds()(scopeOf(integration, 'update'))
  const change = useChangeModels({ isQuiet: true, isShared: true })
  const body = useRef<HTMLFormElement>(null)
  const initial = useMemo(
    () => ({
      prices: typedPrices(model),
      context: model.context_window === null ? '' : count(model.context_window),
      cap: model.max_output_tokens === null ? '' : count(model.max_output_tokens),
    }),
    [model],
  )
  const form = useFormState({ draft: `integration.${integration.id}.${model.slug}`, initial })
  const { values, set, problem } = form
  const remove = useMutation({
    ...ofOrganisation.act('deleteModels', ALSO),
    mutationFn: () =>
      apiFetch<object>(`integrations/${encodeURIComponent(integration.slug)}/models`, {
        method: 'DELETE',
        query: { slugs: model.slug },
      }),
  })

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (form.refuse(typedProblems(values))) return
    const done = await form.run('The model was not saved', () =>
      change
        .mutateAsync({
          slug: integration.slug,
          models: [
            {
              slug: model.slug,
              enabled: model.enabled,
              pricing_config: pricingConfigOf(values.prices),
              // What was not touched stays as the catalogue says it, also when the catalogue changes.
              ...(values.context === initial.context ? {} : { context_window: tokensOf(values.context) }),
              ...(values.cap === initial.cap ? {} : { max_output_tokens: tokensOf(values.cap) }),
            },
          ],
        })
        .catch((error: unknown) => {
          form.refuse(modelProblems(problemsOf(error)))
          throw error
        }),
    )
    if (!done) return
    notifyDone(`${model.slug} is saved`)
    close()
  }
  const askRemove = () =>
    confirmByTyping({
      title: 'Remove model',
      name: model.slug,
      verb: 'Remove model',
      consequence:
        'Its price and bounds are forgotten, it leaves the lists of workspaces, and calls to it may be refused. What was logged stays.',
      run: async () => {
        await remove.mutateAsync({})
        notifyDone(`${model.slug} is removed`)
        close()
      },
    })

  return (
    <form
      ref={body}
      onSubmit={submit}
      onKeyDown={(event) => submitOnKeys(event, body.current)}
      noValidate
      aria-busy={form.isBusy}
    >
      <Stack gap={16}>
        <Group gap={8}>
          <Button variant="default" size="compact-sm" leftSection={<ChevronLeft size={14} />} onClick={close}>
            Models
          </Button>
          <code style={{ overflowWrap: 'anywhere' }}>{model.slug}</code>
        </Group>
        <Text size="sm" c="dimmed">
          They hold for every workspace and every provider on these credentials. Calls from now on are priced
          by them.
        </Text>
        {form.general && (
          <Alert color="red" role="alert" p="sm">
            {form.general}
          </Alert>
        )}
        <PriceFields
          prices={values.prices}
          problem={problem}
          placeholders={{
            input: digits(model.prices?.input),
            output: digits(model.prices?.output),
            cacheRead: digits(model.prices?.cache_read),
            cacheWrite: digits(model.prices?.cache_write),
          }}
          set={(prices) => {
            set({ prices })
            form.refuse()
          }}
        />
        <BoundFields
          context={values.context}
          cap={values.cap}
          problem={problem}
          set={(bounds) => {
            set(bounds)
            form.refuse()
          }}
        />
        {canChange && (
          <Group justify="space-between" gap={8}>
            {model.is_custom ? (
              <Button variant="default" c="var(--tg-bad)" onClick={askRemove}>
                Remove model
              </Button>
            ) : (
              <span />
            )}
            <Button type="submit" loading={form.isBusy} disabled={!form.isDirty}>
              Save price and bounds
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}

function digits(dollars: number | null | undefined): string {
  return dollars === null || dollars === undefined ? '' : String(dollars)
}
