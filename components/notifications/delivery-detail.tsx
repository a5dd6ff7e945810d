'use client'

import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { ApiError } from '@/lib/queries.ts'
import { Problem } from '../resource/problem.tsx'
import { Copyable, CopyCorner } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { Json } from '../ui/json.tsx'
import { notifyDone, notifyError } from '../ui/notify.tsx'
import { Time, useNow } from '../ui/time.tsx'
import { setUrlState } from '../ui/url-state.ts'
import {
  ALSO_SENT,
  type Delivery,
  LOOK_MS,
  ofDeliveries,
  useMail,
  useManages,
  useOwnerName,
  useWebhooks,
} from './data.ts'
import styles from './notifications.module.css'
import { DeliveryStatus, eventTitle, story } from './words.tsx'

interface Props {
  id: string
  listed: Delivery | undefined
}

/** `listed` paints at once. Asked for again while it is on its way. */
function useDelivery({ id, listed }: Props) {
  return useQuery({
    ...ofDeliveries.one(id),
    ...(listed ? { placeholderData: listed } : {}),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? LOOK_MS : false),
  })
}

/** What it tells of, for the drawer's head. */
export function DeliveryTitle(props: Props) {
  const { data } = useDelivery(props)
  return data ? eventTitle(data.kind) : 'Delivery'
}

/** One delivery, in the drawer: what became of it, what comes next, and what it says. */
export function DeliveryDetail(props: Props) {
  const { id } = props
  const { data, error, refetch } = useDelivery(props)
  const nowMs = useNow()
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState title="No such delivery">
        There is none with the id <code>{id}</code>, or it is not for you to see.
      </EmptyState>
    )
  }
  if (error && !data) return <Problem error={error} label="The delivery" retry={refetch} />
  if (!data) return <FactsPlaceholder />
  return (
    <Stack gap={20}>
      <Group justify="space-between" align="flex-start" gap={12}>
        <div style={{ flex: '1 1 280px', minWidth: 0 }}>
          <DeliveryStatus of={data} />
          <p className={styles.story}>{story(data, nowMs)}</p>
        </div>
        <Resend delivery={data} />
      </Group>
      <HandOver delivery={data} />
      <Said delivery={data} />
      <Known delivery={data} />
    </Stack>
  )
}

function Resend({ delivery }: { delivery: Delivery }) {
  const manages = useManages()
  const mail = useMail().data
  const resend = useMutation(ofDeliveries.act<Delivery>('resend', ALSO_SENT))
  const { id, channel, status, workspace_id } = delivery
  // Mail is the organisation's, whatever it is about.
  const canSend = manages(channel === 'mail' ? null : workspace_id)
  const isMailHeld = channel === 'mail' && mail !== undefined && !mail.is_configured
  const hindered = !canSend
    ? 'Sending needs organisation_settings.update'
    : status === 'pending'
      ? 'It is on its way already'
      : isMailHeld
        ? 'No SMTP server is set up'
        : undefined
  const send = async () => {
    try {
      const sent = await resend.mutateAsync({ id })
      notifyDone('It is on its way')
      setUrlState({ open: sent.id })
    } catch (error) {
      notifyError(error, 'It was not sent')
    }
  }
  return (
    <Button
      variant="default"
      leftSection={<Send size={14} />}
      loading={resend.isPending}
      disabled={hindered !== undefined}
      title={hindered}
      onClick={send}
    >
      {status === 'held' ? 'Send now' : 'Send again'}
    </Button>
  )
}

/** The link of a mail that reached nobody, for whoever may hand it on. */
function HandOver({ delivery: { link, recipient, is_link_hidden, status, kind } }: { delivery: Delivery }) {
  if (link) {
    return (
      <section className={styles.handOver} aria-label="Hand it over">
        <Text size="sm" mb={8}>
          Its link reached nobody. Hand it to <b>{recipient}</b> yourself, and to nobody else: whoever opens
          it acts as them.
        </Text>
        <Wrapped text={link} label="link" />
      </section>
    )
  }
  if (!is_link_hidden) return null
  return (
    <Text size="sm" c="dimmed">
      {status === 'held' || status === 'failed'
        ? kind === 'invite.created'
          ? 'Its link is shown to those who may invite.'
          : 'Its link is shown to an owner, or to an admin where it is for a member.'
        : 'Its link is its reader’s alone, and is not shown here.'}
    </Text>
  )
}

function Said({ delivery: { channel, text, subject } }: { delivery: Delivery }) {
  if (text === undefined) return null
  return (
    <section aria-labelledby="said">
      <Text component="h3" id="said" fw={550} mb={8}>
        {channel === 'mail' ? subject : 'Body'}
      </Text>
      {channel === 'mail' ? (
        <Wrapped text={text} label="letter" />
      ) : (
        <Json value={text} label="Body of the request" maxHeight={420} />
      )}
    </section>
  )
}

/** Text that is read rather than run, so its lines break; with a copy button. */
function Wrapped({ text, label }: { text: string; label: string }) {
  return (
    <div className={styles.letter}>
      <section aria-label={label}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <pre tabIndex={0}>{text}</pre>
      </section>
      <CopyCorner value={text} label={label} />
    </div>
  )
}

function Known({ delivery: row }: { delivery: Delivery }) {
  const ownerName = useOwnerName()
  const webhook = useWebhooks().data?.data.find(({ id }) => id === row.webhook_id)
  return (
    <section aria-labelledby="known" className={styles.facts}>
      <Text component="h3" id="known" fw={550} mb={8}>
        Delivery
      </Text>
      <Facts
        rows={[
          [
            'Event',
            <span key="event">
              {eventTitle(row.kind)} <code>{row.kind}</code>
            </span>,
          ],
          [
            'To',
            <Copyable key="to" value={row.recipient} label={row.channel === 'mail' ? 'address' : 'URL'} />,
          ],
          ...(row.webhook_id === null
            ? []
            : ([
                [
                  'Webhook',
                  webhook ? (
                    <Anchor
                      key="webhook"
                      component="button"
                      type="button"
                      fz="inherit"
                      onClick={() =>
                        setUrlState({ tab: 'webhooks', open: webhook.id, webhook: null }, { push: true })
                      }
                    >
                      {webhook.name}
                    </Anchor>
                  ) : (
                    'Deleted'
                  ),
                ],
              ] as const)),
          ['About', ownerName(row.workspace_id)],
          ['Attempts', `${row.attempts} of ${row.attempts_max}`],
          ...(row.last_status === null ? [] : ([['Last status', `HTTP ${row.last_status}`]] as const)),
          ['Created', <Time key="created" at={row.created_at} />],
          ...(row.done_at === null ? [] : ([['Ended', <Time key="done" at={row.done_at} />]] as const)),
          ['Event id', <Copyable key="id" value={row.event_id} label="event id" />],
        ]}
      />
    </section>
  )
}
