'use client'

import { useQuery } from '@tanstack/react-query'
import type { MetadataSchema } from '@/lib/contract/metadata-schema.ts'
import { organisation } from '@/lib/contract/organisation.ts'
import { me, workspaces } from '@/lib/contract/people.ts'
import type { RowOf } from '@/lib/contract/resource.ts'
import { queries } from '@/lib/queries.ts'
import { useCan } from '../shell/workspace.tsx'

export type Workspace = RowOf<typeof workspaces>

export const ROWS_MAX = 100

export const ofWorkspaces = queries(workspaces, null)

/** Where else a change of a workspace shows: in the switcher, and in what one may do. */
export const ALSO = { alsoRefresh: [me, workspaces] } as const

/** What the organisation asks of every workspace's metadata; null for nothing, or when that is not for the person to see. */
export function useMetadataSchema(): MetadataSchema | null {
  const canRead = useCan('organisation_settings.read')
  const { data } = useQuery({
    ...queries(organisation, null).read<RowOf<typeof organisation>>('show'),
    enabled: canRead,
    staleTime: 60_000,
    retry: false,
  })
  return (data?.settings.workspace_metadata_schema ?? null) as MetadataSchema | null
}
