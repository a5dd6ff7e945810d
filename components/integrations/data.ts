'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import {
  type integrationModelsReply,
  integrations,
  type integrationWorkspacesReply,
  providers,
} from '@/lib/contract/catalog.ts'
import { workspaces } from '@/lib/contract/people.ts'
import { queries } from '@/lib/queries.ts'
import type { Integration } from '../catalog/data.ts'
import type { Standing } from './access.ts'

export const ROWS_MAX = 100

/** Of the whole organisation: a call about one workspace would see only what works there. */
export const ofOrganisation = queries(integrations, null)

/** Where else a change of an integration shows: under any workspace. */
export const ALSO = { alsoRefresh: [integrations, providers] } as const

/** Who may call which models of an integration, as the server has it. */
export function useStanding(slug: string) {
  const models = useQuery(
    ofOrganisation.read<z.output<typeof integrationModelsReply>>('listModels', {}, slug),
  )
  const places = useQuery(
    ofOrganisation.read<z.output<typeof integrationWorkspacesReply>>('listWorkspaces', {}, slug),
  )
  const standing = useMemo<Standing | undefined>(
    () =>
      models.data &&
      places.data && {
        models: models.data.models,
        workspaces: places.data.workspaces,
        rule: places.data.global_workspace_access,
      },
    [models.data, places.data],
  )
  return {
    standing,
    allowsAll: models.data?.allow_all_models,
    error: standing ? null : (models.error ?? places.error),
    refetch: () => Promise.all([models.refetch(), places.refetch()]),
  }
}

/** How many workspaces the organisation has; undefined until known, or when that is not for the person to see. */
export function useWorkspaceTotal(): number | undefined {
  const { data } = useQuery({
    ...queries(workspaces, null).list({ page_size: 1 }),
    staleTime: 60_000,
    retry: false,
  })
  return data?.total
}

/** What every right about an integration is called: `organisation_integrations.update`. */
export function scopeOf({ type }: Pick<Integration, 'type'>, verb: 'read' | 'update' | 'delete'): string {
  return `${type === 'organisation' ? 'organisation' : 'workspace'}_integrations.${verb}`
}
