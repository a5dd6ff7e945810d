'use client'

import { Button, Checkbox, Group, Menu, Stack, Text, TextInput } from '@mantine/core'
import { ChevronDown, Search } from 'lucide-react'
import { memo, useCallback, useEffect, useRef, useState } from 'react'
import { type KeyType, type Scope, scopesFor } from '@/lib/contract/scopes.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { defaultScopesOf } from './key-draft.ts'
import styles from './keys.module.css'
import { groupsFor, meaningOf, tickOf, toggled, verbOf } from './scope-groups.ts'

interface Props {
  type: KeyType
  value: readonly string[]
  set: (scopes: string[]) => void
  error: string | undefined
  /** Wire path of the field. */
  path?: string
}

/** What a key may do: scopes by group, each with its meaning, found by typing. What the person does not hold is not theirs to give. */
export function ScopesPicker({ type, value, set, error, path = 'scopes' }: Props) {
  const { workspace, me } = useWorkspaces()
  const [search, setSearch] = useState('')
  const own = new Set([...(workspace?.scopes ?? []), ...(me?.scopes ?? [])])
  const held = new Set(value)
  const all = scopesFor(type)
  const mayGive = (scope: { id: string }) => own.has(scope.id) || held.has(scope.id)
  const groups = groupsFor(type, search)
  const pick = (wanted: (verb: string, id: string) => boolean) =>
    set(all.filter((scope) => mayGive(scope) && wanted(scope.verb, scope.id)).map(({ id }) => id))

  const latest = useRef({ value, set })
  useEffect(() => {
    latest.current = { value, set }
  })
  const toggle = useCallback((scope: Scope) => latest.current.set(toggled(latest.current.value, [scope])), [])

  return (
    <Stack gap={12} data-path={path}>
      <div className={styles.scopesHead}>
        <TextInput
          type="search"
          placeholder="Search permissions"
          aria-label="Search permissions"
          leftSection={<Search size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: '1 1 200px' }}
        />
        <Group gap={12}>
          <Text size="sm" c="dimmed" className="figures" role="status">
            {held.size} of {all.length}
          </Text>
          <Menu position="bottom-end" width={220}>
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size={14} />}>
                Choose a set
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => set([...defaultScopesOf(type)].filter((id) => mayGive({ id })))}>
                The defaults
              </Menu.Item>
              <Menu.Item onClick={() => pick((_, id) => id === 'completions.write')}>
                Only call models
              </Menu.Item>
              <Menu.Item onClick={() => pick((verb) => ['read', 'list', 'view'].includes(verb))}>
                Only look at things
              </Menu.Item>
              <Menu.Item onClick={() => pick(() => true)}>Everything you may give</Menu.Item>
              <Menu.Divider />
              <Menu.Item onClick={() => set([])}>Nothing</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </div>
      <Text size="xs" c="dimmed">
        Each stands alone: List does not include Read.
        {type !== 'organisation-service' && !held.has('completions.write') && (
          <b> Without “Call models” this key cannot make an inference call.</b>
        )}
      </Text>
      {error && (
        <Text size="sm" c="var(--tg-bad)" role="alert">
          {error}
        </Text>
      )}
      {groups.map(({ group, families }) => {
        const scopes = families.flatMap((family) => family.scopes).filter(mayGive)
        const tick = tickOf(scopes, held)
        return (
          <section key={group} className={styles.group} aria-label={group}>
            <header className={styles.groupHead}>
              <h3>
                {group}
                <span className={styles.dim}>
                  {scopes.filter(({ id }) => held.has(id)).length} of {scopes.length}
                </span>
              </h3>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                h={24}
                disabled={scopes.length === 0}
                aria-label={`${tick === 'all' ? 'Deselect' : 'Select'} all: ${group}`}
                onClick={() => set(toggled(value, scopes))}
              >
                {tick === 'all' ? 'Deselect all' : 'Select all'}
              </Button>
            </header>
            {families.map((family) => (
              <div key={family.prefix} className={styles.family}>
                <div>
                  <div className={styles.familyName}>{family.prefix}</div>
                  <div className={styles.familyMeaning}>
                    {family.meaning.charAt(0).toUpperCase() + family.meaning.slice(1)}
                  </div>
                </div>
                <div className={styles.verbs}>
                  {family.scopes.map((scope) => (
                    <Tick
                      key={scope.id}
                      scope={scope}
                      isOn={held.has(scope.id)}
                      mayGive={mayGive(scope)}
                      toggle={toggle}
                    />
                  ))}
                </div>
              </div>
            ))}
          </section>
        )
      })}
      {groups.length === 0 && <Text c="dimmed">No permission of this kind of key holds “{search}”.</Text>}
    </Stack>
  )
}

interface TickProps {
  scope: Scope
  isOn: boolean
  mayGive: boolean
  toggle: (scope: Scope) => void
}

// Up to ninety stand on one page, and a tick changes one.
const Tick = memo(function Tick({ scope, isOn, mayGive, toggle }: TickProps) {
  const meaning = meaningOf(scope)
  return (
    <Checkbox
      size="xs"
      label={verbOf(scope)}
      title={mayGive ? meaning : 'You do not hold it yourself, so you cannot give it.'}
      aria-label={`${meaning} (${scope.id})`}
      checked={isOn}
      disabled={!mayGive}
      onChange={() => toggle(scope)}
    />
  )
})
