'use client'

import { Button, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { UserPlus, UsersRound } from 'lucide-react'
import { useMemo } from 'react'
import { ResourceList } from '../resource/list.tsx'
import { useWorkspaces } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Person } from '../ui/person.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { nameOf, useTeam, useWorkspaceNames } from './data.ts'
import { openInvite } from './invite-form.tsx'
import styles from './people.module.css'
import { columnsOf } from './people-columns.tsx'
import { PersonDetail } from './person-detail.tsx'
import { PersonMenu } from './person-menu.tsx'

const STATUSES = [
  { value: 'active', label: 'Active' },
  { value: 'archived', label: 'Removed' },
]

export function PeopleList() {
  const { me } = useWorkspaces()
  const workspaceName = useWorkspaceNames()
  const [said] = useUrlState('status')
  const status = said === 'archived' ? said : 'active'
  const [typed] = useUrlState('q')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const { list, paging } = useTeam(status, search)
  const columns = useMemo(() => columnsOf(me?.id, workspaceName), [me?.id, workspaceName])
  return (
    <ResourceList
      label="People"
      list={list}
      columns={columns}
      rowId={({ id }) => id}
      searchText={(person) =>
        `${nameOf(person)} ${person.email} ${person.role} ${person.workspace_ids.map(workspaceName).join(' ')}`
      }
      defaultSort="person"
      paging={paging}
      toolbar={
        <Select
          aria-label="Status"
          w={130}
          allowDeselect={false}
          data={STATUSES}
          value={status}
          onChange={(next) =>
            setUrlState({ status: next === 'active' ? null : next, page: null, open: null })
          }
        />
      }
      rowActions={(row) => <PersonMenu person={row} />}
      drawer={{
        title: (row) =>
          row ? (
            <span className={styles.title}>
              <Person name={nameOf(row)} email={row.email} />
            </span>
          ) : (
            'Person'
          ),
        render: (row, id) => <PersonDetail key={id} id={id} listed={row} />,
      }}
      empty={
        <EmptyState
          icon={<UsersRound size={28} />}
          title={status === 'active' ? 'Nobody is here yet' : 'Nobody was removed'}
          {...(status === 'active'
            ? {
                action: (
                  <Button leftSection={<UserPlus size={14} />} onClick={() => openInvite()}>
                    Invite
                  </Button>
                ),
              }
            : {})}
        >
          {status === 'active'
            ? 'Invite people by e-mail: they choose a password and are in.'
            : 'Who is removed stays here as history: what they did keeps their name.'}
        </EmptyState>
      }
    />
  )
}
