'use client'

import { Group, Input, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { absoluteTime } from '../format.ts'
import { MetadataFields } from '../metadata/fields.tsx'
import type { FormState } from '../resource/form-state.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { MomentInput } from '../ui/moment-input.tsx'
import { AdvancedFields } from './advanced-fields.tsx'
import { usePeople } from './data.ts'
import { asType, type KeyDraft, keyProblems, TYPE_WORDS } from './key-draft.ts'

interface Props {
  form: FormState<KeyDraft>
  /** An existing key keeps its type and its owner. */
  isNew: boolean
  /** Kinds the person may make. */
  types?: readonly KeyDraft['type'][]
}

/** Everything of a key but its permissions. */
export function KeyFields({ form, isNew, types = [] }: Props) {
  const { values, set, problem, judge } = form
  const check = (path: string) => () => judge([path], keyProblems(values, Date.now()))
  return (
    <Stack gap={16}>
      {isNew && (
        <div>
          <Text fw={500} size="sm" mb={4}>
            Type
          </Text>
          <SegmentedControl
            value={values.type}
            onChange={(type) => set(asType(values, type as KeyDraft['type']))}
            aria-label="Type"
            data={types.map((value) => ({ value, label: TYPE_WORDS[value].label }))}
          />
          <Text size="xs" c="dimmed" mt={6}>
            {TYPE_WORDS[values.type].meaning}
          </Text>
        </div>
      )}
      {isNew && values.type === 'workspace-user' && <Owner form={form} />}
      <TextInput
        label="Name"
        description="What will use it: “checkout-bot”, “Ann’s laptop”."
        required
        data-path="name"
        data-autofocus
        value={values.name}
        error={problem('name')}
        onBlur={() => values.name !== '' && check('name')()}
        onChange={(event) => {
          set({ name: event.currentTarget.value })
          judge(['name'], {})
        }}
      />
      <Textarea
        label="Description"
        autosize
        minRows={1}
        maxRows={5}
        data-path="description"
        value={values.description}
        error={problem('description')}
        onBlur={check('description')}
        onChange={(event) => {
          set({ description: event.currentTarget.value })
          judge(['description'], {})
        }}
      />
      <Expiry form={form} />
      <MetadataFields
        form={form}
        description="Stamped on every call made with the key, for filters and costs by team. Requests cannot overwrite it."
      />
      <AdvancedFields form={form} />
    </Stack>
  )
}

function Owner({ form: { values, set, problem } }: { form: FormState<KeyDraft> }) {
  const { people } = usePeople()
  const { me, workspace } = useWorkspaces()
  // Members make keys for themselves alone.
  if (people.length < 2 || workspace?.role === 'member') return null
  return (
    <Select
      label="Owner"
      description="Whose key it is. It ends when they leave."
      searchable
      allowDeselect={false}
      data={people.map(({ id, name, email }) => ({
        value: id === me?.id ? '' : id,
        label: id === me?.id ? `You (${email})` : `${name} (${email})`,
      }))}
      value={values.userId}
      error={problem('user_id')}
      onChange={(userId) => set({ userId: userId ?? '' })}
    />
  )
}

const DAY_MS = 86_400_000
const SPANS = [
  { value: '', label: 'Never' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'date', label: 'Date' },
]

function Expiry({ form: { values, set, problem, judge } }: { form: FormState<KeyDraft> }) {
  const [span, setSpan] = useState<string | null>(null)
  const shown = values.expiresAt === '' && span !== 'date' ? '' : (span ?? 'date')
  const change = (expiresAt: string) => {
    set({ expiresAt })
    judge(['expires_at'], {})
  }
  return (
    <Input.Wrapper
      label="Expires"
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
            const days = Number(next)
            if (next === '') change('')
            else if (next !== 'date') change(new Date(Date.now() + days * DAY_MS).toISOString())
          }}
          aria-label="Expires"
          data={SPANS}
        />
        {shown === 'date' && (
          <MomentInput
            aria-label="Expires on"
            value={values.expiresAt}
            onChange={change}
            error={problem('expires_at')}
          />
        )}
      </Group>
      {values.expiresAt !== '' && (
        <Text size="xs" c="dimmed" mt={6}>
          Refused from {absoluteTime(values.expiresAt).replace(/:\d\d\.\d{3}/, '')} on.
        </Text>
      )}
    </Input.Wrapper>
  )
}
