'use client'

import { Alert, Button, Group, Stack, Tabs, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Pause, Play, RotateCw, Send, Trash2 } from 'lucide-react'
import { webhooks } from '@/lib/contract/webhooks.ts'
import { ApiError } from '@/lib/queries.ts'
import { ResourceForm } from '../resource/form.tsx'
import { Problem } from '../resource/problem.tsx'
import { CodeTabs } from '../ui/code-tabs.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { notifyDone, notifyError } from '../ui/notify.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import {
  ALSO,
  ALSO_TESTED,
  ofWebhooks,
  type TestReply,
  useManages,
  useOwnerName,
  type Webhook,
} from './data.ts'
import styles from './notifications.module.css'
import { RecentDeliveries } from './recent-deliveries.tsx'
import { TestResult } from './test-result.tsx'
import { SECRET_ENV, VERIFY_CODE } from './verify-code.ts'
import { useWebhookActs } from './webhook-acts.tsx'
import { WebhookAsCode } from './webhook-code.tsx'
import { FIELDS } from './webhook-fields.tsx'
import { eventsWords, eventTitle, WebhookStatus } from './words.tsx'

/** One webhook, in the drawer. `listed` paints at once. */
export function WebhookDetail({ id, listed }: { id: string; listed: Webhook | undefined }) {
  const {
    data: webhook,
    error,
    refetch,
  } = useQuery({
    ...ofWebhooks.one(id),
    ...(listed ? { initialData: listed } : {}),
  })
  const [said] = useUrlState('pane')
  const manages = useManages()
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState title="No such webhook">
        It was deleted, or it belongs to a workspace you do not look after.
      </EmptyState>
    )
  }
  if (error && !webhook) return <Problem error={error} label="The webhook" retry={refetch} />
  if (!webhook) return <FactsPlaceholder />
  const canChange = manages(webhook.workspace_id)
  const panes = {
    overview: 'Overview',
    verify: 'Verify signatures',
    ...(canChange ? { edit: 'Edit' } : {}),
    code: 'API',
  }
  const pane = said !== null && said in panes ? said : 'overview'
  return (
    <Tabs
      value={pane}
      onChange={(next) => setUrlState({ pane: next === 'overview' ? null : next })}
      keepMounted={false}
    >
      <Tabs.List mb={20}>
        {Object.entries(panes).map(([value, label]) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview webhook={webhook} canChange={canChange} />
      </Tabs.Panel>
      <Tabs.Panel value="verify">
        <Verify webhook={webhook} />
      </Tabs.Panel>
      <Tabs.Panel value="edit">
        <Edit key={webhook.last_updated_at} webhook={webhook} />
      </Tabs.Panel>
      <Tabs.Panel value="code">
        <WebhookAsCode webhook={webhook} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Overview({ webhook, canChange }: { webhook: Webhook; canChange: boolean }) {
  const acts = useWebhookActs()
  const ownerName = useOwnerName()
  const test = useMutation(ofWebhooks.act<TestReply>('test', ALSO_TESTED))
  const isActive = webhook.status === 'active'
  const send = () =>
    test
      .mutateAsync({ id: webhook.id })
      .catch((error: unknown) => notifyError(error, 'The test was not sent'))
  return (
    <Stack gap={20}>
      {canChange ? (
        <Group gap={8}>
          <Button
            variant="default"
            leftSection={<Send size={14} />}
            onClick={send}
            loading={test.isPending}
            disabled={!isActive}
            title={isActive ? undefined : 'Resume it first: a paused webhook is sent nothing'}
          >
            Send test
          </Button>
          <Button
            variant="default"
            leftSection={isActive ? <Pause size={14} /> : <Play size={14} />}
            onClick={() => acts.setStatus(webhook, isActive ? 'disabled' : 'active')}
          >
            {isActive ? 'Pause' : 'Resume'}
          </Button>
          <Button variant="default" leftSection={<RotateCw size={14} />} onClick={() => acts.rotate(webhook)}>
            Rotate secret
          </Button>
          <Button
            variant="default"
            c="var(--tg-bad)"
            leftSection={<Trash2 size={14} />}
            onClick={() => acts.remove(webhook)}
          >
            Delete
          </Button>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          Changing it needs <code>organisation_settings.update</code>
          {webhook.workspace_id === null ? '' : ', or workspaces.update there'}.
        </Text>
      )}
      {test.data && !test.isPending && <TestResult reply={test.data} what="The receiver" />}
      <div className={styles.facts}>
        <Facts
          rows={[
            ['Status', <WebhookStatus key="status" of={webhook} />],
            ['Address', <Copyable key="url" value={webhook.url} label="address" />],
            ['Belongs to', ownerName(webhook.workspace_id)],
            [
              'Hears of',
              webhook.events.length > 1 ? webhook.events.map(eventTitle).join(', ') : eventsWords(webhook),
            ],
            ['Format', webhook.format === 'slack' ? 'Slack message' : 'JSON'],
            ['Signing secret', <code key="secret">{webhook.secret}</code>],
            ['Added', <Time key="added" at={webhook.created_at} />],
          ]}
        />
      </div>
      <RecentDeliveries webhookId={webhook.id} />
    </Stack>
  )
}

function Verify({ webhook: { format } }: { webhook: Webhook }) {
  return (
    <Stack gap={16}>
      <Text size="sm">
        Each message carries <code>x-signature: sha256=…</code>, the HMAC-SHA256 of its body under the signing
        secret. What bears no matching one did not come from here. These receivers run as pasted, and take
        only what is signed with the secret in <code>{SECRET_ENV}</code>; then press <b>Send test</b>.
      </Text>
      {format === 'slack' && (
        <Alert color="gray" p="sm">
          Slack itself checks no signature, and what it is sent is no event with an id. A receiver of your own
          wants the format JSON.
        </Alert>
      )}
      <CodeTabs snippets={VERIFY_CODE} maxHeight={560} />
    </Stack>
  )
}

function Edit({ webhook }: { webhook: Webhook }) {
  const update = useMutation(ofWebhooks.update(ALSO))
  const { name, url, format, events } = webhook
  const close = () => setUrlState({ pane: null })
  return (
    <ResourceForm
      schema={webhooks.update}
      mode="update"
      draft={`webhook.${webhook.id}`}
      fields={FIELDS}
      initial={{ name, url, format, events }}
      verb="Save webhook"
      submit={(input) => update.mutateAsync({ id: webhook.id, input })}
      onCancel={close}
      onDone={() => {
        notifyDone(`${webhook.name} is saved`)
        close()
      }}
    />
  )
}
