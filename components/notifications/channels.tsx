'use client'

import { Anchor, Skeleton, Table, Text, Title } from '@mantine/core'
import { EVENTS, WEBHOOK_EVENTS } from '@/lib/contract/notifications.ts'
import { plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { CodeBlock } from '../ui/copyable.tsx'
import { Facts } from '../ui/facts.tsx'
import { Status } from '../ui/status.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { useMail, useWebhooks } from './data.ts'
import styles from './notifications.module.css'
import { TestMail } from './test-mail.tsx'
import { readerWords } from './words.tsx'

/** The ways messages take, whether each works, and who is told of which event. */
export function Channels() {
  return (
    <div className={styles.sections}>
      <Mail />
      <Events />
    </div>
  )
}

function Mail() {
  const { data: mail, error, refetch } = useMail()
  return (
    <section aria-labelledby="mail">
      <Title order={2} id="mail" mb={12}>
        Mail
      </Title>
      {error && !mail ? (
        <Problem error={error} label="How mail leaves" retry={refetch} />
      ) : !mail ? (
        <Skeleton height={132} />
      ) : (
        <div className={styles.panel}>
          <Facts
            rows={[
              [
                'SMTP server',
                mail.is_configured ? (
                  <Status key="server" tone="ok">
                    <code>{mail.server}</code>
                  </Status>
                ) : (
                  <Status key="server" tone="warn">
                    Not set up
                  </Status>
                ),
              ],
              ['Sender', mail.from === null ? '–' : <code key="from">{mail.from}</code>],
              ['Held', <Held key="held" count={mail.held} isConfigured={mail.is_configured} />],
            ]}
          />
          {mail.is_configured ? <TestMail /> : <HowToSetUp />}
        </div>
      )}
    </section>
  )
}

function Held({ count, isConfigured }: { count: number; isConfigured: boolean }) {
  if (count === 0) return 'No mail waits'
  return (
    <>
      <Anchor
        component="button"
        type="button"
        fz="inherit"
        onClick={() => setUrlState({ tab: 'deliveries', status: 'held' }, { push: true })}
      >
        {plural(count, 'mail', 'mails')}
      </Anchor>{' '}
      {isConfigured
        ? 'from before there was a server: send them now, or leave them'
        : 'to read here, and to hand over yourself'}
    </>
  )
}

function HowToSetUp() {
  return (
    <div>
      <Text size="sm" mb={8}>
        Until there is a server, every mail waits under Deliveries, and the link of an invitation can be
        handed over from there. To send mail, start Tollgate with these set:
      </Text>
      <CodeBlock
        label="the settings of mail"
        code={
          'SMTP_URL=smtp://user:password@mail.example.com:587\nMAIL_FROM="Tollgate <no-reply@example.com>"'
        }
      />
    </div>
  )
}

function Events() {
  const hooks = useWebhooks().data?.data
  const hearing = (kind: string) =>
    hooks?.filter(
      ({ status, events }) => status === 'active' && (events.length === 0 || events.includes(kind)),
    )
  return (
    <section aria-labelledby="events">
      <Title order={2} id="events" mb={4}>
        Who hears of what
      </Title>
      <Text c="dimmed" size="sm" mb={12}>
        These people are told unasked. Webhooks hear what they were set to.
      </Text>
      <div className={styles.frame}>
        <Table className={styles.events} aria-label="Who hears of what">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Event</Table.Th>
              <Table.Th>Tells</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th data-align="right">Webhooks</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {EVENTS.filter(({ readers }) => readers.length > 0).map(
              ({ kind, title, when, readers, ways }) => (
                <Table.Tr key={kind}>
                  <Table.Td>
                    <span className={styles.eventName}>{title}</span> <code>{kind}</code>
                    <span className={styles.when}>When {when}</span>
                  </Table.Td>
                  <Table.Td data-label="Tells">{capital(readerWords(readers))}</Table.Td>
                  <Table.Td data-label="By" className={styles.still}>
                    {ways.map(wayWord).join(' and ')}
                  </Table.Td>
                  <Table.Td data-label="Webhooks" data-align="right">
                    {WEBHOOK_EVENTS.includes(kind) ? (
                      <span
                        title={hearing(kind)
                          ?.map(({ name }) => name)
                          .join(', ')}
                      >
                        {hearing(kind)?.length ?? '–'}
                      </span>
                    ) : (
                      <span className={styles.dim}>never</span>
                    )}
                  </Table.Td>
                </Table.Tr>
              ),
            )}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  )
}

const wayWord = (way: 'mail' | 'bell') => (way === 'mail' ? 'mail' : 'bell')
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
