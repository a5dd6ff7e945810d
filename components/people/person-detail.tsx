'use client'

import { Alert, Anchor, Button, Group, SegmentedControl, Stack, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { UserMinus, UserPlus } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { useCan } from '../shell/workspace.tsx'
import { actAsCode } from '../ui/act-code.ts'
import { CodeTabs, useOrigin } from '../ui/code-tabs.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { describeError } from '../ui/notify.tsx'
import { Time } from '../ui/time.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { people, type TeamPerson } from './data.ts'
import { openInvite } from './invite-form.tsx'
import styles from './people.module.css'
import { cameBy, MEANINGS, PersonStatus, ROLE_WORDS } from './people-words.tsx'
import { type GivenRole, useBarred, usePersonActs } from './person-acts.tsx'

/** One person, in the drawer: who they are, where they are, and changing that. `listed` paints at once. */
export function PersonDetail({ id, listed }: { id: string; listed: TeamPerson | undefined }) {
  const one = useQuery({ ...people.one(id), ...(listed ? { placeholderData: listed } : {}) })
  const [said, setPane] = useUrlState('pane')
  const person = one.data
  if (one.error && !person)
    return <Problem error={one.error} label="The person" retry={() => one.refetch()} />
  if (!person) return <FactsPlaceholder />
  const pane = said === 'api' ? said : 'overview'
  return (
    <Tabs value={pane} onChange={(value) => setPane(value === 'overview' ? null : value)} keepMounted={false}>
      <Tabs.List mb={20}>
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="api">API</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview person={person} />
      </Tabs.Panel>
      <Tabs.Panel value="api">
        <AsCode person={person} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Overview({ person }: { person: TeamPerson }) {
  const { remove } = usePersonActs()
  const barred = useBarred()
  const canInvite = useCan('organisation_users.create')
  const isGone = person.status === 'archived'
  const noRemoval = barred(person, 'delete')
  const { workspaces, holds } = person
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ['E-mail', <Copyable key="email" value={person.email} />],
            ['Id', <Copyable key="id" value={person.id} />],
            ['Status', <PersonStatus key="status" of={person} />],
            ['Last seen', person.last_seen_at ? <Time key="seen" at={person.last_seen_at} /> : 'Never'],
            ['Joined', <Time key="joined" at={person.created_at} />],
            ['Came by', cameBy(person.provisioned_by)],
            [
              'Holds',
              holds === undefined
                ? '…'
                : `${plural(holds.sessions, 'session')}, ${plural(holds.api_keys, 'user key')}`,
            ],
          ]}
        />
      </section>
      {isGone ? (
        <Alert color="gray" p="sm" mt={24}>
          They were removed: their sessions, keys and places ended with it. What they did keeps their name.
          {canInvite && (
            <Group mt={12}>
              <Button
                variant="default"
                leftSection={<UserPlus size={14} />}
                onClick={() => openInvite(person.email)}
              >
                Invite again
              </Button>
            </Group>
          )}
        </Alert>
      ) : (
        <>
          <Role person={person} />
          <section className={styles.section}>
            <h3>Workspaces</h3>
            {person.role !== 'member' && (
              <Text size="sm" c="dimmed" mb={8}>
                {ROLE_WORDS[person.role]}s are admin of every workspace, whatever stands here.
              </Text>
            )}
            {workspaces?.length === 0 ? (
              <Text size="sm" c="dimmed">
                {person.role === 'member'
                  ? 'They can sign in, and see nothing until somebody adds them to one.'
                  : 'None of their own.'}
              </Text>
            ) : (
              <ul className={styles.places}>
                {workspaces?.map(({ id, name, role }) => (
                  <li key={id}>
                    <span className={styles.place} title={name}>
                      {name}
                    </span>
                    <span className={styles.dim}>{role}</span>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <Group gap={16} mt={28} justify="space-between">
            <Anchor component={Link} size="sm" href={`/audit?user_id=${person.id}`}>
              What they changed
            </Anchor>
            <Button
              variant="default"
              c="var(--tg-bad)"
              leftSection={<UserMinus size={14} />}
              disabled={noRemoval !== null}
              title={noRemoval ?? undefined}
              onClick={() => remove(person)}
            >
              Remove from the organisation
            </Button>
          </Group>
        </>
      )}
    </>
  )
}

function Role({ person }: { person: TeamPerson }) {
  const { setRole } = usePersonActs()
  const barred = useBarred()
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const why = barred(person, 'update')
  const change = async (role: string) => {
    if (role === person.role) return
    setRefusal(null)
    setBusy(true)
    await setRole(person, role as GivenRole).catch((error: unknown) =>
      setRefusal(describeError(error).message),
    )
    setBusy(false)
  }
  return (
    <section className={styles.section}>
      <h3>Role in the organisation</h3>
      <SegmentedControl
        aria-label="Role in the organisation"
        value={person.role}
        onChange={change}
        disabled={why !== null || isBusy}
        data={[
          ...(person.role === 'owner' ? [{ value: 'owner', label: 'Owner' }] : []),
          { value: 'admin', label: 'Admin' },
          { value: 'member', label: 'Member' },
        ]}
      />
      <Text size="sm" c="dimmed" mt={6}>
        {why ?? MEANINGS[person.role]}{' '}
        <Anchor component={Link} href="/roles" size="sm" underline="always">
          What each role may do
        </Anchor>
      </Text>
      {refusal && (
        <Alert color="red" role="alert" p="sm" mt={8}>
          {refusal}
        </Alert>
      )}
    </section>
  )
}

function AsCode({ person }: { person: TeamPerson }) {
  const origin = useOrigin()
  const role = person.role === 'admin' ? 'member' : 'admin'
  const path = `admin/users/${person.id}`
  return (
    <Stack gap={20}>
      <div>
        <Text size="sm" c="dimmed" mb={8}>
          Making them {role === 'admin' ? 'an admin' : 'a member'}. The key in <code>TOLLGATE_API_KEY</code>{' '}
          needs <code>organisation_users.update</code>.
        </Text>
        <CodeTabs
          snippets={actAsCode({
            origin,
            method: 'PUT',
            path,
            body: { role },
            python: { call: 'admin.users.update', input: { user_id: person.id, role } },
            node: { call: 'admin.users.update', input: { userId: person.id, role } },
          })}
        />
      </div>
      <div>
        <Text size="sm" c="dimmed" mb={8}>
          Removing them, which needs <code>organisation_users.delete</code>.
        </Text>
        <CodeTabs
          snippets={actAsCode({
            origin,
            method: 'DELETE',
            path,
            body: {},
            python: { call: 'admin.users.delete', input: { user_id: person.id } },
            node: { call: 'admin.users.delete', input: { userId: person.id } },
          })}
        />
      </div>
    </Stack>
  )
}
