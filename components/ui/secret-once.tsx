'use client'

import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { Check, Copy, Download } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { envFile, envFileName } from './env-file.ts'
import { saveFile } from './save-file.ts'
import styles from './secret-once.module.css'

export interface Secret {
  /** What it is: "key", "signing secret". */
  noun: string
  /** Of the thing it opens, for the file too. */
  name: string
  secret: string
  /** How one comes to another when this one is lost, as the end of a sentence: "only rotate it". */
  otherwise?: string
  /** Lines of the `.env` file; without them there is none. */
  env?: Readonly<Record<string, string>>
  /** Instead of "Store this key now", of the sentence below it, and of "I stored it". */
  title?: string
  lead?: ReactNode
  done?: string
  /** What else has to be known now: how long the one before still works. */
  note?: { text: ReactNode; isBad?: boolean }
  /** Where to go next, beside closing. */
  next?: { label: string; icon: ReactNode; href: string }
}

/** Shows a secret for the only time there is: closed by saying that it is stored, and by nothing else. */
export function showSecretOnce(secret: Secret): void {
  const modal = modals.open({
    title: secret.title ?? `Store this ${secret.noun} now`,
    size: 560,
    withCloseButton: false,
    closeOnClickOutside: false,
    closeOnEscape: false,
    children: <SecretOnce {...secret} close={() => modals.close(modal)} />,
  })
}

function SecretOnce({
  noun,
  name,
  secret,
  otherwise,
  env,
  lead,
  done = 'I stored it',
  note,
  next,
  close,
}: Secret & { close: () => void }) {
  const router = useRouter()
  const [isTaken, setTaken] = useState(false)
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [])
  return (
    <Stack gap={16}>
      <Text component="div">
        {lead ?? (
          <>
            This is the only time the secret of <b>{name}</b> is shown. Nobody can look it up later,{' '}
            {otherwise}.
          </>
        )}
      </Text>
      <div className={styles.secret}>
        <code data-testid="secret">{secret}</code>
        <CopyButton value={secret} timeout={2000}>
          {({ copied, copy }) => (
            <Button
              data-autofocus
              leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
              variant={isTaken ? 'default' : 'filled'}
              onClick={() => {
                copy()
                setTaken(true)
              }}
              aria-live="polite"
            >
              {copied ? 'Copied' : `Copy ${noun}`}
            </Button>
          )}
        </CopyButton>
      </div>
      {note && (
        <Alert color={note.isBad ? 'red' : 'gray'} p="sm">
          {note.text}
        </Alert>
      )}
      <Group justify="space-between" gap={8}>
        {env ? (
          <Button
            variant="default"
            leftSection={<Download size={14} />}
            onClick={() => {
              saveFile(envFileName(name), envFile(name, env))
              setTaken(true)
            }}
          >
            Download .env
          </Button>
        ) : (
          <span />
        )}
        <Group gap={8}>
          {next && (
            <Button
              variant="default"
              leftSection={next.icon}
              onClick={() => {
                close()
                router.push(next.href)
              }}
            >
              {next.label}
            </Button>
          )}
          <Button variant={isTaken ? 'filled' : 'default'} onClick={close}>
            {done}
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}
