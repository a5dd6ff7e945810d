'use client'

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
  {
    name: 'format',
    label: 'Format',
    as: 'select',
    options: [
      { value: 'json', label: 'JSON: the event with its data' },
      { value: 'slack', label: 'Slack: a message for an incoming webhook' },
    ],
  },
  { name: 'events', label: 'Events', render: (field) => <EventsField {...field} /> },
]
