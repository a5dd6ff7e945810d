'use client'

import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { List } from '@/lib/contract/resource.ts'
import { Problem } from '../resource/problem.tsx'
import { type Dependent, useConfigQueries } from './data.ts'
import { Dependents } from './dependents.tsx'

/** Who carries the config: a change of it reaches all of them at once, and it stays while there are any. */
export function UsedBy({ slug }: { slug: string }) {
  const users = useQuery(useConfigQueries().read<List<Dependent>>('dependents', {}, slug))
  if (!users.data) {
    return users.error ? (
      <Problem error={users.error} label="Who uses it" retry={() => users.refetch()} />
    ) : (
      <Skeleton height={60} />
    )
  }
  if (users.data.total === 0) {
    return (
      <Text size="sm" c="dimmed">
        No key carries it, and no workspace gives it to new keys. It can be deleted.
      </Text>
    )
  }
  return (
    <>
      <Text size="sm" c="dimmed" mb={8}>
        A new version reaches all of these at once. While they carry it, it cannot be deleted.
      </Text>
      <Dependents of={users.data.data} />
    </>
  )
}
