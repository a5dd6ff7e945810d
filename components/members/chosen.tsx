'use client'

import { Anchor, Button } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { users } from '@/lib/contract/people.ts'
import { queries } from '@/lib/queries.ts'
import { hasPage } from '../shell/nav.ts'
import { useCan } from '../shell/workspace.tsx'
import { useMemberQueries } from './data.ts'
import styles from './members.module.css'

/** Which of the chosen cannot be added, and why: known before they are sent, as far as one may see it. */
export function Chosen({ emails, leave }: { emails: readonly string[]; leave: (email: string) => void }) {
  const ofMembers = useMemberQueries()
  const canSeePeople = useCan('organisation_users.list')
  const canSeeMembers = useCan('workspace_users.list')
  const canInvite = useCan('organisation_users.create') && hasPage('/team')
  const known = useQueries({
    queries: emails.map((email) => ({
      ...queries(users, null).list({ email, page_size: 1 }),
      enabled: canSeePeople,
    })),
  })
  const here = useQueries({
    queries: emails.map((email) => ({ ...ofMembers.list({ email, page_size: 1 }), enabled: canSeeMembers })),
  })
  const troubles = emails.flatMap((email, index) => {
    if (here[index]?.data?.total) return [{ email, isOutside: false, why: 'is in this workspace already.' }]
    if (known[index]?.data?.total === 0)
      return [{ email, isOutside: true, why: 'is not in the organisation yet.' }]
    return []
  })
  if (troubles.length === 0) return null
  return (
    <ul className={styles.troubles} aria-label="Who cannot be added">
      {troubles.map(({ email, isOutside, why }) => (
        <li key={email}>
          <TriangleAlert size={14} aria-hidden />
          <span>
            <b>{email}</b> {why}{' '}
            {isOutside &&
              (canInvite ? (
                <Anchor component={Link} href="/team?invite=1" fz={13}>
                  Invite them
                </Anchor>
              ) : (
                'An owner or admin of the organisation can invite them.'
              ))}
          </span>
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => leave(email)}>
            Leave out
          </Button>
        </li>
      ))}
    </ul>
  )
}
