'use client'

import type { Column } from '../resource/columns.ts'
import { Person } from '../ui/person.tsx'
import { Time } from '../ui/time.tsx'
import { nameOf, type TeamPerson } from './data.ts'
import styles from './people.module.css'
import { cameBy, PersonStatus, ROLE_WORDS } from './people-words.tsx'

const HEIGHT = { owner: 0, admin: 1, member: 2 } as const

export function columnsOf(
  selfId: string | undefined,
  workspaceName: (slug: string) => string,
): Column<TeamPerson>[] {
  return [
    {
      key: 'person',
      title: 'Person',
      sort: (row) => nameOf(row),
      render: (row) => (
        <Person name={nameOf(row)} email={row.email} {...(row.id === selfId ? { note: 'you' } : {})} />
      ),
    },
    {
      key: 'role',
      title: 'Role',
      sort: ({ role }) => HEIGHT[role],
      render: ({ role }) => ROLE_WORDS[role],
    },
    {
      key: 'workspaces',
      title: 'Workspaces',
      sort: ({ workspace_ids }) => workspace_ids.length,
      render: (row) => <Workspaces of={row} nameOf={workspaceName} />,
    },
    {
      key: 'seen',
      title: 'Last seen',
      sort: ({ last_seen_at }) => last_seen_at,
      render: ({ last_seen_at }) =>
        last_seen_at ? <Time at={last_seen_at} /> : <span className={styles.dim}>Never</span>,
    },
    {
      key: 'joined',
      title: 'Joined',
      sort: ({ created_at }) => created_at,
      render: ({ created_at }) => <Time at={created_at} />,
      isWideOnly: true,
    },
    {
      key: 'by',
      title: 'Came by',
      sort: ({ provisioned_by }) => provisioned_by,
      render: ({ provisioned_by }) => cameBy(provisioned_by),
      isOptional: true,
    },
    {
      key: 'status',
      title: 'Status',
      sort: ({ status }) => status,
      render: (row) => <PersonStatus of={row} />,
    },
  ]
}

function Workspaces({ of, nameOf: called }: { of: TeamPerson; nameOf: (slug: string) => string }) {
  if (of.role !== 'member' && of.status === 'active') return <span className={styles.dim}>All of them</span>
  if (of.workspace_ids.length === 0) return <span className={styles.dim}>–</span>
  const names = of.workspace_ids.map(called).join(', ')
  return (
    <span className={styles.clip} title={names}>
      {names}
    </span>
  )
}
