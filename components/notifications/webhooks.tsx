'use client'

import { Button } from '@mantine/core'
import { Plus, Webhook as WebhookIcon } from 'lucide-react'
import { useMemo } from 'react'
import type { Column } from '../resource/columns.ts'
import { ResourceList } from '../resource/list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Time } from '../ui/time.tsx'
import { openCreateWebhook } from './create-webhook.tsx'
import { useOwnerName, useWebhooks, type Webhook } from './data.ts'
import styles from './notifications.module.css'
import { WebhookDetail } from './webhook-detail.tsx'
import { WebhookMenu } from './webhook-menu.tsx'
import { DeliveryStatus, eventsWords, eventTitle, WebhookStatus } from './words.tsx'

/** Endpoints that hear of events, of the organisation and of workspaces, with what became of their last message. */
export function Webhooks({ canCreate }: { canCreate: boolean }) {
  const list = useWebhooks()
  const ownerName = useOwnerName()
  const columns = useMemo(() => columnsOf(ownerName), [ownerName])
  return (
    <ResourceList
      label="Webhooks"
      list={list}
      columns={columns}
      rowId={({ id }) => id}
      searchText={({ name, url, events, workspace_id }) =>
        `${name} ${url} ${events.join(' ')} ${ownerName(workspace_id)}`
      }
      defaultSort="name"
      rowActions={(row) => <WebhookMenu webhook={row} />}
      drawer={{
        title: (row) => (
          <span className={styles.title} title={row?.name}>
            {row?.name ?? 'Webhook'}
          </span>
        ),
        render: (row, id) => <WebhookDetail key={id} id={id} listed={row} />,
      }}
      empty={
        <EmptyState
          icon={<WebhookIcon size={28} />}
          title="No webhooks yet"
          action={
            canCreate ? (
              <Button leftSection={<Plus size={14} />} onClick={openCreateWebhook}>
                Add webhook
              </Button>
            ) : undefined
          }
        >
          A webhook posts what happens here, such as a rotated key or a changed role, to an address of yours
          or to a Slack channel: signed, tried again when it fails, and listed under Deliveries.
        </EmptyState>
      }
    />
  )
}

function columnsOf(ownerName: (workspaceId: string | null) => string): Column<Webhook>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      sort: ({ name }) => name,
      render: ({ name }) => (
        <span className={styles.clip} title={name}>
          {name}
        </span>
      ),
    },
    {
      key: 'url',
      title: 'Address',
      sort: ({ url }) => url,
      render: ({ url }) => (
        <code className={`${styles.clip} ${styles.url}`} title={url}>
          {url}
        </code>
      ),
    },
    {
      key: 'events',
      title: 'Hears of',
      sort: ({ events }) => events.length,
      render: (row) => (
        <span className={styles.still} title={row.events.map(eventTitle).join(', ')}>
          {eventsWords(row)}
        </span>
      ),
    },
    {
      key: 'owner',
      title: 'Belongs to',
      sort: ({ workspace_id }) => ownerName(workspace_id),
      render: ({ workspace_id }) => (
        <span className={styles.clip} title={ownerName(workspace_id)}>
          {ownerName(workspace_id)}
        </span>
      ),
    },
    {
      key: 'last',
      title: 'Last message',
      sort: ({ last_delivery }) => last_delivery?.created_at ?? null,
      render: ({ last_delivery: last }) =>
        last ? (
          <span className={styles.still} title={last.last_error ?? undefined}>
            <DeliveryStatus of={last} />{' '}
            <span className={styles.dim}>
              <Time at={last.created_at} />
            </span>
          </span>
        ) : (
          <span className={styles.dim}>None yet</span>
        ),
    },
    {
      key: 'status',
      title: 'Status',
      sort: ({ status }) => status,
      render: (row) => <WebhookStatus of={row} />,
    },
  ]
}
