'use client'

import { Group, Input, NumberInput, SegmentedControl, Select, Text, TextInput } from '@mantine/core'
import type { FormState } from '../resource/form-state.ts'
import { type KeyDraft, type KeyRules, rulesFor } from './key-draft.ts'
import { momentWords } from './key-words.tsx'
import styles from './keys.module.css'
import {
  CADENCES,
  fitsPeriod,
  type RotationDraft,
  rotationBody,
  spanWords,
  TRANSITIONS_MS,
} from './rotation-draft.ts'

const AT = 'rotation_policy'

/** How often the key gets a new secret by itself, when next, and how long the one before still works. */
export function RotationField({
  form: { values, set, problem, judge },
  rules,
}: {
  form: FormState<KeyDraft>
  rules: KeyRules | undefined
}) {
  const { rotation } = values
  const { rotationDays } = rulesFor(values, rules)
  const isRuled = rotationDays !== null
  const isOn = isRuled || rotation.cadence !== 'never'
  const change = (part: Partial<RotationDraft>) => {
    set({ rotation: { ...rotation, ...part } })
    judge([AT], {})
  }
  const policy = rotationBody(rotation, rotationDays)
  const lengths = [...new Set([...TRANSITIONS_MS, rotation.transitionMs])].sort((a, b) => a - b)
  return (
    <Input.Wrapper
      label="Rotates by itself"
      description={
        isRuled
          ? `The organisation turns user keys every ${rotationDays === 1 ? 'day' : `${rotationDays} days`}.`
          : 'A new secret on schedule, at 00:00 UTC. Its maker is told, and looks at it once here.'
      }
      error={isOn ? undefined : problem(AT)}
      labelElement="div"
    >
      {!isRuled && (
        <div className={styles.scrolls}>
          <SegmentedControl
            size="xs"
            mt={4}
            value={rotation.cadence}
            onChange={(cadence) => change({ cadence: cadence as RotationDraft['cadence'], nextAt: '' })}
            aria-label="Rotates by itself"
            data={[...CADENCES]}
            data-path={`${AT}.rotation_period`}
          />
        </div>
      )}
      {isOn && (
        <Group gap={12} mt={8} align="flex-start">
          {!isRuled && rotation.cadence === 'days' && (
            <NumberInput
              label="Days between"
              size="xs"
              w={110}
              min={1}
              max={365}
              hideControls
              data-path={`${AT}.rotation_period_days`}
              value={rotation.days}
              error={problem(`${AT}.rotation_period_days`)}
              onChange={(days) => change({ days: days === '' ? '' : Number(days) })}
            />
          )}
          {!isRuled && (
            <TextInput
              type="date"
              label={rotation.cadence === 'once' ? 'On' : 'Next on'}
              size="xs"
              w={150}
              data-path={`${AT}.next_rotation_at`}
              value={rotation.nextAt.slice(0, 10)}
              error={problem(`${AT}.next_rotation_at`)}
              onChange={({ currentTarget: { value } }) =>
                change({ nextAt: value && `${value}T00:00:00.000Z` })
              }
            />
          )}
          <Select
            label="Old secret works on for"
            size="xs"
            w={180}
            allowDeselect={false}
            data-path={`${AT}.key_transition_period_ms`}
            data={lengths.map((ms) => ({
              value: String(ms),
              label: spanWords(ms),
              disabled: !fitsPeriod(ms, policy),
            }))}
            value={String(rotation.transitionMs)}
            error={problem(`${AT}.key_transition_period_ms`)}
            onChange={(ms) => ms && change({ transitionMs: Number(ms) })}
          />
        </Group>
      )}
      {isOn && (
        <Text size="xs" c="dimmed" mt={6}>
          {turnWords(rotation, isRuled)}
        </Text>
      )}
    </Input.Wrapper>
  )
}

function turnWords({ cadence, nextAt, transitionMs }: RotationDraft, isRuled: boolean): string {
  const both = `Both secrets work for ${spanWords(transitionMs)} then.`
  if (isRuled) return both
  if (nextAt !== '') return `Next on ${momentWords(nextAt)}. ${both}`
  if (cadence === 'weekly') return `Every Monday. ${both}`
  if (cadence === 'monthly') return `On the 1st of each month. ${both}`
  return both
}
