'use client'

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import { providers } from '@/lib/contract/catalog.ts'
import type { RowOf } from '@/lib/contract/resource.ts'
import { type configDependentRow, configs, type configVersionRow } from '@/lib/contract/routing.ts'
import { queries } from '@/lib/queries.ts'
import { useWorkspaceId } from '../shell/workspace.tsx'

export type Config = RowOf<typeof configs>
export type ConfigVersion = z.output<typeof configVersionRow>
export type Dependent = z.output<typeof configDependentRow>

/** What a create, a change and a restore answer. */
export type Saved = Pick<Config, 'id' | 'slug' | 'version_id'>

export const ROWS_MAX = 100

/** Query and mutation options of configs in the workspace on screen. */
export function useConfigQueries() {
  const workspaceId = useWorkspaceId()
  return useMemo(() => queries(configs, workspaceId), [workspaceId])
}

/** Slugs of the providers calls can go to here, oldest first; undefined until known. */
export function useProviderSlugs(): readonly string[] | undefined {
  const workspaceId = useWorkspaceId()
  const { data } = useQuery(queries(providers, workspaceId).list({ page_size: ROWS_MAX }))
  return useMemo(() => data?.data.map(({ slug }) => slug).reverse(), [data])
}

/** Who saved something, after "by": nobody's name means that a program did. */
export function byWhom(nameOf: (id: string | null) => string, id: string | null): string {
  if (id === null) return 'a program'
  const name = nameOf(id)
  return name === 'You' ? 'you' : name
}
