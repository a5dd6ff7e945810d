'use client'

import { Tooltip, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Dot, type Tone } from '../ui/status.tsx'
import styles from './shell.module.css'

interface Health {
  status: string
  version: string
  database: string
  journal: string
}

/** One dot for the whole installation, asked every fifteen seconds; the words are in its tooltip. */
export function HealthDot() {
  const { data, isError, isPending } = useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }) =>
      (await (await fetch('/api/health', { signal, cache: 'no-store' })).json()) as Health,
    refetchInterval: 15_000,
    retry: false,
  })
  const [tone, words] = judged(data, isPending, isError)
  return (
    <Tooltip label={words} multiline maw={280}>
      <UnstyledButton className={styles.health} aria-label={words}>
        <Dot tone={tone} />
      </UnstyledButton>
    </Tooltip>
  )
}

function judged(health: Health | undefined, isPending: boolean, isError: boolean): [Tone, string] {
  if (isPending) return ['idle', 'Asking the gateway how it is']
  if (isError || !health) return ['bad', 'The gateway does not answer']
  const ill = Object.entries({ database: health.database, journal: health.journal }).filter(
    ([, state]) => state !== 'ok',
  )
  if (ill.length === 0) return ['ok', `Gateway healthy · version ${health.version}`]
  return [
    'warn',
    `Gateway serving, but ${ill.map(([part, state]) => `${part}: ${state}`).join(', ')} · version ${health.version}`,
  ]
}
