'use client'

import { ActionIcon, Button, Input, Select, Stack, TextInput } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import type { MetadataSchema } from '@/lib/contract/metadata-schema.ts'
import type { FormState } from '../resource/form-state.ts'
import { expectedRows, type MetadataDraft, type MetadataRow, metadataProblems } from './draft.ts'
import styles from './metadata.module.css'

interface Props {
  form: FormState<MetadataDraft>
  description: string
  /** What the organisation asks for; what is not said yet is offered. */
  schema?: MetadataSchema | null | undefined
}

/** Names and values that are stamped on calls. */
export function MetadataFields({ form: { values, set, problem, judge }, description, schema }: Props) {
  const rows = values.metadata
  const change = (index: number, part: Partial<MetadataRow>) => {
    set({ metadata: rows.map((row, at) => (at === index ? { ...row, ...part } : row)) })
    judge(['defaults.metadata'], {})
  }
  const add = (row: MetadataRow) => {
    set({ metadata: [...rows, row] })
    judge(['defaults.metadata'], {})
  }
  const check = (index: number) => () =>
    judge([`defaults.metadata.${index}`], metadataProblems(values, schema))
  // The server names a value by its name, and a bad name by nothing.
  const atName = (index: number) => problem(`defaults.metadata.${index}.name`)
  const atValue = (index: number, name: string) =>
    problem(`defaults.metadata.${index}.value`) ?? (name ? problem(`defaults.metadata.${name}`) : undefined)
  const general = problem('defaults.metadata')
  const isAtRow = rows.some((row, index) => atName(index) ?? atValue(index, row.name.trim()))
  const expected = expectedRows(rows, schema)
  return (
    <Input.Wrapper
      label="Metadata"
      description={description}
      error={general && !isAtRow ? general : undefined}
      labelElement="div"
      data-path="defaults.metadata"
    >
      <Stack gap={8} mt={8}>
        {rows.map((row, index) => {
          const choices = schema?.properties?.[row.name.trim()]?.enum
          const common = {
            'aria-label': `Metadata ${index + 1}: value`,
            'data-path': `defaults.metadata.${index}.value`,
            value: row.value,
            error: atValue(index, row.name.trim()),
          }
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own until they are typed
            <div key={index} className={styles.row}>
              <TextInput
                aria-label={`Metadata ${index + 1}: name`}
                placeholder="team"
                data-path={`defaults.metadata.${index}.name`}
                value={row.name}
                error={atName(index)}
                onChange={(event) => change(index, { name: event.currentTarget.value })}
                onBlur={check(index)}
              />
              {choices ? (
                <Select
                  {...common}
                  data={[...new Set(choices)]}
                  allowDeselect={false}
                  onChange={(value) => value !== null && change(index, { value })}
                />
              ) : (
                <TextInput
                  {...common}
                  placeholder="checkout"
                  onChange={(event) => change(index, { value: event.currentTarget.value })}
                  onBlur={check(index)}
                />
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                size={30}
                mt={3}
                aria-label={`Remove metadata ${index + 1}`}
                onClick={() => {
                  set({ metadata: rows.filter((_, at) => at !== index) })
                  judge(['defaults.metadata'], {})
                }}
              >
                <Trash2 size={14} />
              </ActionIcon>
            </div>
          )
        })}
        {expected.length > 0 && (
          <ul className={styles.expected} aria-label="Metadata the organisation asks for">
            {expected.map(({ name, isRequired, hint, value }) => (
              <li key={name}>
                <Button
                  variant="default"
                  size="compact-xs"
                  leftSection={<Plus size={12} />}
                  onClick={() => add({ name, value })}
                >
                  {name}
                </Button>
                <span>
                  {isRequired ? 'Required' : 'Optional'}
                  {hint && `: ${hint}`}
                </span>
              </li>
            ))}
          </ul>
        )}
        <div>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<Plus size={13} />}
            onClick={() => add({ name: '', value: '' })}
          >
            Add metadata
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  )
}
