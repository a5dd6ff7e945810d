'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, ShieldMinus, ShieldPlus, UserMinus, UserPlus } from 'lucide-react'
import { memo } from 'react'
import { useCan } from '../shell/workspace.tsx'
import { nameOf, type TeamPerson } from './data.ts'
import { openInvite } from './invite-form.tsx'
import { useBarred, usePersonActs } from './person-acts.tsx'

/** What can be done to somebody, at the end of their row. */
export const PersonMenu = memo(function PersonMenu({ person }: { person: TeamPerson }) {
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${nameOf(person)}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Acts person={person} />
      </Menu.Dropdown>
    </Menu>
  )
})

function Acts({ person }: { person: TeamPerson }) {
  const { setRole, remove } = usePersonActs()
  const barred = useBarred()
  const canInvite = useCan('organisation_users.create')
  if (person.status === 'archived') {
    return (
      <Menu.Item
        leftSection={<UserPlus size={14} />}
        disabled={!canInvite}
        onClick={() => openInvite(person.email)}
      >
        Invite again
      </Menu.Item>
    )
  }
  const noChange = barred(person, 'update')
  const noRemoval = barred(person, 'delete')
  // Its refusal is told by a notice.
  const change = (role: 'admin' | 'member') => void setRole(person, role).catch(() => {})
  return (
    <>
      {person.role !== 'admin' && (
        <Menu.Item
          leftSection={<ShieldPlus size={14} />}
          disabled={noChange !== null}
          title={noChange ?? undefined}
          onClick={() => change('admin')}
        >
          Make admin
        </Menu.Item>
      )}
      {person.role !== 'member' && (
        <Menu.Item
          leftSection={<ShieldMinus size={14} />}
          disabled={noChange !== null}
          title={noChange ?? undefined}
          onClick={() => change('member')}
        >
          Make member
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item
        color="red"
        leftSection={<UserMinus size={14} />}
        disabled={noRemoval !== null}
        title={noRemoval ?? undefined}
        onClick={() => remove(person)}
      >
        Remove
      </Menu.Item>
    </>
  )
}
