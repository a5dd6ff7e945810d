'use client'

import { Alert, Autocomplete, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useRef } from 'react'
import { submitOnKeys } from '../resource/form-keys.ts'
import { problemsOf, useFormState } from '../resource/form-state.ts'
import { notifyDone } from '../ui/notify.tsx'
import { UrlDrawer } from '../ui/url-drawer.tsx'
import { setUrlState } from '../ui/url-state.ts'
import styles from './catalog.module.css'
import { type CallableModel, type Provider, useChangeModels } from './data.ts'
import { BoundFields, modelProblems, PriceFields, tokensOf, typedProblems } from './model-form.tsx'
import { NO_PRICES, pricingConfigOf } from './prices.ts'

interface Props {
  providers: readonly Provider[]
  models: readonly CallableModel[]
}

/** Add model, at `?custom=<provider>` (`1` for no provider yet): one the catalogue does not know, with its price and bounds. */
export function CustomModel({ providers, models }: Props) {
  return (
    <UrlDrawer param="custom" title="Add model" size={560}>
      {(id) => <Making key={id} providers={providers} models={models} first={id === '1' ? '' : id} />}
    </UrlDrawer>
  )
}

/** Opens the drawer; `provider` is the slug it starts with. */
export function openCustomModel(provider = '1'): void {
  setUrlState({ custom: provider, open: null }, { push: true })
}

function Making({ providers, models, first }: Props & { first: string }) {
  const form = useFormState({
    draft: 'model.new',
    initial: { provider: first, slug: '', name: '', base: '', prices: NO_PRICES, context: '', cap: '' },
  })
  const { values, set, problem } = form
  const change = useChangeModels({ isQuiet: true })
  const body = useRef<HTMLFormElement>(null)
  const provider = providers.find(({ slug }) => slug === values.provider)
  const siblings = models.filter((row) => row.provider.slug === values.provider)
  const isKnown = siblings.some(({ model }) => model.slug === values.slug.trim())
  const edit = (patch: Partial<typeof values>) => {
    set(patch)
    form.refuse()
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wrong = {
      ...(provider ? {} : { provider: 'Choose the provider that answers it' }),
      ...(values.slug.trim() === '' ? { slug: 'Must have 1-255 characters' } : {}),
      ...(isKnown ? { slug: 'This provider has it already' } : {}),
      ...typedProblems(values),
    }
    if (form.refuse(wrong) || !provider) {
      requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    const slug = values.slug.trim()
    const done = await form.run('The model was not added', () =>
      change
        .mutateAsync({
          slug: provider.integration_id,
          models: [
            {
              slug,
              enabled: true,
              is_custom: true,
              ...(values.name.trim() ? { name: values.name.trim() } : {}),
              ...(values.base.trim() ? { base_model_slug: values.base.trim() } : {}),
              pricing_config: pricingConfigOf(values.prices),
              context_window: tokensOf(values.context),
              max_output_tokens: tokensOf(values.cap),
            },
          ],
        })
        .catch((error: unknown) => {
          form.refuse(modelProblems(problemsOf(error)))
          throw error
        }),
    )
    if (!done) return
    notifyDone(`@${provider.slug}/${slug} is added`)
    setUrlState({ custom: null, open: `@${provider.slug}/${slug}` })
  }

  return (
    <form
      ref={body}
      onSubmit={submit}
      noValidate
      aria-busy={form.isBusy}
      onKeyDown={(event) => submitOnKeys(event, body.current)}
    >
      <Stack gap={16}>
        <Text size="sm" c="dimmed">
          For fine-tunes, your own servers, and models newer than the catalogue.
        </Text>
        {form.general && (
          <Alert color="red" role="alert" p="sm">
            {form.general}
          </Alert>
        )}
        <Select
          label="Provider"
          required
          searchable
          data={providers.map(({ slug, name }) => ({ value: slug, label: `${name} (@${slug})` }))}
          value={values.provider || null}
          error={problem('provider')}
          onChange={(value) => edit({ provider: value ?? '' })}
        />
        <TextInput
          label="Model id"
          data-autofocus
          description="Exactly as the provider spells it."
          required
          placeholder="ft:gpt-4o-mini:acme::9x1"
          value={values.slug}
          spellCheck={false}
          autoComplete="off"
          error={problem('slug') ?? (isKnown ? 'This provider has it already' : undefined)}
          onChange={(event) => edit({ slug: event.currentTarget.value })}
        />
        {provider && values.slug.trim() !== '' && (
          <div className={styles.preview}>
            <span>
              <span className={styles.dim}>Requests say </span>
              <code>
                @{provider.slug}/{values.slug.trim()}
              </code>
            </span>
          </div>
        )}
        <TextInput
          label="Name"
          description="How people here call it. Empty: its id."
          value={values.name}
          error={problem('name')}
          onChange={(event) => edit({ name: event.currentTarget.value })}
        />
        <Autocomplete
          label="Stands in for"
          description="A catalogue model it is made from: price, bounds and habits come from there until set here."
          placeholder="gpt-4o-mini"
          data={siblings.filter(({ model }) => !model.is_custom).map(({ model }) => model.slug)}
          limit={40}
          value={values.base}
          error={problem('base')}
          onChange={(value) => edit({ base: value })}
        />
        <PriceFields prices={values.prices} problem={problem} set={(prices) => edit({ prices })} />
        <BoundFields context={values.context} cap={values.cap} problem={problem} set={edit} />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={() => setUrlState({ custom: null })}>
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={providers.length === 0}>
            Add model
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
