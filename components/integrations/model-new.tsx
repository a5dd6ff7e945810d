'use client'

import { Alert, Autocomplete, Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { ChevronLeft } from 'lucide-react'
import { type FormEvent, useRef } from 'react'
import { type Integration, type ModelSetting, useChangeModels, useServices } from '../catalog/data.ts'
import { BoundFields, modelProblems, PriceFields, tokensOf, typedProblems } from '../catalog/model-form.tsx'
import { NO_PRICES, pricingConfigOf } from '../catalog/prices.ts'
import { submitOnKeys } from '../resource/form-keys.ts'
import { problemsOf, useFormState } from '../resource/form-state.ts'
import { notifyDone } from '../ui/notify.tsx'

interface Props {
  integration: Integration
  models: readonly ModelSetting[]
  close: () => void
}

const EMPTY = { slug: '', name: '', base: '', isFinetune: false, prices: NO_PRICES, context: '', cap: '' }

/** A model the catalogue does not know, with the known one whose requests and answers look like its own. */
export function NewModel({ integration, models, close }: Props) {
  const { byId } = useServices()
  const change = useChangeModels({ isQuiet: true, isShared: true })
  const body = useRef<HTMLFormElement>(null)
  const form = useFormState({ draft: `integration.${integration.id}.new-model`, initial: EMPTY })
  const { values, set, problem } = form
  const needsBase = (byId.get(integration.ai_provider_id)?.model_count ?? 0) > 0
  const slug = values.slug.trim()
  const isKnown = models.some((model) => model.slug === slug)
  const edit = (patch: Partial<typeof values>) => {
    set(patch)
    form.refuse()
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wrong = {
      ...(slug === '' ? { slug: 'Must have 1-255 characters' } : {}),
      ...(isKnown ? { slug: 'This integration has it already' } : {}),
      ...(needsBase && values.base.trim() === '' ? { base: 'Choose the known model it is like' } : {}),
      ...typedProblems(values),
    }
    if (form.refuse(wrong)) {
      requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    const done = await form.run('The model was not added', () =>
      change
        .mutateAsync({
          slug: integration.slug,
          models: [
            {
              slug,
              enabled: true,
              is_custom: true,
              is_finetune: values.isFinetune,
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
    notifyDone(`${slug} is added`)
    close()
  }

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
          <Text fw={550}>Add model</Text>
        </Group>
        <Text size="sm" c="dimmed">
          For fine-tunes, your own servers, and models newer than the catalogue.
        </Text>
        {form.general && (
          <Alert color="red" role="alert" p="sm">
            {form.general}
          </Alert>
        )}
        <TextInput
          label="Model id"
          data-autofocus
          description="Exactly as the service spells it."
          required
          placeholder="ft:gpt-4o-mini:acme::9x1"
          value={values.slug}
          spellCheck={false}
          autoComplete="off"
          error={problem('slug') ?? (isKnown ? 'This integration has it already' : undefined)}
          onChange={(event) => edit({ slug: event.currentTarget.value })}
        />
        <Checkbox
          label="It is a fine-tune"
          description="Its id keeps capital letters."
          checked={values.isFinetune}
          onChange={(event) => edit({ isFinetune: event.currentTarget.checked })}
        />
        <Autocomplete
          label="Base model"
          description="The known model whose requests and answers look like its own. Price and bounds come from there until set here."
          required={needsBase}
          placeholder="gpt-4o-mini"
          data={models.filter((model) => !model.is_custom).map((model) => model.slug)}
          limit={40}
          value={values.base}
          error={problem('base')}
          onChange={(base) => edit({ base })}
        />
        <TextInput
          label="Name"
          description="How people here call it. Empty: its id."
          value={values.name}
          error={problem('name')}
          onChange={(event) => edit({ name: event.currentTarget.value })}
        />
        <PriceFields prices={values.prices} problem={problem} set={(prices) => edit({ prices })} />
        <BoundFields context={values.context} cap={values.cap} problem={problem} set={edit} />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy}>
            Add model
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
