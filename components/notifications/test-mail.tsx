'use client'

import { Button, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { testMail } from '@/lib/contract/notifications.ts'
import { queries } from '@/lib/queries.ts'
import { problemsOf } from '../resource/form-state.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { notifyError } from '../ui/notify.tsx'
import { ALSO_TESTED, type TestReply, useOrganisationRights } from './data.ts'
import styles from './notifications.module.css'
import { TestResult } from './test-result.tsx'

/** Sends one mail now, and says what the server said. */
export function TestMail() {
  const { me } = useWorkspaces()
  const { changes } = useOrganisationRights()
  const test = useMutation(queries(testMail, null).act<TestReply>('send', ALSO_TESTED))
  const [typed, setTyped] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const to = typed ?? me?.email ?? ''
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setProblem(null)
    try {
      await test.mutateAsync({ input: { to: to.trim() } })
    } catch (error) {
      const { to: refused } = problemsOf(error)
      if (refused) setProblem(refused)
      else notifyError(error, 'The test was not sent')
    }
  }
  return (
    <form onSubmit={submit} className={styles.test} noValidate>
      <TextInput
        label="Send a test to"
        type="email"
        value={to}
        error={problem}
        disabled={!changes}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setProblem(null)
        }}
      />
      <Button
        type="submit"
        variant="default"
        leftSection={<Send size={14} />}
        loading={test.isPending}
        disabled={!changes || to.trim() === ''}
      >
        Send test
      </Button>
      {!changes && (
        <Text size="sm" c="dimmed">
          Sending one needs <code>organisation_settings.update</code>.
        </Text>
      )}
      {test.data && !test.isPending && <TestResult reply={test.data} what="The server" />}
    </form>
  )
}
