'use client'

import { Select, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { roles } from '@/lib/contract/roles.ts'
import { SCOPES } from '@/lib/contract/scopes.ts'
import { queries } from '@/lib/queries.ts'
import { Problem } from '../resource/problem.tsx'
import { useWorkspaces } from '../shell/workspace.tsx'
import { FactsPlaceholder } from '../ui/facts.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useUrlState } from '../ui/url-state.ts'
import type { Roles } from './matrix.ts'
import { RoleTable } from './role-table.tsx'
import { ScopeTable } from './scope-table.tsx'

/** What each role may do as settings stand, and what each scope opens. */
export function RolesScreen() {
  const [tab, setTab] = useUrlState('tab')
  const [place, setPlace] = useUrlState('in')
  const { all } = useWorkspaces()
  const known = all.some(({ id }) => id === place) ? place : null
  const answer = useQuery(
    queries(roles, null).read<Roles>('show', known === null ? {} : { workspace_id: known }),
  )
  const shown = tab === 'scopes' ? 'scopes' : 'roles'
  const body = (draw: (of: Roles) => React.ReactNode) =>
    answer.data ? (
      draw(answer.data)
    ) : answer.error ? (
      <Problem error={answer.error} label="The roles" retry={answer.refetch} />
    ) : (
      <FactsPlaceholder />
    )
  return (
    <>
      <PageHeader
        title="Roles"
        why="A role is a set of scopes; a key holds scopes of its own. Security settings take some from a role, or give them."
        action={
          all.length > 0 && (
            <Select
              aria-label="Whose security settings"
              data={[
                { value: '', label: 'Settings of the organisation' },
                ...all.map(({ id, name }) => ({ value: id, label: `As in ${name}` })),
              ]}
              value={known ?? ''}
              onChange={(value) => setPlace(value || null)}
              allowDeselect={false}
              searchable={all.length > 8}
              w={240}
            />
          )
        }
      />
      <Tabs value={shown} onChange={(value) => setTab(value === 'roles' ? null : value)} keepMounted={false}>
        <Tabs.List mb={16}>
          <Tabs.Tab value="roles">Roles</Tabs.Tab>
          <Tabs.Tab value="scopes">{SCOPES.length} scopes</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="roles">
          {body((of) => (
            <RoleTable of={of} />
          ))}
        </Tabs.Panel>
        <Tabs.Panel value="scopes">
          {body((of) => (
            <ScopeTable roles={of.roles} />
          ))}
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
