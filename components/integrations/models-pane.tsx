'use client'

import { Badge, Button, Group, Menu, Skeleton, Switch, Table, TextInput, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Boxes, ChevronDown, Plus, Search } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { type Integration, type IntegrationModels, type ModelSetting, useServices } from '../catalog/data.ts'
import { PriceOf } from '../catalog/model-words.tsx'
import { compact, count, plural } from '../format.ts'
import listStyles from '../resource/list.module.css'
import { Problem } from '../resource/problem.tsx'
import { useHolds } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { ofOrganisation, scopeOf } from './data.ts'
import { FindModels } from './find-models.tsx'
import { holds as matches } from './grid-filter.ts'
import styles from './integrations.module.css'
import { NewModel } from './model-new.tsx'
import { ModelPrice } from './model-price.tsx'
import { useModelTurning } from './model-turning.ts'

const PAGE = 100

/** The models of an integration: which are on for anybody, what they cost, and how to add one. `?model=` opens one, `+` a new one. */
export function ModelsPane({ integration }: { integration: Integration }) {
  const [open] = useUrlState('model')
  const list = useQuery(ofOrganisation.read<IntegrationModels>('listModels', {}, integration.slug))
  const close = () => setUrlState({ model: null })
  if (list.error && !list.data)
    return <Problem error={list.error} label="The models" retry={() => list.refetch()} />
  if (!list.data) return <Skeleton height={280} />
  if (open === '+') return <NewModel integration={integration} models={list.data.models} close={close} />
  const model = list.data.models.find(({ slug }) => slug === open)
  if (model) return <ModelPrice key={model.slug} integration={integration} model={model} close={close} />
  return <List integration={integration} all={list.data} />
}

function List({ integration, all }: { integration: Integration; all: IntegrationModels }) {
  const canChange = useHolds()(scopeOf(integration, 'update'))
  const { byId } = useServices()
  const { turn, setNew } = useModelTurning(integration.slug)
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState(PAGE)
  const words = useDeferredValue(search)
  const found = all.models.filter((model) => matches(words, model))
  const on = all.models.filter(({ enabled }) => enabled).length
  const isCatalogued = (byId.get(integration.ai_provider_id)?.model_count ?? 0) > 0
  const add = () => setUrlState({ model: '+' })
  return (
    <>
      {canChange && !isCatalogued && <FindModels integration={integration} known={all.models} />}
      {all.models.length === 0 ? (
        <EmptyState
          icon={<Boxes size={24} />}
          title="No models are known"
          action={canChange ? <Button onClick={add}>Add model</Button> : undefined}
        >
          The catalogue knows none of this service. Ask it for its list above, or add those you use with their
          prices.
        </EmptyState>
      ) : (
        <>
          <Group justify="space-between" mb={12} gap={8}>
            <TextInput
              type="search"
              aria-label="Search models of this integration"
              placeholder={`Search ${plural(all.models.length, 'model')}`}
              leftSection={<Search size={14} />}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              style={{ flex: '1 1 200px' }}
            />
            {canChange && (
              <Group gap={8}>
                <Menu position="bottom-end" width={220}>
                  <Menu.Target>
                    <Button
                      variant="default"
                      rightSection={<ChevronDown size={14} />}
                      disabled={found.length === 0}
                    >
                      Turn on or off
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Label>{plural(found.length, 'model')} in this view</Menu.Label>
                    <Menu.Item onClick={() => turn(found, true)}>Turn all of them on</Menu.Item>
                    <Menu.Item onClick={() => turn(found, false)}>Turn all of them off</Menu.Item>
                  </Menu.Dropdown>
                </Menu>
                <Button variant="default" leftSection={<Plus size={14} />} onClick={add}>
                  Add model
                </Button>
              </Group>
            )}
          </Group>
          <Group justify="space-between" mb={12} gap={8}>
            <Switch
              size="xs"
              label="New models of the catalogue are on by themselves"
              checked={all.allow_all_models}
              disabled={!canChange}
              onChange={() => setNew(all)}
            />
            <span className={`${styles.dim} figures`} role="status">
              {count(on)} of {count(all.models.length)} on
            </span>
          </Group>
          <ModelTable models={found.slice(0, shown)} canChange={canChange} turn={turn} />
          {found.length === 0 && <p className={styles.dim}>No model is called “{search}”.</p>}
          {found.length > shown && (
            <Button variant="default" mt={12} onClick={() => setShown(shown + PAGE)}>
              Show more of {count(found.length)}
            </Button>
          )}
        </>
      )}
    </>
  )
}

function ModelTable({
  models,
  canChange,
  turn,
}: {
  models: readonly ModelSetting[]
  canChange: boolean
  turn: (models: readonly ModelSetting[], on: boolean) => void
}) {
  return (
    <div className={listStyles.frame}>
      <Table.ScrollContainer minWidth={280} type="native">
        <Table className={listStyles.table} aria-label="Models of this integration">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Model</Table.Th>
              <Table.Th data-align="right" visibleFrom="sm">
                Context
              </Table.Th>
              <Table.Th data-align="right" visibleFrom="sm">
                In, $ / 1M
              </Table.Th>
              <Table.Th data-align="right" visibleFrom="sm">
                Out, $ / 1M
              </Table.Th>
              <Table.Th style={{ width: 56 }}>On</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {models.map((model) => (
              <Table.Tr key={model.slug}>
                <Table.Td className={styles.rest}>
                  <span className={styles.named}>
                    <UnstyledButton
                      className={styles.modelLink}
                      title={model.slug}
                      aria-label={`Price and bounds of ${model.slug}`}
                      onClick={() => setUrlState({ model: model.slug })}
                    >
                      <code>{model.slug}</code>
                    </UnstyledButton>
                    {model.is_custom && (
                      <Badge size="xs" color="gray">
                        Custom
                      </Badge>
                    )}
                    {model.pricing_config && <Badge size="xs">Own price</Badge>}
                  </span>
                </Table.Td>
                <Table.Td data-align="right" visibleFrom="sm" title={count(model.context_window)}>
                  {compact(model.context_window)}
                </Table.Td>
                <Table.Td data-align="right" visibleFrom="sm">
                  <PriceOf prices={model.prices} kind="input" />
                </Table.Td>
                <Table.Td data-align="right" visibleFrom="sm">
                  <PriceOf prices={model.prices} kind="output" />
                </Table.Td>
                <Table.Td>
                  <Switch
                    size="xs"
                    checked={model.enabled}
                    disabled={!canChange}
                    aria-label={`${model.slug} is on`}
                    onChange={() => turn([model], !model.enabled)}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  )
}
