'use client'

import { Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { List } from '@/lib/contract/resource.ts'
import { absoluteTime } from '../format.ts'
import { usePeople } from '../keys/data.ts'
import { Pages, usePaging } from '../resource/paging.tsx'
import { Problem } from '../resource/problem.tsx'
import { prettyOf } from '../ui/json-text.ts'
import { notifyError, notifyUndo } from '../ui/notify.tsx'
import { SideBySide } from '../ui/side-by-side.tsx'
import { Time } from '../ui/time.tsx'
import { setUrlState, useUrlState } from '../ui/url-state.ts'
import styles from './configs.module.css'
import { byWhom, type Config, type ConfigVersion, useConfigQueries } from './data.ts'

/** Every version with who saved it and when, any two beside each other, and the way back to one. */
export function Versions({ config, whyNot }: { config: Config; whyNot: string | null }) {
  const of = useConfigQueries()
  const [paging, page] = usePaging(50, 'versions')
  const history = useQuery(of.read<List<ConfigVersion>>('versions', page, config.slug))
  const { nameOf } = usePeople()
  const [left, setLeft] = useUrlState('from')
  const [right, setRight] = useUrlState('to')
  const { restore, isBusy } = useRestore(config)
  const all = history.data?.data
  if (!all) {
    return history.error ? (
      <Problem error={history.error} label="The versions" retry={() => history.refetch()} />
    ) : (
      <Skeleton height={240} />
    )
  }
  const find = (id: string | null) => all.find(({ id: one }) => one === id)
  const to = find(right) ?? all[0]
  const from = find(left) ?? all[Math.min(all.length - 1, all.findIndex(({ id }) => id === to?.id) + 1)]
  const words = (version: ConfigVersion) =>
    `${absoluteTime(version.created_at)}, ${byWhom(nameOf, version.created_by)}${version.is_current ? ' (current)' : ''}`
  const options = all.map((version) => ({ value: version.id, label: words(version) }))
  return (
    <Stack gap={24}>
      {from && to && all.length > 1 && (
        <section aria-label="Compare">
          <Group gap={12} mb={12} grow preventGrowOverflow={false}>
            <Select
              label="From"
              data={options}
              value={from.id}
              allowDeselect={false}
              onChange={(id) => setLeft(id)}
            />
            <Select
              label="To"
              data={options}
              value={to.id}
              allowDeselect={false}
              onChange={(id) => setRight(id)}
            />
          </Group>
          {from.config === to.config ? (
            <Text size="sm" c="dimmed">
              {from.id === to.id ? 'The same version twice.' : 'Both say the same.'}
            </Text>
          ) : (
            <SideBySide
              label="What changed between two versions"
              headings={[words(from), words(to)]}
              left={prettyOf(from.config)}
              right={prettyOf(to.config)}
            />
          )}
        </section>
      )}
      <section aria-label="All versions">
        <ul className={styles.rows}>
          {all.map((version) => (
            <li key={version.id}>
              <Time at={version.created_at} />
              <span>by {byWhom(nameOf, version.created_by)}</span>
              {version.is_current && <span className={styles.chip}>current</span>}
              <span className={styles.dim}>{version.id.slice(-6)}</span>
              <Group gap={8} wrap="nowrap">
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={version.is_current}
                  onClick={() => setUrlState({ from: version.id, to: config.version_id })}
                >
                  Compare with current
                </Button>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={version.is_current || whyNot !== null || isBusy}
                  title={whyNot ?? undefined}
                  onClick={() => restore(version.id)}
                >
                  Restore
                </Button>
              </Group>
            </li>
          ))}
        </ul>
        <Pages paging={paging} total={history.data?.total ?? 0} shown={all.length} />
        {whyNot && (
          <Text size="xs" c="dimmed" mt={8}>
            {whyNot}
          </Text>
        )}
      </section>
    </Stack>
  )
}

/** An old text becomes a new version; the one it replaced can be restored in turn. */
function useRestore({ slug, version_id }: Config) {
  const [isBusy, setBusy] = useState(false)
  const act = useMutation(useConfigQueries().act('restore'))
  const to = (id: string) => act.mutateAsync({ id: { slug, version_id: id } })
  const restore = async (id: string) => {
    setBusy(true)
    try {
      await to(id)
      setUrlState({ from: null, to: null })
      notifyUndo('Restored as a new version', () => to(version_id))
    } catch (error) {
      notifyError(error, 'The version was not restored')
    } finally {
      setBusy(false)
    }
  }
  return { restore, isBusy }
}
