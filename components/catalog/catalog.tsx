'use client'

import { Button, Tabs } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useCan } from '../shell/workspace.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { AddProvider, openAddProvider } from './add-provider.tsx'
import { openCustomModel } from './custom-model.tsx'
import { Models } from './models.tsx'
import { Providers } from './providers.tsx'

/** What can be called and through whom: providers on one tab, their models on the other. */
export function CatalogScreen() {
  const [said] = useUrlState('tab')
  const [provider] = useUrlState('provider')
  const tab = said === 'models' ? 'models' : 'providers'
  const canAdd = useCan('providers.create')
  const canOwn = useCan('workspace_integrations.update')
  const canShared = useCan('organisation_integrations.update')
  // Search, order and filters belong to the tab that is left.
  const go = (next: string | null) =>
    setUrlState(
      {
        tab: next === 'models' ? next : null,
        q: null,
        sort: null,
        page: null,
        open: null,
        pane: null,
        made: null,
        provider: null,
        show: null,
      },
      { push: true },
    )
  return (
    <>
      <PageHeader
        title="Model Catalog"
        why="The services this workspace calls, and every model they bring."
        action={
          <>
            {tab === 'models' && (canOwn || canShared) && (
              <Button variant="default" onClick={() => openCustomModel(provider ?? undefined)}>
                Add model
              </Button>
            )}
            {canAdd && (
              <Button leftSection={<Plus size={14} />} onClick={() => openAddProvider()}>
                Add provider
              </Button>
            )}
          </>
        }
      />
      <Tabs value={tab} onChange={go} keepMounted={false}>
        <Tabs.List mb={16}>
          <Tabs.Tab value="providers">AI providers</Tabs.Tab>
          <Tabs.Tab value="models">Models</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="providers">
          <Providers />
        </Tabs.Panel>
        <Tabs.Panel value="models">
          <Models />
        </Tabs.Panel>
      </Tabs>
      <AddProvider />
    </>
  )
}
