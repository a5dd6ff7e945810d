'use client'

import { Button, Group, Menu, Switch, Table, Text, TextInput, UnstyledButton } from '@mantine/core'
import { ChevronDown, Search } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { count, plural } from '../format.ts'
import listStyles from '../resource/list.module.css'
import { type PlaceView, setEnabled, setLimits, setList, setRule } from './access.ts'
import { limitPhrases } from './access-words.ts'
import { ChooseModels } from './choose-models.tsx'
import { EditLimits, type LimitsOf } from './edit-limits.tsx'
import { holds as matches } from './grid-filter.ts'
import { reachWords } from './grid-heads.tsx'
import styles from './integrations.module.css'
import type { Access } from './use-access.ts'

const PAGE = 100

/** Which workspaces have an integration, with which models and limits, and what those to come get. Saved by what stands below it. */
export function WorkspacesPane({ access, canChange }: { access: Access; canChange: boolean }) {
  const { view, standing, edit } = access
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState(PAGE)
  const [choosing, setChoosing] = useState<PlaceView | null>(null)
  const [limiting, setLimiting] = useState<LimitsOf | null>(null)
  const words = useDeferredValue(search)
  const found = view.workspaces.filter((place) => matches(words, place))
  const on = view.workspaces.filter(({ enabled }) => enabled).length
  const turnAll = (enabled: boolean) =>
    edit((draft) =>
      setEnabled(
        draft,
        found.map(({ slug }) => slug),
        enabled,
      ),
    )
  const ruleLimits = limitPhrases(view.rule.limits)
  return (
    <>
      <Group justify="space-between" mb={12} gap={8}>
        <TextInput
          type="search"
          aria-label="Search workspaces of this integration"
          placeholder={`Search ${plural(view.workspaces.length, 'workspace')}`}
          leftSection={<Search size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: '1 1 200px' }}
        />
        <span className={`${styles.dim} figures`} role="status">
          {count(on)} of {count(view.workspaces.length)} have it
        </span>
        {canChange && (
          <Menu position="bottom-end" width={240}>
            <Menu.Target>
              <Button
                variant="default"
                rightSection={<ChevronDown size={14} />}
                disabled={found.length === 0}
              >
                All of them
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{plural(found.length, 'workspace')} in this view</Menu.Label>
              <Menu.Item onClick={() => turnAll(true)}>Give it to all of them</Menu.Item>
              <Menu.Item onClick={() => turnAll(false)}>Take it from all of them</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <div className={listStyles.frame}>
        <Table.ScrollContainer minWidth={280} type="native">
          <Table className={listStyles.table} aria-label="Workspaces of this integration">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Workspace</Table.Th>
                <Table.Th>Models</Table.Th>
                <Table.Th visibleFrom="sm">Limits, not enforced yet</Table.Th>
                <Table.Th style={{ width: 56 }}>On</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice(0, shown).map((place) => {
                const limits = limitPhrases(place.limits)
                const isOpen = canChange && place.enabled
                return (
                  <Table.Tr key={place.slug}>
                    <Table.Td className={styles.rest}>
                      <span className={styles.clip} title={`${place.name} (${place.slug})`}>
                        {place.name}
                      </span>
                    </Table.Td>
                    <Table.Td>
                      <UnstyledButton
                        className={styles.cellButton}
                        disabled={!isOpen}
                        aria-label={`Choose models of ${place.name}: ${reachWords(place, view.models)}`}
                        onClick={() => setChoosing(place)}
                      >
                        {place.enabled ? reachWords(place, view.models) : '–'}
                      </UnstyledButton>
                    </Table.Td>
                    <Table.Td visibleFrom="sm">
                      <UnstyledButton
                        className={styles.cellButton}
                        disabled={!isOpen}
                        aria-label={`Limits of ${place.name}: ${limits.join(', ') || 'none'}`}
                        onClick={() =>
                          setLimiting({
                            id: place.slug,
                            name: place.name,
                            limits: place.limits,
                            others: on - 1,
                          })
                        }
                      >
                        {place.enabled ? limits.join(' · ') || 'None' : '–'}
                      </UnstyledButton>
                    </Table.Td>
                    <Table.Td>
                      <Switch
                        size="xs"
                        checked={place.enabled}
                        disabled={!canChange}
                        aria-label={`${place.name} has this integration`}
                        onChange={() => edit((draft) => setEnabled(draft, [place.slug], !place.enabled))}
                      />
                    </Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </div>
      {found.length === 0 && <p className={styles.dim}>No workspace is called “{search}”.</p>}
      {found.length > shown && (
        <Button variant="default" mt={12} onClick={() => setShown(shown + PAGE)}>
          Show more of {count(found.length)}
        </Button>
      )}
      <div className={styles.rule}>
        <Switch
          label="New workspaces get it by themselves"
          description="Each with every model, a provider of its own, and the limits of the template."
          checked={view.rule.enabled}
          disabled={!canChange}
          onChange={() => edit((draft) => setRule(draft, { enabled: !view.rule.enabled }))}
        />
        {view.rule.enabled && (
          <Group gap={8}>
            <Text size="sm" c="dimmed">
              {ruleLimits.length > 0 ? `${ruleLimits.join(' · ')} (not enforced yet)` : 'No limits'}
            </Text>
            <Button
              variant="default"
              size="compact-sm"
              disabled={!canChange}
              onClick={() =>
                setLimiting({ id: '+', name: 'new workspaces', limits: view.rule.limits, others: 0 })
              }
            >
              Template limits…
            </Button>
          </Group>
        )}
      </div>
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
          const all = view.workspaces.filter(({ enabled }) => enabled).map(({ slug }) => slug)
          if (limiting?.id === '+') edit((draft) => setRule(draft, { limits }))
          else if (limiting) edit((draft) => setLimits(draft, isForAll ? all : [limiting.id], limits))
        }}
      />
    </>
  )
}
