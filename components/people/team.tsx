'use client'

import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { count, plural } from '../format.ts'
import { useCan } from '../shell/workspace.tsx'
import { AnswerStrip } from '../ui/answer-strip.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import { invitations, people } from './data.ts'
import { InviteForm, openInvite } from './invite-form.tsx'
import { InvitesList } from './invites-list.tsx'
import { PeopleList } from './people-list.tsx'

const TABS = { people: 'People', invites: 'Invites' } as const

/** Who belongs to the organisation and as what, and who has been asked to. */
export function TeamScreen() {
  const [said] = useUrlState('tab')
  const tab = said === 'invites' ? said : 'people'
  const canInvite = useCan('organisation_users.create')
  return (
    <>
      <PageHeader
        title="Team"
        why="Who belongs to the organisation, as what, and who has been invited."
        action={
          canInvite && (
            <Button leftSection={<UserPlus size={14} />} onClick={() => openInvite()}>
              Invite
            </Button>
          )
        }
      />
      <Figures />
      <Tabs
        value={tab}
        onChange={(next) =>
          setUrlState(
            {
              tab: next === 'people' ? null : next,
              ...Object.fromEntries(
                ['q', 'sort', 'page', 'open', 'pane', 'role', 'status'].map((name) => [name, null]),
              ),
            },
            { push: true },
          )
        }
        keepMounted={false}
      >
        <Tabs.List mb={16}>
          {Object.entries(TABS).map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="people">
          <PeopleList />
        </Tabs.Panel>
        <Tabs.Panel value="invites">
          <InvitesList />
        </Tabs.Panel>
      </Tabs>
      <InviteForm />
    </>
  )
}

const WEEK_MS = 7 * 86_400_000

function Figures() {
  const team = useQuery(people.list({ page_size: 100, current_page: 0, status: 'active' }))
  const owners = useQuery(people.list({ page_size: 1, role: 'owner' }))
  const admins = useQuery(people.list({ page_size: 1, role: 'admin' }))
  const open = useQuery(invitations.list({ page_size: 1, status: 'pending' }))
  const late = useQuery(invitations.list({ page_size: 1, status: 'expired' })).data?.total
  const since = Date.now() - WEEK_MS
  const seen = team.data?.data.filter(({ last_seen_at }) => last_seen_at && Date.parse(last_seen_at) > since)
  const isWhole = team.data === undefined || team.data.total <= team.data.data.length
  const roles = owners.data && admins.data && { owners: owners.data.total, admins: admins.data.total }
  /** Undefined while it may still come. */
  const figure = (known: number | undefined, error: unknown) =>
    known !== undefined ? count(known) : error ? '–' : undefined
  return (
    <AnswerStrip
      answers={[
        { label: 'People', value: figure(team.data?.total, team.error) },
        {
          label: 'Run the organisation',
          value: figure(roles && roles.owners + roles.admins, owners.error ?? admins.error),
          note: roles && `${plural(roles.owners, 'owner')}, ${plural(roles.admins, 'admin')}`,
          ...(roles?.owners === 1
            ? { title: 'Only an owner can change or remove an owner. A second one is wise.' }
            : {}),
        },
        // Beyond a page nobody has counted.
        ...(isWhole ? [{ label: 'Seen this week', value: figure(seen?.length, team.error) }] : []),
        {
          label: 'Open invites',
          value: figure(open.data?.total, open.error),
          ...(late ? { note: `${count(late)} expired`, tone: 'warn' as const } : {}),
        },
      ]}
    />
  )
}
