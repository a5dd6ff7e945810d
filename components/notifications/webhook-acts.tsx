'use client'

import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { confirmByTyping } from '../ui/confirm.tsx'
import { notifyDone, notifyError, notifyUndo } from '../ui/notify.tsx'
import { showSecretOnce } from '../ui/secret-once.tsx'
import { setUrlState } from '../ui/url-state.ts'
import { ALSO, ofWebhooks, type Webhook } from './data.ts'
import { SECRET_ENV } from './verify-code.ts'

/** For mutations whose reply holds a secret: the cache of mutations is no place for it. */
export const FORGOTTEN = { gcTime: 0 } as const

/** What can be done to a webhook from its row or its drawer, beside testing and editing. */
export function useWebhookActs() {
  const update = useMutation(ofWebhooks.update(ALSO))
  const drop = useMutation(ofWebhooks.remove(ALSO))
  const turn = useMutation({ ...ofWebhooks.act<Webhook>('rotate', ALSO), ...FORGOTTEN })

  const setStatus = async ({ id, name }: Webhook, status: Webhook['status']) => {
    const put = (next: Webhook['status']) => update.mutateAsync({ id, input: { status: next } })
    try {
      await put(status)
      const words = status === 'active' ? 'hears of events again' : 'is paused: it hears of nothing'
      notifyUndo(`${name} ${words}`, () => put(status === 'active' ? 'disabled' : 'active'))
    } catch (error) {
      notifyError(error, 'The webhook was not changed')
    }
  }

  const rotate = ({ id, name }: Webhook) => {
    modals.openConfirmModal({
      title: 'Rotate signing secret',
      children: (
        <Text>
          <b>{name}</b> gets a new secret, shown once. From then on every message is signed with it, those
          that are tried again too: a receiver that still checks with the old one refuses them until you put
          the new one in its place.
        </Text>
      ),
      labels: { confirm: 'Rotate secret', cancel: 'Cancel' },
      onConfirm: async () => {
        try {
          const { secret } = await turn.mutateAsync({ id })
          showWebhookSecret({ id, name, secret })
        } catch (error) {
          notifyError(error, 'The secret was not rotated')
        }
      },
    })
  }

  const remove = ({ id, name, url }: Webhook) =>
    confirmByTyping({
      title: 'Delete webhook',
      name,
      verb: 'Delete webhook',
      consequence: (
        <>
          <code>{url}</code> hears of nothing more, and what is still on its way to it is given up. What it
          was sent stays under Deliveries.
        </>
      ),
      run: async () => {
        await drop.mutateAsync(id)
        setUrlState({ open: null, pane: null })
        notifyDone(`${name} is deleted`)
      },
    })

  return { setStatus, rotate, remove }
}

/** Shows the signing secret of a new or rotated webhook, once. */
export function showWebhookSecret({ id, name, secret }: Pick<Webhook, 'id' | 'name' | 'secret'>): void {
  showSecretOnce({
    noun: 'signing secret',
    name,
    secret,
    otherwise: 'only rotate it',
    env: { [SECRET_ENV]: secret },
    next: {
      label: 'Stored, verify it',
      icon: <ShieldCheck size={14} />,
      href: `/notifications?tab=webhooks&open=${id}&pane=verify`,
    },
  })
}
