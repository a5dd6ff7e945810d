'use client'

import { Button, Checkbox, Group, Menu, Stack, Text, TextInput } from '@mantine/core'
import { ChevronDown, Search } from 'lucide-react'
import { memo, useCallback, useEffect, useRef, useState } from 'react'
import type { Scope } from '@/lib/contract/scopes.ts'
import { plural } from '../format.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { type KeyDraft, legalScopes } from './key-draft.ts'
import styles from './keys.module.css'
import { groupsOf, meaningOf, presetsFor, tickOf, toggled, verbOf } from './scope-groups.ts'

interface Props {
  of: Pick<KeyDraft, 'type' | 'boundTo'>
  value: readonly string[]
  set: (scopes: string[]) => void
  error: string | undefined
  /** Wire path of the field. */
  path?: string
}

/** What a key may do: scopes by group, each with its meaning, found by typing. What the person does not hold is not theirs to give. */
export function ScopesPicker({ of, value, set, error, path = 'scopes' }: Props) {
  const { workspace, me } = useWorkspaces()
  const [search, setSearch] = useState('')
  const own = new Set([...(workspace?.scopes ?? []), ...(me?.scopes ?? [])])
  const held = new Set(value)
  const all = legalScopes(of)
  const mayGive = (scope: { id: string }) => own.has(scope.id) || held.has(scope.id)
  const groups = groupsOf(all, search)
  const pick = (wants: (scope: Scope) => boolean) =>
    set(all.filter((scope) => mayGive(scope) && wants(scope)).map(({ id }) => id))
  const notTheirs = all.filter((scope) => !mayGive(scope)).length
  const mayInfer = all.some(({ id }) => id === 'completions.write')

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
          <Menu position="bottom-end" width={280}>
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size={14} />}>
                Choose a set
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {presetsFor(of.type).map(({ name, hint, wants }) => (
                <Menu.Item key={name} onClick={() => pick(wants)}>
                  {name}
                  <span className={styles.hint}>{hint}</span>
                </Menu.Item>
              ))}
              <Menu.Divider />
              <Menu.Item onClick={() => set([])}>Nothing</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </div>
      <Text size="xs" c="dimmed">
        Each stands alone: List does not include Read.
        {notTheirs > 0 &&
          ` ${plural(notTheirs, 'permission')} you do not hold yourself, so ${notTheirs === 1 ? 'it is' : 'they are'} greyed: nobody gives away what they lack.`}
        {mayInfer && !held.has('completions.write') && (
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

const REFUSAL = 'You do not hold it yourself, so you cannot give it.'

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
      title={mayGive ? meaning : `${meaning}. ${REFUSAL}`}
      aria-label={`${meaning} (${scope.id})${mayGive ? '' : `. ${REFUSAL}`}`}
      checked={isOn}
      disabled={!mayGive}
      onChange={() => toggle(scope)}
    />
  )
})
