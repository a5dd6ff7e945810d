'use client'

import { Button, Menu, Select, Switch, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Boxes, ChevronDown, Plus, Search } from 'lucide-react'
import { memo, useDeferredValue, useMemo } from 'react'
import { compact, count, plural } from '../format.ts'
import type { Column } from '../resource/columns.ts'
import listStyles from '../resource/list.module.css'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ModelId } from '../ui/model-id.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { openAddProvider } from './add-provider.tsx'
import styles from './catalog.module.css'
import { CustomModel } from './custom-model.tsx'
import { type CallableModel, useModels, useProviders, useServices } from './data.ts'
import { ModelDetail } from './model-detail.tsx'
import { filtered, SHOWS, SORTS } from './model-filter.ts'
import { useModelSwitch } from './model-switch.ts'
import { ModelMarks, PriceOf } from './model-words.tsx'
import { ServiceLabel } from './service-name.tsx'

const PAGE = 50
const WORDS: Readonly<Record<(typeof SHOWS)[number], string>> = {
  all: 'On and off',
  on: 'On',
  off: 'Off',
  custom: 'Custom',
  unpriced: 'Unpriced',
}

/** Every model the workspace can call or could: what it takes, what it costs, and whether it is offered. */
export function Models() {
  const providers = useProviders()
  const { models, isPending, error, refetch } = useModels(providers.data?.data)
  const [search, setSearch] = useUrlState('q')
  const [provider, setProvider] = useUrlState('provider')
  const [said, setShow] = useUrlState('show')
  const [sort] = useUrlState('sort')
  const [paging] = usePaging(PAGE)
  const { turn, turnAll, canTurn } = useModelSwitch()
  const { byId } = useServices()
  const isPhone = useMediaQuery('(max-width: 40em)') ?? false
  const show = SHOWS.find((each) => each === said) ?? 'all'
  const words = useDeferredValue(search ?? '')
  const found = useMemo(
    () => filtered(models, { search: words, provider: provider ?? '', show, sort: sort ?? 'model' }),
    [models, words, provider, show, sort],
  )
  const page = found.slice(paging.page * PAGE, (paging.page + 1) * PAGE)
  const isFiltered = words !== '' || (provider ?? '') !== '' || show !== 'all'
  const clear = () => setUrlState({ q: null, provider: null, show: null, page: null })
  const toFirstPage = () => setUrlState({ page: null })

  const columns = useMemo(() => columnsFor({ turn, canTurn, isPhone, byId }), [turn, canTurn, isPhone, byId])

  return (
    <>
      <ResourceList
        label="Models"
        list={{
          data: isPending ? undefined : { object: 'list', total: found.length, data: page },
          error: providers.error ?? error,
          isPending: isPending && !providers.error && !error,
          isFetching: false,
          refetch: (async () => {
            await providers.refetch()
            return refetch()
          }) as never,
        }}
        columns={columns}
        rowId={({ id }) => id}
        defaultSort="model"
        paging={paging}
        toolbar={
          <>
            <TextInput
              value={search ?? ''}
              onChange={(event) => {
                setSearch(event.currentTarget.value)
                toFirstPage()
              }}
              placeholder="Search models"
              aria-label="Search models"
              leftSection={<Search size={14} />}
              type="search"
              className={listStyles.search}
            />
            <Select
              aria-label="Provider"
              placeholder="All providers"
              data={(providers.data?.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))}
              value={provider}
              onChange={(value) => {
                setProvider(value)
                toFirstPage()
              }}
              clearable
              searchable
              w={180}
            />
            <Select
              aria-label="Which models"
              data={SHOWS.map((value) => ({ value, label: WORDS[value] }))}
              value={show}
              allowDeselect={false}
              onChange={(value) => {
                setShow(value === 'all' ? null : value)
                toFirstPage()
              }}
              w={130}
            />
            {canTurn && found.length > 0 && (
              <Menu position="bottom-start" width={220}>
                <Menu.Target>
                  <Button variant="default" rightSection={<ChevronDown size={14} />}>
                    Turn on or off
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Label>{plural(found.length, 'model')} in this view</Menu.Label>
                  <Menu.Item onClick={() => turnAll(found, true)}>Turn all of them on</Menu.Item>
                  <Menu.Item onClick={() => turnAll(found, false)}>Turn all of them off</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
            {!isPending && (
              <span className={`${styles.dim} figures`} style={{ fontSize: 13 }} role="status">
                {plural(found.length, 'model')}
              </span>
            )}
          </>
        }
        drawer={{
          title: (_, id) => <code>{id}</code>,
          render: (_, id) => (
            <ModelDetail key={id} id={id} row={models.find((row) => row.id === id)} isPending={isPending} />
          ),
        }}
        empty={
          isFiltered ? (
            <EmptyState
              title="No models match"
              action={
                <Button variant="default" onClick={clear}>
                  Clear filters
                </Button>
              }
            >
              Nothing is called that, or all of it is filtered out.
            </EmptyState>
          ) : (
            <EmptyState
              icon={<Boxes size={28} />}
              title="No models yet"
              action={
                <Button leftSection={<Plus size={14} />} onClick={() => openAddProvider()}>
                  Add provider
                </Button>
              }
            >
              The models of your providers stand here with their prices, each with a switch.
            </EmptyState>
          )
        }
      />
      <CustomModel providers={providers.data?.data ?? []} models={models} />
    </>
  )
}

interface Cell {
  row: CallableModel
}

/** Cells are drawn again only when their row changes: opening a drawer redraws the list around them. */
const IdCell = memo(function IdCell({ row: { id, provider, model }, isPhone }: Cell & { isPhone: boolean }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', maxWidth: 420 }}>
      {/* On a phone the name is the button that opens the card. */}
      {isPhone ? (
        <code style={{ fontSize: 12, overflowWrap: 'anywhere' }}>{id}</code>
      ) : (
        <Copyable value={id} shown={<ModelId slug={provider.slug} model={model.slug} />} />
      )}
      <ModelMarks model={model} />
    </span>
  )
})

const OnCell = memo(function OnCell({ row, turn, canTurn }: Cell & Pick<Turning, 'turn' | 'canTurn'>) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps a click on the switch from opening the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the switch inside has the keys
    <span onClick={(event) => event.stopPropagation()} style={{ display: 'flex' }}>
      <Switch
        size="xs"
        checked={row.model.enabled}
        disabled={!canTurn || row.provider.status !== 'active'}
        aria-label={`Offer ${row.id}`}
        onChange={() => turn(row.provider, row.model)}
      />
    </span>
  )
})

type Turning = ReturnType<typeof useModelSwitch>

function columnsFor({
  turn,
  canTurn,
  isPhone,
  byId,
}: Pick<Turning, 'turn' | 'canTurn'> & { isPhone: boolean } & Pick<
    ReturnType<typeof useServices>,
    'byId'
  >): Column<CallableModel>[] {
  return [
    {
      key: 'model',
      title: 'Model',
      sort: SORTS.model!,
      render: (row) => <IdCell row={row} isPhone={isPhone} />,
    },
    {
      key: 'provider',
      title: 'Provider',
      sort: SORTS.provider!,
      render: (row) => (
        <span style={{ display: 'inline-flex', maxWidth: 200 }}>
          <ServiceLabel
            of={row.provider.ai_provider_id}
            service={byId.get(row.provider.ai_provider_id)}
            text={row.provider.name}
          />
        </span>
      ),
    },
    {
      key: 'context',
      title: 'Context, tokens',
      align: 'right',
      sort: SORTS.context!,
      render: ({ model }) => <span title={count(model.context_window)}>{compact(model.context_window)}</span>,
    },
    {
      key: 'cap',
      title: 'Output cap, tokens',
      align: 'right',
      sort: SORTS.cap!,
      render: ({ model }) => (
        <span title={count(model.max_output_tokens)}>{compact(model.max_output_tokens)}</span>
      ),
    },
    {
      key: 'input',
      title: 'In, $ / 1M',
      align: 'right',
      sort: SORTS.input!,
      render: ({ model }) => <PriceOf prices={model.prices} kind="input" />,
    },
    {
      key: 'output',
      title: 'Out, $ / 1M',
      align: 'right',
      sort: SORTS.output!,
      render: ({ model }) => <PriceOf prices={model.prices} kind="output" />,
    },
    {
      key: 'on',
      title: 'On',
      sort: SORTS.on!,
      width: 64,
      render: (row) => <OnCell row={row} turn={turn} canTurn={canTurn} />,
    },
  ]
}
