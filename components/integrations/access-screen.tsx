'use client'

import { Anchor, Button, Select, Skeleton, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Boxes, ChevronLeft, Search } from 'lucide-react'
import Link from 'next/link'
import { useDeferredValue, useMemo, useState } from 'react'
import { plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { useHolds } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { type PlaceView, type Standing, setLimits, setList, setRule } from './access.ts'
import { AccessGrid } from './access-grid.tsx'
import { AccessList } from './access-list.tsx'
import { Refusal } from './access-refusal.tsx'
import { ChooseModels } from './choose-models.tsx'
import { ofOrganisation, scopeOf, useStanding } from './data.ts'
import { EditLimits, type LimitsOf } from './edit-limits.tsx'
import { MODELS_SHOWN, narrowed, WORKSPACES_SHOWN } from './grid-filter.ts'
import styles from './integrations.module.css'
import { SaveBar } from './save-bar.tsx'
import { useAccess } from './use-access.ts'

/** Which workspace may call which models of an integration: all of it at a glance, and changed in place. */
export function AccessScreen({ slug }: { slug: string }) {
  const one = useQuery(ofOrganisation.one(slug))
  const { standing, error, refetch } = useStanding(slug)
  const holds = useHolds()
  const integration = one.data
  const canChange = integration?.type === 'organisation' && holds(scopeOf(integration, 'update'))
  return (
    <>
      <Anchor
        component={Link}
        href={`/integrations?open=${encodeURIComponent(slug)}`}
        size="sm"
        className={styles.back}
      >
        <ChevronLeft size={14} aria-hidden /> Integrations
      </Anchor>
      <PageHeader
        title={integration ? `Access to ${integration.name}` : 'Access'}
        why="Which workspace may call which models. Nothing changes until you save."
      />
      {(one.error && !integration) || error ? (
        <Problem
          error={one.error ?? error}
          label="The integration"
          retry={() => Promise.all([one.refetch(), refetch()])}
        />
      ) : standing && integration ? (
        <Loaded slug={slug} standing={standing} canChange={canChange} />
      ) : (
        <Skeleton height={420} />
      )}
    </>
  )
}

function Loaded({ slug, standing, canChange }: { slug: string; standing: Standing; canChange: boolean }) {
  const access = useAccess(slug, standing)
  const [choosing, setChoosing] = useState<PlaceView | null>(null)
  const [limiting, setLimiting] = useState<LimitsOf | null>(null)
  const isPhone = useMediaQuery('(max-width: 40em)') ?? false
  const [search, setSearch] = useUrlState('q')
  const [place, setPlace] = useUrlState('workspace')
  const [models, setModelsShown] = useUrlState('show')
  const [places, setPlacesShown] = useUrlState('which')
  const asked = useDeferredValue(search ?? '')
  const askedPlace = useDeferredValue(place ?? '')
  const { view, before, edit } = access
  // Filtered by what stands, so that nothing leaves the view while it is being turned.
  const found = useMemo(
    () => narrowed(view, before, { search: asked, place: askedPlace, models, places }),
    [view, before, asked, askedPlace, models, places],
  )
  const editLimits = ({ slug: id, name, limits, enabled }: PlaceView) => {
    const others = view.workspaces.filter((one) => one.enabled && one.slug !== id).length
    setLimiting({ id, name, limits, others: enabled ? others : 0 })
  }
  const shape = {
    access,
    canChange,
    models: found.models,
    workspaces: found.workspaces,
    chooseModels: setChoosing,
    editLimits,
  }
  const clear = () => setUrlState({ q: null, workspace: null, show: null, which: null })
  return (
    <>
      <div className={styles.filters}>
        <TextInput
          type="search"
          aria-label="Search models"
          placeholder={`Search ${plural(view.models.length, 'model')}`}
          leftSection={<Search size={14} />}
          value={search ?? ''}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Select
          aria-label="Which models"
          data={MODELS_SHOWN}
          value={models ?? 'all'}
          allowDeselect={false}
          onChange={(value) => setModelsShown(value === 'all' ? null : value)}
        />
        {!isPhone && (
          <>
            <TextInput
              type="search"
              aria-label="Search workspaces"
              placeholder={`Search ${plural(view.workspaces.length, 'workspace')}`}
              leftSection={<Search size={14} />}
              value={place ?? ''}
              onChange={(event) => setPlace(event.currentTarget.value)}
            />
            <Select
              aria-label="Which workspaces"
              data={WORKSPACES_SHOWN}
              value={places ?? 'all'}
              allowDeselect={false}
              onChange={(value) => setPlacesShown(value === 'all' ? null : value)}
            />
          </>
        )}
      </div>
      {view.models.length === 0 ? (
        <div className={styles.framed}>
          <EmptyState
            icon={<Boxes size={24} />}
            title="No models are known"
            action={
              <Button component={Link} href={`/integrations?open=${encodeURIComponent(slug)}&pane=models`}>
                Add models
              </Button>
            }
          >
            The catalogue knows none of this service. Add those you use; then say here who may call them.
          </EmptyState>
        </div>
      ) : found.models.length === 0 || found.workspaces.length === 0 ? (
        <div className={styles.framed}>
          <EmptyState
            title="Nothing matches"
            action={
              <Button variant="default" onClick={clear}>
                Clear filters
              </Button>
            }
          >
            No {found.models.length === 0 ? 'model' : 'workspace'} is called that, or all are filtered out.
          </EmptyState>
        </div>
      ) : isPhone ? (
        <AccessList {...shape} />
      ) : (
        <AccessGrid {...shape} />
      )}
      <Stack gap={12} mt={12}>
        {canChange && (
          <Switch
            size="xs"
            label="New workspaces get this integration by themselves, with every model"
            checked={view.rule.enabled}
            onChange={() => edit((draft) => setRule(draft, { enabled: !view.rule.enabled }))}
          />
        )}
        <Refusal hasMarks={!isPhone} />
        {!canChange && (
          <Text size="sm" c="dimmed">
            You may look at this. Changing it needs <code>organisation_integrations.update</code>.
          </Text>
        )}
      </Stack>
      <SaveBar access={access} />
      <ChooseModels
        of={choosing}
        models={view.models}
        close={() => setChoosing(null)}
        choose={(list) => choosing && edit((draft) => setList(standing, draft, choosing.slug, list))}
      />
      <EditLimits
        of={limiting}
        close={() => setLimiting(null)}
        set={(limits, isForAll) => {
          const all = view.workspaces.filter(({ enabled }) => enabled).map((one) => one.slug)
          if (limiting) edit((draft) => setLimits(draft, isForAll ? all : [limiting.id], limits))
        }}
      />
    </>
  )
}
