'use client'

import { Alert, Button, Group, Radio, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import type { apiKeySecretRow } from '@/lib/contract/access.ts'
import { absoluteTime } from '../format.ts'
import { describeError } from '../ui/notify.tsx'
import { FORGOTTEN, useKeyQueries } from './data.ts'
import type { ApiKey } from './key-draft.ts'
import { showKeyOnce } from './show-key.tsx'

const HOUR_MS = 3_600_000

const CHOICES = [
  { ms: HOUR_MS / 2, label: '30 minutes', hint: 'For a program you restart yourself.' },
  { ms: 24 * HOUR_MS, label: '24 hours', hint: 'For what is deployed once a day.' },
  { ms: 7 * 24 * HOUR_MS, label: '7 days', hint: 'For people and partners who have to be told.' },
  {
    ms: 0,
    label: 'Not at all: end it now',
    hint: 'For a secret that leaked. Whatever still uses it fails within 2 seconds.',
  },
] as const

type Rotated = z.output<typeof apiKeySecretRow>

/** Asks how long the present secret of a key lives on, then shows the new one once. */
export function useRotateKey(): (key: ApiKey) => void {
  const keys = useKeyQueries()
  const { mutateAsync } = useMutation({ ...keys.act<Rotated>('rotate'), ...FORGOTTEN })
  return (key) => {
    const run = (ms: number) => mutateAsync({ id: key.id, input: { key_transition_period_ms: ms } })
    const id = modals.open({
      title: 'Rotate key',
      children: <Rotate target={key} run={run} close={() => modals.close(id)} />,
    })
  }
}

function Rotate({
  target,
  run,
  close,
}: {
  target: ApiKey
  run: (transitionMs: number) => Promise<Rotated>
  close: () => void
}) {
  const rotate = useMutation({ mutationFn: run, ...FORGOTTEN })
  const until = target.key_transition_expires_at
  const isRunning = until !== null && Date.parse(until) > Date.now()
  const [ms, setMs] = useState<number>(isRunning ? 0 : CHOICES[0].ms)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const made = await rotate.mutateAsync(ms).catch(() => null)
    if (!made) return
    close()
    showKeyOnce({
      id: target.id,
      name: target.name,
      secret: made.key,
      olderUntil: made.key_transition_expires_at ?? null,
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap={16}>
        <Text>
          <b>{target.name}</b> gets a new secret. Its permissions, limits and history stay.
        </Text>
        {isRunning && (
          <Alert color="yellow" p="sm">
            The secret before the present one still works until{' '}
            {absoluteTime(until).replace(/:\d\d\.\d{3}/, '')}. Until then the only other way is to end both
            now.
          </Alert>
        )}
        <Radio.Group
          label="The present secret works for another…"
          value={String(ms)}
          onChange={(value) => setMs(Number(value))}
        >
          <Stack gap={10} mt={8}>
            {CHOICES.map((choice) => (
              <Radio
                key={choice.ms}
                value={String(choice.ms)}
                label={choice.label}
                description={choice.hint}
                disabled={isRunning && choice.ms !== 0}
              />
            ))}
          </Stack>
        </Radio.Group>
        {rotate.error && (
          <Text size="sm" c="var(--tg-bad)" role="alert">
            {describeError(rotate.error).message}
          </Text>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" color={ms === 0 ? 'red' : undefined} loading={rotate.isPending}>
            {ms === 0 ? 'Rotate and end what was before' : 'Rotate key'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
