'use client'

import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { plural } from '../format.ts'
import { type LimitsDraft, limitProblems } from '../limits/draft.ts'
import { BudgetFields, RateFields } from '../limits/fields.tsx'
import { focusFirst, submitOnKeys } from '../resource/form-keys.ts'
import { useFormState } from '../resource/form-state.ts'

export interface LimitsOf {
  /** Whose limits: "Shop", "New workspaces". */
  name: string
  /** For the kept draft; unique. */
  id: string
  limits: LimitsDraft
  /** How many others could have the same; 0 offers none. */
  others: number
}

interface Props {
  /** Null while the dialog is closed. */
  of: LimitsOf | null
  close: () => void
  set: (limits: LimitsDraft, isForAll: boolean) => void
}

/** Budget and rate limits of one workspace, or of those to come. */
export function EditLimits({ of, close, set }: Props) {
  return (
    <Modal opened={of !== null} onClose={close} title={of ? `Limits of ${of.name}` : ''} size={600}>
      {of && <Editing key={of.id} of={of} close={close} set={set} />}
    </Modal>
  )
}

function Editing({ of, close, set }: Props & { of: LimitsOf }) {
  const form = useFormState({ draft: `access.limits.${of.id}`, initial: of.limits })
  const [isForAll, setForAll] = useState(false)
  const body = useRef<HTMLFormElement>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = limitProblems(form.values.budgets, form.values.rates)
    if (form.refuse(found)) return focusFirst(body.current, found)
    form.discard()
    set(form.values, isForAll)
    close()
  }
  return (
    <form ref={body} onSubmit={submit} onKeyDown={(event) => submitOnKeys(event, body.current)} noValidate>
      <Stack gap={20}>
        <Text size="sm" c="dimmed">
          Counted apart from the limits of keys and providers; the tightest one holds.
        </Text>
        <BudgetFields form={form} of={of.name} />
        <RateFields form={form} />
        {of.others > 0 && (
          <Checkbox
            label={`The same for the ${plural(of.others, 'other workspace')} that ${of.others === 1 ? 'has' : 'have'} it`}
            checked={isForAll}
            onChange={(event) => setForAll(event.currentTarget.checked)}
          />
        )}
        <Group justify="flex-end" gap={8}>
          <Button
            variant="default"
            onClick={() => {
              form.discard()
              close()
            }}
          >
            Cancel
          </Button>
          <Button type="submit">Set limits</Button>
        </Group>
      </Stack>
    </form>
  )
}
