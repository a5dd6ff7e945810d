'use client'

import { memo } from 'react'
import { count } from '../format.ts'
import type { Column } from '../resource/columns.ts'
import { Copyable } from '../ui/copyable.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import styles from './configs.module.css'
import type { Config } from './data.ts'

/** Columns of the list; `nameOf` says who somebody is. */
export function columnsOf(nameOf: (id: string | null) => string): Column<Config>[] {
  return [
    { key: 'name', title: 'Name', sort: ({ name }) => name, render: (row) => <ConfigName of={row} /> },
    { key: 'slug', title: 'Slug', sort: ({ slug }) => slug, render: ({ slug }) => <Slug slug={slug} /> },
    {
      key: 'summary',
      title: 'What it does',
      sort: ({ summary }) => summary,
      render: ({ summary }) => (
        <span className={styles.clip} title={summary}>
          {summary}
        </span>
      ),
    },
    {
      key: 'status',
      title: 'Status',
      isWideOnly: true,
      sort: ({ status }) => status,
      render: ({ status }) =>
        status === 'active' ? <Status tone="ok">Active</Status> : <Status tone="idle">Archived</Status>,
    },
    {
      key: 'used',
      title: 'Used by',
      align: 'right',
      sort: ({ used_by }) => used_by,
      render: ({ used_by }) => count(used_by),
    },
    {
      key: 'updated',
      title: 'Updated',
      sort: ({ last_updated_at }) => last_updated_at,
      render: ({ last_updated_at }) => <Time at={last_updated_at} />,
    },
    {
      key: 'by',
      title: 'By',
      sort: ({ updated_by }) => nameOf(updated_by),
      render: ({ updated_by }) => (updated_by === null ? 'A program' : nameOf(updated_by)),
    },
    {
      key: 'created',
      title: 'Created',
      isOptional: true,
      sort: ({ created_at }) => created_at,
      render: ({ created_at }) => <Time at={created_at} />,
    },
  ]
}

export function ConfigName({ of: { name, is_default } }: { of: Pick<Config, 'name' | 'is_default'> }) {
  return (
    <span className={styles.named} title={name}>
      <span className={styles.clip}>{name}</span>
      {is_default === 1 && <span className={styles.chip}>default</span>}
    </span>
  )
}

// The list is drawn anew with every change of the address; what a row costs is worth keeping.
const Slug = memo(function Slug({ slug }: { slug: string }) {
  return <Copyable value={slug} />
})
