'use client'

import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { OPENABLE, TOGGLES } from '@/lib/contract/security.ts'
import { plural } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { AnswerStrip } from '../ui/answer-strip.tsx'
import { FactsPlaceholder } from '../ui/facts.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useUrlState } from '../ui/url-state.ts'
import type { Organisation } from './draft.ts'
import { ofOrganisation, useSettings } from './form.ts'
import { OrganisationTab } from './organisation-tab.tsx'
import { SaveBar } from './save-bar.tsx'
import { SavedOnlyTab } from './saved-only-tab.tsx'
import { SchemaTab } from './schema-tab.tsx'
import { SecurityTab } from './security-tab.tsx'

const TABS = {
  organisation: 'Organisation',
  security: 'Security',
  metadata: 'Metadata schema',
  'saved-only': 'Saved-only mode',
} as const

/** What holds for everybody in the organisation. */
export function SettingsScreen() {
  const answer = useQuery(ofOrganisation.read<Organisation>('show'))
  const row = answer.data
  return (
    <>
      <PageHeader title="Settings" why="What holds for everybody in the organisation." />
      <Figures row={row} />
      {row ? (
        <Settings key={row.last_updated_at} row={row} />
      ) : answer.error ? (
        <Problem error={answer.error} label="Settings" retry={() => answer.refetch()} />
      ) : (
        <FactsPlaceholder />
      )}
    </>
  )
}

function Settings({ row }: { row: Organisation }) {
  const [said, setTab] = useUrlState('tab')
  const tab = said !== null && said in TABS ? said : 'organisation'
  const form = useSettings(row)
  return (
    <>
      <Tabs
        value={tab}
        onChange={(next) => setTab(next === 'organisation' ? null : next, { push: true })}
        keepMounted={false}
      >
        <Tabs.List mb={24}>
          {Object.entries(TABS).map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="organisation">
          <OrganisationTab form={form} />
        </Tabs.Panel>
        <Tabs.Panel value="security">
          <SecurityTab form={form} />
        </Tabs.Panel>
        <Tabs.Panel value="metadata">
          <SchemaTab form={form} />
        </Tabs.Panel>
        <Tabs.Panel value="saved-only">
          <SavedOnlyTab form={form} />
        </Tabs.Panel>
      </Tabs>
      <SaveBar form={form} />
    </>
  )
}

function Figures({ row }: { row: Organisation | undefined }) {
  const security = row?.security_settings
  const forced = new Set(row?.forced.map(({ path }) => path))
  const apart = TOGGLES.filter(
    ({ key, isOnByDefault }) =>
      security && security[key] !== isOnByDefault && !forced.has(`security_settings.${key}`),
  ).length
  const opened = OPENABLE.filter((key) => security?.workspace_overrides[key]).length
  const schemas = [row?.settings.api_key_metadata_schema, row?.settings.workspace_metadata_schema]
  const known = (value: string) => (row ? value : undefined)
  return (
    <AnswerStrip
      answers={[
        {
          label: 'Security toggles',
          value: known(apart === 0 ? 'As by default' : `${apart} changed`),
          note: `of ${TOGGLES.length}`,
        },
        {
          label: 'Left to workspaces',
          value: known(opened === 0 ? 'Nothing' : plural(opened, 'category', 'categories')),
          note: `of ${OPENABLE.length}`,
        },
        {
          label: 'Metadata schemas',
          value: known(String(schemas.filter(Boolean).length)),
          note: 'of 2',
        },
        {
          label: 'Saved-only mode',
          value: known(security?.block_inline_config ? 'On' : 'Off'),
          note: row && row.forced.length > 0 ? 'forced by the server' : undefined,
        },
      ]}
    />
  )
}
