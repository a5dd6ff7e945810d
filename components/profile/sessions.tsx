'use client'

import { Button, Checkbox, Group, Skeleton, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import type { z } from 'zod'
import { profile, type sessionRow } from '@/lib/contract/profile.ts'
import type { List } from '@/lib/contract/resource.ts'
import { queries } from '@/lib/queries.ts'
import { plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { notifyDone, notifyError } from '../ui/notify.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { browserOf } from './browser.ts'
import styles from './profile.module.css'

type Session = z.output<typeof sessionRow>

const own = queries(profile, null)

/** Where the person is signed in, and ending that. */
export function Sessions() {
  const answer = useQuery(own.read<List<Session>>('sessions'))
  const sessions = answer.data?.data
  return (
    <section className={styles.section} aria-labelledby="sessions">
      <Group justify="space-between" align="flex-start" wrap="wrap" mb={16}>
        <div>
          <h2 id="sessions">Sessions</h2>
          <Text className={styles.why} mb={0}>
            Browsers you are signed in with. One you do not know: end it and change your password.
          </Text>
        </div>
        <Button
          variant="default"
          leftSection={<LogOut size={14} />}
          disabled={!sessions}
          onClick={() => askToEndAll((sessions?.length ?? 1) - 1)}
        >
          Sign out everywhere
        </Button>
      </Group>
      {answer.error && !sessions ? (
        <Problem error={answer.error} label="Your sessions" retry={() => answer.refetch()} />
      ) : (
        <ul className={styles.list} aria-label="Sessions">
          {sessions?.map((session) => <SessionRow key={session.id} session={session} />) ?? (
            <li>
              <Skeleton height={12} width="60%" />
            </li>
          )}
        </ul>
      )}
    </section>
  )
}

function SessionRow({ session }: { session: Session }) {
  const end = useMutation(own.act('endSession'))
  const name = browserOf(session.user_agent)
  return (
    <li>
      <div title={session.user_agent ?? undefined}>
        <div>{name}</div>
        <div className={styles.dim}>
          {session.ip ?? 'Unknown address'} · last seen <Time at={session.last_seen_at} /> · signed in{' '}
          <Time at={session.created_at} /> · ends <Time at={session.expires_at} />
        </div>
      </div>
      {session.is_current ? (
        <Status tone="ok">This browser</Status>
      ) : (
        <Button
          variant="default"
          size="compact-sm"
          loading={end.isPending}
          aria-label={`End the session of ${name}`}
          onClick={() =>
            end.mutate(
              { id: session.id },
              {
                onSuccess: () => notifyDone(`${name} is signed out`),
                onError: (error) => notifyError(error, 'The session was not ended'),
              },
            )
          }
        >
          End session
        </Button>
      )}
    </li>
  )
}

function askToEndAll(others: number): void {
  const id = modals.open({
    title: 'Sign out everywhere',
    children: <EndAll others={others} close={() => modals.close(id)} />,
  })
}

function EndAll({ others, close }: { others: number; close: () => void }) {
  const [isHereToo, setHereToo] = useState(true)
  const end = useMutation(own.act('signOutEverywhere'))
  const run = () =>
    end.mutate(
      { input: { include_current: isHereToo } },
      {
        onSuccess: () => {
          if (isHereToo) return window.location.assign('/sign-in')
          notifyDone('All other browsers are signed out')
          close()
        },
        onError: (error) => notifyError(error, 'You are still signed in'),
      },
    )
  return (
    <Stack gap={16}>
      <Text>
        {others === 0
          ? 'You are signed in nowhere else. '
          : `${plural(others, 'other browser is', 'other browsers are')} signed out at once. `}
        Unsaved work there is lost. API keys go on working.
      </Text>
      <Checkbox
        label="This browser too"
        checked={isHereToo}
        onChange={(event) => setHereToo(event.currentTarget.checked)}
      />
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button color="red" loading={end.isPending} disabled={!isHereToo && others === 0} onClick={run}>
          Sign out
        </Button>
      </Group>
    </Stack>
  )
}
