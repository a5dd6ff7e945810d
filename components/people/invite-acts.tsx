'use client'

import { useMutation } from '@tanstack/react-query'
import { FORGOTTEN } from '../keys/data.ts'
import { useCan } from '../shell/workspace.tsx'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError } from '../ui/notify.tsx'
import { type Invite, invitations, useSendsMail } from './data.ts'
import { showLinkOnce } from './show-link.tsx'

/** What can be done to an invite, and why not; null where it can. */
export function useInviteActs() {
  const sendsMail = useSendsMail()
  const send = useMutation({ ...invitations.act<{ invite_link: string }>('resend'), ...FORGOTTEN })
  const drop = useMutation(invitations.remove())
  const maySend = useCan('organisation_users.create')
  const mayCancel = useCan('organisation_users.delete')

  const barred = ({ status }: Invite, verb: 'resend' | 'cancel'): string | null => {
    if (verb === 'resend' && !maySend) return 'That needs organisation_users.create.'
    if (verb === 'cancel' && !mayCancel) return 'That needs organisation_users.delete.'
    if (status === 'accepted') return 'It was accepted already.'
    if (status === 'cancelled') return 'It was cancelled. Make a new one.'
    return null
  }

  const resend = async ({ id, email }: Invite): Promise<void> => {
    try {
      const { invite_link } = await send.mutateAsync({ id })
      showLinkOnce({ email, link: invite_link, sendsMail })
    } catch (error) {
      notifyError(error, 'The invite was not sent again')
    }
  }

  const cancel = ({ id, email }: Invite): void =>
    confirmByTyping({
      title: 'Cancel invite',
      name: email,
      verb: 'Cancel invite',
      consequence: (
        <>
          The link that <b>{email}</b> got opens nothing any more. They can be invited anew.
        </>
      ),
      run: async () => {
        await drop.mutateAsync(id)
        notifyDone(`The invite to ${email} is cancelled`)
      },
    })

  return {
    barred,
    resend,
    cancel,
    isSending: send.isPending,
    resendWords: sendsMail === false ? 'New link' : 'Send again',
  }
}
