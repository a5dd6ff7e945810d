'use client'

import { Anchor, Group, Skeleton, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import { useMemo, useState } from 'react'
import { plural } from '../format.ts'
import { usePeople } from '../keys/data.ts'
import { useFormState } from '../resource/form-state.ts'
import { Problem } from '../resource/problem.tsx'
import { useCan } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Time } from '../ui/time.tsx'
import { useUrlState } from '../ui/url-state.ts'
import { ConfigAsCode } from './code.tsx'
import { ConfigMenu } from './config-menu.tsx'
import styles from './configs.module.css'
import { byWhom, type Config, useConfigQueries } from './data.ts'
import { draftOf, withoutSecrets } from './draft.ts'
import { Editor } from './editor.tsx'
import { judge } from './judge.ts'
import { NotRunYet } from './not-run.tsx'
import { UsedBy } from './used-by.tsx'
import { Versions } from './versions.tsx'

/** One config: its text and what it does, its versions, who uses it, and how to write it as code. */
export function ConfigScreen({ slug }: { slug: string }) {
  const one = useQuery(useConfigQueries().one(slug))
  return (
    <>
      <Anchor component={Link} href="/configs" size="sm" className={styles.back}>
        <ChevronLeft size={14} aria-hidden /> Configs
      </Anchor>
      {one.data ? (
        <Loaded config={one.data} />
      ) : (
        <>
          <PageHeader title="Config" why={slug} />
          {one.error ? (
            <Problem error={one.error} label="The config" retry={() => one.refetch()} />
          ) : (
            <Skeleton height={420} />
          )}
        </>
      )}
    </>
  )
}

const PANES = ['editor', 'versions', 'used-by', 'api'] as const

function Loaded({ config }: { config: Config }) {
  const [pane, setPane] = useUrlState('pane')
  const canUpdate = useCan('configs.update')
  const { nameOf } = usePeople()
  // What the editor's text was written on; a newer one is shown beside it, never put in its place unasked.
  const [base, setBase] = useState(config)
  const initial = useMemo(() => draftOf(base), [base])
  const form = useFormState({ draft: `config.edit.${config.id}`, initial, withoutSecrets })
  const isNewer = config.version_id !== base.version_id
  if (!form.isBusy && !form.isDirty && (isNewer || config.name !== base.name)) {
    setBase(config)
    form.set(draftOf(config))
  }
  const judged = useMemo(() => judge(form.values.text), [form.values.text])
  const titles = {
    editor: form.isDirty ? 'Editor •' : 'Editor',
    versions: 'Versions',
    'used-by': config.used_by > 0 ? `Used by ${config.used_by}` : 'Used by',
    api: 'API',
  }
  return (
    <>
      <PageHeader
        title={config.name}
        why={
          <>
            <Group gap="4px 12px" component="span">
              <Copyable value={config.slug} />
              {config.is_default === 1 && <span className={styles.chip}>default</span>}
              <span>{config.summary}</span>
              <span>
                saved <Time at={config.last_updated_at} /> by {byWhom(nameOf, config.updated_by)}
              </span>
              {config.used_by > 0 && <span>used by {plural(config.used_by, 'holder')}</span>}
            </Group>
            <NotRunYet />
          </>
        }
        action={<ConfigMenu config={config} />}
      />
      <Tabs
        value={PANES.find((one) => one === pane) ?? 'editor'}
        onChange={(next) => setPane(next === 'editor' ? null : next)}
        keepMounted={false}
      >
        <Tabs.List mb={20}>
          {PANES.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {titles[value]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="editor">
          <Editor
            config={config}
            form={form}
            judged={judged}
            canUpdate={canUpdate}
            rebase={(next) => {
              setBase(next)
              form.set(draftOf(next))
            }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions
            config={config}
            whyNot={
              canUpdate
                ? form.isDirty
                  ? 'Save or discard what is in the editor first.'
                  : null
                : 'Restoring needs the permission configs.update.'
            }
          />
        </Tabs.Panel>
        <Tabs.Panel value="used-by">
          <UsedBy slug={config.slug} />
        </Tabs.Panel>
        <Tabs.Panel value="api">
          <ConfigAsCode slug={config.slug} name={form.values.name} config={judged.config ?? {}} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
