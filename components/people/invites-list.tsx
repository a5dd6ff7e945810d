'use client'

import { Button, Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { MailPlus, UserPlus } from 'lucide-react'
import { useMemo } from 'react'
import { ResourceList } from '../resource/list.tsx'
import { usePaging } from '../resource/paging.tsx'
import { useCan } from '../shell/workspace.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { invitations, useNames } from './data.ts'
import { InviteDetail } from './invite-detail.tsx'
import { openInvite } from './invite-form.tsx'
import { InviteMenu } from './invite-menu.tsx'
import { columnsOf } from './invites-columns.tsx'

const PREFIX = 'invites'
const STATUSES = [
  { value: 'pending,expired', label: 'Unanswered' },
  { value: 'accepted', label: 'Accepted' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'all', label: 'All' },
]

export function InvitesList() {
  const nameOf = useNames()
  const canInvite = useCan('organisation_users.create')
  const [said] = useUrlState('invites.status')
  const status = STATUSES.find(({ value }) => value === said)?.value ?? 'pending,expired'
  const [paging, page] = usePaging(100, PREFIX)
  const list = useQuery({
    ...invitations.list({ ...page, ...(status === 'all' ? {} : { status }) }),
    placeholderData: keepPreviousData,
  })
  const columns = useMemo(() => columnsOf(nameOf), [nameOf])
  return (
    <ResourceList
      label="Invites"
      prefix={PREFIX}
      list={list}
      columns={columns}
      rowId={({ id }) => id}
      searchText={({ email, role, workspaces }) =>
        `${email} ${role} ${workspaces.map(({ name }) => name).join(' ')}`
      }
      paging={paging}
      toolbar={
        <Select
          aria-label="Status"
          w={140}
          allowDeselect={false}
          data={STATUSES}
          value={status}
          onChange={(next) =>
            setUrlState({
              'invites.status': next === 'pending,expired' ? null : next,
              'invites.page': null,
              'invites.open': null,
            })
          }
        />
      }
      rowActions={(row) => <InviteMenu invite={row} />}
      drawer={{
        size: 560,
        title: (row) => row?.email ?? 'Invite',
        render: (row, id) => <InviteDetail key={id} id={id} listed={row} />,
      }}
      empty={
        <EmptyState
          icon={<MailPlus size={28} />}
          title={status === 'pending,expired' ? 'No invite is open' : 'No such invites'}
          {...(canInvite && status === 'pending,expired'
            ? {
                action: (
                  <Button leftSection={<UserPlus size={14} />} onClick={() => openInvite()}>
                    Invite
                  </Button>
                ),
              }
            : {})}
        >
          An invite is a link that works once, for 7 days. Whoever opens it chooses a password and is in.
        </EmptyState>
      }
    />
  )
}
