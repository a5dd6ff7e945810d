'use client'

import { Stack, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { FormState } from '../resource/form-state.ts'
import { Status } from '../ui/status.tsx'
import styles from './catalog.module.css'
import { useCatalog } from './data.ts'
import { nameProblems, type ProviderDraft, slugOf } from './new-provider.ts'

const PAUSE_MS = 250

/** Name and slug, with the slug's availability as it is typed and what requests will say. */
export function NameStep({
  form,
  model,
  slug,
}: {
  form: FormState<ProviderDraft>
  model: string
  slug: SlugState
}) {
  const { values, set, problem, judge } = form
  return (
    <Stack gap={16}>
      <TextInput
        label="Name"
        description="How people here call it."
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
        description="How requests call it. It cannot be changed later."
        required
        data-path="slug"
        leftSection={<span className={`${styles.dim} mono`}>@</span>}
        value={values.slug}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        error={
          problem('slug') ??
          problem('default_provider_slug') ??
          (slug === 'taken' ? 'Taken in this workspace' : undefined)
        }
        onChange={(event) => {
          set({ slug: event.currentTarget.value.trim().replace(/^@/, ''), isSlugTyped: true })
          judge(['slug', 'default_provider_slug'], {})
        }}
        onBlur={() => judge(['slug'], nameProblems(values))}
      />
      <div className={styles.preview}>
        <span>
          <span className={styles.dim}>Requests say </span>
          <code>
            @{values.slug || '…'}/{model}
          </code>
        </span>
        <span role="status" aria-live="polite">
          {slug === 'free' && <Status tone="ok">Available</Status>}
          {slug === 'taken' && <Status tone="bad">Taken</Status>}
          {slug === 'asking' && <span className={styles.dim}>Checking…</span>}
        </span>
      </div>
      <Textarea
        label="Note"
        description="For colleagues: what it is for, who pays."
        autosize
        minRows={2}
        maxRows={6}
        data-path="note"
        value={values.note}
        error={problem('note')}
        onChange={(event) => set({ note: event.currentTarget.value })}
      />
    </Stack>
  )
}

/** Null while it is no slug, or when nobody can tell. */
export type SlugState = 'free' | 'taken' | 'asking' | null

/** Whether a slug may be had in this workspace. Not asked while the form is sent: it would find what is being made. */
export function useSlugAvailability(slug: string, isBusy: boolean): SlugState {
  const { providers } = useCatalog()
  const [settled] = useDebouncedValue(slug, PAUSE_MS)
  const isSlug = /^[a-zA-Z0-9_-]{1,255}$/.test(slug)
  const { data, isError } = useQuery({
    ...providers.list({ slug: settled, page_size: 1 }),
    enabled: isSlug && settled !== '' && !isBusy,
    staleTime: 2_000,
  })
  if (!isSlug || isError || isBusy) return null
  if (settled !== slug || !data) return 'asking'
  return data.total > 0 ? 'taken' : 'free'
}
