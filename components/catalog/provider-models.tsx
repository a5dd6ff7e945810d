'use client'

import { Anchor, Button, Group, Skeleton, Switch, Table, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Boxes, Search } from 'lucide-react'
import { useState } from 'react'
import { compact, count, plural } from '../format.ts'
import listStyles from '../resource/list.module.css'
import { Problem } from '../resource/problem.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { type Provider, useCatalog } from './data.ts'
import { useModelSwitch } from './model-switch.ts'
import { PriceOf } from './model-words.tsx'

const SHOWN_MAX = 100

/** The models of one provider, in its drawer: what they cost, and a switch for each. */
export function ProviderModels({ provider }: { provider: Provider }) {
  const { modelsOf } = useCatalog()
  const list = useQuery(modelsOf(provider))
  const [search, setSearch] = useState('')
  const { turn, setNew, canTurn } = useModelSwitch()
  const all = list.data?.models ?? []
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all
    .filter(({ slug, name }) => words.every((word) => `${slug} ${name}`.toLowerCase().includes(word)))
    .sort((a, b) => Number(b.enabled) - Number(a.enabled))
  const openTab = () =>
    setUrlState({ tab: 'models', provider: provider.slug, open: null, pane: null, q: null }, { push: true })
  const addCustom = () =>
    setUrlState(
      { tab: 'models', provider: provider.slug, open: null, pane: null, q: null, custom: provider.slug },
      { push: true },
    )

  if (list.error && !list.data)
    return <Problem error={list.error} label="The models" retry={() => list.refetch()} />
  if (list.isPending) return <Skeleton height={240} />
  if (all.length === 0) {
    return (
      <EmptyState
        icon={<Boxes size={24} />}
        title="No models are known"
        action={canTurn ? <Button onClick={addCustom}>Add model</Button> : undefined}
      >
        The catalogue knows none of this service. Add those you use, with their prices; calls to others are{' '}
        {list.data.allow_all_models ? 'let through unpriced' : 'refused'}.
      </EmptyState>
    )
  }
  return (
    <>
      <Group justify="space-between" mb={12} gap={8}>
        <TextInput
          type="search"
          placeholder={`Search ${plural(all.length, 'model')}`}
          aria-label="Search models of this provider"
          leftSection={<Search size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: '1 1 200px' }}
        />
        <Group gap={8}>
          {canTurn && (
            <Button variant="default" onClick={addCustom}>
              Add model
            </Button>
          )}
          <Button variant="default" onClick={openTab}>
            Prices and details
          </Button>
        </Group>
      </Group>
      <Switch
        size="xs"
        mb={12}
        label="New models of the catalogue are on by themselves"
        checked={list.data.allow_all_models}
        disabled={!canTurn}
        onChange={() => setNew(provider.integration_id, list.data)}
      />
      <div className={listStyles.frame}>
        <Table.ScrollContainer minWidth={320} type="native">
          <Table className={listStyles.table} aria-label={`Models of ${provider.name}`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                <Table.Th data-align="right" visibleFrom="sm">
                  Context
                </Table.Th>
                <Table.Th data-align="right">In, $ / 1M</Table.Th>
                <Table.Th data-align="right">Out, $ / 1M</Table.Th>
                <Table.Th style={{ width: 56 }}>On</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice(0, SHOWN_MAX).map((model) => (
                <Table.Tr key={model.slug}>
                  <Table.Td style={{ maxWidth: 280 }}>
                    <Copyable value={`@${provider.slug}/${model.slug}`} shown={model.slug} />
                  </Table.Td>
                  <Table.Td data-align="right" visibleFrom="sm" title={count(model.context_window)}>
                    {compact(model.context_window)}
                  </Table.Td>
                  <Table.Td data-align="right">
                    <PriceOf prices={model.prices} kind="input" />
                  </Table.Td>
                  <Table.Td data-align="right">
                    <PriceOf prices={model.prices} kind="output" />
                  </Table.Td>
                  <Table.Td>
                    <Switch
                      size="xs"
                      checked={model.enabled}
                      disabled={!canTurn}
                      aria-label={`Offer ${model.slug}`}
                      onChange={() => turn(provider, model)}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </div>
      <Text size="sm" c="dimmed" mt={8}>
        {found.length === 0 && `No model is called “${search}”.`}
        {found.length > SHOWN_MAX && (
          <>
            {count(SHOWN_MAX)} of {count(found.length)} are shown.{' '}
            <Anchor component="button" type="button" size="sm" onClick={openTab}>
              Show all under Models
            </Anchor>
          </>
        )}
      </Text>
    </>
  )
}
