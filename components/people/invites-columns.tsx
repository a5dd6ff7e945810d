'use client'

import type { Column } from '../resource/columns.ts'
import { Time } from '../ui/time.tsx'
import type { Invite } from './data.ts'
import styles from './people.module.css'
import { InviteStatus, ROLE_WORDS } from './people-words.tsx'

export function columnsOf(nameOf: (id: string | null) => string): Column<Invite>[] {
  return [
    {
      key: 'email',
      title: 'E-mail',
      sort: ({ email }) => email,
      render: ({ email }) => (
        <span className={styles.clip} title={email}>
          {email}
        </span>
      ),
    },
    { key: 'role', title: 'Role', sort: ({ role }) => role, render: ({ role }) => ROLE_WORDS[role] },
    {
      key: 'workspaces',
      title: 'Workspaces',
      render: ({ workspaces }) => {
        const words = workspaces.map(({ name, role }) => `${name} (${role})`).join(', ')
        return words ? (
          <span className={styles.clip} title={words}>
            {words}
          </span>
        ) : (
          <span className={styles.dim}>–</span>
        )
      },
    },
    {
      key: 'by',
      title: 'Invited by',
      sort: ({ invited_by }) => nameOf(invited_by),
      render: ({ invited_by }) => nameOf(invited_by),
      isWideOnly: true,
    },
    {
      key: 'created',
      title: 'Made',
      sort: ({ created_at }) => created_at,
      render: ({ created_at }) => <Time at={created_at} />,
      isWideOnly: true,
    },
    {
      key: 'expires',
      title: 'Expires',
      sort: ({ expires_at }) => expires_at,
      render: ({ status, expires_at }) =>
        status === 'pending' || status === 'expired' ? (
          <Time at={expires_at} />
        ) : (
          <span className={styles.dim}>–</span>
        ),
    },
    {
      key: 'status',
      title: 'Status',
      sort: ({ status }) => status,
      render: ({ status }) => <InviteStatus of={status} />,
    },
  ]
}
