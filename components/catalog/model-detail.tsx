'use client'

import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo } from 'react'
import { apiFetch } from '@/lib/queries.ts'
import { count, pricePerMillion } from '../format.ts'
import { problemsOf, useFormState } from '../resource/form-state.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { confirmByTyping } from '../ui/confirm.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { setUrlState } from '../ui/url-state.ts'
import styles from './catalog.module.css'
import { type CallableModel, useCatalog, useChangeModels } from './data.ts'
import { BoundFields, modelProblems, PriceFields, tokensOf, typedProblems } from './model-form.tsx'
import { useModelSwitch } from './model-switch.ts'
import { PriceOf } from './model-words.tsx'
import { NO_PRICES, pricingConfigOf, typedPrices } from './prices.ts'
import { ServiceName } from './service-name.tsx'
import { setupCode } from './setup-code.ts'

/** One model, in the drawer: what it takes and costs, how to call it, and its own price and bounds. */
export function ModelDetail({
  id,
  row,
  isPending,
}: {
  id: string
  row: CallableModel | undefined
  isPending: boolean
}) {
  const origin = useOrigin()
  const { turn, canTurn } = useModelSwitch()
  if (!row) {
    if (isPending) return <FactsPlaceholder />
    return <EmptyState title="No such model">{id} is not among the models of this workspace.</EmptyState>
  }
  const { provider, model } = row
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ['Called as', <Copyable key="id" value={id} />],
            ...(model.name === model.slug ? [] : [['Name', model.name] as const]),
            [
              'Provider',
              <ServiceName key="provider" of={provider.ai_provider_id}>
                {provider.name}
              </ServiceName>,
            ],
            [
              'Context window',
              model.context_window === null ? 'Unknown' : `${count(model.context_window)} tokens`,
            ],
            [
              'Output cap',
              model.max_output_tokens === null ? 'Unknown' : `${count(model.max_output_tokens)} tokens`,
            ],
            [
              'Price per 1M tokens',
              model.prices ? (
                <span key="price" className="figures">
                  in {pricePerMillion(model.prices.input)} · out {pricePerMillion(model.prices.output)}
                  {model.prices.cache_read !== null &&
                    ` · cached ${pricePerMillion(model.prices.cache_read)}`}
                  {model.prices.cache_write !== null &&
                    ` · cache write ${pricePerMillion(model.prices.cache_write)}`}
                </span>
              ) : (
                <span key="price">
                  <PriceOf prices={null} kind="input" />: calls are logged without a cost
                </span>
              ),
            ],
            ['Price from', model.pricing_config ? 'Set here' : model.prices ? 'The catalogue' : 'Nobody'],
            ...(model.base_model_slug
              ? [['Stands in for', <code key="base">{model.base_model_slug}</code>] as const]
              : []),
          ]}
        />
        <Switch
          mt={16}
          label={model.enabled ? 'Offered' : 'Not offered'}
          description={model.enabled ? 'Keys of this workspace may call it.' : 'Calls to it are refused.'}
          checked={model.enabled}
          disabled={!canTurn}
          onChange={() => turn(provider, model)}
        />
      </section>
      <section className={styles.section}>
        <h3>Call it</h3>
        <CodeTabs snippets={setupCode(origin, id)} maxHeight={260} />
      </section>
      {canTurn && <Own key={savedState(model)} row={row} />}
    </>
  )
}

function Own({ row: { provider, model, id } }: { row: CallableModel }) {
  const { integrations, workspaceId } = useCatalog()
  const change = useChangeModels({ isQuiet: true })
  const initial = useMemo(
    () => ({
      prices: typedPrices(model),
      context: model.context_window === null ? '' : count(model.context_window),
      cap: model.max_output_tokens === null ? '' : count(model.max_output_tokens),
    }),
    [model],
  )
  const form = useFormState({ draft: `model.${id}`, initial })
  const { values, set, problem } = form
  const remove = useMutation({
    mutationFn: () =>
      apiFetch(`integrations/${encodeURIComponent(provider.integration_id)}/models`, {
        method: 'DELETE',
        query: { workspace_id: workspaceId, slugs: model.slug },
      }),
    onSuccess: (_, __, ___, { client }) => client.invalidateQueries({ queryKey: integrations.key }),
  })

  const save = async (next: typeof values) => {
    if (form.refuse(typedProblems(next))) return
    const done = await form.run('The model was not saved', () =>
      change
        .mutateAsync({
          slug: provider.integration_id,
          models: [
            {
              slug: model.slug,
              enabled: model.enabled,
              pricing_config: pricingConfigOf(next.prices),
              // What was not touched stays as the catalogue says it, also when the catalogue changes.
              ...(next.context === initial.context ? {} : { context_window: tokensOf(next.context) }),
              ...(next.cap === initial.cap ? {} : { max_output_tokens: tokensOf(next.cap) }),
            },
          ],
        })
        .catch((error: unknown) => {
          form.refuse(modelProblems(problemsOf(error)))
          throw error
        }),
    )
    if (done) notifyDone(`${id} is saved`)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void save(values)
  }

  return (
    <section className={styles.section}>
      <h3>Price and bounds</h3>
      <form onSubmit={submit} noValidate aria-busy={form.isBusy}>
        <Stack gap={16}>
          <Text size="sm" c="dimmed">
            Kept with the credentials “{provider.integration_name}”, so they hold for every provider on them.
            Calls from now on are priced by them.
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
          <Group justify="space-between" gap={8}>
            <Group gap={8}>
              {model.pricing_config && (
                <Button
                  variant="default"
                  onClick={() => {
                    set({ prices: NO_PRICES })
                    void save({ ...values, prices: NO_PRICES })
                  }}
                >
                  Use the catalogue’s price
                </Button>
              )}
              {model.is_custom && (
                <Button
                  variant="default"
                  c="var(--tg-bad)"
                  onClick={() =>
                    confirmByTyping({
                      title: 'Remove model',
                      name: model.slug,
                      verb: 'Remove model',
                      consequence: `Its price and bounds are forgotten, and calls to ${id} may be refused. What was logged stays.`,
                      run: async () => {
                        await remove.mutateAsync()
                        setUrlState({ open: null })
                        notifyDone(`${id} is removed`)
                      },
                    })
                  }
                >
                  Remove model
                </Button>
              )}
            </Group>
            <Button type="submit" loading={form.isBusy} disabled={!form.isDirty}>
              Save price and bounds
            </Button>
          </Group>
        </Stack>
      </form>
    </section>
  )
}

/** Changes when what is stored does, so that the form starts anew from it. */
function savedState({ pricing_config, context_window, max_output_tokens }: CallableModel['model']): string {
  return JSON.stringify([pricing_config, context_window, max_output_tokens])
}

function digits(dollars: number | null | undefined): string {
  return dollars === null || dollars === undefined ? '' : String(dollars)
}
