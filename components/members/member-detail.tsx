'use client'

import { Anchor, Button, Group, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { UserMinus } from 'lucide-react'
import Link from 'next/link'
import { SCOPES } from '@/lib/contract/scopes.ts'
import { plural } from '../format.ts'
import { meaningOf } from '../keys/scope-groups.ts'
import { Problem } from '../resource/problem.tsx'
import { useCan, useWorkspaceId } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { Time } from '../ui/time.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { MemberAsCode } from './code.tsx'
import { useKeysOf, useMemberQueries, useOwnRole, useSetRole } from './data.ts'
import styles from './members.module.css'
import { useRemoveMember } from './remove-member.tsx'
import { RoleChoice } from './role-choice.tsx'
import { effectiveRole, type Member, whyFixed, whyNotTouch } from './roles.ts'

/** Somebody of the workspace, in the drawer. `listed` paints at once. */
export function MemberDetail({ id, listed }: { id: string; listed: Member | undefined }) {
  const ofMembers = useMemberQueries()
  const one = useQuery({
    ...ofMembers.read<Member>('show', {}, id),
    ...(listed ? { placeholderData: listed } : {}),
  })
  const [said, setPane] = useUrlState('pane')
  const member = one.data
  if (one.error && (!member || one.isPlaceholderData))
    return <Problem error={one.error} label="The member" retry={() => one.refetch()} />
  if (!member) return <FactsPlaceholder />
  return (
    <Tabs
      value={said === 'code' ? 'code' : 'overview'}
      onChange={(pane) => setPane(pane === 'overview' ? null : pane)}
      keepMounted={false}
    >
      <Tabs.List mb={20}>
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="code">API</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview member={member} />
      </Tabs.Panel>
      <Tabs.Panel value="code">
        <MemberAsCode member={member} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Overview({ member }: { member: Member }) {
  const own = useOwnRole()
  const setRole = useSetRole()
  const remove = useRemoveMember()
  const canUpdate = useCan('workspace_users.update')
  const canRemove = useCan('workspace_users.delete')
  const fixed = whyFixed(own, member)
  const why = whyNotTouch(own, member)
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ['E-mail', <Copyable key="email" value={member.email} />],
            ['Id', <Copyable key="id" value={member.id} />],
            ['In the organisation', member.org_role.charAt(0).toUpperCase() + member.org_role.slice(1)],
            ['Added', <Time key="added" at={member.created_at} />],
          ]}
        />
      </section>
      <section className={styles.section}>
        <RoleChoice
          label="Role here"
          value={effectiveRole(member)}
          set={(role) => void setRole(member, role)}
          fixed={fixed ?? (canUpdate ? null : 'That needs the permission workspace_users.update.')}
        />
      </section>
      <Keys member={member} />
      <Scopes member={member} />
      <section className={styles.section}>
        <Button
          variant="default"
          c={canRemove && !why ? 'var(--tg-bad)' : undefined}
          leftSection={<UserMinus size={14} />}
          disabled={!canRemove || why !== null}
          onClick={() => void remove(member)}
        >
          Remove member
        </Button>
        {why && (
          <Text size="xs" c="dimmed" mt={6}>
            {why}
          </Text>
        )}
      </section>
    </>
  )
}

function Keys({ member }: { member: Member }) {
  const keys = useKeysOf(member.id)
  if (keys === null || !keys.data) return null
  return (
    <section className={styles.section}>
      <h3>Their keys here</h3>
      {keys.data.length === 0 ? (
        <span className={styles.dim}>None.</span>
      ) : (
        <ul className={styles.keys} aria-label="Their keys here">
          {keys.data.map(({ id, name, key, last_used_at }) => (
            <li key={id}>
              <Anchor component={Link} href={`/api-keys?open=${id}`} fz={13}>
                {name}
              </Anchor>
              <code>{key}</code>
              <span className={styles.dim}>
                {last_used_at ? (
                  <>
                    used <Time at={last_used_at} />
                  </>
                ) : (
                  'never used'
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const MEANINGS = new Map(SCOPES.map((scope) => [scope.id, meaningOf(scope)]))

function Scopes({ member: { scopes } }: { member: Member }) {
  const workspaceId = useWorkspaceId()
  return (
    <section className={styles.section}>
      <h3>What they may do here</h3>
      <Group gap={16} mb={8}>
        <Text size="sm" c="dimmed">
          {plural(scopes.length, 'scope')}, as the security settings stand.
        </Text>
        <Anchor component={Link} size="sm" href={`/roles?in=${workspaceId}`}>
          What each role may do
        </Anchor>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className={styles.scopes} aria-label="Scopes" tabIndex={0}>
        {scopes.map((scope) => (
          <span key={scope} className={styles.chip} title={MEANINGS.get(scope)}>
            {scope}
          </span>
        ))}
      </section>
    </section>
  )
}
