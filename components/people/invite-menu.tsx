'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, MailX, Send } from 'lucide-react'
import type { Invite } from './data.ts'
import { useInviteActs } from './invite-acts.tsx'

/** What can be done to an invite, at the end of its row. */
export function InviteMenu({ invite }: { invite: Invite }) {
  const { barred, resend, cancel, resendWords } = useInviteActs()
  const [noResend, noCancel] = [barred(invite, 'resend'), barred(invite, 'cancel')]
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`${invite.email}: actions`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Send size={14} />}
          disabled={noResend !== null}
          title={noResend ?? undefined}
          onClick={() => resend(invite)}
        >
          {resendWords}
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<MailX size={14} />}
          disabled={noCancel !== null}
          title={noCancel ?? undefined}
          onClick={() => cancel(invite)}
        >
          Cancel invite
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
