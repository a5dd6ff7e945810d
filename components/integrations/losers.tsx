'use client'

import { Skeleton, Text } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { type integrationWorkspacesReply, providers } from '@/lib/contract/catalog.ts'
import { queries } from '@/lib/queries.ts'
import type { Integration } from '../catalog/data.ts'
import { count, plural } from '../format.ts'
import { ofOrganisation } from './data.ts'
import styles from './integrations.module.css'

const SHOWN = 8

/** The workspaces that have an integration, each with the providers that end with it. While it goes, none is asked for. */
export function Losers({ integration: { slug }, isGoing }: { integration: Integration; isGoing: boolean }) {
  const places = useQuery({
    ...ofOrganisation.read<z.output<typeof integrationWorkspacesReply>>(
      'listWorkspaces',
      { enabled: true, page_size: SHOWN },
      slug,
    ),
    enabled: !isGoing,
  })
  const shown = places.data?.workspaces ?? []
  const served = useQueries({
    queries: shown.map(({ workspace_id }) => ({
      ...queries(providers, workspace_id).list({ integration_id: slug }),
      enabled: !isGoing,
    })),
  })
  if (places.error) return null
  if (!places.data) return <Skeleton height={20} />
  const { total } = places.data
  if (total === 0) {
    return (
      <Text size="sm" c="dimmed">
        No workspace has it.
      </Text>
    )
  }
  return (
    <div>
      <Text size="sm" fw={550}>
        {plural(total, 'workspace loses', 'workspaces lose')} it, with their providers
      </Text>
      <ul className={styles.ends} aria-label="Workspaces that lose it">
        {shown.map(({ id, name }, index) => (
          <li key={id}>
            {name}{' '}
            {served[index]?.data?.data.map((provider) => (
              <code key={provider.id} className={styles.dim}>
                @{provider.slug}{' '}
              </code>
            ))}
          </li>
        ))}
        {total > shown.length && <li className={styles.dim}>and {count(total - shown.length)} more</li>}
      </ul>
    </div>
  )
}
