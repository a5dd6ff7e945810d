'use client'

import {
  Alert,
  Button,
  Group,
  JsonInput,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { z } from 'zod'
import { ApiError } from '@/lib/queries.ts'
import { notifyError } from '../ui/notify.tsx'
import { submitOnKeys } from './form-keys.ts'
import {
  emptyErrors,
  type FieldKind,
  fieldKind,
  optionsOf,
  problems,
  toPayload,
  type Values,
} from './values.ts'

/** One field: its place in the schema and its words. What it looks like follows from the schema unless `as` says. */
export interface Field<Name extends string = string> {
  name: Name
  label: string
  /** One line below the label. */
  hint?: ReactNode
  placeholder?: string
  as?: FieldKind
  options?: readonly { value: string; label: string }[]
  /** Draws the field itself, for what no plain input can hold. */
  render?: (field: FieldState) => ReactNode
  /** Shown only while this holds. */
  when?: (values: Values) => boolean
  /** Fixed after creation, for instance. */
  isDisabled?: boolean
}

export interface FieldState {
  id: string
  value: unknown
  set: (value: unknown) => void
  blur: () => void
  error: string | undefined
  values: Values
}

interface Props<S extends z.ZodObject, Reply> {
  /** The contract's own create or update schema. */
  schema: S
  /** In order; members of the schema that are not named are not asked for. */
  fields: readonly Field<keyof z.input<S> & string>[]
  /** What stands in the fields at first. With `mode: 'update'` only what differs from it is sent, and cleared is null. */
  initial?: Partial<z.input<S>>
  mode?: 'create' | 'update'
  /** Members that are sent along unasked. */
  extra?: Partial<z.input<S>>
  /** Verb and object: "Create key". */
  verb: string
  /** Usually a mutation's `mutateAsync`. Its refusal lands on the field the server names. */
  submit: (input: z.input<S>) => Promise<Reply>
  onDone?: (reply: Reply) => void
  onCancel?: () => void
  /** Name under which unsaved work survives a reload (this tab only; secrets are never kept). */
  draft: string
  /** More of the form, below the fields: whatever else the screen needs said before the button. */
  children?: ReactNode
  /** Told of every change, for a preview beside the form. */
  onValues?: (values: Values) => void
}

/**
 * A form drawn from a zod object and a list of labels: checked on blur and on submit, the server's refusals at their
 * fields, ⌘↵ submits, unsaved work kept for this tab and warned about before leaving.
 */
export function ResourceForm<S extends z.ZodObject, Reply>(props: Props<S, Reply>) {
  const { schema, fields, mode = 'create', verb, submit, onDone, onCancel, draft, children, onValues } = props
  const initial = (props.initial ?? {}) as Values
  const [values, setValues] = useState<Values>(initial)
  const [errors, setErrors] = useState(emptyErrors)
  const [general, setGeneral] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isRestored, setRestored] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const base = useId()
  const shown = fields.filter((field) => !field.when || field.when(values))
  const kindOf = (field: Field) => field.as ?? fieldKind(schema.shape[field.name])
  const secrets = fields.filter((field) => kindOf(field) === 'secret').map((field) => field.name as string)
  const isDirty = JSON.stringify(values) !== JSON.stringify(initial)
  const kinds = Object.fromEntries(shown.map((field) => [field.name, kindOf(field)]))
  const payload = () => ({ ...toPayload(values, initial, mode, kinds), ...props.extra })
  const storageKey = `tollgate.draft.${draft}`

  // biome-ignore lint/correctness/useExhaustiveDependencies: the draft is read once, when the form appears
  useEffect(() => {
    const kept = readDraft(storageKey)
    if (!kept) return
    setValues((now) => ({ ...now, ...kept }))
    setRestored(true)
  }, [])
  useEffect(() => onValues?.(values), [values, onValues])
  useDraft(storageKey, values, secrets, isDirty && !isBusy)

  const check = (names: readonly string[]) => {
    const found = problems(schema, payload(), mode)
    setErrors((now) => ({ ...now, ...Object.fromEntries(names.map((name) => [name, found[name]])) }))
    return names.filter((name) => found[name] !== undefined)
  }
  const set = (name: string) => (value: unknown) => {
    setValues((now) => ({ ...now, [name]: value }))
    setErrors((now) => ({ ...now, [name]: undefined }))
  }
  const focus = (name: string | undefined) =>
    name &&
    requestAnimationFrame(() =>
      form.current
        ?.querySelector<HTMLElement>(`[data-field="${name}"] :is(input, textarea, button)`)
        ?.focus(),
    )

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    setGeneral(null)
    const wrong = check(shown.map((field) => field.name))
    if (wrong.length > 0) return focus(wrong[0])
    setBusy(true)
    try {
      const reply = await submit(payload() as z.input<S>)
      dropDraft(storageKey)
      setRestored(false)
      onDone?.(reply)
    } catch (error) {
      const named = error instanceof ApiError ? namedProblems(error) : {}
      const here = Object.keys(named).filter((name) => shown.some((field) => field.name === name))
      setErrors((now) => ({ ...now, ...named }))
      if (here.length > 0) focus(here[0])
      else setGeneral(error instanceof Error ? error.message : 'Something unexpected happened.')
      notifyError(error, `${verb}: not done`)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      ref={form}
      onSubmit={onSubmit}
      onKeyDown={(event) => submitOnKeys(event, form.current)}
      noValidate
      aria-busy={isBusy}
    >
      <Stack gap={16}>
        {isRestored && (
          <Group gap={8} justify="space-between">
            <Text size="sm" c="dimmed">
              Unsaved work from before was put back.
            </Text>
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              onClick={() => {
                dropDraft(storageKey)
                setValues(initial)
                setErrors(emptyErrors)
                setRestored(false)
              }}
            >
              Discard it
            </Button>
          </Group>
        )}
        {general && (
          <Alert color="red" role="alert" p="sm">
            {general}
          </Alert>
        )}
        {shown.map((field) => (
          <div key={field.name} data-field={field.name}>
            <Input
              field={field}
              kind={kindOf(field)}
              isRequired={mode === 'create' && !schema.shape[field.name]?.safeParse(undefined).success}
              options={field.options ?? optionsOf(schema.shape[field.name])}
              state={{
                id: `${base}${field.name}`,
                value: values[field.name],
                set: set(field.name),
                blur: () => check([field.name]),
                error: errors[field.name],
                values,
              }}
            />
          </div>
        ))}
        {children}
        <Group justify="flex-end" gap={8}>
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
          <Button type="submit" loading={isBusy} disabled={mode === 'update' && !isDirty}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface InputProps {
  field: Field
  kind: FieldKind
  isRequired: boolean
  options: readonly { value: string; label: string }[]
  state: FieldState
}

function Input({ field, kind, isRequired, options, state }: InputProps) {
  if (field.render) return field.render(state)
  const common = {
    id: state.id,
    name: field.name,
    label: field.label,
    description: field.hint,
    placeholder: field.placeholder,
    disabled: field.isDisabled,
    error: state.error,
    required: isRequired,
    onBlur: state.blur,
    autoComplete: 'off',
  }
  const text = typeof state.value === 'string' ? state.value : ''
  const typed = (event: { currentTarget: { value: string } }) => state.set(event.currentTarget.value)
  switch (kind) {
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof state.value === 'number' ? state.value : ''}
          onChange={(value) => state.set(value === '' ? null : Number(value))}
          thousandSeparator=","
          hideControls
        />
      )
    case 'switch':
      return (
        <Switch
          id={state.id}
          name={field.name}
          label={field.label}
          description={field.hint}
          error={state.error}
          disabled={field.isDisabled}
          checked={state.value === true || state.value === 1}
          onChange={(event) => state.set(event.currentTarget.checked)}
        />
      )
    case 'select':
      return (
        <Select
          {...common}
          data={options}
          value={typeof state.value === 'string' ? state.value : null}
          onChange={state.set}
          searchable={options.length > 8}
          clearable={!isRequired}
        />
      )
    case 'tags':
      return (
        <TagsInput
          {...common}
          value={Array.isArray(state.value) ? state.value.map(String) : []}
          onChange={state.set}
        />
      )
    case 'json':
      return (
        <JsonInput
          {...common}
          value={
            typeof state.value === 'string'
              ? state.value
              : state.value
                ? JSON.stringify(state.value, null, 2)
                : ''
          }
          onChange={state.set}
          formatOnBlur
          autosize
          minRows={3}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
        />
      )
    case 'secret':
      return <PasswordInput {...common} autoComplete="new-password" value={text} onChange={typed} />
    case 'textarea':
      return <Textarea {...common} autosize minRows={2} maxRows={8} value={text} onChange={typed} />
    case 'text':
      return <TextInput {...common} value={text} onChange={typed} />
  }
}

function namedProblems(error: ApiError): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { path, message } of error.details)
    if (path && message) found[path.split('.')[0]!] ??= capital(message)
  if (error.param) found[error.param.split('.')[0]!] = capital(error.message)
  return found
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function useDraft(key: string, values: Values, secrets: readonly string[], isDirty: boolean): void {
  const without = secrets.join()
  useEffect(() => {
    if (!isDirty) return
    const kept = Object.fromEntries(
      Object.entries(values).filter(([name]) => !without.split(',').includes(name)),
    )
    sessionStorage.setItem(key, JSON.stringify(kept))
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [key, values, without, isDirty])
}

function readDraft(key: string): Values | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Values | null
  } catch {
    return null
  }
}

function dropDraft(key: string): void {
  sessionStorage.removeItem(key)
}
