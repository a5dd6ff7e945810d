'use client'

import { Anchor, Button, Group } from '@mantine/core'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { ApiError } from '@/lib/queries.ts'
import { absoluteTime } from '../format.ts'
import { Problem } from '../resource/problem.tsx'
import { useWorkspaceId } from '../shell/workspace.tsx'
import { Copyable } from '../ui/copyable.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts, FactsPlaceholder } from '../ui/facts.tsx'
import { Json } from '../ui/json.tsx'
import { SideBySide } from '../ui/side-by-side.tsx'
import { Time } from '../ui/time.tsx'
import styles from './audit.module.css'
import { type Changes, changesOf } from './changes.ts'
import { Outcome, Who } from './columns.tsx'
import { useEntry, useWorkspaceNames } from './data.ts'
import { type AuditRow, actionWords, doerOf, nounOf, sentenceOf } from './words.ts'

interface Props {
  id: string
  listed: AuditRow | undefined
}

/** Status, call and time of the open entry, for the drawer's head. */
export function EntryTitle({ id, listed }: Props) {
  const { data: row } = useEntry(id, listed)
  if (!row) return 'Entry'
  return (
    <span className={styles.title}>
      <Outcome status={row.response_status_code} />
      <code title={`${row.method} ${row.uri}`}>
        {row.method} {row.uri}
      </code>
      <span className={styles.titleTime}>
        <Time at={row.timestamp} />
      </span>
    </span>
  )
}

/** One entry: what happened in a sentence, what it changed, and all that is known of the call behind it. */
export function Entry({ id, listed }: Props) {
  const { data: row, error, refetch } = useEntry(id, listed)
  const workspaceName = useWorkspaceNames()
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState title="No such entry">
        The audit log of this organisation holds no entry with the id <code>{id}</code>.
      </EmptyState>
    )
  }
  if (error && !row) return <Problem error={error} label="The entry" retry={refetch} />
  if (!row) return <FactsPlaceholder />
  const changes = changesOf(row.before, row.after)
  const headers = objectIn(row.request_headers)
  return (
    <div className={styles.entry}>
      <p className={styles.sentence}>{sentenceOf(row, workspaceName(row.workspace_id))}</p>
      <Ways row={row} />
      {changes && <Changed changes={changes} noun={nounOf(row.resource_type)} />}
      <Part title="Request body" text={row.request_body} />
      <Part title="Query" text={row.query_params} />
      {headers && (
        <section>
          <h3>Headers</h3>
          <Facts
            rows={headers.map(([name, value]) => [name, <code key={name}>{String(value)}</code>] as const)}
          />
        </section>
      )}
      <section>
        <h3>Entry</h3>
        <Known row={row} workspace={workspaceName(row.workspace_id)} />
      </section>
    </div>
  )
}

/** Where to go from here: the rest of the story of this thing, of this actor, of this request. */
function Ways({ row }: { row: AuditRow }) {
  const workspaceId = useWorkspaceId()
  const place = placeOf(row, workspaceId)
  const { kind } = doerOf(row)
  return (
    <Group gap={16} mt={8} fz={13}>
      {row.resource_id && (
        <Way href={`/audit?resource_id=${encodeURIComponent(row.resource_id)}`}>
          All that was done to {row.resource_name ? <b>{row.resource_name}</b> : 'it'}
        </Way>
      )}
      {row.user_id && row.user_id !== row.resource_id && (
        <Way href={`/audit?user_id=${row.user_id}&range=7d`}>
          All {kind === 'key' ? 'this key' : 'they'} did in 7 days
        </Way>
      )}
      {place && <Way href={place}>Open the {nounOf(row.resource_type)}</Way>}
    </Group>
  )
}

function Way({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor component={Link} href={href} fz={13}>
      {children}
    </Anchor>
  )
}

/** Pages that open one thing by its id, by its type; they show the workspace that is chosen. */
const PLACES: Readonly<Record<string, string>> = { api_keys: '/api-keys', providers: '/catalog' }

function placeOf({ resource_type, resource_id, workspace_id, action }: AuditRow, here: string) {
  const path = Object.hasOwn(PLACES, resource_type) ? PLACES[resource_type] : undefined
  if (!path || resource_id === null || workspace_id !== here || action === 'delete') return null
  return `${path}?open=${resource_id}`
}

function Changed({ changes, noun }: { changes: Changes; noun: string }) {
  const [isWhole, setWhole] = useState(false)
  const { kind, fields, whole } = changes
  const { before, after } = isWhole ? whole : changes
  const hasMore = whole.before !== changes.before || whole.after !== changes.after
  if (kind !== 'changed') {
    const title = kind === 'created' ? `The ${noun} as it was made` : `The ${noun} as it last was`
    return (
      <section>
        <h3>{title}</h3>
        <Json value={kind === 'created' ? whole.after : whole.before} label={title} maxHeight={360} />
      </section>
    )
  }
  return (
    <section>
      <div className={styles.head}>
        <h3>
          Changed
          <span className={styles.fields}>
            {fields.length === 0 ? 'nothing: it was saved as it was' : fields.join(', ')}
          </span>
        </h3>
        {hasMore && (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'Only what changed' : 'Show all fields'}
          </Button>
        )}
      </div>
      {(fields.length > 0 || isWhole) && (
        <SideBySide label="What changed" headings={['Before', 'After']} left={before} right={after} />
      )}
    </section>
  )
}

/** A JSON text of the call; nothing where it held nothing. Secrets were masked when it was written. */
function Part({ title, text }: { title: string; text: string | null }) {
  if (text === null || text === '{}' || text === 'null') return null
  return (
    <section>
      <h3>{title}</h3>
      <Json value={text} label={title} maxHeight={300} />
    </section>
  )
}

function Known({ row, workspace }: { row: AuditRow; workspace: string | null }) {
  const copied = (value: string | null, label: string) =>
    value === null ? '–' : <Copyable value={value} label={label} />
  return (
    <Facts
      rows={[
        [
          'Time',
          <span key="time">
            {absoluteTime(row.timestamp)} (<Time at={row.timestamp} />)
          </span>,
        ],
        ['Who', <Who key="who" row={row} />],
        ['Actor id', copied(row.user_id, 'actor id')],
        [
          'Workspace',
          row.workspace_id === null ? (
            'None: of the organisation'
          ) : (
            <span key="workspace">
              {workspace} · <Copyable value={row.workspace_id} label="workspace id" />
            </span>
          ),
        ],
        ['Action', `${actionWords(row.action)} (${row.action})`],
        ['Resource', <code key="resource">{row.resource_type}</code>],
        ['Resource id', copied(row.resource_id, 'resource id')],
        ['IP address', copied(row.client_ip, 'IP address')],
        ['Country', row.country ?? '–'],
        ['User agent', row.user_agent ?? '–'],
        ['Request id', copied(row.request_id, 'request id')],
        ['Entry id', copied(row.id, 'entry id')],
      ]}
    />
  )
}

function objectIn(text: string | null): [string, unknown][] | null {
  if (text === null) return null
  try {
    const entries = Object.entries(JSON.parse(text) as object)
    return entries.length === 0 ? null : entries
  } catch {
    return null
  }
}
