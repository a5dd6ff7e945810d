'use client'

import { Button, Tabs } from '@mantine/core'
import { Plus } from 'lucide-react'
import { count, plural } from '../format.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { type Answer, AnswerStrip } from '../ui/answer-strip.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { Channels } from './channels.tsx'
import { CreateWebhook, openCreateWebhook } from './create-webhook.tsx'
import { useDeliveryCount, useMail, useManages, useOrganisationRights, useWebhooks } from './data.ts'
import { Deliveries } from './deliveries.tsx'
import { Webhooks } from './webhooks.tsx'

/** Who hears of what happens here, on which ways, and what really reached them. */
export function NotificationsScreen() {
  const [said] = useUrlState('tab')
  const { all, me } = useWorkspaces()
  const { sees } = useOrganisationRights()
  const manages = useManages()
  const canCreate = manages(null) || all.some(({ id }) => manages(id))
  if (me && !sees && !canCreate) return <NotForYou />
  const tabs = {
    ...(sees ? { channels: 'Channels' } : {}),
    webhooks: 'Webhooks',
    deliveries: 'Deliveries',
  }
  const usual = Object.keys(tabs)[0] ?? ''
  const tab = said !== null && said in tabs ? said : usual
  return (
    <>
      <PageHeader
        title="Notifications"
        why="Who hears of what happens here, by mail, in the bell and on webhooks, and what reached them."
        action={
          canCreate && (
            <Button leftSection={<Plus size={14} />} onClick={openCreateWebhook}>
              Add webhook
            </Button>
          )
        }
      />
      <Answers />
      <Tabs
        value={tab}
        onChange={(next) => setUrlState({ ...CLEARED, tab: next === usual ? null : next }, { push: true })}
        keepMounted={false}
      >
        <Tabs.List mb={16}>
          {Object.entries(tabs).map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="channels">
          <Channels />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <Webhooks canCreate={canCreate} />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries">
          <Deliveries />
        </Tabs.Panel>
      </Tabs>
      <CreateWebhook />
    </>
  )
}

function NotForYou() {
  return (
    <EmptyState title="This is for those who look after something" level={1}>
      It needs <code>organisation_settings.read</code>, or <code>workspaces.update</code> in a workspace. What
      concerns you yourself stands behind the bell, at the top.
    </EmptyState>
  )
}

/** What one section keeps in the address and another has no use for. */
const CLEARED = Object.fromEntries(
  ['q', 'sort', 'page', 'open', 'pane', 'columns', 'channel', 'status', 'kind', 'webhook'].map((name) => [
    name,
    null,
  ]),
)

function Answers() {
  const { sees } = useOrganisationRights()
  const mail = useMail().data
  const webhooks = useWebhooks().data?.data
  const [pending, failed, all] = [useDeliveryCount('pending'), useDeliveryCount('failed'), useDeliveryCount()]
  const paused = webhooks?.filter(({ status }) => status === 'disabled').length
  const ill = webhooks?.filter(isIll).length
  const answers: Answer[] = [
    ...(sees
      ? [
          {
            label: 'Mail',
            value: mail && (mail.is_configured ? 'Leaves' : 'Is held'),
            ...(mail?.is_configured
              ? { note: `through ${mail.server}` }
              : mail?.held
                ? { note: `${count(mail.held)} held, to be handed over`, tone: 'warn' as const }
                : { note: 'no SMTP server; none waits yet' }),
          },
        ]
      : []),
    {
      label: 'Webhooks on',
      value: webhooks && count(webhooks.length - (paused ?? 0)),
      ...(ill
        ? { note: `the last message to ${count(ill)} failed`, tone: 'bad' as const }
        : { note: paused ? `${count(paused)} paused` : 'none paused' }),
    },
    {
      label: 'On their way',
      value: pending === undefined ? undefined : count(pending),
      note: 'each is tried up to six times',
    },
    {
      label: 'Failed',
      value: failed === undefined ? undefined : count(failed),
      note: all === undefined ? undefined : `of ${plural(all, 'delivery', 'deliveries')} in all`,
    },
  ]
  return <AnswerStrip answers={answers} />
}

const isIll = ({
  status,
  last_delivery,
}: NonNullable<ReturnType<typeof useWebhooks>['data']>['data'][number]) =>
  status === 'active' &&
  (last_delivery?.status === 'failed' ||
    (last_delivery?.status === 'pending' && last_delivery.last_error !== null))
