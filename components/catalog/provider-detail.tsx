'use client'

import { Button, Group, Skeleton, Stack, Tabs, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Check, Pencil, Power, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { providers as resource } from '@/lib/contract/catalog.ts'
import { ResourceForm } from '../resource/form.tsx'
import { Problem } from '../resource/problem.tsx'
import { useCan } from '../shell/workspace.tsx'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { MomentInput } from '../ui/moment-input.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import styles from './catalog.module.css'
import { Credentials } from './credentials.tsx'
import { type Provider, useCatalog } from './data.ts'
import { useProviderActs } from './provider-acts.tsx'
import { ProviderModels } from './provider-models.tsx'
import { Limits, ProviderStatus } from './provider-words.tsx'
import { ServiceName } from './service-name.tsx'
import { setupCode } from './setup-code.ts'

const PANES = ['overview', 'models', 'code', 'edit'] as const

/** One provider, in the drawer: what it is, its models, how to call it, and changing it. `listed` paints at once. */
export function ProviderDetail({ slug, listed }: { slug: string; listed: Provider | undefined }) {
  const { providers } = useCatalog()
  const one = useQuery({ ...providers.one(slug), ...(listed ? { placeholderData: listed } : {}) })
  const [said, setPane] = useUrlState('pane')
  const canUpdate = useCan('providers.update')
  const pane = PANES.find((each) => each === said && (each !== 'edit' || canUpdate)) ?? 'overview'
  const provider = one.data

  if (one.error && !provider)
    return <Problem error={one.error} label="The provider" retry={() => one.refetch()} />
  if (!provider) return <FactsPlaceholder />
  return (
    <>
      <Next provider={provider} />
      <Tabs
        value={pane}
        onChange={(value) => setPane(value === 'overview' ? null : value)}
        keepMounted={false}
      >
        <Tabs.List mb={20}>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="models">Models</Tabs.Tab>
          <Tabs.Tab value="code">Setup code</Tabs.Tab>
          {canUpdate && <Tabs.Tab value="edit">Edit</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview provider={provider} />
        </Tabs.Panel>
        <Tabs.Panel value="models">
          <ProviderModels provider={provider} />
        </Tabs.Panel>
        <Tabs.Panel value="code">
          <SetUp provider={provider} />
        </Tabs.Panel>
        <Tabs.Panel value="edit">
          <Edit provider={provider} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

/** What comes after adding: the one step to a first call. */
function Next({ provider }: { provider: Provider }) {
  const [made] = useUrlState('made')
  if (!made) return null
  return (
    <div className={styles.next} role="status">
      <span style={{ display: 'inline-flex', gap: 8, alignItems: 'center' }}>
        <Check size={16} aria-hidden color="var(--tg-ok)" />
        <span>
          <b>@{provider.slug}</b> is ready. A key lets a program call it.
        </span>
      </span>
      <Group gap={8}>
        <Button component={Link} href="/api-keys?create=1" size="compact-sm">
          Create key
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => setUrlState({ made: null })}>
          Later
        </Button>
      </Group>
    </div>
  )
}

function Overview({ provider }: { provider: Provider }) {
  const { setStatus, remove } = useProviderActs()
  const canUpdate = useCan('providers.update')
  const canDelete = useCan('providers.delete')
  const isOff = provider.status === 'disabled'
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ['Called as', <Copyable key="slug" value={`@${provider.slug}`} />],
            ['Service', <ServiceName key="service" of={provider.ai_provider_id} />],
            ['Status', <ProviderStatus key="status" {...provider} />],
            ['Note', provider.note ?? '–'],
            ['Expires', provider.expires_at ? <Time key="expires" at={provider.expires_at} /> : 'Never'],
            ['Budget and rate', <Limits key="limits" {...provider} />],
            ['Created', <Time key="created" at={provider.created_at} />],
            ['Changed', <Time key="changed" at={provider.last_updated_at} />],
          ]}
        />
        <Group gap={8} mt={16}>
          <Button
            variant="default"
            leftSection={<Pencil size={14} />}
            disabled={!canUpdate}
            onClick={() => setUrlState({ pane: 'edit' })}
          >
            Edit
          </Button>
          <Button
            variant="default"
            leftSection={<Power size={14} />}
            disabled={!canUpdate}
            onClick={() => setStatus(provider, isOff ? 'active' : 'disabled')}
          >
            {isOff ? 'Enable' : 'Disable'}
          </Button>
          <Button
            variant="default"
            c="var(--tg-bad)"
            leftSection={<Trash2 size={14} />}
            disabled={!canDelete}
            onClick={() => remove(provider)}
          >
            Delete
          </Button>
        </Group>
      </section>
      <Credentials provider={provider} />
    </>
  )
}

function SetUp({ provider }: { provider: Provider }) {
  const { modelsOf } = useCatalog()
  const origin = useOrigin()
  const models = useQuery(modelsOf(provider))
  const first = models.data?.models.find((model) => model.enabled)
  if (models.isPending) return <Skeleton height={200} />
  return (
    <Stack gap={12}>
      <Text size="sm" c="dimmed">
        Put a key in <code>TOLLGATE_API_KEY</code>, then paste. Any model of this provider works in place of{' '}
        <code>{first?.slug ?? 'model'}</code>.
      </Text>
      <CodeTabs snippets={setupCode(origin, `@${provider.slug}/${first?.slug ?? 'model'}`)} />
      <Group gap={8}>
        <Button component={Link} href="/api-keys?create=1" variant="default">
          Create key
        </Button>
        <Button component={Link} href="/connect" variant="default">
          Connect another client
        </Button>
      </Group>
    </Stack>
  )
}

function Edit({ provider }: { provider: Provider }) {
  const { providers } = useCatalog()
  const update = useMutation(providers.update())
  const close = () => setUrlState({ pane: null })
  return (
    <ResourceForm
      schema={resource.update}
      mode="update"
      draft={`provider.edit.${provider.id}`}
      initial={{ name: provider.name, note: provider.note ?? '', expires_at: provider.expires_at ?? '' }}
      fields={[
        {
          name: 'name',
          label: 'Name',
          render: ({ id, value, set, blur, error }) => (
            <TextInput
              id={id}
              label="Name"
              required
              value={String(value ?? '')}
              onChange={(event) => set(event.currentTarget.value)}
              onBlur={blur}
              error={error ?? (String(value ?? '').trim() === '' ? 'Must have 1-255 characters' : undefined)}
            />
          ),
        },
        {
          name: 'note',
          label: 'Note',
          render: ({ id, value, set, blur, error }) => (
            <Textarea
              id={id}
              label="Note"
              description="For colleagues: what it is for, who pays."
              autosize
              minRows={2}
              maxRows={8}
              value={String(value ?? '')}
              onChange={(event) => set(event.currentTarget.value)}
              onBlur={blur}
              error={error}
            />
          ),
        },
        {
          name: 'expires_at',
          label: 'Expires',
          render: ({ id, value, set, error }) => (
            <MomentInput
              id={id}
              label="Expires"
              description="Calls are refused from then on. Empty: never."
              value={String(value ?? '')}
              onChange={set}
              error={error}
              maw={260}
            />
          ),
        },
      ]}
      verb="Save provider"
      submit={(input) => update.mutateAsync({ id: provider.slug, input })}
      onDone={() => {
        notifyDone('The provider is saved')
        close()
      }}
      onCancel={close}
    />
  )
}
