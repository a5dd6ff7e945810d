'use client'

import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { type FormEvent, useMemo, useState } from 'react'
import { integrations, providers } from '@/lib/contract/catalog.ts'
import { type Problems, problemsOf, useFormState } from '../resource/form-state.ts'
import { useCan } from '../shell/workspace.tsx'
import { Facts } from '../ui/facts.tsx'
import { notifyDone } from '../ui/notify.tsx'
import styles from './catalog.module.css'
import { ConnectionTest, useConnectionTest } from './connection-test.tsx'
import { CredentialsForm } from './credentials-form.tsx'
import { type Integration, type Provider, type Service, useCatalog, useServices } from './data.ts'
import { credentialsChange, storedDraft, withoutSecrets } from './new-provider.ts'

/** What a provider signs in with upstream: masked, tested on demand, replaceable. */
export function Credentials({ provider }: { provider: Provider }) {
  const { integrations } = useCatalog()
  const { byId } = useServices()
  const service = byId.get(provider.ai_provider_id)
  const [isEditing, setEditing] = useState(false)
  const test = useConnectionTest()
  const canReadOwn = useCan('workspace_integrations.read')
  const canReadShared = useCan('organisation_integrations.read')
  const canSee = canReadOwn || canReadShared
  const { data: integration } = useQuery({ ...integrations.one(provider.integration_id), enabled: canSee })
  const scope = integration?.type === 'organisation' ? 'organisation_integrations' : 'workspace_integrations'
  const canUpdate = useCan(`${scope}.update`)
  if (!service || service.is_local) return null
  return (
    <section className={styles.section}>
      <h3>Credentials</h3>
      {isEditing && integration ? (
        <ReplaceCredentials
          key={integration.last_updated_at}
          service={service}
          integration={integration}
          done={() => setEditing(false)}
        />
      ) : (
        <Stack gap={16}>
          <Facts
            rows={[
              [
                'Kept in',
                `${provider.integration_name} (${integration?.type === 'organisation' ? 'of the organisation' : 'of this workspace'})`,
              ],
              ...factsOf(service, provider),
            ]}
          />
          {canSee && (
            <ConnectionTest
              name={service.name}
              state={test.state}
              start={() => void test.run({ slug: provider.integration_id })}
              cancel={test.cancel}
            />
          )}
          {canUpdate && integration && (
            <Group>
              <Button variant="default" leftSection={<KeyRound size={14} />} onClick={() => setEditing(true)}>
                Replace credentials
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </section>
  )
}

function factsOf(service: Service, { model_config }: Provider): [string, React.ReactNode][] {
  return service.fields.flatMap((field): [string, React.ReactNode][] => {
    const value = model_config[field.is_secret ? `masked_${field.name}` : field.name]
    if (value === undefined || value === null || value === '') return []
    return [[field.label, <code key={field.name}>{String(value)}</code>]]
  })
}

/** The fields of a service over what is stored, tested before they are saved. */
export function ReplaceCredentials({
  service,
  integration,
  done,
}: {
  service: Service
  integration: Integration
  done: () => void
}) {
  const { shared } = useCatalog()
  const isShared = integration.type === 'organisation'
  const before = useMemo(() => storedDraft(service, integration), [service, integration])
  const form = useFormState({
    draft: `credentials.${integration.id}`,
    initial: before,
    withoutSecrets: withoutSecrets(service),
  })
  const test = useConnectionTest({ isShared })
  const update = useMutation(shared.update({ alsoRefresh: [integrations, providers] }))
  const change = credentialsChange(service, before, form.values)
  const stored: Record<string, string> = {
    ...(integration.masked_key ? { key: integration.masked_key } : {}),
    ...Object.fromEntries(
      Object.entries(integration.configurations ?? {})
        .filter(([name]) => name.startsWith('masked_'))
        .map(([name, value]) => [name.slice('masked_'.length), String(value)]),
    ),
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const saved = await form.run(
      'The credentials were not saved',
      () => update.mutateAsync({ id: integration.slug, input: change }),
      isCredential,
    )
    if (!saved) return
    notifyDone('The credentials are saved')
    done()
  }
  const runTest = async () => {
    const refusal = await test.run({ slug: integration.slug, ...change })
    const found: Problems = refusal ? problemsOf(refusal) : {}
    form.judge(['key', 'configurations'], found)
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={16}>
        <Text size="sm" c="dimmed">
          An empty secret stays as it is.{' '}
          {isShared
            ? 'These credentials belong to the organisation: every workspace that uses them changes too.'
            : 'Every provider on these credentials changes too.'}
        </Text>
        {form.general && (
          <Text size="sm" c="var(--tg-bad)" role="alert">
            {form.general}
          </Text>
        )}
        <CredentialsForm service={service} form={form} stored={stored} />
        <ConnectionTest name={service.name} state={test.state} start={runTest} cancel={test.cancel} />
        <Group justify="flex-end" gap={8}>
          <Button
            variant="default"
            onClick={() => {
              form.discard()
              done()
            }}
          >
            Cancel
          </Button>
          <Button type="submit" loading={form.isBusy} disabled={Object.keys(change).length === 0}>
            Save credentials
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function isCredential(path: string): boolean {
  return path === 'key' || path.startsWith('configurations')
}
