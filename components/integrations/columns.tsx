'use client'

import { memo } from 'react'
import type { Integration } from '../catalog/data.ts'
import { ServiceName } from '../catalog/service-name.tsx'
import { count } from '../format.ts'
import type { Column } from '../resource/columns.ts'
import { Copyable } from '../ui/copyable.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import styles from './integrations.module.css'

/** Columns of both lists: those of the organisation say where they work, those of workspaces whose they are. */
export function columnsOf(
  type: Integration['type'],
  { workspaces, nameOf }: { workspaces: number | undefined; nameOf: (workspaceId: string) => string },
): Column<Integration>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      sort: ({ name }) => name,
      render: ({ name, ai_provider_id }) => (
        <span className={styles.nameCell} title={name}>
          <ServiceName of={ai_provider_id}>{name}</ServiceName>
        </span>
      ),
    },
    { key: 'slug', title: 'Slug', sort: ({ slug }) => slug, render: ({ slug }) => <Slug slug={slug} /> },
    {
      key: 'service',
      title: 'Service',
      sort: ({ ai_provider_id }) => ai_provider_id,
      render: ({ ai_provider_id }) => <span className={styles.dim}>{ai_provider_id}</span>,
    },
    {
      key: 'models',
      title: 'Models on',
      align: 'right',
      sort: ({ enabled_model_count }) => enabled_model_count ?? null,
      render: ({ enabled_model_count: on, model_count: all }) => `${count(on)} of ${count(all)}`,
    },
    type === 'organisation'
      ? {
          key: 'workspaces',
          title: 'Workspaces',
          align: 'right',
          sort: ({ workspace_count }) => workspace_count,
          render: ({ workspace_count: has }) =>
            workspaces === undefined ? count(has) : `${count(has)} of ${count(workspaces)}`,
        }
      : {
          key: 'owner',
          title: 'Workspace',
          sort: ({ workspace_id }) => nameOf(workspace_id ?? ''),
          render: ({ workspace_id }) => (
            <span className={styles.nameCell} title={nameOf(workspace_id ?? '')}>
              {nameOf(workspace_id ?? '')}
            </span>
          ),
        },
    {
      key: 'key',
      title: 'Credentials',
      render: ({ masked_key }) =>
        masked_key ? (
          <code className={styles.mask}>{masked_key}</code>
        ) : (
          <span className={styles.dim}>–</span>
        ),
    },
    {
      key: 'updated',
      title: 'Updated',
      sort: ({ last_updated_at }) => last_updated_at,
      render: ({ last_updated_at }) => <Time at={last_updated_at} />,
    },
    {
      key: 'status',
      title: 'Status',
      sort: ({ status }) => status,
      render: (row) => <IntegrationStatus of={row} />,
    },
  ]
}

/** One that no workspace has, or no model of which is on, cannot be called, though nothing is wrong with it. */
export function IntegrationStatus({ of }: { of: Integration }) {
  if (of.workspace_count === 0) return <Status tone="warn">No workspace</Status>
  if (of.enabled_model_count === 0) return <Status tone="warn">No model</Status>
  return <Status tone="ok">Active</Status>
}

// The list is drawn anew with every change of the address; what a row costs is worth keeping.
const Slug = memo(function Slug({ slug }: { slug: string }) {
  return (
    <span className={styles.nameCell}>
      <Copyable value={slug} />
    </span>
  )
})
