'use client'

import { Group, Stack, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { MetadataSchema } from '@/lib/contract/metadata-schema.ts'
import { MetadataFields } from '../metadata/fields.tsx'
import type { FormState } from '../resource/form-state.ts'
import { type WorkspaceDraft, workspaceProblems } from './draft.ts'
import { IconField } from './icon-field.tsx'

interface Props {
  form: FormState<WorkspaceDraft>
  schema: MetadataSchema | null
  /** Below the name. */
  nameHint?: ReactNode
  isNew?: boolean
}

/** Name, icon, description and metadata of a workspace. */
export function GeneralFields({ form, schema, nameHint, isNew = false }: Props) {
  const { values, set, problem, judge } = form
  const check = (path: string) => () => judge([path], workspaceProblems(values, schema))
  return (
    <Stack gap={16}>
      <Group gap={12} align="flex-start" wrap="nowrap">
        <IconField
          value={values.icon}
          error={problem('icon')}
          set={(icon) => {
            set({ icon })
            judge(['icon'], workspaceProblems({ ...values, icon }, schema))
          }}
        />
        <TextInput
          label="Name"
          required
          flex={1}
          data-path="name"
          {...(isNew ? { 'data-autofocus': true } : {})}
          value={values.name}
          error={problem('name')}
          description={nameHint}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          autoComplete="off"
          onBlur={() => values.name !== '' && check('name')()}
          onChange={(event) => {
            set({ name: event.currentTarget.value })
            judge(['name'], {})
          }}
        />
      </Group>
      <Textarea
        label="Description"
        description="For colleagues: whose it is, what runs in it."
        autosize
        minRows={2}
        maxRows={6}
        data-path="description"
        value={values.description}
        error={problem('description')}
        onBlur={check('description')}
        onChange={(event) => {
          set({ description: event.currentTarget.value })
          judge(['description'], {})
        }}
      />
      <MetadataFields
        form={form}
        schema={schema}
        description="Stamped on every call made in the workspace, for filters and costs by team. Keys and requests cannot overwrite it."
      />
    </Stack>
  )
}
