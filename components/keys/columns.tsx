'use client'

import { memo } from 'react'
import { Limits } from '../limits/words.tsx'
import type { Column } from '../resource/columns.ts'
import { Copyable } from '../ui/copyable.tsx'
import { Time } from '../ui/time.tsx'
import { byWhom } from './data.ts'
import { type ApiKey, TYPE_WORDS } from './key-draft.ts'
import type { Tab } from './key-filters.ts'
import { Expiry, KeyStatus } from './key-words.tsx'
import styles from './keys.module.css'
import { cadenceWords } from './rotation-draft.ts'

/** Columns of the key list; a tab of one type does not repeat it, and service keys have no owner. */
export function columnsOf(tab: Tab, nameOf: (id: string | null) => string): Column<ApiKey>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      sort: ({ name }) => name,
      render: ({ name }) => (
        <span className={styles.clip} title={name}>
          {name}
        </span>
      ),
    },
    {
      key: 'key',
      title: 'Key',
      render: ({ key }) => <MaskedKey mask={key} />,
    },
    ...(tab === 'all'
      ? [
          {
            key: 'type',
            title: 'Type',
            sort: (row: ApiKey) => row.type,
            render: (row: ApiKey) => TYPE_WORDS[row.type].label,
          },
        ]
      : []),
    ...(tab === 'service' || tab === 'admin'
      ? []
      : [
          {
            key: 'owner',
            title: 'Owner',
            sort: (row: ApiKey) => nameOf(row.user_id),
            render: (row: ApiKey) =>
              row.user_id ? (
                <span className={styles.clip} title={nameOf(row.user_id)} style={{ maxWidth: 160 }}>
                  {nameOf(row.user_id)}
                </span>
              ) : (
                <span className={styles.dim}>–</span>
              ),
          },
        ]),
    {
      key: 'created',
      title: 'Created',
      sort: ({ created_at }) => created_at,
      render: (row) => (
        <span className={styles.created}>
          <Time at={row.created_at} />
          <span className={styles.dim}>by {byWhom(nameOf, row)}</span>
        </span>
      ),
    },
    {
      key: 'used',
      title: 'Last used',
      sort: ({ last_used_at }) => last_used_at,
      render: ({ last_used_at }) =>
        last_used_at ? <Time at={last_used_at} /> : <span className={styles.dim}>Never</span>,
    },
    {
      key: 'expires',
      title: 'Expires',
      sort: ({ expires_at }) => expires_at,
      render: ({ expires_at }) => <Expiry at={expires_at} />,
    },
    {
      key: 'rotation',
      title: 'Rotates',
      isOptional: true,
      isWideOnly: true,
      sort: ({ rotation_policy }) => rotation_policy?.next_rotation_at ?? null,
      render: ({ rotation_policy: policy }) =>
        policy ? (
          <span className={styles.created}>
            {cadenceWords(policy)}
            <span className={styles.dim}>
              <Time at={policy.next_rotation_at} />
            </span>
          </span>
        ) : (
          <span className={styles.dim}>Never</span>
        ),
    },
    {
      key: 'permissions',
      title: 'Permissions',
      isOptional: true,
      isWideOnly: true,
      align: 'right',
      sort: ({ scopes }) => scopes.length,
      render: ({ scopes }) => <span title={scopes.join('\n')}>{scopes.length}</span>,
    },
    {
      key: 'metadata',
      title: 'Metadata',
      isOptional: true,
      isWideOnly: true,
      render: ({ defaults: { metadata } }) => {
        const words = Object.entries(metadata).map(([name, value]) => `${name}: ${value}`)
        return (
          <span className={styles.clip} title={words.join('\n')}>
            {words.join(', ') || '–'}
          </span>
        )
      },
    },
    {
      key: 'limits',
      title: 'Limits',
      isWideOnly: true,
      render: ({ usage_limits_all, rate_limits }) => (
        <Limits usage_limits={usage_limits_all} rate_limits={rate_limits} />
      ),
    },
    { key: 'status', title: 'Status', sort: ({ status }) => status, render: (row) => <KeyStatus of={row} /> },
  ]
}

// The list is drawn anew with every change of the address; what a row costs is worth keeping.
const MaskedKey = memo(function MaskedKey({ mask }: { mask: string }) {
  return <Copyable value={mask} label="masked key" shown={mask} />
})
