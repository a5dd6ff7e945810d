'use client'

import { Anchor, Button, Group, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, SlidersHorizontal, Trash2, Users } from 'lucide-react'
import { count } from '../format.ts'
import { limitWords } from '../limits/words.tsx'
import { Problem } from '../resource/problem.tsx'
import { hasPage } from '../shell/nav.ts'
import { useCan, useWorkspaces } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { WorkspaceAsCode } from './code.tsx'
import { ofWorkspaces, type Workspace } from './data.ts'
import { undeletable, useDeleteWorkspace } from './delete-workspace.tsx'
import { metadataIn } from './draft.ts'
import { useEnter } from './enter.ts'
import { NextSteps } from './next-steps.tsx'
import styles from './workspaces.module.css'

/** One workspace, in the drawer. `listed` paints at once. */
export function WorkspaceDetail({ id, listed }: { id: string; listed: Workspace | undefined }) {
  const one = useQuery({ ...ofWorkspaces.one(id), ...(listed ? { placeholderData: listed } : {}) })
  const [said, setPane] = useUrlState('pane')
  const workspace = one.data
  if (one.error && (!workspace || one.isPlaceholderData))
    return <Problem error={one.error} label="The workspace" retry={() => one.refetch()} />
  if (!workspace) return <FactsPlaceholder />
  if (workspace.status === 'archived') return <Ended workspace={workspace} />
  return (
    <Tabs
      value={said === 'code' ? 'code' : 'overview'}
      onChange={(pane) => setPane(pane === 'overview' ? null : pane)}
      keepMounted={false}
    >
      <Tabs.List mb={20}>
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="code">API</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <Overview workspace={workspace} />
      </Tabs.Panel>
      <Tabs.Panel value="code">
        <WorkspaceAsCode workspace={workspace} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Overview({ workspace }: { workspace: Workspace }) {
  const { id: shownId } = useWorkspaces()
  const enter = useEnter()
  const askDelete = useDeleteWorkspace()
  const canDelete = useCan('workspaces.delete')
  const why = undeletable(workspace)
  const { counts } = workspace
  const isBare = counts !== undefined && (counts.providers === 0 || counts.api_keys === 0)
  const link = (figure: number | undefined, href: string) =>
    hasPage(href) ? (
      <Anchor component="button" type="button" size="sm" onClick={() => enter(workspace, href)}>
        {count(figure)}
      </Anchor>
    ) : (
      count(figure)
    )
  return (
    <>
      <section className={styles.section}>
        <Facts
          rows={[
            ...facts(workspace),
            ['Members', link(counts?.members, '/members')],
            ['Providers', link(counts?.providers, '/catalog')],
            ['API keys', link(counts?.api_keys, '/api-keys')],
            ['Created', <Time key="created" at={workspace.created_at} />],
            ['Updated', <Time key="updated" at={workspace.last_updated_at} />],
          ]}
        />
        <Group gap={8} mt={16}>
          <Button
            variant="default"
            leftSection={<ArrowRight size={14} />}
            disabled={workspace.id === shownId}
            onClick={() => enter(workspace)}
          >
            {workspace.id === shownId ? 'Shown now' : 'Switch to it'}
          </Button>
          {hasPage('/members') && (
            <Button
              variant="default"
              leftSection={<Users size={14} />}
              onClick={() => enter(workspace, '/members')}
            >
              Members
            </Button>
          )}
          {hasPage('/workspace') && (
            <Button
              variant="default"
              leftSection={<SlidersHorizontal size={14} />}
              onClick={() => enter(workspace, '/workspace')}
            >
              Workspace control
            </Button>
          )}
          <Button
            variant="default"
            c={canDelete && !why ? 'var(--tg-bad)' : undefined}
            leftSection={<Trash2 size={14} />}
            disabled={!canDelete || why !== null}
            onClick={() => askDelete(workspace)}
          >
            Delete
          </Button>
        </Group>
        {why && (
          <Text size="xs" c="dimmed" mt={8}>
            {why}
          </Text>
        )}
      </section>
      {isBare && (
        <section className={styles.section}>
          <h3>Before it can be used</h3>
          <NextSteps id={workspace.id} counts={counts} />
        </section>
      )}
    </>
  )
}

function Ended({ workspace }: { workspace: Workspace }) {
  return (
    <>
      <Text mb={16}>
        It was deleted: its keys are dead, and nothing can be called in it. Its logs are kept.
      </Text>
      <Facts
        rows={[
          [
            'Status',
            <Status key="status" tone="idle">
              {'Deleted'}
            </Status>,
          ],
          ...facts(workspace),
          ['Created', <Time key="created" at={workspace.created_at} />],
          ['Deleted', <Time key="updated" at={workspace.last_updated_at} />],
        ]}
      />
    </>
  )
}

function facts(workspace: Workspace) {
  const metadata = Object.entries(metadataIn(workspace))
  const limits = limitWords(workspace)
  return [
    ['Slug', <Copyable key="slug" value={workspace.slug} />],
    ['Id', <Copyable key="id" value={workspace.id} />],
    ['Description', workspace.description || '–'],
    [
      'Metadata',
      metadata.length === 0 ? (
        '–'
      ) : (
        <span key="metadata" className={styles.chips}>
          {metadata.map(([name, value]) => (
            <span key={name} className={styles.chip}>
              {name}: {value}
            </span>
          ))}
        </span>
      ),
    ],
    [
      'Limits',
      limits.length === 0 ? (
        '–'
      ) : (
        <span key="limits">
          {limits.join(' · ')} <span className={styles.dim}>(stored, not enforced yet)</span>
        </span>
      ),
    ],
  ] as const
}
