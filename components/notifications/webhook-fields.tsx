'use client'

import { Select } from '@mantine/core'
import type { Field } from '../resource/form.tsx'
import { EventsField } from './events-field.tsx'

/** What is asked of a webhook, new or not. */
export const FIELDS: readonly Field<'name' | 'url' | 'format' | 'events'>[] = [
  {
    name: 'url',
    label: 'Address',
    placeholder: 'https://hooks.example.com/tollgate',
    hint: 'It gets a POST for each event, and answers 2xx within 10 s.',
  },
  { name: 'name', label: 'Name', hint: 'Left empty, it is called by its host.' },
  oneOf('format', 'Format', [
    { value: 'json', label: 'JSON: the event with its data' },
    { value: 'slack', label: 'Slack: a message for an incoming webhook' },
  ]),
  { name: 'events', label: 'Events', render: (field) => <EventsField {...field} /> },
]

/** A choice that always stands at something. */
export function oneOf<Name extends string>(
  name: Name,
  label: string,
  options: readonly { value: string; label: string }[],
  hint?: string,
): Field<Name> {
  return {
    name,
    label,
    as: 'select',
    render: ({ id, value, set, blur, error }) => (
      <Select
        id={id}
        label={label}
        description={hint}
        data={options}
        value={String(value ?? '')}
        onChange={set}
        onBlur={blur}
        error={error}
        allowDeselect={false}
        searchable={options.length > 8}
      />
    ),
  }
}
