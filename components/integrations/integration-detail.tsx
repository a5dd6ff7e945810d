'use client'

import { Button, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Grid3x3 } from 'lucide-react'
import Link from 'next/link'
import { ReplaceCredentials } from '../catalog/credentials.tsx'
import { type Integration, useServices } from '../catalog/data.ts'
import { Problem } from '../resource/problem.tsx'
import { useHolds } from '../shell/workspace.tsx'
import { FactsPlaceholder } from '../ui/facts.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import type { Standing } from './access.ts'
import { Refusal } from './access-refusal.tsx'
import { IntegrationAsCode } from './code.tsx'
import { ofOrganisation, scopeOf, useStanding } from './data.ts'
import { EditIntegration } from './edit-integration.tsx'
import { Overview } from './integration-overview.tsx'
import { ModelsPane } from './models-pane.tsx'
import { SaveBar } from './save-bar.tsx'
import { useAccess } from './use-access.ts'
import { WorkspacesPane } from './workspaces-pane.tsx'

/** One integration, in the drawer. `listed` paints at once. */
export function IntegrationDetail({ slug, listed }: { slug: string; listed: Integration | undefined }) {
  const one = useQuery({ ...ofOrganisation.one(slug), ...(listed ? { placeholderData: listed } : {}) })
  const [said] = useUrlState('pane')
  const holds = useHolds()
  const integration = one.data
  if (one.error && (!integration || one.isPlaceholderData))
    return <Problem error={one.error} label="The integration" retry={() => one.refetch()} />
  if (!integration) return <FactsPlaceholder />
  const canUpdate = holds(scopeOf(integration, 'update'))
  const panes = {
    overview: 'Overview',
    ...(canUpdate ? { credentials: 'Credentials' } : {}),
    models: 'Models',
    ...(integration.type === 'organisation' ? { workspaces: 'Workspaces' } : {}),
    ...(canUpdate ? { edit: 'Edit' } : {}),
    code: 'API',
  }
  const pane = said !== null && said in panes ? said : 'overview'
  return (
    <Tabs
      value={pane}
      onChange={(next) => setUrlState({ pane: next === 'overview' ? null : next, model: null })}
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
        <Overview integration={integration} canUpdate={canUpdate} />
      </Tabs.Panel>
      <Tabs.Panel value="credentials">
        {one.isPlaceholderData ? <Skeleton height={240} /> : <Credentials integration={integration} />}
      </Tabs.Panel>
      <Tabs.Panel value="models">
        <ModelsPane integration={integration} />
      </Tabs.Panel>
      <Tabs.Panel value="workspaces">
        <WithStanding slug={slug}>
          {(standing) => <Workspaces slug={slug} standing={standing} canChange={canUpdate} />}
        </WithStanding>
      </Tabs.Panel>
      <Tabs.Panel value="edit">
        {one.isPlaceholderData ? (
          <Skeleton height={240} />
        ) : (
          <EditIntegration key={integration.last_updated_at} integration={integration} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="code">
        <WithStanding slug={slug}>
          {(standing) => <IntegrationAsCode integration={integration} standing={standing} />}
        </WithStanding>
      </Tabs.Panel>
    </Tabs>
  )
}

function WithStanding({
  slug,
  children,
}: {
  slug: string
  children: (standing: Standing) => React.ReactNode
}) {
  const { standing, error, refetch } = useStanding(slug)
  if (error) return <Problem error={error} label="Its access" retry={refetch} />
  return standing ? children(standing) : <Skeleton height={280} />
}

function Workspaces({ slug, standing, canChange }: { slug: string; standing: Standing; canChange: boolean }) {
  const access = useAccess(slug, standing)
  return (
    <Stack gap={16}>
      <div>
        <Button
          component={Link}
          href={`/integrations/${encodeURIComponent(slug)}`}
          variant="default"
          leftSection={<Grid3x3 size={14} />}
        >
          Who may call what
        </Button>
      </div>
      <div>
        <WorkspacesPane access={access} canChange={canChange} />
        <SaveBar access={access} />
      </div>
      <Refusal />
    </Stack>
  )
}

function Credentials({ integration }: { integration: Integration }) {
  const service = useServices().byId.get(integration.ai_provider_id)
  if (!service) return <Skeleton height={240} />
  if (service.is_local)
    return <Text c="dimmed">{service.name} answers inside the gateway and needs no credentials.</Text>
  return (
    <ReplaceCredentials
      key={integration.last_updated_at}
      service={service}
      integration={integration}
      done={() => setUrlState({ pane: null })}
    />
  )
}
