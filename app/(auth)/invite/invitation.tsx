'use client'

import { Button, Skeleton, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { type InviteEnd, invites } from '@/lib/contract/invites.ts'
import { ApiError } from '@/lib/queries.ts'
import { useIsAlive } from '../use-is-alive.ts'
import { useToken } from '../use-token.ts'
import { JoinForm } from './join-form.tsx'
import { useOffer } from './use-offer.ts'

/** What the link in the address opens: the offer with a form to accept it, or why it opens nothing and what to do. */
export function Invitation({ signedInAs }: { signedInAs: string | null }) {
  const token = useToken()
  const isAlive = useIsAlive()
  const { offer, error, again } = useOffer(token)
  if (isAlive && token === '') {
    return (
      <Dead title="This address is not whole" signedInAs={signedInAs}>
        Open the link as it was sent, all of it: the part behind the # opens the invitation.
      </Dead>
    )
  }
  if (error) return <Refused error={error} again={again} signedInAs={signedInAs} />
  if (!offer) return <Placeholder />
  return <JoinForm key={token} token={token} offer={offer} signedInAs={signedInAs} refused={again} />
}

const TITLES: Readonly<Record<InviteEnd, string>> = {
  unknown: 'This link opens nothing',
  accepted: 'Accepted already',
  expired: 'This invitation has expired',
  cancelled: 'This invitation was withdrawn',
  member: 'You are in already',
  elsewhere: 'This address is in use',
}

function Refused({
  error,
  again,
  signedInAs,
}: {
  error: Error
  again: () => void
  signedInAs: string | null
}) {
  const why = error instanceof ApiError ? error.details.find(({ path }) => path === 'token')?.rule : undefined
  if (why !== undefined && why in TITLES) {
    return (
      <Dead
        title={TITLES[why as InviteEnd]}
        signedInAs={signedInAs}
        hasAccount={why === 'accepted' || why === 'member'}
      >
        {error.message}
      </Dead>
    )
  }
  return (
    <Stack gap={16} mt={24} role="alert">
      <Title order={1}>The invitation could not be opened</Title>
      <Text size="sm">{error.message}</Text>
      <Button onClick={again} fullWidth h={36}>
        Try again
      </Button>
    </Stack>
  )
}

function Dead({
  title,
  signedInAs,
  hasAccount = false,
  children,
}: {
  title: string
  signedInAs: string | null
  hasAccount?: boolean
  children: string
}) {
  return (
    <Stack gap={16} mt={24} role="alert">
      <Title order={1}>{title}</Title>
      <Text size="sm">{children}</Text>
      {signedInAs !== null ? (
        <>
          <Text size="sm" c="dimmed">
            You are signed in as {signedInAs}.
          </Text>
          <Button component={Link} href="/" fullWidth h={36}>
            Open the console
          </Button>
        </>
      ) : (
        <Button component={Link} href="/sign-in" variant={hasAccount ? 'filled' : 'default'} fullWidth h={36}>
          Sign in
        </Button>
      )}
    </Stack>
  )
}

function Placeholder() {
  return (
    <Stack gap={16} mt={24} aria-busy aria-label={`Opening the ${invites.noun}`} role="status">
      <Skeleton height={24} width="70%" />
      <Skeleton height={12} width="90%" />
      {['E-mail', 'First name', 'Last name', 'Password', 'Join'].map((name) => (
        <Skeleton key={name} height={36} />
      ))}
    </Stack>
  )
}
