'use client'

import { Alert, Anchor, Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import { PASSWORD_RULE } from '@/lib/contract/password.ts'
import { passwordResets } from '@/lib/contract/profile.ts'
import { ApiError, apiFetch } from '@/lib/queries.ts'
import styles from '../layout.module.css'
import { useIsAlive } from '../use-is-alive.ts'
import { useToken } from '../use-token.ts'

type Problem = { text: string; isOfLink: boolean }

/** Chooses the new password. The token stands behind the # of the address, so it reaches the server here alone. */
export function ChooseForm() {
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isDone, setDone] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const isAlive = useIsAlive()
  const token = useToken()

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const password = String(new FormData(event.currentTarget).get('password'))
    setBusy(true)
    setProblem(null)
    try {
      await apiFetch(`${passwordResets.path}/accept`, { method: 'POST', body: { token, password } })
      setDone(true)
    } catch (error) {
      const isOfLink = error instanceof ApiError && error.param === 'token'
      const text = isOfLink
        ? 'This link opens nothing any more: it was used, is older than an hour, or was replaced by a newer one.'
        : (error as Error).message
      setProblem({ text, isOfLink })
    }
    setBusy(false)
  }

  if (isDone) {
    return (
      <Stack gap={16} mt={24}>
        <Title order={1}>Password changed</Title>
        <Text size="sm" role="status">
          You were signed out wherever you were signed in. Sign in with the new password.
        </Text>
        <Button component={Link} href="/sign-in" fullWidth h={36}>
          Sign in
        </Button>
      </Stack>
    )
  }
  const shown: Problem | null =
    isAlive && token === ''
      ? { text: 'This address is not whole. Open the link as it was sent.', isOfLink: true }
      : problem
  return (
    <form onSubmit={submit} method="post">
      <Stack gap={16} mt={24}>
        <Title order={1}>New password</Title>
        {shown && (
          <Alert color="red" variant="light" p="sm" role="alert">
            {shown.text}{' '}
            {shown.isOfLink && (
              <Anchor component={Link} href="/reset" size="sm">
                Ask for a new link
              </Anchor>
            )}
          </Alert>
        )}
        <PasswordInput
          name="password"
          label="New password"
          description={`It must ${PASSWORD_RULE}.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
        />
        <Button
          type="submit"
          loading={isBusy}
          disabled={!isAlive || token === ''}
          className={styles.submit}
          fullWidth
          h={36}
        >
          Change password
        </Button>
      </Stack>
    </form>
  )
}
