'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import { type mailRow, mailSettings, type testReply } from '@/lib/contract/notifications.ts'
import { deliveries, type deliveryRow, type webhookRow, webhooks } from '@/lib/contract/webhooks.ts'
import { queries } from '@/lib/queries.ts'
import { useWorkspaces } from '../shell/workspace.tsx'

export type Webhook = z.output<typeof webhookRow>
export type Delivery = z.output<typeof deliveryRow>
export type MailSettings = z.output<typeof mailRow>
export type TestReply = z.output<typeof testReply>

export const WEBHOOKS_MAX = 100
export const LOOK_MS = 5_000

/** Of the organisation and of all its workspaces together: without one named, the server shows what the person may see. */
export const ofWebhooks = queries(webhooks, null)
export const ofDeliveries = queries(deliveries, null)
export const ofMail = queries(mailSettings, null)

/** A change of a webhook shows in what it was sent, too. */
export const ALSO = { alsoRefresh: [deliveries] } as const
/** A delivery that is sent shows at its webhook, and in how many mails are held. */
export const ALSO_SENT = { alsoRefresh: [webhooks, mailSettings] } as const
/** A test is a delivery. */
export const ALSO_TESTED = { alsoRefresh: [deliveries, mailSettings] } as const

/**
 * Whether the person sees what belongs to the organisation, and may change it. Until the scopes are known the role is
 * believed, so that nothing moves once they are.
 */
export function useOrganisationRights(): { sees: boolean; changes: boolean } {
  const { me, role } = useWorkspaces()
  if (!me) return { sees: role !== 'member', changes: role !== 'member' }
  const changes = me.scopes.includes('organisation_settings.update')
  return { sees: changes || me.scopes.includes('organisation_settings.read'), changes }
}

/** Whether the person may change what belongs to a workspace; with null, to the organisation. */
export function useManages(): (workspaceId: string | null) => boolean {
  const { all } = useWorkspaces()
  const { changes } = useOrganisationRights()
  return useMemo(() => {
    const own = new Set(all.filter(({ scopes }) => scopes.includes('workspaces.update')).map(({ id }) => id))
    return (workspaceId) => changes || (workspaceId !== null && own.has(workspaceId))
  }, [all, changes])
}

/** Whose events something hears, in a word. */
export function useOwnerName(): (workspaceId: string | null) => string {
  const { all } = useWorkspaces()
  return useMemo(() => {
    const names = new Map(all.map(({ id, name }) => [id, name]))
    return (id) => (id === null ? 'Organisation' : (names.get(id) ?? `…${id.slice(-6)}`))
  }, [all])
}

/** How mail leaves; asked for only by those who may know. */
export function useMail() {
  const { sees } = useOrganisationRights()
  return useQuery({ ...ofMail.read<MailSettings>('show'), enabled: sees, refetchInterval: 2 * LOOK_MS })
}

/** Every webhook the person sees. */
export function useWebhooks() {
  return useQuery({ ...ofWebhooks.list({ page_size: WEBHOOKS_MAX }), refetchInterval: 2 * LOOK_MS })
}

/** How many deliveries stand at a status. */
export function useDeliveryCount(status?: Delivery['status']): number | undefined {
  const { data } = useQuery({
    ...ofDeliveries.list({ page_size: 1, ...(status ? { status } : {}) }),
    refetchInterval: 2 * LOOK_MS,
  })
  return data?.total
}
