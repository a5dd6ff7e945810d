'use client'

import type { Column } from '../resource/columns.ts'
import { Person } from '../ui/person.tsx'
import { Time } from '../ui/time.tsx'
import styles from './members.module.css'
import { RoleMenu } from './role-menu.tsx'
import { callOf, effectiveRole, fullName, type Member } from './roles.ts'

/** Columns of the list; `selfId` is the signed-in person. */
export function columnsOf(selfId: string | undefined): Column<Member>[] {
  return [
    {
      key: 'name',
      title: 'Person',
      sort: callOf,
      render: (row) => (
        <Person name={fullName(row)} email={row.email} note={row.id === selfId ? 'you' : undefined} />
      ),
    },
    {
      key: 'role',
      title: 'Role here',
      sort: (row) => effectiveRole(row),
      render: (row) => <RoleMenu member={row} />,
    },
    {
      key: 'org_role',
      title: 'In the organisation',
      sort: ({ org_role }) => org_role,
      render: ({ org_role }) => (
        <span className={org_role === 'member' ? styles.dim : undefined}>
          {org_role.charAt(0).toUpperCase() + org_role.slice(1)}
        </span>
      ),
    },
    {
      key: 'added',
      title: 'Added',
      sort: ({ created_at }) => created_at,
      render: ({ created_at }) => <Time at={created_at} />,
    },
  ]
}
