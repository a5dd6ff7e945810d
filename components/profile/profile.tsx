'use client'

import { Anchor, PasswordInput, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { PASSWORD_RULE } from '@/lib/contract/password.ts'
import { me, users } from '@/lib/contract/people.ts'
import { profile } from '@/lib/contract/profile.ts'
import { queries } from '@/lib/queries.ts'
import { MEANINGS, ROLE_WORDS } from '../people/people-words.tsx'
import { ResourceForm } from '../resource/form.tsx'
import { type Me, useWorkspaces } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { notifyDone } from '../ui/notify.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import styles from './profile.module.css'
import { Sessions } from './sessions.tsx'

/** The signed-in person's own page: name, password, where they are signed in, and what they may do. */
export function ProfileScreen() {
  const { me: person } = useWorkspaces()
  return (
    <>
      <PageHeader title="Profile" why="Your name, your password, and where you are signed in." />
      {person ? (
        <>
          <Name person={person} />
          <Password />
          <Sessions />
          <Access person={person} />
        </>
      ) : (
        <FactsPlaceholder />
      )}
    </>
  )
}

function Name({ person }: { person: Me }) {
  const save = useMutation(queries(me, null).act<Me>('edit', { alsoRefresh: [users] }))
  const { first_name, last_name } = person
  return (
    <section className={styles.section} aria-labelledby="name">
      <h2 id="name">Name</h2>
      <p className={styles.why}>
        Shown beside what you do. You sign in as <Copyable value={person.email} />
      </p>
      <ResourceForm
        key={`${first_name}\n${last_name}`}
        schema={me.update}
        mode="update"
        draft="profile.name"
        fields={[
          { name: 'first_name', label: 'First name' },
          { name: 'last_name', label: 'Last name' },
        ]}
        initial={{ first_name, last_name }}
        verb="Save name"
        submit={(input) =>
          save.mutateAsync({
            // A cleared name is an empty one; the contract knows no null here.
            input: Object.fromEntries(Object.entries(input).map(([key, value]) => [key, value ?? ''])),
          })
        }
        onDone={() => notifyDone('Name saved')}
      />
    </section>
  )
}

function Password() {
  const [turn, setTurn] = useState(0)
  const change = useMutation(queries(profile, null).act('password'))
  return (
    <section className={styles.section} aria-labelledby="password">
      <h2 id="password">Password</h2>
      <p className={styles.why}>A change signs every other browser out. Your API keys go on working.</p>
      <ResourceForm
        key={turn}
        schema={profile.actions.password.input}
        draft="profile.password"
        fields={[
          {
            name: 'current_password',
            label: 'Current password',
            as: 'secret',
            render: ({ id, value, set, error }) => (
              <PasswordInput
                id={id}
                label="Current password"
                autoComplete="current-password"
                required
                value={typeof value === 'string' ? value : ''}
                onChange={(event) => set(event.currentTarget.value)}
                error={error}
              />
            ),
          },
          { name: 'new_password', label: 'New password', as: 'secret', hint: `Must ${PASSWORD_RULE}.` },
        ]}
        verb="Change password"
        submit={(input) => change.mutateAsync({ input })}
        onDone={() => {
          setTurn(turn + 1)
          notifyDone('Password changed. Every other browser is signed out.')
        }}
      />
    </section>
  )
}

function Access({ person }: { person: Me }) {
  return (
    <section className={styles.section} aria-labelledby="access">
      <h2 id="access">What you may do</h2>
      <p className={styles.why}>
        Given by an admin of {person.organisation.name}.{' '}
        <Anchor component={Link} href="/roles" size="sm" underline="always">
          What each role may do
        </Anchor>
      </p>
      <Facts rows={[['Role', `${ROLE_WORDS[person.role]}. ${MEANINGS[person.role]}`]]} />
      {person.workspaces.length === 0 ? (
        <Text className={styles.dim} mt={12}>
          You are in no workspace yet. An admin can add you to one.
        </Text>
      ) : (
        <ul className={styles.list} aria-label="Your workspaces" style={{ marginTop: 12 }}>
          {person.workspaces.map(({ id, name, icon, role }) => (
            <li key={id}>
              <span>
                {icon && <span aria-hidden>{icon} </span>}
                {name}
              </span>
              <span className={styles.dim}>{role}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
