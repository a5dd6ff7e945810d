'use client'

import { Checkbox, Input, Radio, Stack } from '@mantine/core'
import { EVENTS, WEBHOOK_EVENTS } from '@/lib/contract/notifications.ts'
import type { FieldState } from '../resource/form.tsx'
import styles from './notifications.module.css'

const CHOICES = EVENTS.filter(({ kind }) => WEBHOOK_EVENTS.includes(kind))

/** Which events a webhook hears of: all, also those of later versions, or the ticked ones. None ticked would mean all, so the last stays. */
export function EventsField({ id, value, set, error }: FieldState) {
  const chosen = Array.isArray(value) ? value.map(String) : []
  const isAll = chosen.length === 0
  return (
    <Input.Wrapper id={id} label="Events" labelElement="div" error={error}>
      <Radio.Group
        mt={6}
        aria-label="Events"
        value={isAll ? 'all' : 'some'}
        onChange={(next) => set(next === 'all' ? [] : [...WEBHOOK_EVENTS])}
      >
        <Stack gap={8}>
          <Radio value="all" label="All events, and those that later versions add" />
          <Radio value="some" label="Only these" />
        </Stack>
      </Radio.Group>
      {!isAll && (
        <fieldset className={styles.choices} aria-label="Events it hears of">
          {CHOICES.map(({ kind, title, when }) => {
            const isOn = chosen.includes(kind)
            return (
              <Checkbox
                key={kind}
                label={title}
                description={`When ${when}`}
                checked={isOn}
                disabled={isOn && chosen.length === 1}
                onChange={() =>
                  set(
                    isOn
                      ? chosen.filter((one) => one !== kind)
                      : WEBHOOK_EVENTS.filter((one) => one === kind || chosen.includes(one)),
                  )
                }
              />
            )
          })}
        </fieldset>
      )}
    </Input.Wrapper>
  )
}
