'use client'

import { Button, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { UserPlus, Users } from 'lucide-react'
import { useMemo } from 'react'
import { count } from '../format.ts'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { AnswerStrip } from '../ui/answer-strip.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Person } from '../ui/person.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { AddMembers, openAddMembers } from './add-members.tsx'
import { ByOrganisation } from './by-organisation.tsx'
import { columnsOf } from './columns.tsx'
import { ROWS_MAX, useByOrganisation, useMemberQueries } from './data.ts'
import { MemberDetail } from './member-detail.tsx'
import { MemberMenu } from './member-menu.tsx'
import { fullName, ROLES } from './roles.ts'

/** Who belongs to the workspace on screen, and as what. */
export function MembersScreen() {
  const canAdd = useCan('workspace_users.create')
  const { workspace } = useWorkspaces()
  return (
    <>
      <PageHeader
        title="Members"
        why={`Who works in ${workspace?.name ?? 'this workspace'}, and what their role lets them do there.`}
        action={
          canAdd && (
            <Button leftSection={<UserPlus size={14} />} onClick={openAddMembers}>
              Add people
            </Button>
          )
        }
      />
      <Members />
      <AddMembers />
    </>
  )
}

function Members() {
  const ofMembers = useMemberQueries()
  const { me } = useWorkspaces()
  const canAdd = useCan('workspace_users.create')
  const [role] = useUrlState('role')
  const [typed] = useUrlState('q')
  const [search] = useDebouncedValue(typed ?? '', 250)
  const [paging, page] = usePaging(ROWS_MAX)
  const known = ROLES.find(({ value }) => value === role)?.value
  const all = useQuery(ofMembers.list({ page_size: ROWS_MAX }))
  const filtered = useQuery({
    ...ofMembers.list({ ...page, ...(known ? { role: known } : {}) }),
    placeholderData: keepPreviousData,
  })
  // What is all here is searched here; beyond a page the server searches.
  const isPaged = (filtered.data?.total ?? 0) > ROWS_MAX
  const searched = useQuery({
    ...ofMembers.list({ ...page, ...(known ? { role: known } : {}), search }),
    enabled: isPaged && search !== '',
    placeholderData: keepPreviousData,
  })
  const isWhole = all.data !== undefined && all.data.total <= all.data.data.length
  const others = useByOrganisation(isWhole ? all.data?.data : undefined)
  const columns = useMemo(() => columnsOf(me?.id), [me?.id])
  const having = (role: string) => all.data?.data.filter((row) => row.role === role).length
  return (
    <>
      {(all.data === undefined || isWhole) && (
        <AnswerStrip
          answers={[
            { label: 'Members', value: all.data && count(all.data.total), note: 'were added here' },
            { label: 'Admins', value: all.data && count(having('admin')), note: 'run everything here' },
            { label: 'Managers', value: all.data && count(having('manager')), note: 'as settings let them' },
            ...(others
              ? [
                  {
                    label: 'By organisation role',
                    value: count(others.length),
                    note: 'admins here without being added',
                  },
                ]
              : []),
          ]}
        />
      )}
      <ResourceList
        label="Members"
        list={isPaged && search !== '' ? searched : filtered}
        columns={columns}
        rowId={({ id }) => id}
        searchText={(row) => `${fullName(row)} ${row.email} ${row.role}`}
        paging={paging}
        toolbar={
          <Select
            aria-label="Role"
            w={150}
            data={[
              { value: '', label: 'Every role' },
              ...ROLES.map(({ value, label }) => ({ value, label })),
            ]}
            value={known ?? ''}
            allowDeselect={false}
            onChange={(next) => setUrlState({ role: next || null, page: null })}
          />
        }
        rowActions={(row) => <MemberMenu member={row} />}
        drawer={{
          size: 600,
          title: (row) => (row ? <Person name={fullName(row)} email={row.email} /> : 'Member'),
          render: (row, id) => <MemberDetail key={id} id={id} listed={row} />,
        }}
        empty={
          <EmptyState
            icon={<Users size={28} />}
            title={known ? `Nobody is ${known} here` : 'Nobody was added yet'}
            action={
              canAdd && !known ? (
                <Button leftSection={<UserPlus size={14} />} onClick={openAddMembers}>
                  Add people
                </Button>
              ) : undefined
            }
          >
            Members see the workspace and make keys of their own; managers and admins run it. They are people
            of the organisation first.
          </EmptyState>
        }
      />
      <ByOrganisation people={others} />
    </>
  )
}
