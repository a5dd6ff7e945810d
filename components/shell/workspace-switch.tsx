'use client'

import { Menu, Text, TextInput, UnstyledButton } from '@mantine/core'
import { Check, ChevronsUpDown, Plus, Search, Settings2 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { hasPage } from './nav.ts'
import styles from './shell.module.css'
import { useCan, useWorkspaces, type Workspace } from './workspace.tsx'

/** From here on a list is searched sooner than read. */
const SEARCHED_FROM = 8
const BESIDE_MONOGRAMS = { margin: '0 2px' }

/** Name of the workspace on screen, the others behind it with one's role in each, and the ways to change or add one. */
export function WorkspaceSwitch() {
  const { workspace, all, me, choose } = useWorkspaces()
  const [search, setSearch] = useState('')
  const canChange = useCan('workspaces.update') && hasPage('/workspace') && workspace !== undefined
  const canAdd = useCan('workspaces.create') && hasPage('/workspaces')
  const found = all.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(search.toLowerCase()))

  return (
    <Menu
      position="bottom-start"
      width={340}
      onClose={() => setSearch('')}
      disabled={all.length === 0 && !canAdd}
    >
      <Menu.Target>
        <UnstyledButton className={styles.switch}>
          <Monogram workspace={workspace} />
          <span className={styles.switchName}>
            <span className="visually-hidden">Workspace: </span>
            {workspace?.name ?? (me ? 'No workspace' : '…')}
          </span>
          <ChevronsUpDown size={14} aria-hidden className={styles.switchIcon} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {all.length >= SEARCHED_FROM && (
          <TextInput
            placeholder="Search workspaces"
            aria-label="Search workspaces"
            leftSection={<Search size={14} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            mb={4}
          />
        )}
        <div className={styles.choices}>
          {found.map((each) => (
            <Menu.Item
              key={each.id}
              onClick={() => choose(each.id)}
              classNames={{ itemLabel: styles.choiceOf }}
              leftSection={<Monogram workspace={each} />}
              rightSection={
                <span className={styles.choiceEnd}>
                  {each.role}
                  {each.id === workspace?.id ? <Check size={14} aria-label="shown now" /> : <i />}
                </span>
              }
            >
              {each.name}
              <Text size="xs" c="dimmed" className="mono" truncate>
                {each.slug}
              </Text>
            </Menu.Item>
          ))}
          {found.length === 0 && <Menu.Item disabled>{search ? 'None match' : 'None yet'}</Menu.Item>}
        </div>
        {(canChange || canAdd) && <Menu.Divider />}
        {canChange && (
          <Menu.Item
            component={Link}
            href="/workspace"
            leftSection={<Settings2 size={16} style={BESIDE_MONOGRAMS} />}
          >
            Workspace settings
          </Menu.Item>
        )}
        {canAdd && (
          <Menu.Item
            component={Link}
            href="/workspaces?create=1"
            leftSection={<Plus size={16} style={BESIDE_MONOGRAMS} />}
          >
            Add workspace
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Its emoji, else its first letter. */
export function Monogram({ workspace }: { workspace: Pick<Workspace, 'icon' | 'name'> | undefined }) {
  return (
    <span className={styles.monogram} aria-hidden>
      {workspace?.icon || workspace?.name.charAt(0).toUpperCase() || ''}
    </span>
  )
}
