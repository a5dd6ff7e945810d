'use client'

import { ActionIcon, Select, Text } from '@mantine/core'
import { X } from 'lucide-react'
import type { FormState } from '../resource/form-state.ts'
import { useWorkspaces } from '../shell/workspace.tsx'
import { type InviteDraft, PLACE_ROLES, type PlaceRole } from './invite-draft.ts'
import styles from './people.module.css'

const ROLES = PLACE_ROLES.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))

/** The workspaces an invite opens, each with the role there. */
export function PlaceFields({ form: { values, set, problem, judge } }: { form: FormState<InviteDraft> }) {
  const { all } = useWorkspaces()
  const { places } = values
  const nameOf = (slug: string) => all.find((one) => one.slug === slug)?.name ?? slug
  const free = all.filter(({ slug }) => !places.some(({ id }) => id === slug))
  const change = (next: InviteDraft['places']) => {
    set({ places: next })
    judge(['workspaces'], {})
  }
  return (
    <div data-path="workspaces">
      <Text fw={500} size="sm" mb={4}>
        Workspaces
      </Text>
      {places.length > 0 && (
        <ul className={styles.places} style={{ marginBottom: 8 }} aria-label="Workspaces it opens">
          {places.map(({ id, role }) => (
            <li key={id}>
              <span className={styles.place} title={nameOf(id)}>
                {nameOf(id)}
              </span>
              <Select
                aria-label={`Role in ${nameOf(id)}`}
                size="xs"
                w={110}
                allowDeselect={false}
                data={ROLES}
                value={role}
                onChange={(next) =>
                  change(places.map((one) => (one.id === id ? { id, role: next as PlaceRole } : one)))
                }
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Leave out ${nameOf(id)}`}
                onClick={() => change(places.filter((one) => one.id !== id))}
              >
                <X size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {free.length > 0 && (
        <Select
          aria-label="Add workspace"
          placeholder="Add workspace…"
          searchable
          nothingFoundMessage="No workspace is called that"
          data={free.map(({ slug, name }) => ({ value: slug, label: name }))}
          value={null}
          onChange={(slug) => slug && change([...places, { id: slug, role: 'member' }])}
        />
      )}
      <Text
        size="xs"
        c={problem('workspaces') ? 'var(--tg-bad)' : 'dimmed'}
        mt={6}
        role={problem('workspaces') ? 'alert' : undefined}
      >
        {problem('workspaces') ?? hint(values)}
      </Text>
    </div>
  )
}

function hint({ role, places }: InviteDraft): string {
  if (role === 'admin')
    return 'Admins are admin of every workspace. A place is what a key of their own needs.'
  if (places.length === 0) return 'Without one they can sign in, and see nothing until somebody adds them.'
  return 'Managers run a workspace; members make calls with keys of their own.'
}
