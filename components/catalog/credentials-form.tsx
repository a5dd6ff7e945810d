'use client'

import {
  ActionIcon,
  Anchor,
  Button,
  Collapse,
  PasswordInput,
  Stack,
  TextInput,
  UnstyledButton,
} from '@mantine/core'
import { ChevronDown, ChevronRight, ExternalLink, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { FormState } from '../resource/form-state.ts'
import styles from './catalog.module.css'
import type { Service } from './data.ts'
import { credentialProblems, type ProviderDraft, pathOf } from './new-provider.ts'

interface Props {
  service: Service
  form: FormState<ProviderDraft>
  /** What stands in each field now, masked; then an empty field means "as it is". */
  stored?: Readonly<Record<string, string>>
}

/** The fields a service asks for: what it needs in the open, the rest behind one button. */
export function CredentialsForm({ service, form, stored }: Props) {
  const { values, set, problem, judge } = form
  const needed = service.fields.filter((field) => field.is_required || field.name === 'key')
  const optional = service.fields.filter((field) => !needed.includes(field))
  const isFilled =
    optional.some(({ name }) => values.fields[name] || stored?.[name]) || values.headers.length > 0
  const [isOpen, setOpen] = useState(isFilled)
  const isShown = isOpen || optional.some(({ name }) => problem(pathOf(name)) !== undefined)

  const input = (field: Service['fields'][number]) => {
    const path = pathOf(field.name)
    const common = {
      label: field.label,
      description: field.hint,
      required: field.is_required && !stored,
      error: problem(path),
      value: values.fields[field.name] ?? '',
      placeholder: stored?.[field.name] ?? (field.name === 'custom_host' ? (service.base_url ?? '') : ''),
      onChange: (event: { currentTarget: { value: string } }) => {
        set({ fields: { ...values.fields, [field.name]: event.currentTarget.value } })
        judge([path], {})
      },
      onBlur: () => {
        if (!stored && values.fields[field.name]) judge([path], credentialProblems(service, values))
      },
      'data-path': path,
    }
    return field.is_secret ? (
      <PasswordInput
        key={field.name}
        {...common}
        autoComplete="new-password"
        description={
          service.docs_url && field.name === 'key' ? (
            <>
              {field.hint}{' '}
              <Anchor href={service.docs_url} target="_blank" rel="noreferrer" size="xs" underline="always">
                Get one from {service.name}{' '}
                <ExternalLink size={11} aria-label="(opens a new tab)" style={{ verticalAlign: -1 }} />
              </Anchor>
            </>
          ) : (
            field.hint
          )
        }
      />
    ) : (
      <TextInput
        key={field.name}
        {...common}
        autoComplete="off"
        spellCheck={false}
        {...(field.name === 'custom_host' ? { type: 'url', inputMode: 'url' as const } : {})}
      />
    )
  }

  if (service.is_local)
    return <p style={{ margin: 0 }}>{service.name} answers inside the gateway and needs no credentials.</p>
  return (
    <Stack gap={16}>
      {needed.map(input)}
      <div>
        <UnstyledButton
          className={styles.dim}
          fz={13}
          aria-expanded={isShown}
          onClick={() => setOpen(!isShown)}
          style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}
        >
          {isShown ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          {optionsWords(optional)}
        </UnstyledButton>
        <Collapse expanded={isShown}>
          <Stack gap={16} pt={12}>
            {optional.map(input)}
            <Headers form={form} />
          </Stack>
        </Collapse>
      </div>
    </Stack>
  )
}

/** What lies behind the button: "Organization, project, base URL, headers". */
function optionsWords(fields: Service['fields']): string {
  const [first = 'headers', ...rest] = [...fields.map(({ label }) => label), 'headers']
  return [first.replace(/^./, (letter) => letter.toUpperCase()), ...rest.map(uncapitalised)].join(', ')
}

function uncapitalised(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1)
}

function Headers({ form }: { form: FormState<ProviderDraft> }) {
  const { values, set, problem } = form
  const change = (index: number, part: Partial<ProviderDraft['headers'][number]>) =>
    set({ headers: values.headers.map((one, at) => (at === index ? { ...one, ...part } : one)) })
  return (
    <div>
      {values.headers.length > 0 && (
        <Stack gap={8} mb={8}>
          {values.headers.map((header, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own until they are typed
            <div key={index} className={styles.headers}>
              <TextInput
                aria-label={`Header ${index + 1}: name`}
                placeholder="x-team"
                value={header.name}
                error={
                  problem(`configurations.custom_headers.${index}`) ??
                  (header.name ? problem(`configurations.custom_headers.${header.name}`) : undefined)
                }
                onChange={(event) => change(index, { name: event.currentTarget.value })}
              />
              <TextInput
                aria-label={`Header ${index + 1}: value`}
                placeholder="Value"
                value={header.value}
                autoComplete="off"
                onChange={(event) => change(index, { value: event.currentTarget.value })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={30}
                mt={3}
                aria-label={`Remove header ${index + 1}`}
                onClick={() => set({ headers: values.headers.filter((_, at) => at !== index) })}
              >
                <Trash2 size={14} />
              </ActionIcon>
            </div>
          ))}
        </Stack>
      )}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<Plus size={13} />}
        onClick={() => set({ headers: [...values.headers, { name: '', value: '' }] })}
      >
        Add header
      </Button>
    </div>
  )
}
