'use client'

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import Link from 'next/link'
import { type FormEvent, useRef, useState } from 'react'
import { absoluteTime } from '@/components/format.ts'
import { endSession, signIn } from '@/components/shell/session.ts'
import { type InviteOffer, invites } from '@/lib/contract/invites.ts'
import { PASSWORD_RULE } from '@/lib/contract/password.ts'
import { ApiError, apiFetch } from '@/lib/queries.ts'

import styles from '../layout.module.css'
import own from './join-form.module.css'

interface Problem {
  text: string
  /** The field at fault, as the wire spells it. */
  field: string | null
}

/** More would push the form out of sight. */
const PLACES_MAX = 4
const FIELDS = ['first_name', 'last_name', 'password']

/**
 * Accepts the offer and signs the person in. `refused` is called when the link died meanwhile, so that the reason takes
 * the form's place.
 */
export function JoinForm({
  token,
  offer,
  signedInAs,
  refused,
}: {
  token: string
  offer: InviteOffer
  signedInAs: string | null
  refused: () => void
}) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isJoined, setJoined] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const at = (field: string) => (problem?.field === field ? problem.text : undefined)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const said = new FormData(event.currentTarget)
    const [first_name, last_name, password] = FIELDS.map((name) => String(said.get(name)))
    setBusy(true)
    setProblem(null)
    try {
      const body = { token, first_name, last_name, password }
      await apiFetch(`${invites.path}/accept`, { method: 'POST', body })
    } catch (error) {
      setBusy(false)
      const param = error instanceof ApiError ? error.param : null
      if (param === 'token') return refused()
      const field = FIELDS.find((name) => name === param) ?? null
      setProblem({ text: (error as Error).message, field })
      if (field) form.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus()
      return
    }
    if (signedInAs !== null) await endSession().catch(() => {})
    if ((await signIn(offer.email, String(password))) === null) return window.location.assign('/')
    setJoined(true)
  }

  if (isJoined) return <Joined offer={offer} />
  return (
    // Should the browser ever send it by itself, the password goes into a body and not into an address.
    <form ref={form} onSubmit={submit} method="post">
      <Stack gap={16} mt={24}>
        <div>
          <Title order={1} className={own.clip}>
            Join {offer.organisation.name}
          </Title>
          <Text c="dimmed" size="sm" mt={4} className={own.clip}>
            {offerWords(offer)}
          </Text>
        </div>
        {offer.workspaces.length > 0 && (
          <ul className={own.places} aria-label="Workspaces it opens">
            {offer.workspaces.slice(0, PLACES_MAX).map(({ name, icon, role }) => (
              <li key={name}>
                <span className={own.clip}>
                  {icon && <span aria-hidden>{icon} </span>}
                  {name}
                </span>
                <span className={own.role}>{role}</span>
              </li>
            ))}
            {offer.workspaces.length > PLACES_MAX && (
              <li className={own.role}>and {offer.workspaces.length - PLACES_MAX} more</li>
            )}
          </ul>
        )}
        {signedInAs !== null && (
          <Alert color="yellow" variant="light" p="sm">
            You are signed in as {signedInAs}, and this invitation is for {offer.email}. Joining signs you out
            and in again as {offer.email}.{' '}
            <Anchor component={Link} href="/" size="sm" underline="always">
              Stay and open the console
            </Anchor>
          </Alert>
        )}
        {problem && problem.field === null && (
          <Alert color="red" variant="light" p="sm" role="alert">
            {problem.text}
          </Alert>
        )}
        <TextInput
          name="email"
          type="email"
          label="E-mail"
          value={offer.email}
          title={offer.email}
          readOnly
          autoComplete="username"
        />
        <TextInput
          name="first_name"
          label="First name"
          autoComplete="given-name"
          maxLength={100}
          error={at('first_name')}
          required
          withAsterisk={false}
        />
        <TextInput
          name="last_name"
          label="Last name (optional)"
          autoComplete="family-name"
          maxLength={100}
          error={at('last_name')}
        />
        <PasswordInput
          name="password"
          label="Password"
          description={`It must ${PASSWORD_RULE}.`}
          autoComplete="new-password"
          error={at('password')}
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={isBusy} className={styles.submit} fullWidth h={36}>
          Join
        </Button>
        <Text c="dimmed" size="xs">
          The link works once, until {absoluteTime(offer.expires_at).replace(/:\d\d\.\d{3}/, '')}.
        </Text>
      </Stack>
    </form>
  )
}

/** Who invites to what, for the head of the form. */
function offerWords({ role, invited_by }: Pick<InviteOffer, 'role' | 'invited_by'>): string {
  const who = invited_by ?? 'An administrator'
  return `${who} invites you as ${role === 'admin' ? 'an admin of the organisation' : 'a member'}.`
}

/** The person is there, but could not be signed in just now. */
function Joined({ offer: { email, organisation } }: { offer: InviteOffer }) {
  return (
    <Stack gap={16} mt={24} role="status">
      <Title order={1}>You joined {organisation.name}</Title>
      <Text size="sm">Sign in with {email} and the password you just chose.</Text>
      <Button component={Link} href={`/sign-in?email=${encodeURIComponent(email)}`} fullWidth h={36}>
        Sign in
      </Button>
    </Stack>
  )
}
