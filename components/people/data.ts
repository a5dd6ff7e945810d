'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import { type inviteRow, invites } from '@/lib/contract/invites.ts'
import { type mailRow, mailSettings } from '@/lib/contract/notifications.ts'
import { me, type personRow, users } from '@/lib/contract/people.ts'
import { deliveries } from '@/lib/contract/webhooks.ts'
import { queries } from '@/lib/queries.ts'
import { usePaging } from '../resource/paging.tsx'
import { useHolds, useWorkspaces } from '../shell/workspace.tsx'

export type TeamPerson = z.output<typeof personRow>
export type Invite = z.output<typeof inviteRow>

export const people = queries(users, null)
export const invitations = queries(invites, null)

/** Whatever changes about somebody may be about who looks. */
export const ALSO = { alsoRefresh: [me, invites] } as const

const PAGE_SIZE = 100

/** As people know them: name, else e-mail. */
export function nameOf(person: Pick<TeamPerson, 'first_name' | 'last_name' | 'email'>): string {
  return `${person.first_name} ${person.last_name}`.trim() || person.email
}

/** Those of the team with a status, page by page; beyond a page the server searches. */
export function useTeam(status: string, search: string) {
  const [paging, page] = usePaging(PAGE_SIZE)
  const whole = useQuery({
    ...people.list({ ...page, status }),
    placeholderData: keepPreviousData,
  })
  const isPaged = (whole.data?.total ?? 0) > PAGE_SIZE
  const found = useQuery({
    ...people.list({ ...page, status, search }),
    enabled: isPaged && search !== '',
    placeholderData: keepPreviousData,
  })
  return { list: isPaged && search !== '' ? found : whole, paging }
}

/** What somebody is called by id; the end of the id for one who is on no page here. */
export function useNames(): (id: string | null) => string {
  const { me: self } = useWorkspaces()
  const { data } = useQuery({ ...people.list({ page_size: PAGE_SIZE }), staleTime: 60_000 })
  return useMemo(() => {
    const names = new Map((data?.data ?? []).map((person) => [person.id, nameOf(person)]))
    return (id) => {
      if (id === null) return 'A program'
      if (id === self?.id) return 'You'
      return names.get(id) ?? `…${id.slice(-6)}`
    }
  }, [data, self])
}

/** Names of workspaces by slug. */
export function useWorkspaceNames(): (slug: string) => string {
  const { all } = useWorkspaces()
  return useMemo(() => {
    const names = new Map(all.map(({ slug, name }) => [slug, name]))
    return (slug) => names.get(slug) ?? slug
  }, [all])
}

/** Whether invites are mailed; undefined until known, or when that is not for the person to see. */
export function useSendsMail(): boolean | undefined {
  const isEnabled = useHolds()('organisation_settings.read')
  const { data } = useQuery({
    ...queries(mailSettings, null).read<z.output<typeof mailRow>>('show'),
    staleTime: 60_000,
    enabled: isEnabled,
    retry: false,
  })
  return data?.is_configured
}

/** What became of the newest letter to an address; undefined when there is none to be seen. */
export function useLetter(email: string) {
  const isEnabled = useHolds()('organisation_settings.read')
  const { data } = useQuery({
    ...queries(deliveries, null).list({ channel: 'mail', kind: 'invite.created', page_size: PAGE_SIZE }),
    enabled: isEnabled,
    retry: false,
    refetchInterval: LETTER_MS,
  })
  return data?.data.find(({ recipient }) => recipient === email)
}
const LETTER_MS = 5_000
