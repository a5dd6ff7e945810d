'use client'

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import Link from 'next/link'
import { type FormEvent, useRef, useState } from 'react'
import { signIn } from '@/components/shell/session.ts'
import styles from './layout.module.css'
import { useIsAlive } from './use-is-alive.ts'

/**
 * E-mail and password. What was typed stays on a refusal, the refusal is read out, and focus returns to the password.
 * `email` stands there at first.
 */
export function SignInForm({ destination, email }: { destination: string; email: string }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const passwordInput = useRef<HTMLInputElement>(null)
  const isAlive = useIsAlive()

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    setBusy(true)
    setProblem(null)
    const refusal = await signIn(String(fields.get('email')), String(fields.get('password')))
    if (refusal === null) return window.location.assign(destination)
    setProblem(refusal)
    setBusy(false)
    passwordInput.current?.focus()
    passwordInput.current?.select()
  }

  return (
    // Should the browser ever send it by itself, the password goes into a body and not into an address.
    <form onSubmit={submit} method="post">
      <Stack gap={16} mt={24}>
        <div>
          <Title order={1}>Sign in</Title>
          <Text c="dimmed" size="sm" mt={4}>
            To the console of this gateway.
          </Text>
        </div>
        {problem && (
          <Alert color="red" variant="light" p="sm" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          name="email"
          type="email"
          label="E-mail"
          defaultValue={email}
          autoComplete="username"
          required
          withAsterisk={false}
        />
        <PasswordInput
          ref={passwordInput}
          name="password"
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={isBusy} disabled={!isAlive} className={styles.submit} fullWidth h={36}>
          Sign in
        </Button>
        <Anchor component={Link} href="/reset" size="sm">
          Forgot password?
        </Anchor>
        <Text c="dimmed" size="xs">
          The owner’s e-mail and first password were printed in the terminal when Tollgate started for the
          first time.
        </Text>
      </Stack>
    </form>
  )
}
