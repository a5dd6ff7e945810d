'use client'

import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { Check, Copy, Download, Plug } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { absoluteTime } from '../format.ts'
import { envFile, envFileName } from './key-draft.ts'
import styles from './keys.module.css'

interface Secret {
  /** Of the key. */
  id: string
  /** Of the key, for the file too. */
  name: string
  secret: string
  /** Until when the secret before this one still works; null when it ended at once, undefined when there was none. */
  olderUntil?: string | null
}

/** Shows a secret for the only time there is: closed by saying that it is stored, and by nothing else. */
export function showSecretOnce(secret: Secret): void {
  const modal = modals.open({
    title: 'Store this key now',
    size: 560,
    withCloseButton: false,
    closeOnClickOutside: false,
    closeOnEscape: false,
    children: <SecretOnce {...secret} close={() => modals.close(modal)} />,
  })
}

function SecretOnce({ id, name, secret, olderUntil, close }: Secret & { close: () => void }) {
  const router = useRouter()
  const [isTaken, setTaken] = useState(false)
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [])
  return (
    <Stack gap={16}>
      <Text>
        This is the only time the secret of <b>{name}</b> is shown. Nobody can look it up later, only rotate
        it.
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
              {copied ? 'Copied' : 'Copy key'}
            </Button>
          )}
        </CopyButton>
      </div>
      {olderUntil !== undefined && (
        <Alert color={olderUntil ? 'gray' : 'red'} p="sm">
          {olderUntil
            ? `The secret before this one works until ${absoluteTime(olderUntil).replace(/:\d\d\.\d{3}/, '')}.`
            : 'The secret before this one is refused within 2 seconds.'}
        </Alert>
      )}
      <Group justify="space-between" gap={8}>
        <Button
          variant="default"
          leftSection={<Download size={14} />}
          onClick={() => {
            download(envFileName(name), envFile(name, secret, window.location.origin))
            setTaken(true)
          }}
        >
          Download .env
        </Button>
        <Group gap={8}>
          <Button
            variant="default"
            leftSection={<Plug size={14} />}
            onClick={() => {
              close()
              router.push(`/connect?key=${encodeURIComponent(id)}`)
            }}
          >
            Stored, connect a client
          </Button>
          <Button variant={isTaken ? 'filled' : 'default'} onClick={close}>
            I stored it
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  URL.revokeObjectURL(url)
}
