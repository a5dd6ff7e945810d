'use client'

import { memo } from 'react'
import { count } from '../format.ts'
import { Limits } from '../limits/words.tsx'
import type { Column } from '../resource/columns.ts'
import { Monogram } from '../shell/workspace-switch.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { Time } from '../ui/time.tsx'
import type { Workspace } from './data.ts'
import styles from './workspaces.module.css'

/** Columns of the list; `shownId` is the workspace on screen. */
export function columnsOf(shownId: string | null): Column<Workspace>[] {
  const figure = (key: 'members' | 'providers' | 'api_keys', title: string): Column<Workspace> => ({
    key,
    title,
    align: 'right',
    sort: ({ counts }) => counts?.[key] ?? null,
    render: ({ counts }) => count(counts?.[key]),
  })
  return [
    {
      key: 'name',
      title: 'Name',
      sort: ({ name }) => name,
      render: (row) => <WorkspaceName of={row} isShown={row.id === shownId} />,
    },
    { key: 'slug', title: 'Slug', sort: ({ slug }) => slug, render: ({ slug }) => <Slug slug={slug} /> },
    {
      key: 'description',
      title: 'Description',
      isOptional: true,
      render: ({ description }) => (
        <span className={styles.clip} title={description ?? undefined}>
          {description || '–'}
        </span>
      ),
    },
    figure('members', 'Members'),
    figure('providers', 'Providers'),
    figure('api_keys', 'Keys'),
    {
      key: 'limits',
      title: 'Limits',
      isWideOnly: true,
      render: ({ usage_limits, rate_limits }) => (
        <Limits usage_limits={usage_limits} rate_limits={rate_limits} />
      ),
    },
    {
      key: 'created',
      title: 'Created',
      sort: ({ created_at }) => created_at,
      render: ({ created_at }) => <Time at={created_at} />,
    },
    {
      key: 'updated',
      title: 'Updated',
      isOptional: true,
      sort: ({ last_updated_at }) => last_updated_at,
      render: ({ last_updated_at }) => <Time at={last_updated_at} />,
    },
  ]
}

/** Its icon and name, and what is special about it; a cell cuts long names sooner than a title. */
export function WorkspaceName({
  of,
  isShown = false,
  isTitle = false,
}: {
  of: Workspace
  isShown?: boolean
  isTitle?: boolean
}) {
  const notes = [of.is_default === 1 && 'default', isShown && 'shown now'].filter(Boolean)
  return (
    <span className={styles.named} title={of.name}>
      <Monogram workspace={of} />
      <span className={isTitle ? styles.whole : styles.clip}>{of.name}</span>
      {notes.length > 0 && <span className={styles.note}>{notes.join(', ')}</span>}
    </span>
  )
}

// The list is drawn anew with every change of the address; what a row costs is worth keeping.
const Slug = memo(function Slug({ slug }: { slug: string }) {
  return (
    <span className={styles.clip}>
      <Copyable value={slug} />
    </span>
  )
})
