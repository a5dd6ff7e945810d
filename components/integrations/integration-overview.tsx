'use client'

import { Anchor, Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Grid3x3, KeyRound, Pencil, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { ConnectionTest, useConnectionTest } from '../catalog/connection-test.tsx'
import { type Integration, type IntegrationModels, useServices } from '../catalog/data.ts'
import { ServiceName } from '../catalog/service-name.tsx'
import { count } from '../format.ts'
import { limitWords } from '../limits/words.tsx'
import { useHolds } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts } from '../ui/facts.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { IntegrationStatus } from './columns.tsx'
import { ofOrganisation, scopeOf, useWorkspaceTotal } from './data.ts'
import { askDelete } from './delete-integration.tsx'
import styles from './integrations.module.css'

/** What an integration is, who has it, whether it answers, and what can be done to it. */
export function Overview({ integration, canUpdate }: { integration: Integration; canUpdate: boolean }) {
  const { slug, type } = integration
  const service = useServices().byId.get(integration.ai_provider_id)
  const test = useConnectionTest({ isShared: true })
  const canDelete = useHolds()(scopeOf(integration, 'delete'))
  const total = useWorkspaceTotal()
  const models = useQuery(ofOrganisation.read<IntegrationModels>('listModels', {}, slug)).data?.models
  const on = models?.filter(({ enabled }) => enabled).length
  const limits = limitWords({
    usage_limits: integration.usage_limits ?? null,
    rate_limits: integration.rate_limits ?? null,
  })
  const multiplier = (integration.pricing_adjustments?.multiplier ?? {}) as Record<string, unknown>
  const open = (pane: string) => setUrlState({ pane })
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ['Slug', <Copyable key="slug" value={slug} />],
            ['Service', <ServiceName key="service" of={integration.ai_provider_id} />],
            [
              'Status',
              <IntegrationStatus
                key="status"
                of={{ ...integration, ...(on === undefined ? {} : { enabled_model_count: on }) }}
              />,
            ],
            [
              'Credentials',
              integration.masked_key ? (
                <code key="mask">{integration.masked_key}</code>
              ) : (
                <span key="mask" className={styles.dim}>
                  No key
                </span>
              ),
            ],
            [
              'Models on',
              <Anchor key="models" component="button" type="button" size="sm" onClick={() => open('models')}>
                {on === undefined ? '–' : `${count(on)} of ${count(models?.length)}`}
              </Anchor>,
            ],
            type === 'organisation'
              ? [
                  'Workspaces',
                  <Anchor
                    key="places"
                    component="button"
                    type="button"
                    size="sm"
                    onClick={() => open('workspaces')}
                  >
                    {count(integration.workspace_count)}
                    {total !== undefined && ` of ${count(total)}`}
                  </Anchor>,
                ]
              : ['Belongs to', 'One workspace, and only it'],
            ['Description', integration.description || '–'],
            [
              'Price factor',
              Object.keys(multiplier).length === 0
                ? 'None: as the catalogue says'
                : Object.entries(multiplier)
                    .map(
                      ([kind, value]) =>
                        `${kind === 'default' ? '' : `${kind} `}× ${typeof value === 'object' ? '…' : value}`,
                    )
                    .join(', '),
            ],
            ...(limits.length > 0
              ? [
                  [
                    'Limits of all together',
                    <span key="limits">
                      {limits.join(' · ')} <span className={styles.dim}>(stored, not enforced yet)</span>
                    </span>,
                  ] as const,
                ]
              : []),
            ['Created', <Time key="created" at={integration.created_at} />],
            ['Updated', <Time key="updated" at={integration.last_updated_at} />],
          ]}
        />
        <Group gap={8} mt={16}>
          {type === 'organisation' && (
            <Button
              component={Link}
              href={`/integrations/${encodeURIComponent(slug)}`}
              variant="default"
              leftSection={<Grid3x3 size={14} />}
            >
              Who may call what
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<Pencil size={14} />}
            disabled={!canUpdate}
            onClick={() => open('edit')}
          >
            Edit
          </Button>
          <Button
            variant="default"
            leftSection={<KeyRound size={14} />}
            disabled={!canUpdate}
            onClick={() => open('credentials')}
          >
            Rotate credentials
          </Button>
          <Button
            variant="default"
            c="var(--tg-bad)"
            leftSection={<Trash2 size={14} />}
            disabled={!canDelete}
            onClick={() => askDelete(integration)}
          >
            Delete
          </Button>
        </Group>
      </section>
      <section className={styles.section}>
        <ConnectionTest
          name={service?.name ?? integration.ai_provider_id}
          state={test.state}
          start={() => void test.run({ slug })}
          cancel={test.cancel}
        />
      </section>
    </>
  )
}
