'use client'

import { Alert, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { MailX, Send } from 'lucide-react'
import type { ReactNode } from 'react'
import { Problem } from '../resource/problem.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { Status, type Tone } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { type Invite, invitations, useLetter, useNames, useSendsMail } from './data.ts'
import { useInviteActs } from './invite-acts.tsx'
import styles from './people.module.css'
import { InviteStatus, ROLE_WORDS } from './people-words.tsx'

/** One invite, in the drawer: what it opens, and what became of its letter. `listed` paints at once. */
export function InviteDetail({ id, listed }: { id: string; listed: Invite | undefined }) {
  const one = useQuery({ ...invitations.one(id), ...(listed ? { placeholderData: listed } : {}) })
  const nameOf = useNames()
  const { barred, resend, cancel, isSending, resendWords } = useInviteActs()
  const invite = one.data
  if (one.error && !invite)
    return <Problem error={one.error} label="The invite" retry={() => one.refetch()} />
  if (!invite) return <FactsPlaceholder />
  const [noResend, noCancel] = [barred(invite, 'resend'), barred(invite, 'cancel')]
  const scopes = invite.workspace_api_key_details?.scopes
  const isOpen = invite.status === 'pending' || invite.status === 'expired'
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ['Status', <InviteStatus key="status" of={invite.status} />],
            ['Role', ROLE_WORDS[invite.role]],
            ['Invited by', nameOf(invite.invited_by)],
            ['Made', <Time key="made" at={invite.created_at} />],
            ...(invite.accepted_at
              ? [['Accepted', <Time key="accepted" at={invite.accepted_at} />] as const]
              : [['Expires', <Time key="expires" at={invite.expires_at} />] as const]),
            ['Id', <Copyable key="id" value={invite.id} />],
            ...(isOpen ? [['Letter', <Letter key="letter" email={invite.email} />] as const] : []),
          ]}
        />
        <Group gap={8} mt={16}>
          <Button
            variant="default"
            leftSection={<Send size={14} />}
            disabled={noResend !== null}
            title={noResend ?? undefined}
            loading={isSending}
            onClick={() => resend(invite)}
          >
            {resendWords}
          </Button>
          <Button
            variant="default"
            c="var(--tg-bad)"
            leftSection={<MailX size={14} />}
            disabled={noCancel !== null}
            title={noCancel ?? undefined}
            onClick={() => cancel(invite)}
          >
            Cancel invite
          </Button>
        </Group>
        {isOpen && (
          <Text size="sm" c="dimmed" mt={8}>
            The link was shown when the invite was made. A new one is good for another 7 days, and the one
            before opens nothing any more.
          </Text>
        )}
      </section>
      <section className={styles.section}>
        <h3>Workspaces</h3>
        {invite.workspaces.length === 0 ? (
          <Text size="sm" c="dimmed">
            {invite.role === 'admin'
              ? 'None of their own: admins are admin of every workspace.'
              : 'None: they can sign in, and wait for somebody to add them to one.'}
          </Text>
        ) : (
          <ul className={styles.places}>
            {invite.workspaces.map(({ id: slug, name, role }) => (
              <li key={slug}>
                <span className={styles.place} title={name}>
                  {name}
                </span>
                <span className={styles.dim}>{role}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      {scopes && (
        <section className={styles.section}>
          <h3>Key in each of them</h3>
          <span className={styles.chips}>
            {scopes.map((scope) => (
              <span key={scope} className={styles.chip}>
                {scope}
              </span>
            ))}
          </span>
        </section>
      )}
    </>
  )
}

/** What became of the newest mail, in words of the outbox. */
function Letter({ email }: { email: string }) {
  const letter = useLetter(email)
  const sendsMail = useSendsMail()
  if (sendsMail === false || letter?.status === 'held') {
    return (
      <Alert color="yellow" variant="light" p="xs">
        Not sent: no mail server is set up. Make a new link, and hand it over yourself.
      </Alert>
    )
  }
  if (!letter) return <span className={styles.dim}>–</span>
  if (letter.status === 'sent') {
    return (
      <Status tone="ok">
        Sent <Time at={letter.done_at ?? letter.created_at} />
      </Status>
    )
  }
  const why = letter.last_error
  if (letter.status === 'failed') return <Unsent tone="bad" state="Could not be sent" why={why} />
  if (why === null) return <Status tone="info">On its way</Status>
  return (
    <Unsent tone="warn" state="Not sent yet" why={why}>
      {letter.next_attempt_at && (
        <>
          Next attempt <Time at={letter.next_attempt_at} />
        </>
      )}
    </Unsent>
  )
}

/** The server's reason may be long: it has lines of its own. */
function Unsent({
  tone,
  state,
  why,
  children,
}: {
  tone: Tone
  state: string
  why: string | null
  children?: ReactNode
}) {
  return (
    <>
      <Status tone={tone}>{state}</Status>
      <Text size="xs" c="dimmed" component="div" className={styles.reason}>
        {why}
        {children && <div>{children}</div>}
      </Text>
    </>
  )
}
