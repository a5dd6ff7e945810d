'use client'

import { Alert, Anchor, Button, Stack, Text, TextInput, Title } from '@mantine/core'
import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import { passwordResets } from '@/lib/contract/profile.ts'
import { apiFetch } from '@/lib/queries.ts'
import styles from '../layout.module.css'
import { useIsAlive } from '../use-is-alive.ts'

/** Asks for a link to a new password. What it answers does not tell whether the e-mail belongs to somebody. */
export function AskForm({ sendsMail }: { sendsMail: boolean }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [asked, setAsked] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const isAlive = useIsAlive()

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const email = String(new FormData(event.currentTarget).get('email'))
    setBusy(true)
    setProblem(null)
    try {
      await apiFetch(passwordResets.path, { method: 'POST', body: { email } })
      setAsked(email)
    } catch (error) {
      setProblem((error as Error).message)
    }
    setBusy(false)
  }

  return (
    <form onSubmit={submit} method="post">
      <Stack gap={16} mt={24}>
        <div>
          <Title order={1}>Forgot password</Title>
          <Text c="dimmed" size="sm" mt={4}>
            A link lets you choose a new one. It works once, for an hour.
          </Text>
        </div>
        {problem && (
          <Alert color="red" variant="light" p="sm" role="alert">
            {problem}
          </Alert>
        )}
        {!sendsMail && (
          <Alert color="yellow" variant="light" p="sm">
            This installation sends no mail. The link waits in the console’s outbox: ask an owner or admin of
            your organisation for it.
          </Alert>
        )}
        {asked === null ? (
          <>
            <TextInput
              name="email"
              type="email"
              label="E-mail"
              autoComplete="username"
              required
              withAsterisk={false}
            />
            <Button
              type="submit"
              loading={isBusy}
              disabled={!isAlive}
              className={styles.submit}
              fullWidth
              h={36}
            >
              {sendsMail ? 'Send link' : 'Make link'}
            </Button>
          </>
        ) : (
          <Text size="sm" role="status">
            {sendsMail
              ? `If ${asked} belongs to somebody here, a link is on its way. Look among the unwanted mail, too.`
              : `If ${asked} belongs to somebody here, a link now waits in the outbox.`}
          </Text>
        )}
        <Anchor component={Link} href="/sign-in" size="sm">
          Back to sign-in
        </Anchor>
      </Stack>
    </form>
  )
}
