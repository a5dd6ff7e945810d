'use client'

import { Button, Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ArrowUp, Inbox } from 'lucide-react'
import { useState } from 'react'
import { EVENTS } from '@/lib/contract/notifications.ts'
import { deliveries } from '@/lib/contract/webhooks.ts'
import { plural } from '../format.ts'
import type { Column } from '../resource/columns.ts'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { type Delivery, LOOK_MS, ofDeliveries, useOrganisationRights, useWebhooks } from './data.ts'
import { DeliveryDetail, DeliveryTitle } from './delivery-detail.tsx'
import styles from './notifications.module.css'
import { useHeld } from './use-held.ts'
import { DeliveryStatus, eventTitle } from './words.tsx'

const NO_FILTER = { channel: null, status: null, kind: null, webhook: null, page: null }

/** Every mail and every webhook message, newest first and live: whether it arrived, and if not, why and what comes next. */
export function Deliveries() {
  const [isPointing, setPointing] = useState(false)
  const [openId] = useUrlState('open')
  const [paging, page] = usePaging()
  const filter = useFilter()
  const list = useQuery({
    ...ofDeliveries.list({ ...page, ...filter }),
    refetchInterval: LOOK_MS,
    placeholderData: keepPreviousData,
  })
  const question = JSON.stringify([page, filter])
  const { held, waiting, admit } = useHeld(list.data, question, {
    isHeld: isPointing || openId !== null,
    wanted: openId,
  })
  return (
    <div
      className={styles.list}
      onPointerEnter={(event) => setPointing(event.pointerType === 'mouse')}
      onPointerLeave={() => setPointing(false)}
    >
      {waiting > 0 && (
        <Button
          className={styles.pill}
          size="compact-sm"
          radius={999}
          leftSection={<ArrowUp size={13} />}
          onClick={admit}
        >
          {plural(waiting, 'new delivery', 'new deliveries')}
        </Button>
      )}
      <ResourceList
        label="Deliveries"
        list={{ ...list, data: held } as typeof list}
        columns={COLUMNS}
        rowId={({ id }) => id}
        paging={paging}
        toolbar={<Filters />}
        drawer={{
          title: (row, id) => <DeliveryTitle key={id} id={id} listed={row} />,
          render: (row, id) => <DeliveryDetail key={id} id={id} listed={row} />,
        }}
        empty={<Nothing isFiltered={Object.keys(filter).length > 0} />}
      />
    </div>
  )
}

/** What the address asks for, as the query of the list; what no filter knows is passed over. */
function useFilter() {
  const [channel] = useUrlState('channel')
  const [status] = useUrlState('status')
  const [kind] = useUrlState('kind')
  const [webhook] = useUrlState('webhook')
  const said = Object.entries({ channel, status, kind, webhook_id: webhook }).filter(
    ([name, value]) =>
      value !== null && deliveries.query.shape[name as 'kind' | 'webhook_id'].safeParse(value).success,
  )
  return Object.fromEntries(said) as Partial<Pick<Delivery, 'channel' | 'status' | 'kind'>> & {
    webhook_id?: string
  }
}

const STATUSES = [
  { value: 'pending', label: 'On its way' },
  { value: 'sent', label: 'Sent' },
  { value: 'failed', label: 'Failed' },
  { value: 'held', label: 'Held' },
]
const CHANNELS = [
  { value: 'mail', label: 'Mail' },
  { value: 'webhook', label: 'Webhook' },
]
const KINDS = EVENTS.map(({ kind, title }) => ({ value: kind, label: title }))

function Filters() {
  const { sees } = useOrganisationRights()
  const hooks = useWebhooks().data?.data ?? []
  const webhooks = hooks.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <>
      {sees && <Filter name="channel" label="Any channel" data={CHANNELS} />}
      <Filter name="status" label="Any status" data={STATUSES} />
      <Filter name="kind" label="Any event" data={KINDS} />
      {webhooks.length > 0 && <Filter name="webhook" label="Any webhook" data={webhooks} />}
    </>
  )
}

function Filter({
  name,
  label,
  data,
}: {
  name: 'channel' | 'status' | 'kind' | 'webhook'
  label: string
  data: { value: string; label: string }[]
}) {
  const [value] = useUrlState(name)
  return (
    <Select
      className={styles.filter}
      aria-label={label.replace('Any ', '').replace(/^./, (first) => first.toUpperCase())}
      placeholder={label}
      data={data}
      value={value}
      onChange={(next) => setUrlState({ [name]: next, page: null })}
      clearable
      searchable={data.length > 8}
    />
  )
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState
      title="No deliveries match"
      action={
        <Button variant="default" onClick={() => setUrlState(NO_FILTER)}>
          Clear the filters
        </Button>
      }
    >
      Nothing that was sent is like this.
    </EmptyState>
  ) : (
    <EmptyState icon={<Inbox size={28} />} title="Nothing was sent yet">
      Every mail and every webhook message stands here with what became of it. While no SMTP server is set up,
      mail waits here to be read.
    </EmptyState>
  )
}

const COLUMNS: Column<Delivery>[] = [
  {
    key: 'event',
    title: 'Event',
    render: ({ kind, channel, subject }) => (
      <span className={styles.clip} title={channel === 'mail' ? subject : kind}>
        {eventTitle(kind)}
      </span>
    ),
  },
  {
    key: 'to',
    title: 'To',
    render: ({ recipient, channel }) => (
      <span className={styles.clip} title={recipient}>
        {channel === 'webhook' ? <code className={styles.url}>{recipient}</code> : recipient}
      </span>
    ),
  },
  { key: 'channel', title: 'Channel', render: ({ channel }) => (channel === 'mail' ? 'Mail' : 'Webhook') },
  { key: 'status', title: 'Status', render: (row) => <DeliveryStatus of={row} /> },
  {
    key: 'attempts',
    title: 'Attempts',
    align: 'right',
    render: ({ attempts, attempts_max, status }) =>
      status === 'pending' ? `${attempts} of ${attempts_max}` : attempts,
  },
  {
    key: 'answer',
    title: 'Last answer',
    render: ({ last_error, last_status }) =>
      last_error ? (
        <span className={styles.clip} title={last_error}>
          {last_error}
        </span>
      ) : last_status !== null ? (
        `HTTP ${last_status}`
      ) : (
        <span className={styles.dim}>–</span>
      ),
  },
  {
    key: 'next',
    title: 'Next try',
    render: ({ next_attempt_at, last_error }) =>
      next_attempt_at && last_error ? <Time at={next_attempt_at} /> : <span className={styles.dim}>–</span>,
  },
  { key: 'created', title: 'Created', render: ({ created_at }) => <Time at={created_at} /> },
]
