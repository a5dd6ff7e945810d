'use client'

import { Anchor } from '@mantine/core'
import Link from 'next/link'
import { hasPage } from '../shell/nav.ts'
import { Person } from '../ui/person.tsx'
import type { User } from './data.ts'
import styles from './members.module.css'
import { fullName } from './roles.ts'

/** Who is admin here without having been added. `people` is undefined where that cannot be seen. */
export function ByOrganisation({ people }: { people: readonly User[] | undefined }) {
  if (people?.length === 0) return null
  return (
    <section className={styles.others} aria-label="By their role in the organisation">
      <h2>By their role in the organisation</h2>
      <p>
        Owners and admins of the organisation are admins of every workspace, without being added.
        {hasPage('/team') && people && (
          <>
            {' '}
            <Anchor component={Link} href="/team" fz={13}>
              Team
            </Anchor>
          </>
        )}
      </p>
      {people && (
        <ul>
          {people.map((user) => (
            <li key={user.id} className={styles.other}>
              <Person name={fullName(user)} email={user.email} />
              <span className={styles.dim}>Admin as organisation {user.role}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
