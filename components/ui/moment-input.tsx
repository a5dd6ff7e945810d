'use client'

import { TextInput, type TextInputProps } from '@mantine/core'

/** A date and time in the reader's zone, kept as RFC 3339 UTC; '' while there is none. The browser's own picker. */
export function MomentInput({
  value,
  onChange,
  ...rest
}: Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  value: string
  onChange: (value: string) => void
}) {
  return (
    <TextInput
      {...rest}
      type="datetime-local"
      value={toLocal(value)}
      onChange={(event) => onChange(fromLocal(event.currentTarget.value))}
    />
  )
}

/** `2026-03-01T09:00:00.000Z` as the picker spells it in this zone: `2026-03-01T10:00`. */
export function toLocal(at: string): string {
  const ms = Date.parse(at)
  if (Number.isNaN(ms)) return ''
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function fromLocal(text: string): string {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString()
}
