'use client'

import { Input, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { MetadataFields } from '../metadata/fields.tsx'
import type { FormState } from '../resource/form-state.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { AdvancedFields } from './advanced-fields.tsx'
import { usePeople } from './data.ts'
import { ExpiryField } from './expiry-field.tsx'
import { asType, type KeyDraft, type KeyRules, keyProblems, legalScopes, TYPE_WORDS } from './key-draft.ts'
import styles from './keys.module.css'
import { RotationField } from './rotation-field.tsx'

export interface Kind {
  type: KeyDraft['type']
  /** Why the person may not make one; null when they may. */
  refusal: string | null
}

interface Props {
  form: FormState<KeyDraft>
  rules: KeyRules | undefined
  /** A new key has a kind and an owner to choose; an existing one keeps both. */
  kinds?: readonly Kind[]
  /** The stored key as the form found it. */
  before?: KeyDraft
}

/** Everything of a key but its permissions. */
export function KeyFields({ form, rules, kinds, before }: Props) {
  const { values, set, problem, judge } = form
  const check = (path: string) => () =>
    judge([path], keyProblems(values, { nowMs: Date.now(), rules, ...(before ? { before } : {}) }))
  return (
    <Stack gap={16}>
      {kinds && <KindField form={form} kinds={kinds} />}
      {kinds && values.type === 'workspace-user' && <Owner form={form} />}
      {kinds && values.type === 'organisation-service' && <Bond form={form} />}
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
      <ExpiryField form={form} rules={rules} isNew={kinds !== undefined} />
      <RotationField form={form} rules={rules} />
      <MetadataFields
        form={form}
        schema={rules?.api_key_metadata_schema}
        description="Stamped on every call made with the key, for filters and costs by team. Requests cannot overwrite it."
      />
      <AdvancedFields form={form} />
    </Stack>
  )
}

function KindField({ form: { values, set }, kinds }: { form: FormState<KeyDraft>; kinds: readonly Kind[] }) {
  return (
    <Radio.Group
      label="Kind"
      value={values.type}
      onChange={(type) => set(asType(values, type as KeyDraft['type']))}
    >
      <div className={styles.kinds}>
        {kinds.map(({ type, refusal }) => (
          <Radio
            key={type}
            className={styles.kind}
            value={type}
            size="xs"
            label={TYPE_WORDS[type].label}
            description={refusal ?? TYPE_WORDS[type].meaning}
            disabled={refusal !== null}
          />
        ))}
      </div>
    </Radio.Group>
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
      data-path="user_id"
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

/** An admin key may be bound to one workspace, and only then may it call models there. */
function Bond({ form: { values, set, problem } }: { form: FormState<KeyDraft> }) {
  const { all } = useWorkspaces()
  return (
    <Input.Wrapper error={problem('workspace_id')} data-path="workspace_id" labelElement="div">
      <Select
        label="Bound to"
        description="Bound to a workspace it reaches that one alone, and may then call models there. Cannot be changed later."
        placeholder="The whole organisation"
        searchable
        clearable
        data={all.map(({ id, name }) => ({ value: id, label: name }))}
        value={values.boundTo || null}
        onChange={(boundTo) => {
          const next = { ...values, boundTo: boundTo ?? '' }
          const legal = new Set(legalScopes(next).map(({ id }) => id))
          set({
            boundTo: next.boundTo,
            configId: '',
            scopes: values.scopes.filter((scope) => legal.has(scope)),
          })
        }}
      />
    </Input.Wrapper>
  )
}
