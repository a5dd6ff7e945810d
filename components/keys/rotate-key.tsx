'use client'

import { Alert, Button, Group, NumberInput, Radio, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import type { apiKeySecretRow } from '@/lib/contract/access.ts'
import { DAY_MS, TRANSITION_MS_MIN } from '@/lib/contract/key-rotation.ts'
import { describeError } from '../ui/notify.tsx'
import { useNow } from '../ui/time.tsx'
import { FORGOTTEN } from './data.ts'
import type { ApiKey } from './key-draft.ts'
import { momentWords } from './key-words.tsx'
import { fitsPeriod, spanWords } from './rotation-draft.ts'
import { showKeyOnce } from './show-key.tsx'

type Rotated = z.output<typeof apiKeySecretRow>

const HOUR_MS = 3_600_000
const CHOICES = [
  { ms: TRANSITION_MS_MIN, hint: 'For a program you restart yourself.' },
  { ms: DAY_MS, hint: 'For what is deployed once a day.' },
  { ms: 7 * DAY_MS, hint: 'For people and partners who have to be told.' },
] as const
const OTHER = 'other'

/** Asks how long the present secret of a key lives on, then shows the new one once. `run` does it. */
export function openRotateKey(target: ApiKey, run: (transitionMs: number) => Promise<Rotated>): void {
  const id = modals.open({
    title: 'Rotate key',
    children: <Rotate target={target} run={run} close={() => modals.close(id)} />,
  })
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
  const nowMs = useNow()
  const until = target.key_transition_expires_at
  const isRunning = until !== null && Date.parse(until) > nowMs
  const usualMs = target.rotation_policy?.key_transition_period_ms
  const choices = [
    ...(usualMs === undefined || CHOICES.some(({ ms }) => ms === usualMs)
      ? []
      : [{ ms: usualMs, hint: 'As its schedule says.' }]),
    ...CHOICES,
  ]
  const [chosen, choose] = useState(String(isRunning ? 0 : (usualMs ?? CHOICES[0].ms)))
  const [hours, setHours] = useState<number | string>(48)
  const ms = chosen === OTHER ? Math.round(Number(hours) * HOUR_MS) : Number(chosen)
  const fits = (each: number) => fitsPeriod(each, target.rotation_policy)
  const isLegal = ms === 0 || (ms >= TRANSITION_MS_MIN && ms <= 365 * DAY_MS && fits(ms))

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!isLegal) return
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
            The secret before the present one still works until {momentWords(until)}, and a key has two at
            most. Until then the only other way is to end both now.
          </Alert>
        )}
        <Radio.Group label="The present secret works for another…" value={chosen} onChange={choose}>
          <Stack gap={10} mt={8}>
            {choices.map(({ ms: each, hint }) => (
              <Radio
                key={each}
                value={String(each)}
                label={spanWords(each)}
                description={fits(each) ? hint : 'Longer than the time between its scheduled rotations.'}
                disabled={isRunning || !fits(each)}
              />
            ))}
            <Radio value={OTHER} label="Another time" disabled={isRunning} />
            {chosen === OTHER && (
              <NumberInput
                ml={32}
                w={160}
                size="xs"
                aria-label="Hours it still works"
                suffix=" hours"
                min={0.5}
                max={8760}
                decimalScale={1}
                value={hours}
                onChange={setHours}
                error={isLegal ? undefined : 'Half an hour or more, and shorter than its schedule'}
              />
            )}
            <Radio
              value="0"
              label="Not at all: end it now"
              description="For a secret that leaked. Whatever still uses it fails within 2 seconds."
            />
          </Stack>
        </Radio.Group>
        <Text size="sm" c="dimmed" role="status">
          {ms === 0
            ? 'Only the new secret works from then on.'
            : isLegal && `Both secrets work until ${momentWords(nowMs + ms)}; then the new one alone.`}
        </Text>
        {rotate.error && (
          <Text size="sm" c="var(--tg-bad)" role="alert">
            {describeError(rotate.error).message}
          </Text>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={ms === 0 ? 'red' : undefined}
            loading={rotate.isPending}
            disabled={!isLegal}
          >
            {ms === 0 ? 'Rotate and end what was before' : 'Rotate key'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
