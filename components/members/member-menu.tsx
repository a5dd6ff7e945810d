'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, KeyRound, UserMinus, UserRound } from 'lucide-react'
import Link from 'next/link'
import { memo } from 'react'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { useOwnRole } from './data.ts'
import { useRemoveMember } from './remove-member.tsx'
import { callOf, type Member, whyNotTouch } from './roles.ts'

/** What can be done about somebody, at the end of their row. */
export const MemberMenu = memo(function MemberMenu({ member }: { member: Member }) {
  const remove = useRemoveMember()
  const own = useOwnRole()
  const { me } = useWorkspaces()
  const canRemove = useCan('workspace_users.delete')
  const canSeeKeys = useCan('workspace_user_api_keys.list')
  const why = whyNotTouch(own, member)
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${callOf(member)}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<UserRound size={14} />}
          onClick={() => setUrlState({ open: member.id, pane: null }, { push: true })}
        >
          What they may do
        </Menu.Item>
        {canSeeKeys && (
          <Menu.Item
            component={Link}
            href={`/api-keys?tab=user&q=${encodeURIComponent(member.id === me?.id ? 'You' : callOf(member))}`}
            leftSection={<KeyRound size={14} />}
          >
            Their keys
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<UserMinus size={14} />}
          disabled={!canRemove || why !== null}
          title={why ?? undefined}
          onClick={() => remove(member)}
        >
          Remove member
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})
